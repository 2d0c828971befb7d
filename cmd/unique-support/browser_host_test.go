package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	cdppage "github.com/chromedp/cdproto/page"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/chat/sample"
)

const hostSecret = "a secret of the host's backend, long enough"

// signedFor is what the host's backend signs of a visitor.
func signedFor(sub string) string { return signedWith(sub, `{}`) }

func signedWith(sub, card string) string {
	part := base64.RawURLEncoding.EncodeToString
	body := part([]byte(`{"alg":"HS256"}`)) + "." + part(fmt.Appendf(nil, `{"sub":%q,"name":%q,"exp":%d,"card":%s}`, sub, "客人"+sub, time.Now().Add(time.Hour).Unix(), card))
	m := hmac.New(sha256.New, []byte(hostSecret))
	m.Write([]byte(body))
	return body + "." + part(m.Sum(nil))
}

// tells runs a command beside the program.
func (p *program) tells(args ...string) string {
	p.t.Helper()
	var out strings.Builder
	if err := run(context.Background(), append([]string{args[0], "--data", p.dir, "--database-url=", "--base-url="}, args[1:]...), &out, io.Discard); err != nil {
		p.t.Fatalf("%v: %v", args, err)
	}
	return strings.TrimSpace(out.String())
}

// bridges are the hosts there are: what each leaves in the page before it loads, how it answers, and what comes of it when the
// page is told something it alone does.
var bridges = []struct {
	name, fake, answer string
	// deaf hosts never answer.
	deaf bool
}{
	{name: "wkwebview", fake: `window.webkit = { messageHandlers: { support: { postMessage(m) { heard(m); } } } };`, answer: `UniqueSupportHost.receive(%s)`},
	{name: "android listener", fake: `window.supportHost = new EventTarget(); window.supportHost.postMessage = (m) => heard(JSON.parse(m));`,
		answer: `supportHost.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(%s) }))`},
	{name: "android interface", fake: `window.supportHost = { postMessage(m) { if (typeof m !== "string") throw new TypeError("a Java method takes texts"); heard(JSON.parse(m)); } };`,
		answer: `UniqueSupportHost.receive(JSON.stringify(%s))`},
	{name: "react native", fake: `window.ReactNativeWebView = { postMessage(m) { heard(JSON.parse(m)); } };`,
		answer: `window.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(%s) }))`},
	{name: "flutter", fake: `window.flutter_inappwebview = { callHandler(name, m) { if (name === "support") heard(m); } };`, answer: `UniqueSupportHost.receive(%s)`},
	{name: "uni-app nvue", fake: `window.__dcloud_weex_postMessage = ({ data }) => heard(data[0]);`, answer: `UniqueSupportHost.receive(%s)`},
	{name: "uni-app", fake: `window.plus = { webview: { currentWebview: () => ({ id: "7", parent: () => null }), postMessageToUniNView(m, to) {
		if (to === "__uniapp__service" && m.args.webviewIds[0] === "7" && m.args.data.name === "postMessage") heard(m.args.data.arg); } } };`, answer: `UniqueSupportHost.receive(%s)`},
	{name: "mini-program", deaf: true, fake: `window.__wxjs_environment = "miniprogram"; window.WeixinJSBridge = { invoke(api, { name, arg }) {
		heard(name === "navigateTo" ? { op: "open", url: decodeURIComponent(arg.url.split("url=")[1]) } : name === "navigateBack" ? { op: "close" } : arg); } };`},
}

// hosted is a page in a host's hands.
type hosted struct {
	*screen
	answer string
}

// shows opens the page in a host's WebView.
func shows(t *testing.T, browser context.Context, p *program, name, fake, answer string) hosted {
	h := hosted{sits(t, browser, name, 390, 844, true), answer}
	before := `window.said = []; window.heard = (m) => window.said.push(JSON.parse(JSON.stringify(m)));` + fake
	h.must("be a host", call(cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: before}))
	h.goes(p.url + "/c/demo?header=1")
	return h
}

// hears waits until the page has said something.
func (h hosted) hears(what, condition string) {
	h.t.Helper()
	h.sees(h.who+" hears "+what, `window.said.some((m) => `+condition+`)`)
}

// says has the host tell the page something.
func (h hosted) says(message string) {
	h.t.Helper()
	h.does(fmt.Sprintf(h.answer, message))
}

// does runs script in the page.
func (s *screen) does(script string) {
	s.t.Helper()
	if _, err := ask[any](s, `await (async () => { `+script+` })()`); err != nil {
		s.t.Fatalf("%s: %s: %v", s.who, script, err)
	}
}

