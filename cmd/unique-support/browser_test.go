package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/chat/sample"
)

// chatFrame is the visitor's page where the widget shows it, launcher what stands on the shop.
const (
	chatFrame = `document.querySelector("chat-widget")?.shadowRoot.querySelector("iframe")?.contentDocument`
	launcher  = `document.querySelector("chat-widget")?.shadowRoot`
)

// talk is one conversation, and whoever looks at it.
type talk struct {
	*testing.T
	desk                       *program
	visitor, linxiao, zhouhang *screen
	// id is the conversation's, token the visitor's.
	id, token string
}

// A visitor on her phone asks in a shop's widget, an agent at her desk answers and hands over to another, the server is
// killed under them and comes back, the second agent ends it, the visitor rates it. Nobody reloads anything.
func TestConversation_FromTheShopToTheRating(t *testing.T) {
	s := &talk{T: t, desk: startProgram(t)}
	browser := startBrowser(t)
	s.visitor = sits(t, browser, "the visitor", 390, 844, true)
	s.linxiao = sits(t, browser, "林晓", 1440, 900, false)
	s.zhouhang = sits(t, browser, "周航", 1440, 900, false)

	s.signsIn(s.linxiao, sample.Agents()[0])
	s.theShopIsUntouchedUntilTheWidgetOpens()
	s.asksAndIsAssigned()
	s.bothTypeAndRead()
	s.theAgentSeesHowItWent()
	s.anotherPageOfHersWrites()
	s.aNoteStaysAmongColleagues()
	s.signsIn(s.zhouhang, sample.Agents()[1])
	s.handsOver()
	s.nothingIsLostWhenTheServerIsKilled()
	s.endsAndIsRated()

	for _, who := range []*screen{s.visitor, s.linxiao, s.zhouhang} {
		who.wellBehaved(s.desk)
	}
}

func (s *talk) signsIn(who *screen, agent chat.Agent) {
	who.goes(s.desk.url + "/console")
	who.writes("input[name=email]", agent.Email)
	who.writes("input[name=password]", sample.Password)
	who.press("form [type=submit]")
	who.sees("the console, and its script at work", `page.readyState === "complete" && text(".rail .me__who b") === "`+agent.Name+`"`)
	who.press(".rail details.me summary")
	who.press(".rail .me__menu [value=online]")
	who.sees("that she is there", `text(".rail [data-slot=presence]") === "接待中"`)
}

func (s *talk) theShopIsUntouchedUntilTheWidgetOpens() {
	v := s.visitor
	v.goes(s.desk.url + "/demo")
	v.page = launcher
	v.sees("the launcher", `all("button.launcher").length === 1`)
	v.sees("a page at rest", `document.readyState === "complete" && performance.getEntriesByType("resource").every((r) => r.responseEnd > 0)`)
	for _, path := range v.requests(s.desk) {
		if path != "/demo" && path != "/widget.js" && path != "/favicon.ico" && !strings.Contains(path, "/demo/") && !strings.Contains(path, "/icons/") {
			s.Errorf("before it is opened the widget asks for %s", path)
		}
	}
	if !slices.Contains(v.requests(s.desk), "/widget.js") {
		s.Error("the shop has no widget")
	}
	if frames, err := ask[int](v, "frames.length"); err != nil || frames != 0 {
		s.Errorf("before it is opened the widget has %d frames (%v)", frames, err)
	}
	kept, err := chromedp.CallBrowser(v.ctx, storage.GetCookies, storage.GetCookiesParams{BrowserContextID: chromedp.FromContext(v.ctx).BrowserContextID})
	if err != nil || len(kept.Cookies) > 0 {
		s.Errorf("before it is opened the widget has %d cookies (%v)", len(kept.Cookies), err)
	}
	v.press("button.launcher")
	v.page = chatFrame
	v.sees("the greeting", `text(".hello h2") === "您好，我是禾木的客服"`)
	v.sees("the way back to the shop, which needs script", `page.readyState === "complete" && all("[data-minimize]").length === 1`)
	v.sees("an empty thread", `all("[data-log] li").length === 0`)
	v.sees("nothing of the launcher", `getComputedStyle(document.querySelector("chat-widget").shadowRoot.querySelector(".launcher")).display === "none"`)
}

