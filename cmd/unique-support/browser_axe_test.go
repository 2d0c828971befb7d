package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/chat/sample"
)

// looked is a visitor in front of one page after another, with whatever an examiner needs beside her.
type looked struct {
	*talk
	key, locale, picture string
}

// states are those of the visitor's pages, in the order she meets them; each is made from the one before.
var states = []struct {
	name string
	to   func(l *looked)
}{
	{"nothing said yet", func(l *looked) {
		l.visitor.goes(l.desk.url + "/c/demo?locale=" + l.locale)
		l.visitor.sees("the page at work", `all("[data-attach]").length === 1 && all(".hello").length === 1`)
	}},
	{"signs to choose", func(l *looked) { l.visitor.press("[data-emoji-panel] summary") }},
	{"the bar's menu", func(l *looked) { l.visitor.press(".bar [data-menu] > summary") }},
	{"ways to attach", func(l *looked) {
		l.visitor.press("[data-attach]")
		l.visitor.sees("them", `all(".tile").length === 3`)
	}},
	{"a file of a wrong kind", func(l *looked) {
		l.visitor.must("drop a page", chromedp.Evaluate[chromedp.Void](hands("drop", "dataTransfer", "x.html", "text/html", "main")))
		l.visitor.sees("that it cannot be sent", `text(".composer__error").includes("x.html")`)
	}},
	{"waiting", func(l *looked) {
		l.visitorSays("杯口裂了一道 https://hemu.example/help")
		l.visitor.sees("the queue", `all("[data-queue]").length === 1`)
		var err error
		if l.id, err = ask[string](l.visitor, "page.body.dataset.conversation"); err != nil || l.id == "" {
			l.Fatalf("the page has the conversation %q (%v)", l.id, err)
		}
	}},
	{"an assistant answers", func(l *looked) {
		l.agent("messages", fmt.Sprintf(`{"client_id":%q,"bot":true,"kind":"choices","text":"要退货吗？","data":{"options":["不用了"]}}`, chat.NewID(time.Now())), 201)
		l.visitor.sees("the way to a human", `all(".human button").length === 1 && all("[data-log] .choice").length === 1`)
	}},
	{"on the way to a human", func(l *looked) {
		l.visitor.press(".human button")
		l.visitor.sees("the queue", `all("[data-queue]").length === 1 && !all(".human").length`)
	}},
	{"leaving the queue", func(l *looked) { l.visitor.press("[data-queue] summary") }},
	{"talking", func(l *looked) {
		l.agent("messages", words(chat.NewID(time.Now()), "在的，我看看"), 201)
		l.agent("typing", `{}`, 204)
		l.visitor.sees("an answer, and that she types", `all(".message:not(.message--own) .bubble").length > 1`)
	}},
	{"what messages have besides text", func(l *looked) {
		for _, said := range []string{
			`"kind":"card","text":"订单 0862","data":{"title":"雾灰手作陶杯","price":"¥256.00","status":"已签收","number":"0862","action":"查看订单","url":"https://hemu.example/o/0862"}`,
			`"kind":"form","text":"请留下联系方式","data":{"fields":[{"name":"phone","label":"手机号","type":"phone"},{"name":"order","label":"订单号","optional":true}]}`,
			`"text":"就是这句","data":{"quote":{"seq":1}}`,
		} {
			l.agent("messages", fmt.Sprintf(`{"client_id":%q,%s}`, chat.NewID(time.Now()), said), 201)
		}
		l.visitor.sees("all of it", `all("[data-log] .card__title").length === 1 && all("[data-log] form.form").length === 1 && all("[data-log] .quote").length === 1`)
	}},
	{"a picture", func(l *looked) {
		l.visitor.press("[data-attach]")
		l.visitor.picks(".tile input", l.picture)
		l.visitor.sees("it, accepted", `all(".message--own .photo img")[0]?.naturalWidth > 0 && !all(".message--sending").length`)
	}},
	{"a message's menu", func(l *looked) {
		l.visitor.sees("a button beside it", `(() => { page.querySelector(".thread").focus(); if (!all("[role=menu]").length) [...page.querySelectorAll("[data-opens]")].at(-1)?.click(); return all("[role=menu]").length === 1; })()`)
	}},
	{"the picture, large", func(l *looked) {
		l.visitor.must("close the menu", chromedp.KeyEvent("\u001b"))
		l.visitor.press(".message--own .photo")
		l.visitor.sees("it", `all("dialog.viewer")[0]?.open`)
	}},
	{"a file on its way", func(l *looked) {
		l.visitor.press("dialog.viewer [data-slot=shut]")
		l.visitor.sees("the thread", `!all("dialog.viewer").length`)
		l.visitor.offline(true)
		l.visitor.must("drop a file", chromedp.Evaluate[chromedp.Void](hands("drop", "dataTransfer", "订单.csv", "text/csv", "main")))
		l.visitor.sees("how far it is, or that it failed", `all(".upload").length === 1`)
	}},
	{"without a network", func(l *looked) {
		l.visitor.writes("textarea[name=text]", "还在吗")
		l.visitor.press("form[data-composer] .send")
		l.visitor.sees("the notice", `all("[data-notice]").length === 1 && all(".message--sending").length === 1`)
	}},
	{"not sent", func(l *looked) {
		l.visitor.does(`window.real = fetch; window.fetch = async (at, ...more) => (String(at).endsWith("/messages") ? new Response('{"code":"invalid","detail":"No."}', { status: 422 }) : window.real(at, ...more))`)
		l.visitor.offline(false)
		l.visitor.sees("it, and a way to try again", `all(".message--failed .message__retry").length > 0 && !all("[data-notice]").length`)
		l.visitor.does(`window.fetch = window.real`)
	}},
	{"ended", func(l *looked) {
		l.agent("close", `{}`, 204)
		l.visitor.sees("the question how it was", `all("form[data-rating]").length === 1 && !all("form[data-composer]").length`)
	}},
	{"a rating that is refused", func(l *looked) {
		l.visitor.does(`window.fetch = async () => new Response('{"code":"line_unavailable"}', { status: 503 })`)
		l.visitor.press(".rate__star:nth-child(4)")
		l.visitor.press("form[data-rating] [value=rate]")
		l.visitor.sees("why", `text("form[data-rating] [data-slot=error]") !== ""`)
		l.visitor.does(`window.fetch = window.real`)
	}},
	{"rated", func(l *looked) {
		l.visitor.press("form[data-rating] [value=rate]")
		l.visitor.sees("thanks", `all(".rated").length === 1`)
	}},
	{"the same, drawn by the server", func(l *looked) {
		l.visitor.goes(l.desk.url + "/c/demo?locale=" + l.locale)
		l.visitor.sees("thanks", `all(".rated").length === 1 && page.readyState === "complete"`)
	}},
	{"an app's own bar", func(l *looked) {
		l.visitor.goes(l.desk.url + "/c/demo?header=0&locale=" + l.locale)
		l.visitor.sees("the page", `page.readyState === "complete"`)
	}},
	{"a line that is not there", func(l *looked) {
		l.visitor.goes(l.desk.url + "/c/nowhere?locale=" + l.locale)
		l.visitor.sees("the page", `page.readyState === "complete"`)
	}},
	{"the doctor", func(l *looked) {
		l.visitor.goes(l.desk.url + "/c/demo/doctor?locale=" + l.locale)
		l.visitor.sees("what came of it", `all("[data-check][data-state=pass]").length >= 5`)
	}},
	{"a shop with the widget", func(l *looked) {
		l.visitor.goes(l.desk.url + "/demo?locale=" + l.locale)
		l.visitor.sees("the launcher", `document.querySelector("chat-widget")?.shadowRoot.querySelector("button.launcher")`)
	}},
	{"the widget, open", func(l *looked) {
		l.visitor.does(`UniqueSupport.open()`)
		l.visitor.page = chatFrame
		l.visitor.sees("the chat", `page.readyState === "complete" && all("[data-minimize]").length === 1`)
		l.visitor.page = "document"
	}},
}