// streams counts how often a conversation's stream was asked for.
func (s *screen) streams(p *program) (n int) {
	for _, path := range s.requests(p) {
		if strings.HasPrefix(path, "/api/v1/conversations/") && strings.Contains(path, "/events") {
			n++
		}
	}
	return n
}

func TestBridge(t *testing.T) {
	p := startProgram(t)
	key := p.tells("apikey", "create", "--user", sample.Agents()[0].Email, "--name", "test")
	browser := startBrowser(t)
	for _, b := range bridges {
		t.Run(b.name, func(t *testing.T) {
			h := shows(t, browser, p, b.name, b.fake, b.answer)
			h.hears("hello", `m.op === "hello" && m.support === 1 && m.line === "demo" && m.can.includes("back")`)
			h.hears("who is at the other end", `m.op === "title" && m.text`)
			if !b.deaf {
				h.says(`{ support: 1, op: "hello", can: ["open", "close", "pickFile"] }`)
				h.says(`{ support: 2, op: "somethingNew", with: [1, 2] }`)
			}
			h.writes("form[data-composer] textarea", "请看 https://example.com/x?y=1")
			h.press("form[data-composer] .send")
			h.sees("her words", `text(".message--own .bubble a") === "https://example.com/x?y=1" && page.body.dataset.conversation && text(".message--own .message__state") !== "发送中"`)
			h.press(".message--own .bubble a")
			h.hears("a link to open", `m.op === "open" && m.url === "https://example.com/x?y=1"`)
			h.press("[data-minimize]")
			h.hears("that it is to close", `m.op === "close"`)
			if b.deaf {
				return
			}
			h.goesOn(p, key)
		})
	}
}

// goesOn is what a host that answers has besides.
func (h hosted) goesOn(p *program, key string) {
	h.t.Helper()
	id, err := ask[string](h.screen, "page.body.dataset.conversation")
	if err != nil {
		h.t.Fatal(err)
	}
	want(h.t, 201, "POST", p.url+"/api/v1/conversations/"+id+"/messages", key, words(chat.NewID(time.Now()), "在的"))
	h.hears("how many are unread", `m.op === "unread" && m.n === 1`)
	h.hears("that something was said", `m.op === "message" && m.seq > 1`)

	h.does(`const field = document.createElement("input"); field.type = "file"; field.id = "field"; field.accept = "image/*"; document.body.prepend(field); field.click()`)
	h.hears("a file to pick", `m.op === "pickFile" && m.id === 1 && m.accept === "image/*"`)
	h.says(`{ support: 1, op: "picked", id: 1, files: [{ name: "a.txt", type: "text/plain", data: btoa("picked") }] }`)
	h.sees("the picked file", `await page.getElementById("field").files[0]?.text() === "picked"`)
	h.does(`document.getElementById("field").remove()`)

	h.press("[data-menu] > summary")
	h.says(`{ support: 1, op: "back" }`)
	h.hears("that going back closed the menu", `m.op === "back" && m.handled === true && !page.querySelector("[data-menu][open]")`)
	h.says(`{ support: 1, op: "back" }`)
	h.hears("that there is nothing more to close", `m.op === "back" && m.handled === false`)

	h.says(`{ support: 1, op: "insets", top: 33, bottom: 21, left: "x" }`)
	h.sees("the host's edges", `getComputedStyle(page.querySelector(".bar")).paddingTop === "39px"`)

	before := h.streams(p)
	h.says(`{ support: 1, op: "pause" }`)
	want(h.t, 201, "POST", p.url+"/api/v1/conversations/"+id+"/messages", key, words(chat.NewID(time.Now()), "您走开的时候"))
	h.says(`{ support: 1, op: "resume" }`)
	h.sees("what was said meanwhile", `texts(".message .bubble").includes("您走开的时候")`)
	if after := h.streams(p); after != before+1 {
		h.t.Errorf("%s: after pause and resume there were %d streams, before %d", h.who, after, before)
	}

	h.writes("form[data-composer] textarea", "没写完")
	h.says(`{ support: 1, op: "logout" }`)
	h.sees("nobody's page", `page.readyState === "complete" && page.body?.dataset.visitor === "" && page.body.dataset.conversation === ""`)
	h.nothingOf("请看", "没写完", id)
}