func (s *talk) asksAndIsAssigned() {
	s.linxiao.sees("the list", `all("[data-row]").length > 0`)
	s.stays(s.linxiao)
	s.visitorSays("杯口裂了一道，能换一只吗？")
	s.visitor.sees("her own words, accepted", `texts(".message--own .bubble").join() === "杯口裂了一道，能换一只吗？" && text(".message--own .message__state") !== "发送中"`)
	s.visitor.sees("who answers her", `text("[data-who]") === "林晓" && all("[data-log] .divider").some((e) => e.innerText.includes("林晓"))`)
	s.visitor.sees("what to expect", `text("[data-who-note]") === "禾木商城 · 一般 1 分钟内回复"`)
	s.linxiao.sees("her row, first in the list", `all("[data-row]")[0]?.innerText.includes("杯口裂了一道")`)
	s.linxiao.sees("that it is unread", `all("[data-row]")[0].querySelector(".count")?.innerText === "1"`)

	var err error
	if s.id, err = ask[string](s.visitor, "page.body.dataset.conversation"); err != nil || s.id == "" {
		s.Fatalf("the page has the conversation %q (%v)", s.id, err)
	}
	if s.token, err = ask[string](s.visitor, `page.defaultView.localStorage.getItem("support:demo")`); err != nil || s.token == "" {
		s.Fatalf("the frame has no token (%v)", err)
	}
	s.linxiao.press(s.row())
	s.linxiao.sees("the conversation", `text(".pane .message .bubble") === "杯口裂了一道，能换一只吗？"`)
	s.linxiao.sees("what the visitor looks at", `text(".side").includes("雾灰手作陶杯 · 禾木")`)
	s.linxiao.sees("the cursor in the composer", `page.activeElement === page.querySelector("form[data-composer] textarea")`)
	s.linxiao.sees("that it is read", `!all("[data-row='`+s.id+`'] .count").length`)
	s.visitor.sees("that it was read", `text(".message--own .message__state") === "已读"`)
	s.stays(s.visitor)
}

func (s *talk) bothTypeAndRead() {
	s.visitor.writes("textarea[name=text]", "是这一单")
	s.linxiao.sees("that the visitor types", `text(".peek").includes("正在输入") && !all("[data-row='`+s.id+`'] [data-slot=live]")[0]?.hidden`)
	s.visitor.press("form[data-composer] .send")
	s.linxiao.sees("what she wrote", `texts(".pane .message .bubble").at(-1) === "是这一单" && !all(".peek").length`)

	s.linxiao.writes("form[data-composer] textarea", "抱歉让您扫兴了 🙏 规则：https://hemu.example/help")
	s.visitor.sees("that the agent types", `text("[data-typing]").includes("林晓正在输入") && all("[data-typing] .typing").length === 1`)
	s.linxiao.enters()
	s.visitor.sees("the answer", `texts(".message .bubble").at(-1) === "抱歉让您扫兴了 🙏 规则：https://hemu.example/help" && !all("[data-typing]").length`)
	s.visitor.sees("a link in it", `page.querySelector(".message .bubble a")?.href === "https://hemu.example/help"`)
	s.linxiao.sees("that it was read", `texts(".message--own [data-slot=state]").at(-1) === "已读"`)
	s.linxiao.sees("an empty field", `page.querySelector("form[data-composer] textarea").value === ""`)
	s.linxiao.sees("her row with her own words", `text("[data-row='`+s.id+`'] [data-slot=preview]").includes("抱歉让您扫兴了")`)
}

// theAgentSeesHowItWent opens the way of what she wrote, by keyboard alone; hops may take a second to be written down.
func (s *talk) theAgentSeesHowItWent() {
	l := s.linxiao
	l.sees("a tool at the message", `(() => { const b = all(".message--own[data-id] [data-action=trace]").at(-1); b?.focus(); return b && page.activeElement === b; })()`)
	l.enters()
	l.sees("what it is about", `text("dialog[data-trace][open] .quote__text").includes("抱歉让您扫兴了") && page.activeElement.closest("dialog[data-trace]")`)
	l.sees("every hop", `(() => { const none = all("dialog[data-trace] .hop--none").length; if (none && !all("dialog[data-trace][aria-busy]").length) page.querySelector("[data-action=trace-again]").click(); return !none; })()`)
	l.sees("how long it took", `/^[\d.]+ (ms|s)$/.test(text("[data-figure=read]")) && /^[0-9a-f]{32}$/.test(text("dialog[data-trace] [data-slot=trace]"))`)
	l.press("dialog[data-trace] form button")
	l.sees("the page again, where she was", `!all("dialog[open]").length && page.activeElement.dataset.action === "trace" && !all(".message--on").length`)
}

