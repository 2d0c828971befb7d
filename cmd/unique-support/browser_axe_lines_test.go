package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
)

// lineStates are those of pages of lines that have something set: each is looked at for itself.
var lineStates = []struct {
	name string
	to   func(l *looked)
}{
	{"a line that is closed", func(l *looked) {
		l.visitor.goes(l.desk.url + "/c/closed?locale=" + l.locale)
		l.visitor.sees("where she is to be answered", `all("input[name=contact]").length === 1 && page.readyState === "complete"`)
	}},
	{"a contact that is none", func(l *looked) {
		l.visitor.writes("textarea[name=text]", "杯口裂了一道")
		l.visitor.press("form[data-composer] .send")
		l.visitor.sees("why", `text("#contact-error") !== ""`)
	}},
	{"a message that was left", func(l *looked) {
		l.visitor.writes("input[name=contact]", "138 0013 8000")
		l.visitor.press("form[data-composer] .send")
		l.visitor.sees("that it was", `all(".queue__left").length === 1`)
	}},
	{"questions before the first words", func(l *looked) {
		l.visitor.goes(l.desk.url + "/c/asks?locale=" + l.locale)
		l.visitor.sees("them", `all(".begin input[name=name]").length === 1 && page.readyState === "complete"`)
	}},
	{"answers that are not right", func(l *looked) {
		l.visitor.press(".begin button.button")
		l.visitor.sees("why", `text("#ask-name") !== "" && text("#ask-topic") !== ""`)
	}},
	{"a long wait", func(l *looked) {
		l.visitor.goes(l.desk.url + "/c/busy?locale=" + l.locale)
		l.visitor.sees("the page", `page.readyState === "complete"`)
		l.visitorSays("还有货吗")
		l.visitor.sees("that she may leave a message", `all(".late summary").length === 1`)
		l.visitor.press(".late summary")
	}},
	{"what she came from", func(l *looked) {
		l.visitor.goes(l.desk.url + "/c/demo?locale=" + l.locale)
		l.visitor.does(`const f = document.createElement("form"); f.method = "post"; f.action = location.href;
			const i = f.appendChild(document.createElement("input")); i.name = "identity"; i.value = ` + "`" + signedWith("axe-"+l.locale, `{"title":"雾灰手作陶杯","price":"¥256.00"}`) + "`" + `; document.body.append(f); f.submit()`)
		l.visitor.sees("it above the field", `text(".offer__what b") === "雾灰手作陶杯"`)
	}},
}

// The same of lines with hours, questions, a long queue and signed identities.
func TestChatPage_AccessibilityOfLines(t *testing.T) {
	t.Parallel()
	axe, err := os.ReadFile("../../bin/axe/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal("there is no axe-core: .tools/install-axe installs it")
	}
	asked := filepath.Join(t.TempDir(), "questions.json")
	if err := os.WriteFile(asked, []byte(`[{"name": "name", "type": "text", "label": {"zh-CN": "怎么称呼您", "en": "Your name"}}, {"name": "phone", "type": "phone", "optional": true, "label": {"zh-CN": "手机号", "en": "Phone"}},
		{"name": "topic", "type": "choice", "label": {"zh-CN": "想咨询什么", "en": "About"}, "options": {"zh-CN": ["订单", "退换货"], "en": ["Orders", "Returns"]}}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	p := startProgram(t)
	for _, name := range []string{"closed", "asks", "busy"} {
		p.tells("line", "create", name, "--title", "禾木商城")
	}
	p.tells("line", "hours", "closed", "--zone", "Asia/Shanghai", "--open", "mon=closed")
	p.tells("line", "asks", "asks", "--set", asked)
	p.tells("line", "identity", "demo", "--set", hostSecret, "--mode", "report")
	p.tells("line", "queue", "busy", "--leave-waiting", "1")
	eventually(t, "a server that knows the lines", func() bool {
		a, err := request(t.Context(), "GET", p.url+"/c/busy", "", "")
		return err == nil && strings.Contains(a.body, "data-late")
	})
	enters(t, p.url, "busy").says(t, "在吗")
	browser := startBrowser(t)
	for _, locale := range []string{"zh-CN", "en"} {
		l := &looked{talk: &talk{T: t, desk: p, visitor: sits(t, browser, "the visitor, "+locale, 390, 844, true)}, locale: locale}
		l.visitor.must("be examined", call(cdppage.SetBypassCSP, cdppage.SetBypassCSPParams{Enabled: true}),
			call(cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: string(axe)}))
		for _, state := range lineStates {
			state.to(l)
			for _, theme := range []string{"light", "dark"} {
				l.examine(state.name+", "+theme+", "+locale, theme)
			}
		}
	}
}
