package main

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// The line closes while a visitor is typing, opens and closes again: her words stay where they are, and become a message that is left.
func TestChatPage_LineThatCloses(t *testing.T) {
	t.Parallel()
	desk := startProgram(t)
	typist{t, desk.dir}.prints("line", "hours", "demo", "--zone", "Asia/Shanghai", "--on", time.Now().AddDate(0, 0, 3).Format(time.DateOnly)+"=closed")
	eventually(t, "hours on the page", func() bool {
		a, err := request(t.Context(), "GET", desk.url+"/c/demo", "", "")
		return err == nil && strings.Contains(a.body, "data-turns")
	})
	v := sits(t, startBrowser(t), "the visitor", 390, 844, true)
	v.goes(desk.url + "/c/demo")
	v.sees("the hours in her own zone", `page.body.dataset.zone === new Intl.DateTimeFormat().resolvedOptions().timeZone && Number(page.body.dataset.turns) > 0`)
	turns := func(what, expression string) {
		t.Helper()
		v.sees("the clock", `page.body.dataset.turns = "1"`)
		v.sees(what, expression)
	}
	v.writes("textarea[name=text]", "杯口裂了")
	closed := `text(".leave h2") === "我们下班了，给我们留言吧" && text("[data-who-note]").startsWith("现在休息 · ") && page.querySelector("textarea[name=text]").value === `
	turns("that it has closed, and her words", closed+`"杯口裂了"`)
	v.sees("the cursor where it was", `page.activeElement.name === "text"`)
	v.types("一道")
	v.press("form[data-composer] .send")
	v.sees("what is missing", `text("#contact-error") === "请留下手机号或邮箱，方便我们回复您" && page.activeElement.name === "contact"`)
	turns("that it has opened, and her words", `!all(".leave").length && page.querySelector("textarea[name=text]").value === "杯口裂了一道" && !text("[data-who-note]").startsWith("现在休息")`)
	turns("that it has closed again", closed+`"杯口裂了一道"`)
	if said, err := ask[[]string](v, `texts("[data-log] > li")`); err != nil || len(said) > 0 {
		t.Errorf("before she said where to answer %v went out (%v)", said, err)
	}
	v.writes("input[name=contact]", "138 0013 8000")
	v.press("form[data-composer] .send")
	left := `texts(".message--own .bubble").join() === "杯口裂了一道" && text(".queue__left") === "留言已收到" && !all(".leave").length`
	v.sees("that it was left", left)
	v.sees("an empty field", `page.querySelector("textarea[name=text]").value === ""`)

	typist{t, desk.dir}.prints("line", "hours", "demo", "--open", "mon=closed")
	eventually(t, "a closed line", func() bool {
		a, err := request(t.Context(), "GET", desk.url+"/c/demo", "", "")
		return err == nil && !strings.Contains(a.body, `data-shut=""`)
	})
	v.must("reload", chromedp.Reload())
	v.sees("the same, drawn by the server", left)
	v.wellBehaved(desk)
}
