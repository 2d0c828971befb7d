package main

import (
	"regexp"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/network"

	"github.com/taadis/unique-support/core/chat/sample"
)

// offline is a phone in a lift: with it, nothing gets through.
func (s *screen) offline(is bool) {
	s.t.Helper()
	rules := []*network.Conditions{}
	if is {
		rules = append(rules, &network.Conditions{Offline: true, DownloadThroughput: -1, UploadThroughput: -1})
	}
	s.must("lose or find the network", call(network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: is, DownloadThroughput: -1, UploadThroughput: -1}),
		call(network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: rules}))
}

// What a visitor's browser asks for before she does anything: the page and what it is drawn with, from us, and the stream if there is a conversation.
func TestChatPage_FirstView(t *testing.T) {
	t.Parallel()
	p := startProgram(t)
	s := &talk{T: t, desk: p, visitor: sits(t, startBrowser(t), "the visitor", 390, 844, true)}
	v := s.visitor
	look := func(more ...string) {
		t.Helper()
		v.mu.Lock()
		v.asked = nil
		v.mu.Unlock()
		v.goes(p.url + "/c/demo")
		v.sees("the page at work, and at rest", `all("[data-attach]").length === 1 && document.readyState === "complete" && !performance.getEntriesByType("resource").some((r) => r.responseEnd === 0)`)
		if len(more) > 0 {
			v.sees("that the stream has begun", `performance.now() > 0 && !all("[data-notice]").length`)
		}
		want := append([]string{"/c/demo", "/css/chat.css", "/css/tokens.css", "/icons/icons.svg", "/widget/chat.js", ".css"}, more...)
		var got []string
		for _, path := range v.requests(p) {
			name := regexp.MustCompile(`^/assets/(?:theme/\w+|\w+)`).ReplaceAllString(path, "")
			name = regexp.MustCompile(`^/api/v1/conversations/[^/]+|\?.*`).ReplaceAllString(name, "")
			switch name {
			case "/icons/mark.svg", "/favicon.ico": // the tab's, which not every browser asks for
			case "/read": // what she says by having looked for a second
			default:
				got = append(got, name)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(slices.Compact(got), want) {
			t.Errorf("her browser asks for %q, want %q", got, want)
		}
	}
	look()
	s.visitorSays("在吗")
	v.sees("her words, accepted", `page.body.dataset.conversation && !all(".message--sending").length`)
	look("/events")
	v.wellBehaved(p)
}

// What is fetched later and does not come is asked for again when somebody asks again, and she is told.
func TestChatPage_LaterWithoutNetwork(t *testing.T) {
	t.Parallel()
	p := startProgram(t)
	v := sits(t, startBrowser(t), "the visitor", 390, 844, true)
	v.goes(p.url + "/c/demo")
	v.sees("a page at work", `all("[data-attach]").length === 1`)
	v.offline(true)
	v.press("[data-attach]")
	v.sees("that it did not open", `text("[data-notice]").includes("请检查网络") && !all(".tiles").length`)
	v.writes("textarea[name=text]", "还在吗")
	v.press("form[data-composer] .send")
	v.sees("her words, kept", `texts(".message--own .bubble").join() === "还在吗"`)
	v.offline(false)
	v.sees("her words, sent", `text(".message--own .message__state") === "已发送"`)
	v.press("[data-attach]")
	v.sees("the ways to attach", `texts(".tile").join() === "相册,拍照,文件" && !text(".composer__error")`)
	v.wellBehaved(p)
}

// Script of our pages can make neither markup nor script out of text, whatever it is made to do.
func TestPages_TrustedTypes(t *testing.T) {
	t.Parallel()
	p := startProgram(t)
	s := &talk{T: t, desk: p, visitor: sits(t, startBrowser(t), "somebody", 1280, 800, false)}
	v := s.visitor
	refused := func(where string) {
		v.sees(where+" at work", `page.readyState === "complete"`)
		for _, try := range []string{`document.body.innerHTML = "<b>x</b>"`, `new DOMParser().parseFromString("<b>x</b>", "text/html")`, `document.createElement("script").src = "/widget.js"`,
			`trustedTypes.createPolicy("other", { createHTML: (s) => s })`, `trustedTypes.createPolicy("default", { createHTML: (s) => s })`, `setTimeout("x()")`} {
			if said, err := ask[string](v, `(() => { try { `+try+`; return "done"; } catch (e) { return e.name; } })()`); err != nil || said != "TypeError" {
				t.Errorf("%s: %s: %s (%v)", where, try, said, err)
			}
		}
	}
	v.goes(p.url + "/c/demo")
	refused("the chat page")
	v.goes(p.url + "/demo")
	v.page = launcher
	v.sees("the launcher, under the strictest policy", `all("button.launcher").length === 1`)
	v.page = "document"
	refused("the shop")
	s.signsIn(v, sample.Agents()[0])
	refused("the console")
	s.stays(v)
	v.writes("[data-search]", "刻字")
	v.sees("what was searched for", `all("[data-row]").length === 1 && text("[data-row]").includes("刻字")`)
	s.stayed(v)
}
