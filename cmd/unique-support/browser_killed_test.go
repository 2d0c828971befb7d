package main

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// killed ends the page as a system does that needs its memory: at once, without asking it. What its browser keeps stays.
func (s *screen) killed() {
	s.t.Helper()
	s.must("listen", call(inspector.Enable, cdp.Empty{}))
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	go func() { _ = chromedp.Do(ctx, call(cdppage.Crash, cdp.Empty{})) }() // which nobody is left to answer
	select {
	case <-s.crashed:
	case <-time.After(patience):
		s.t.Fatalf("%s: the page was not killed", s.who)
	}
}

// unreached keeps the page's calls from the program, or lets them through; the page itself can be opened, as where it was kept.
func (s *screen) unreached(p *program) {
	s.t.Helper()
	s.must("lose the server", call(network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{
		{URLPattern: p.url + "/api/*", Offline: true, DownloadThroughput: -1, UploadThroughput: -1}}}))
}

// A visitor without a network writes three messages, her page is killed, she opens it again, and then the network is back: each is there
// once, in the order written.
func TestChatPage_KilledBeforeItCouldSend(t *testing.T) {
	t.Parallel()
	p := startProgram(t)
	browser := startBrowser(t)
	s := &talk{T: t, desk: p, visitor: sits(t, browser, "the visitor", 390, 844, true)}
	v := s.visitor
	v.goes(p.url + "/c/demo")
	v.sees("the page at work", `all("[data-attach]").length === 1`)
	v.offline(true)
	for _, words := range []string{"杯口裂了一道", "能换一只吗？", "订单 0862"} {
		s.visitorSays(words)
	}
	const waiting = `texts(".message--own.message--sending .bubble").join() === "杯口裂了一道,能换一只吗？,订单 0862"`
	v.sees("all three, waiting", waiting)
	v.sees("all three in the browser's store", `await new Promise((done) => { indexedDB.open("support", 1).onsuccess = ({ target }) => {
		const asked = target.result.transaction("outbox").objectStore("outbox").count(); asked.onsuccess = () => { target.result.close(); done(asked.result === 3); }; }; })`)
	v.killed()

	again := sitsAt(t, browser, "the visitor, again", 390, 844, true, chromedp.WithExistingBrowserContext(chromedp.FromContext(v.ctx).BrowserContextID))
	again.unreached(p)
	again.goes(p.url + "/c/demo")
	again.sees("all three, still waiting", waiting)
	again.sees("nothing in the field", `page.querySelector("textarea[name=text]").value === ""`)
	again.offline(true)
	again.offline(false)
	again.sees("all three, accepted", `texts(".message--own .bubble").join() === "杯口裂了一道,能换一只吗？,订单 0862" && texts(".message--own").length === 3 && !all(".message--sending, .message--failed").length`)
	again.sees("the same on the server", `(await (await fetch("/api/v1/conversations/" + page.body.dataset.conversation + "/messages")).json()).messages.map((m) => m.seq + m.text).join() === "1杯口裂了一道,2能换一只吗？,3订单 0862"`)
	again.must("reload", chromedp.Reload())
	again.sees("the same, drawn by the server", `texts(".message--own .bubble").join() === "杯口裂了一道,能换一只吗？,订单 0862" && page.readyState === "complete"`)
	again.wellBehaved(p)
}
