package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/taadis/unique-support/core/chat/sample"
)

// A visitor and an agent do with messages what can be done with them besides reading. Nobody reloads anything, and at the end a
// page drawn anew says the same.
func TestConversation_WhatIsDoneWithMessages(t *testing.T) {
	t.Parallel()
	s := &talk{T: t, desk: startProgram(t)}
	browser := startBrowser(t)
	s.visitor = sits(t, browser, "the visitor", 1024, 768, false)
	s.linxiao = sits(t, browser, "林晓", 1440, 900, false)
	s.signsIn(s.linxiao, sample.Agents()[0])
	s.visitor.goes(s.desk.url + "/c/demo")
	s.visitorSays("杯口裂了一道")
	s.visitor.sees("who answers her", `text("[data-who]") === "林晓"`)
	var err error
	if s.id, err = ask[string](s.visitor, "page.body.dataset.conversation"); err != nil || s.id == "" {
		t.Fatalf("the page has the conversation %q (%v)", s.id, err)
	}
	s.linxiao.press(s.row())
	s.linxiao.sees("the conversation", `text(".pane .message .bubble") === "杯口裂了一道"`)
	s.stays(s.linxiao)
	s.stays(s.visitor)

	s.takesBack()
	s.quotes()
	s.choosesAndFillsIn()

	for _, who := range []*screen{s.visitor, s.linxiao} {
		s.stayed(who)
		said := fmt.Sprintf(`texts("[data-log] > li:not([data-unread])").join("|") === %q`, strings.Join(s.rows(who), "|"))
		who.must("reload", chromedp.Reload())
		who.sees("the same, drawn by the server", said)
		who.wellBehaved(s.desk)
	}
}

// rows is what stands in each line of the log, but for how far it has come.
func (s *talk) rows(who *screen) []string {
	s.Helper()
	rows, err := ask[[]string](who, `texts("[data-log] > li:not([data-unread])")`)
	if err != nil {
		s.Fatal(err)
	}
	return rows
}

// takesBack has each of the two take back what they wrote, by keyboard alone; the other's tools do not offer it.
func (s *talk) takesBack() {
	v, l := s.visitor, s.linxiao
	s.visitorSays("卡号是 6222 0000")
	l.sees("what she wrote", `texts(".pane .message .bubble").at(-1) === "卡号是 6222 0000"`)
	v.sees("the thread with the focus", `(() => { const t = page.querySelector(".thread"); t.focus(); return page.activeElement === t; })()`)
	v.sees("a button at each message", `page.querySelectorAll(".message[data-seq] [data-opens]").length === 2`)
	v.sees("the last one with the focus", `(() => { const b = [...page.querySelectorAll("[data-opens]")].at(-1); b.focus(); return page.activeElement === b; })()`)
	v.enters()
	v.sees("the menu, and the focus in it", `page.activeElement.closest("[role=menu]") && all("[role=menu] [data-action=recall]").length === 1`)
	v.sees("the last choice", `(() => { const b = page.querySelector("[role=menu] [data-action=recall]"); b.focus(); return page.activeElement === b; })()`)
	v.enters()
	v.sees("that it is gone", `!page.body.innerText.includes("6222") && text("[data-log] .divider:last-child") === "您撤回了一条消息" && !all("[role=menu]").length`)
	l.sees("that it is gone", `!all(".pane")[0].innerText.includes("6222") && texts(".pane .divider").at(-1) === "访客撤回了一条消息"`)
	l.sees("the words before it in the list", `text("[data-row='`+s.id+`'] [data-slot=preview]").includes("杯口裂了一道")`)

	l.writes("form[data-composer] textarea", "补发两只")
	l.enters()
	v.sees("the answer", `texts(".message .bubble").at(-1) === "补发两只"`)
	l.sees("no way to take back the visitor's", `(() => { const row = page.querySelector(".message:not(.message--own)"); row.querySelector("[data-action=copy]").focus(); return row.querySelector("[data-action=recall]").hidden; })()`)
	l.sees("the tool at her own", `(() => { const row = all(".message--own[data-id]").at(-1); row?.querySelector("[data-action=copy]").focus(); const b = row?.querySelector("[data-action=recall]"); if (!b || b.hidden) return false; b.focus(); return page.activeElement === b; })()`)
	l.enters()
	l.sees("that it is gone", `texts(".pane .divider").at(-1) === "林晓撤回了一条消息" && !all(".pane .message--own").length`)
	v.sees("that it is gone", `texts("[data-log] .divider").at(-1) === "林晓撤回了一条消息" && !all(".message:not(.message--own) .bubble").filter((e) => e.innerText).length`)
}

// quotes has both refer to what the other said, and go there.
func (s *talk) quotes() {
	v, l := s.visitor, s.linxiao
	v.sees("the menu of the first message", `(() => { const b = page.querySelector("[data-opens]"); b.focus(); return page.activeElement === b; })()`)
	v.enters()
	v.sees("the menu, and the focus in it", `page.activeElement.closest("[role=menu]")?.querySelector("[data-action=quote]") === page.activeElement`)
	v.enters()
	v.sees("what she quotes, above the field", `text("[data-quoting]") === "您: 杯口裂了一道" && page.activeElement.matches("textarea")`)
	s.visitorSays("就是这句")
	v.sees("it above her words", `text(".message:last-child .quote") === "您 杯口裂了一道" && !all("[data-quoting]").length`)
	l.sees("it above her words", `text(".pane .message:last-child .quote .quote__text") === "杯口裂了一道"`)
	l.press(".pane .message:last-child .quote")
	l.sees("the message that is quoted, marked", `page.querySelector(".message--on .bubble")?.innerText === "杯口裂了一道" && !page.location.hash`)
}

