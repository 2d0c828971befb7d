package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/chat/sample"
)

// answers has the line's assistant answer, with quick replies.
func (s *talk) botAnswers(key, words string, options ...string) int {
	s.Helper()
	a, err := request(s.Context(), "POST", s.desk.url+"/api/v1/conversations/"+s.id+"/messages", key,
		fmt.Sprintf(`{"client_id":%q,"bot":true,"kind":"choices","text":%q,"data":{"options":["%s"]}}`, chat.NewID(time.Now()), words, strings.Join(options, `","`)))
	if err != nil {
		s.Fatal(err)
	}
	return a.status
}

// An assistant answers first; its visitor wants to talk to a human, and does. Both sides are told, and nobody reloads anything.
func TestConversation_FromTheAssistantToAHuman(t *testing.T) {
	t.Parallel()
	s := &talk{T: t, desk: startProgram(t)}
	p := s.desk
	p.tells("line", "queue", "demo", "--bot", "2m")
	p.tells("user", "create", "bot@demo.example", "--name", "小禾", "--line", "demo")
	key := p.tells("apikey", "create", "--user", "bot@demo.example", "--name", "test")
	browser := startBrowser(t)
	s.visitor, s.linxiao = sits(t, browser, "the visitor", 390, 844, true), sits(t, browser, "林晓", 1440, 900, false)
	g := enters(t, p.url, "demo")
	g.says(t, "在吗")
	eventually(t, "a server that leaves visitors to the assistant", func() bool {
		a, err := request(t.Context(), "GET", g.at, g.Token, "")
		return err == nil && a.status == 200 && !strings.Contains(a.body, `"position"`)
	})
	s.signsIn(s.linxiao, sample.Agents()[0])
	v, l := s.visitor, s.linxiao
	v.goes(p.url + "/c/demo")
	s.visitorSays("我的水壶到哪了")
	v.sees("her words, accepted, and no queue", `text(".message--own .message__state") !== "发送中" && !all("[data-queue]").length && !all(".human").length`)
	var err error
	if s.id, err = ask[string](v, "page.body.dataset.conversation"); err != nil || s.id == "" {
		t.Fatalf("the page has the conversation %q (%v)", s.id, err)
	}
	s.stays(v)
	if status := s.botAnswers(key, "正在派送，还有别的吗？", "没有了"); status != 201 {
		t.Fatalf("the assistant is answered %d", status)
	}
	v.sees("who answers, and the way to a human", `text("[data-who]") === "小禾" && text("[data-who-note]") === "智能助手 · 随时可转人工" && all(".bar .avatar--bot").length === 1 && text(".human button") === "转人工客服" && texts("[data-log] .choice").join() === "没有了"`)
	l.goes(p.url + "/console/c/" + s.id + "?view=all")
	l.sees("that an assistant has it", `text("[data-standing]").includes("智能助手小禾接待中") && text("[data-row='`+s.id+`']").includes("智能助手接待中") && text(".pane .message--bot .message__by").includes("小禾 · 智能助手") && all("[data-action=take]").length === 1`)
	v.press(".human button")
	v.sees("that she is on the way, and then who is there", `texts("[data-log] .divider").some((w) => w === "正在为您转人工客服") && text("[data-who]") === "林晓" && !all(".human").length && !all(".bar .avatar--bot").length`)
	v.sees("the cursor where she writes", `page.activeElement.matches("form[data-composer] textarea")`)
	l.sees("that it is hers, and was an assistant's", `texts(".pane .divider").includes("访客请求转人工") && text("[data-standing]").includes("您在接待") && text("[data-row='`+s.id+`']").includes("智能助手聊过")`)
	if status := s.botAnswers(key, "要我再看看吗？", "好"); status != 409 {
		t.Errorf("an assistant who comes too late is answered %d", status)
	}
	s.stayed(v)
	v.must("reload", chromedp.Reload())
	v.sees("the same, drawn by the server", `texts("[data-log] .divider").some((w) => w === "正在为您转人工客服") && text("[data-who]") === "林晓" && !all(".human").length`)
	for _, who := range []*screen{v, l} {
		who.wellBehaved(p)
	}
}