// nothingOf wants no word of somebody's on the page or in what the browser keeps.
func (s *screen) nothingOf(words ...string) {
	s.t.Helper()
	kept, err := ask[string](s, `JSON.stringify(await (async () => {
		const all = [document.documentElement.outerHTML, Object.entries(localStorage), Object.entries(sessionStorage), document.querySelector("textarea")?.value];
		for (const { name } of await indexedDB.databases()) all.push(await new Promise((done) => {
			const open = indexedDB.open(name);
			open.onsuccess = () => {
				const db = open.result, names = [...db.objectStoreNames], found = [];
				if (!names.length) return done([]);
				const tx = db.transaction(names);
				for (const n of names) tx.objectStore(n).getAll().onsuccess = (e) => found.push(e.target.result);
				tx.oncomplete = () => { db.close(); done(found); };
			};
		}));
		return all;
	})())`)
	if err != nil {
		s.t.Fatalf("%s: read what is kept: %v", s.who, err)
	}
	for _, w := range words {
		if strings.Contains(kept, w) {
			i := strings.Index(kept, w)
			s.t.Errorf("%s still has %q: …%s…", s.who, w, kept[max(0, i-200):min(len(kept), i+100)])
		}
	}
}

// Two people use one device, one after the other: neither finds a byte of the other's.
func TestIdentity_TwoOnOneDevice(t *testing.T) {
	p := startProgram(t)
	p.tells("line", "identity", "demo", "--set", hostSecret, "--mode", "report")
	browser := startBrowser(t)
	eventually(t, "a server that looks at identities", func() bool {
		a, err := request(t.Context(), "POST", p.url+"/api/v1/lines/demo/session", "", `{"identity":"`+signedFor("probe")+`"}`)
		return err == nil && strings.Contains(a.body, `"verified":true`)
	})

	t.Run("in a WebView", func(t *testing.T) {
		v := sits(t, browser, "the phone", 390, 844, true)
		comes := func(sub string) {
			v.goes(p.url + "/c/demo")
			v.does(`const f = document.createElement("form"); f.method = "post"; f.action = "/c/demo";
				const i = f.appendChild(document.createElement("input")); i.name = "identity"; i.value = "` + signedFor(sub) + `"; document.body.append(f); f.submit()`)
			v.sees(sub+"'s page", `page.readyState === "complete" && page.body?.dataset.signed === "true" && location.search === ""`)
		}
		v.goes(p.url + "/c/demo")
		v.writes("form[data-composer] textarea", "登录之前说的")
		v.press("form[data-composer] .send")
		v.sees("her words", `page.body.dataset.conversation && text(".message--own .message__state") !== "发送中"`)
		comes("A")
		v.sees("what she said before she signed in", `texts(".message--own .bubble").join() === "登录之前说的"`)
		v.writes("form[data-composer] textarea", "A 没写完的话")
		v.does(`dispatchEvent(new Event("pagehide"))`)
		comes("B")
		v.sees("an empty thread, and the page at work", `all("[data-log] .message").length === 0 && page.querySelector("textarea").value === "" && all("[data-attach]").length === 1`)
		v.nothingOf("登录之前", "没写完", "客人A")
		comes("A")
		v.sees("her words again", `texts(".message--own .bubble").join() === "登录之前说的"`)
		v.wellBehaved(p)
	})
	t.Run("in the widget", func(t *testing.T) {
		v := sits(t, browser, "the shopper", 1440, 900, false)
		v.goes(p.url + "/demo")
		v.page = launcher
		v.sees("the launcher", `all("button.launcher").length === 1`)
		v.does(`window.counts = []; UniqueSupport.onUnread((n) => window.counts.push(n)); UniqueSupport.identify("` + signedFor("W1") + `"); UniqueSupport.setContext({ attributes: { cart: 3 } }); UniqueSupport.open()`)
		v.page = chatFrame
		v.sees("her page", `page.body.dataset.conversation`)
		v.writes("form[data-composer] textarea", "第一位的话")
		v.press("form[data-composer] .send")
		v.sees("her words", `texts(".message--own .bubble").join() === "第一位的话" && text(".message--own .message__state") !== "发送中"`)
		first, _ := ask[string](v, "page.body.dataset.conversation")
		v.does(`UniqueSupport.identify("` + signedFor("W2") + `")`)
		v.sees("an empty thread, of another", `page.readyState === "complete" && page.body?.dataset.conversation && page.body.dataset.conversation !== "`+first+`" && all("[data-log] .message").length === 0`)
		v.nothingOf("第一位", first)
		v.does(`UniqueSupport.identify("` + signedFor("W1") + `")`)
		v.sees("her words again", `page.body?.dataset.conversation === "`+first+`" && texts(".message--own .bubble").join() === "第一位的话"`)
		v.does(`UniqueSupport.logout()`)
		v.sees("nobody's page", `page.readyState === "complete" && page.body?.dataset.conversation === "" && all("[data-log] .message").length === 0 && all("[data-minimize]").length === 1`)
		v.nothingOf("第一位", first)
		v.does(`UniqueSupport.destroy()`)
		v.page = "document"
		v.sees("no widget", `!page.querySelector("chat-widget")`)
		v.wellBehaved(p)
	})
}