// sends has the agent's program send what has no tool in the console.
func (s *talk) sends(body string) {
	s.Helper()
	status, err := ask[int](s.linxiao, fmt.Sprintf(`await fetch("/api/v1/conversations/%s/messages", { method: "POST", headers: { "Content-Type": "application/json", "X-Support-As": "agent" }, body: JSON.stringify({ client_id: crypto.randomUUID(), ...%s }) }).then((r) => r.status)`, s.id, body))
	if err != nil || status != 201 {
		s.Fatalf("answered %d (%v) to %s", status, err, body)
	}
}

func (s *talk) choosesAndFillsIn() {
	v, l := s.visitor, s.linxiao
	s.sends(`{"kind":"card","text":"订单 0862","data":{"title":"雾灰手作陶杯","spec":"350 ml × 2","price":"¥256.00","status":"已签收","number":"20260714-0862","action":"查看订单","url":"https://hemu.example/o/0862"}}`)
	for _, who := range []*screen{v, l} {
		who.sees("the card", `text("[data-log] .card__title") === "雾灰手作陶杯" && text("[data-log] .card__status") === "已签收" && all("[data-log] a.card__action")[0].href === "https://hemu.example/o/0862"`)
		who.sees("no words beside it", `!page.querySelector("[data-log]").innerText.includes("订单 0862")`)
	}
	s.sends(`{"kind":"choices","text":"要补发吗？","data":{"options":["补发一只","退款"]}}`)
	l.sees("what she may choose from", `texts(".pane .offers__one").join() === "补发一只,退款"`)
	v.sees("the answers there are", `texts("[data-log] .choices .choice").join() === "补发一只,退款"`)
	v.press("[data-log] .choices .choice")
	v.sees("her answer in their place", `texts(".message--own .bubble").at(-1) === "补发一只" && !all("[data-log] .choices").length`)
	l.sees("her answer", `texts(".pane .message .bubble").at(-1) === "补发一只"`)

	s.sends(`{"kind":"form","text":"请留下联系方式","data":{"fields":[{"name":"phone","label":"手机号","type":"phone"},{"name":"order","label":"订单号","optional":true}]}}`)
	v.writes("[name=f_phone]", "13800000000")
	v.writes("[name=f_order]", "0862")
	v.press("form.form button")
	v.sees("what she filled in", `texts(".message--own .filled dd").join() === "13800000000,0862" && !all("[data-log] form.form").length`)
	l.sees("what she filled in, as a table", `texts(".pane .filled dt").join() === "手机号,订单号" && texts(".pane .filled dd").join() === "13800000000,0862"`)
}

// What a visitor came from is sent with one touch, once, and only what her host has signed.
func TestIdentity_Offer(t *testing.T) {
	p := startProgram(t)
	p.tells("line", "identity", "demo", "--set", hostSecret, "--mode", "report")
	eventually(t, "a server that looks at identities", func() bool {
		a, err := request(t.Context(), "POST", p.url+"/api/v1/lines/demo/session", "", `{"identity":"`+signedFor("probe")+`"}`)
		return err == nil && strings.Contains(a.body, `"verified":true`)
	})
	browser := startBrowser(t)
	const mug, lamp = `{"title":"雾灰手作陶杯","price":"¥256.00","number":"20260714-0862"}`, `{"title":"亚麻台灯","price":"¥689.00"}`
	const sent = `texts(".message--own .card__title").join() === "雾灰手作陶杯" && text(".message--own .message__state") !== "发送中" && !all("form.offer").length && !page.body.innerText.includes("陶杯 ·")`

	t.Run("in a WebView", func(t *testing.T) {
		v := sits(t, browser, "the phone", 390, 844, true)
		v.goes(p.url + "/c/demo")
		v.does(`const f = document.createElement("form"); f.method = "post"; f.action = "/c/demo";
			const i = f.appendChild(document.createElement("input")); i.name = "identity"; i.value = ` + "`" + signedWith("buyer", mug) + "`" + `; document.body.append(f); f.submit()`)
		v.sees("what she came from, above the field", `text(".offer__what b") === "雾灰手作陶杯" && text(".offer [data-slot=price]") === "¥256.00"`)
		v.press(".offer .button")
		v.sees("it in the thread, and no longer above the field", sent)
		v.goes(p.url + "/c/demo")
		v.sees("the same anew", sent)
		v.wellBehaved(p)
	})
	t.Run("in the widget, when the site tells later", func(t *testing.T) {
		v := sits(t, browser, "the shopper", 1440, 900, false)
		v.goes(p.url + "/demo")
		v.page = launcher
		v.sees("the launcher", `all("button.launcher").length === 1`)
		v.does("UniqueSupport.open(); UniqueSupport.identify(`" + signedWith("shopper", mug) + "`)")
		v.page = chatFrame
		v.sees("what she came from", `text(".offer__what b") === "雾灰手作陶杯"`)
		v.press(".offer .button")
		v.sees("it in the thread", sent)
		v.does("UniqueSupport.identify(`" + signedWith("shopper", lamp) + "`)")
		v.sees("what she looks at now", `text(".offer__what b") === "亚麻台灯" && texts(".message--own .card__title").join() === "雾灰手作陶杯"`)
		v.does("UniqueSupport.identify(`" + signedWith("shopper", mug) + "`)")
		v.sees("nothing that she has sent", `page.querySelector(".offer__what b").textContent === "雾灰手作陶杯" && !all("form.offer").length`)
		v.wellBehaved(p)
	})
}
