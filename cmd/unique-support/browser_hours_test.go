package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/taadis/unique-support/core/chat/sample"
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

// A line asks before the first words: what is wrong is said beside what was typed, nothing is reloaded, and the agent reads the answers.
func TestChatPage_AsksFirst(t *testing.T) {
	t.Parallel()
	s := &talk{T: t, desk: startProgram(t)}
	name := filepath.Join(t.TempDir(), "questions.json")
	asked := `[{"name": "name", "type": "text", "label": {"zh-CN": "怎么称呼您"}}, {"name": "phone", "type": "phone", "optional": true, "label": {"zh-CN": "手机号"}}, {"name": "topic", "type": "choice", "label": {"zh-CN": "想咨询什么"}, "options": {"zh-CN": ["订单", "退换货"]}}]`
	if err := os.WriteFile(name, []byte(asked), 0o600); err != nil {
		t.Fatal(err)
	}
	typist{t, s.desk.dir}.prints("line", "asks", "demo", "--set", name)
	eventually(t, "questions on the page", func() bool {
		a, err := request(t.Context(), "GET", s.desk.url+"/c/demo", "", "")
		return err == nil && strings.Contains(a.body, `data-asks="true"`)
	})
	browser := startBrowser(t)
	s.visitor, s.linxiao = sits(t, browser, "the visitor", 390, 844, true), sits(t, browser, "林晓", 1440, 900, false)
	s.signsIn(s.linxiao, sample.Agents()[0])
	v := s.visitor
	v.goes(s.desk.url + "/c/demo")
	v.sees("the questions and no field to write in", `text(".begin h2") !== "" && !all("form[data-composer]").length && page.readyState === "complete"`)
	s.stays(v)
	v.writes(".begin input[name=name]", "周明玥")
	v.writes(".begin input[name=phone]", "138")
	v.press(".begin button.button")
	v.sees("what is wrong, beside what she typed", `text("#ask-phone").includes("5") && text("#ask-topic") === "请选一项" && !text("#ask-name") && page.querySelector(".begin [name=name]").value === "周明玥" && page.activeElement.name === "phone"`)
	v.writes(".begin input[name=phone]", "0013 8000")
	v.press(".begin label.choice:last-of-type")
	v.press(".begin button.button")
	v.sees("the field to write in", `all("form[data-composer]").length === 1 && !all(".begin").length`)
	s.visitorSays("杯口裂了一道")
	v.sees("her words", `texts(".message--own .bubble").join() === "杯口裂了一道"`)
	s.stayed(v)
	var err error
	if s.id, err = ask[string](v, "page.body.dataset.conversation"); err != nil || s.id == "" {
		t.Fatalf("the page has the conversation %q (%v)", s.id, err)
	}
	s.linxiao.press(s.row())
	s.linxiao.sees("who she is and what she said", `text("#side .side__name") === "周明玥" && ["怎么称呼您", "1380013 8000", "想咨询什么", "退换货"].every((w) => text("#side").includes(w))`)
	v.must("reload", chromedp.Reload())
	v.sees("no questions", `texts(".message--own .bubble").join() === "杯口裂了一道" && !all(".begin").length`)
	s.linxiao.wellBehaved(s.desk)
}