// No state of the visitor's pages keeps anybody out, as far as axe-core can tell: in both languages, light and dark.
func TestChatPage_Accessibility(t *testing.T) {
	t.Parallel()
	axe, err := os.ReadFile("../../bin/axe/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal("there is no axe-core: .tools/install-axe installs it")
	}
	p := startProgram(t)
	key := p.tells("apikey", "create", "--user", sample.Agents()[0].Email, "--name", "test")
	cup := filepath.Join(t.TempDir(), "杯口.jpg")
	if err := os.WriteFile(cup, picture(t, 600, 450), 0o600); err != nil {
		t.Fatal(err)
	}
	browser := startBrowser(t)
	for _, locale := range []string{"zh-CN", "en"} {
		l := &looked{talk: &talk{T: t, desk: p, visitor: sits(t, browser, "the visitor, "+locale, 390, 844, true)}, key: key, locale: locale, picture: cup}
		l.visitor.must("be examined", call(cdppage.SetBypassCSP, cdppage.SetBypassCSPParams{Enabled: true}),
			call(cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: string(axe)}))
		for _, state := range states {
			state.to(l)
			for _, theme := range []string{"light", "dark"} {
				l.examine(state.name+", "+theme+", "+locale, theme)
			}
		}
	}
}

// agent does something as the agent.
func (l *looked) agent(what, body string, status int) {
	l.Helper()
	want(l.T, status, "POST", l.desk.url+"/api/v1/conversations/"+l.id+"/"+what, l.key, body)
}

// examine has axe-core look at the page as it is, and at the page in the widget's frame.
func (l *looked) examine(state, theme string) {
	l.Helper()
	found, err := ask[[]string](l.visitor, fmt.Sprintf(`await (async () => {
		const found = [];
		for (const w of [window, document.querySelector("chat-widget")?.shadowRoot.querySelector("iframe")?.contentWindow].filter(Boolean)) {
			w.document.documentElement.dataset.theme = %q;
			const { violations } = await w.axe.run(w.document, { iframes: false, resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], rules: { "document-title": { enabled: w === window } } }); // in a frame it still holds the document before this one
			for (const v of violations) for (const n of v.nodes) found.push(v.id + " " + n.target.join(" ") + ": " + n.failureSummary);
		}
		return found;
	})()`, theme))
	if err != nil {
		l.Fatalf("%s: %v", state, err)
	}
	for _, violation := range found {
		l.Errorf("%s: %s", state, strings.Join(strings.Fields(violation), " "))
	}
}