// anotherPageOfHersWrites has a second device of the visitor's write: her page is told the ending of a client id that it does not
// know, and reads the rest, which it needs to send the words again should a restored backup lose them.
func (s *talk) anotherPageOfHersWrites() {
	const id = "5e1f0a52-7c34-4d2b-9a61-58f983a610e8"
	answer := s.ask(http.MethodPost, "/messages", `{"client_id":"`+id+`","kind":"text","text":"我换手机了"}`)
	if answer.StatusCode != http.StatusCreated {
		s.Fatalf("the second device is answered %d", answer.StatusCode)
	}
	s.visitor.sees("what she wrote there", `texts(".message--own .bubble").filter((t) => t === "我换手机了").length === 1`)
	s.visitor.sees("its whole id", `all(".message--own[data-seq][data-client='`+id+`']").length === 1`)
}

// note is what no visitor may ever read.
const note = "破损补发，走 SF 次日，成本记运营"

func (s *talk) aNoteStaysAmongColleagues() {
	s.linxiao.press(".composer__tab:has([value=note])")
	s.linxiao.sees("whom she writes to", `page.querySelector("form[data-composer] textarea").placeholder === "只有同事能看到"`)
	s.linxiao.writes("form[data-composer] textarea", note)
	s.linxiao.enters()
	s.linxiao.sees("the note", `text(".message--note .bubble") === "`+note+`" && page.querySelector(".message--note").dataset.note === "1"`)
	s.linxiao.press(".composer__tab:has([value=reply])")
	s.linxiao.writes("form[data-composer] textarea", "给您补发一只")
	s.linxiao.enters()
	s.visitor.sees("what comes after the note", `texts(".message .bubble").at(-1) === "给您补发一只"`)
	if held, err := ask[bool](s.visitor, `page.documentElement.outerHTML.includes("破损补发")`); err != nil || held {
		s.Errorf("the note stands in the visitor's page: %v (%v)", held, err)
	}
	if status, body := s.get("/messages?after=0&limit=200"); status != http.StatusOK || strings.Contains(body, "破损补发") || !strings.Contains(body, "给您补发一只") {
		s.Errorf("the visitor's messages: %d %s", status, body)
	}
	if status, body := s.get("/notes"); status < 400 || strings.Contains(body, "破损补发") {
		s.Errorf("the visitor's call for notes: %d %s", status, body)
	}
}

func (s *talk) handsOver() {
	s.stays(s.zhouhang)
	s.linxiao.press(".pane__do [data-action=transfer]")
	s.linxiao.sees("whom she may choose", `texts("dialog[open] .choose__one b")[0] === "周航" && !!all("dialog[open] .choose__one")[0].querySelector(".dot--on")`)
	s.linxiao.press("dialog[open] .choose__one")
	s.linxiao.writes("dialog[open] textarea", "请帮忙加急")
	s.linxiao.press("dialog[open] .button--primary")
	s.zhouhang.sees("the conversation in her list", `all("[data-row='`+s.id+`']").length === 1`)
	s.visitor.sees("that somebody else is there", `text("[data-who]") === "周航" && all("[data-log] .divider").at(-1).innerText === "林晓已把对话转给周航"`)
	s.linxiao.sees("that it went", `!all("dialog[open]").length && all(".pane .divider").at(-1)?.innerText === "林晓转接给周航"`)
	s.linxiao.sees("it leave her list", `!all("[data-row='`+s.id+`']").length`)
	s.zhouhang.press(s.row())
	s.zhouhang.sees("the whole log with its notes", `texts(".message--note [data-slot=text]").join("|") === "`+note+`|请帮忙加急" && texts(".message .bubble").length === 7`)
	s.visitor.sees("nothing of the words to a colleague", `!page.documentElement.outerHTML.includes("请帮忙加急")`)
}

func (s *talk) nothingIsLostWhenTheServerIsKilled() {
	var said []string
	for i := range 10 {
		said = append(said, fmt.Sprintf("第 %d 句", i+1))
		s.visitorSays(said[i])
		switch i {
		case 3:
			s.desk.kill() // what was sent last is on its way
		case 7:
			s.desk.start()
		}
	}
	s.zhouhang.writes("form[data-composer] textarea", "我在")
	s.zhouhang.enters()
	s.desk.ready()
	for _, who := range []*screen{s.visitor, s.zhouhang} {
		who.sees("every sentence once and in order, and the answer", `texts(".message .bubble").filter((w) => w.startsWith("第")).join() === "`+strings.Join(said, ",")+`" &&
			texts(".message .bubble").filter((w) => w === "我在").length === 1`)
		who.sees("nothing on its way", `!all(".message--sending, .message--failed").length`)
		who.sees("no notice of trouble", `!all("[data-notice]").length`)
		s.stayed(who)
	}
	s.visitor.sees("that all was read", `texts(".message--own .message__state").filter(Boolean).at(-1) === "已读"`)
	_, body := s.get("/messages?after=0&limit=200")
	var log struct{ Messages []chat.Message }
	if err := json.Unmarshal([]byte(body), &log); err != nil {
		s.Fatal(err)
	}
	var kept []string
	for i, m := range log.Messages {
		if m.Seq != int64(i+1) {
			s.Errorf("message %d has the number %d", i+1, m.Seq)
		}
		if m.Author.Kind == chat.KindVisitor && strings.HasPrefix(m.Text, "第") {
			kept = append(kept, m.Text)
		}
	}
	if !slices.Equal(kept, said) {
		s.Errorf("the log has %q", kept)
	}
}