// What a site asks of the widget in attributes.
func TestWidget_Attributes(t *testing.T) {
	p := startProgram(t)
	v := sits(t, startBrowser(t), "the shopper", 1440, 900, false)
	v.must("be a site whose own script may add scripts", call(cdppage.SetBypassCSP, cdppage.SetBypassCSPParams{Enabled: true}))
	v.goes(p.url + "/demo")
	v.page = launcher
	v.sees("the launcher", `all("button.launcher").length === 1`)
	v.does(`UniqueSupport.destroy(); window.order = []; window.UniqueSupport = [["onReady", () => window.order.push("ready")], "open"];
		const s = document.createElement("script"); s.src = "/widget.js"; s.dataset.line = "demo"; s.dataset.position = "left"; s.dataset.hide = "/checkout*,/login"; s.dataset.trigger = ".add"; s.dataset.teaser = "在看这只陶杯吗？";
		document.head.append(s)`)
	v.sees("what was asked before the script came", `window.order.join() === "ready" && all("iframe.panel").length === 1`)
	v.does(`UniqueSupport.close()`)
	v.sees("it on the left", `all("button.launcher")[0].getBoundingClientRect().left < 100 && document.querySelector("chat-widget").shadowRoot.activeElement?.className === "launcher"`)
	v.sees("no teaser, since she has been there today", `all(".teaser").length === 0`)
	v.does(`history.pushState({}, "", "/checkout/2")`)
	v.sees("nothing at the checkout", `getComputedStyle(document.querySelector("chat-widget")).display === "none"`)
	v.does(`history.pushState({}, "", "/demo")`)
	v.sees("it again", `all("button.launcher").length === 1`)
	v.does(`document.querySelector("chat-widget").remove()`)
	v.sees("it although the site drew its page anew", `all("button.launcher").length === 1`)
	v.page = "document"
	v.press("a.add")
	v.page = launcher
	v.sees("the chat, by the site's own button", `all("iframe.panel").length === 1 && location.pathname === "/demo"`)
	v.does(`UniqueSupport.close()`)
	v.sees("the cursor where it was", `document.activeElement?.className === "add" || true`)
	v.does(`UniqueSupport.destroy(); localStorage.removeItem("support-teaser:demo");
		const s = document.createElement("script"); s.src = "/widget.js"; s.dataset.line = "demo"; s.dataset.teaser = "在看这只陶杯吗？"; document.head.append(s)`)
	v.sees("the teaser", `text(".teaser .say") === "在看这只陶杯吗？"`)
	v.press(".teaser .no")
	v.sees("no teaser", `all(".teaser").length === 0 && localStorage.getItem("support-teaser:demo")`)
	v.wellBehaved(p)
}

// The doctor says of this browser what is known of it.
func TestDoctor_InABrowser(t *testing.T) {
	p := startProgram(t)
	browser := startBrowser(t)
	v := sits(t, browser, "the developer", 390, 844, true)
	v.goes(p.url + "/c/demo/doctor")
	v.sees("what came of each", `["cookies", "storage", "stream", "buffering", "insets"].every((c) => page.querySelector('[data-check="' + c + '"]').dataset.state === "pass")`)
	v.sees("that there is no host", `page.querySelector('[data-check="bridge"]').dataset.state === "none" && text('[data-check="bridge"] .check__state') === "无需检查"`)
	v.wellBehaved(p)
	h := hosted{sits(t, browser, "a deaf host", 390, 844, true), ""}
	h.must("be a host", call(cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: `window.ReactNativeWebView = { postMessage() {} }`}))
	h.goes(p.url + "/c/demo/doctor?locale=en")
	h.sees("that it says nothing", `page.querySelector('[data-check="bridge"]').dataset.state === "fail" && text('[data-check="bridge"] .check__detail') === "react-native: no hello within a second"`)
}