func (s *talk) endsAndIsRated() {
	s.zhouhang.press(".pane__do details.ask > summary")
	s.zhouhang.press(".pane__do [data-action=close]")
	s.zhouhang.sees("that it ended", `all(".pane [data-closed]").length === 1 && !all(".pane form[data-composer]").length`)
	s.visitor.sees("that it ended, and the question how it was", `all("form[data-rating]").length === 1 && !all("form[data-composer]").length`)
	s.visitor.sees("whom she rates", `text("[data-rate-title]") === "周航这次帮到您了吗？"`)
	s.visitor.press(".rate__star:nth-child(5)")
	s.visitor.press("form[data-rating] [value=rate]")
	s.visitor.sees("thanks", `text("[data-log] ~ *, .thread__log").includes("谢谢您的评价")`)
	s.zhouhang.sees("the rating", `all(".pane .divider").at(-1)?.innerText === "访客评了 5 分"`)
	for _, who := range []*screen{s.visitor, s.zhouhang, s.linxiao} {
		s.stayed(who)
	}
}

// Without script the page is a form: it posts, the page comes again, and what is refused stays in the field.
func TestChatPage_WithoutScript(t *testing.T) {
	t.Parallel()
	desk := startProgram(t)
	v := sits(t, startBrowser(t), "a visitor without script", 390, 844, false)
	v.must("switch script off", call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}),
		call(network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true}))
	v.goes(desk.url + "/c/demo")
	v.sees("the greeting", `text(".hello h2") === "您好，我是禾木的客服"`)
	v.writes("textarea[name=text]", "没有脚本也能问吗？")
	v.press("form[data-composer] .send")
	v.sees("her words in the thread", `texts(".message--own .bubble").join() === "没有脚本也能问吗？"`)
	v.sees("an empty field", `page.querySelector("textarea[name=text]").value === ""`)
	v.must("reload", chromedp.Reload())
	v.sees("her words again, once", `texts(".message--own .bubble").join() === "没有脚本也能问吗？"`)

	long := strings.Repeat("长", chat.MaxText+1)
	v.writes("textarea[name=text]", long)
	v.press("form[data-composer] .send")
	v.sees("why it was refused", `text("[data-slot=error]") !== ""`)
	v.sees("her words, still in the field", `page.querySelector("textarea[name=text]").value.length === `+fmt.Sprint(chat.MaxText+1))
	v.sees("nothing new in the thread", `texts(".message--own .bubble").length === 1`)
	for _, path := range v.requests(desk) {
		if strings.HasPrefix(path, "/api/") {
			t.Errorf("without script the page asked for %s", path)
		}
	}
	v.wellBehaved(desk)
}

// visitorSays writes in the phone's composer and touches the button.
func (s *talk) visitorSays(words string) {
	s.Helper()
	s.visitor.writes("textarea[name=text]", words)
	s.visitor.press("form[data-composer] .send")
}

// row is the conversation's place in a list.
func (s *talk) row() string { return "[data-row='" + s.id + "'] a.item" }

// stays marks the page before her; stayed fails when it is another one now.
func (s *talk) stays(who *screen) {
	s.Helper()
	who.sees("the page", "page.defaultView.stays = true")
}

func (s *talk) stayed(who *screen) {
	s.Helper()
	if stayed, err := ask[bool](who, "page.defaultView.stays === true"); err != nil || !stayed {
		s.Errorf("%s had her page reloaded (%v)", who.who, err)
	}
}

// get asks the API about the conversation with the visitor's token.
func (s *talk) get(path string) (int, string) {
	s.Helper()
	answer := s.ask(http.MethodGet, path, "")
	var body json.RawMessage
	if err := json.NewDecoder(answer.Body).Decode(&body); err != nil {
		s.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

func (s *talk) ask(method, path, body string) *http.Response {
	s.Helper()
	r, err := http.NewRequestWithContext(s.Context(), method, s.desk.url+"/api/v1/conversations/"+s.id+path, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}
