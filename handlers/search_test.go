package handlers

import (
	"bytes"
	"net/url"
	"strings"
	"testing"

	"github.com/taadis/unique-support/core/chat"
)

func TestSearch(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	g, other := r.caller("shop"), r.caller("mall")
	for i := range 60 {
		text := "说明"
		if i == 9 {
			text = "我想退款 <b>"
		}
		r.want(r.send(g, text), 201, "")
	}
	r.want(r.send(other, "我也想退款"), 201, "")
	note := strings.Replace(message("VIP 客户，退款走加急"), `"kind":"text",`, "", 1)
	found := func(r *rig, query string, who ...string) []any {
		return r.want(r.call("GET", "/api/v1/inbox?"+query, "", who...), 200, "").json(r.t)["conversations"].([]any)
	}
	q := "q=" + url.QueryEscape("退款")
	t.Run("OK", func(t *testing.T) {
		r := r.at(t)
		all := found(r, q, key("Lin")...)
		if len(all) != 1 {
			t.Fatal(all)
		}
		hit := all[0].(map[string]any)["hit"].(map[string]any)
		if hit["seq"] != 10.0 || hit["by"] != "visitor" || hit["excerpt"].([]any)[1].(map[string]any)["hit"] != true {
			t.Fatal(hit)
		}
	})
	t.Run("only on the lines one works for", func(t *testing.T) {
		r := r.at(t)
		if all := found(r, q, key("Audit")...); len(all) != 2 {
			t.Fatal(all)
		}
		if all := found(r, q+"&line=mall", key("Lin")...); len(all) != 0 {
			t.Fatal(all)
		}
		r.want(r.call("GET", "/api/v1/inbox?"+q, "", g.auth()...), 403, chat.CodeForbidden)
	})
	t.Run("notes are found, too", func(t *testing.T) {
		r := r.at(t)
		r.want(r.call("POST", "/api/v1/conversations/"+g.conversation+"/notes", note, key("Lin")...), 201, "")
		if hit := found(r, "q=vip", key("Lin")...)[0].(map[string]any)["hit"].(map[string]any); hit["note"] != 1.0 || hit["seq"] != 60.0 {
			t.Fatal(hit)
		}
	})
	t.Run("what is too long is refused", func(t *testing.T) {
		r := r.at(t)
		r.want(r.call("GET", "/api/v1/inbox?q="+strings.Repeat("a", 201), "", key("Lin")...), 400, chat.CodeInvalid)
		r.want(r.call("GET", "/api/v1/inbox?q=a%00b", "", key("Lin")...), 400, chat.CodeInvalid)
	})
	t.Run("filters narrow what is found, and what is not one is refused", func(t *testing.T) {
		r := r.at(t)
		if all := found(r, q+"&agent=none&waiting_minutes=0", key("Lin")...); len(all) != 1 {
			t.Fatal(all)
		}
		if all := found(r, q+"&waiting_minutes=5", key("Lin")...); len(all) != 0 {
			t.Fatal(all)
		}
		r.want(r.call("GET", "/api/v1/inbox?agent=me", "", key("Lin")...), 400, chat.CodeInvalid)
		r.want(r.call("GET", "/api/v1/inbox?waiting_minutes=99999", "", key("Lin")...), 400, chat.CodeInvalid)
	})
	t.Run("labels are given without script", func(t *testing.T) {
		r, b := r.at(t), browser(t)
		r.want(r.form(b, "/console/login", "email", "lin@shop.example", "password", password), 303, "")
		r.want(r.form(b, "/console/c/"+g.conversation, "action", "labels", "label", "VIP", "more", "退换货， VIP、急"), 303, "")
		all := found(r, "view=queue&label="+url.QueryEscape("急"), key("Lin")...)
		if len(all) != 1 || len(all[0].(map[string]any)["labels"].([]any)) != 3 {
			t.Fatal(all)
		}
		page := r.want(r.with(b, "GET", "/console?view=queue&label=VIP&unread=1", "", "Accept", "text/html"), 200, "")
		if !bytes.Contains(page.body, []byte(`data-chip="label"`)) || !bytes.Contains(page.body, []byte(g.conversation)) {
			t.Error("the list is not narrowed")
		}
	})
	t.Run("the console opens at what was found", func(t *testing.T) {
		r, b := r.at(t), browser(t)
		r.want(r.form(b, "/console/login", "email", "lin@shop.example", "password", password), 303, "")
		page := r.want(r.with(b, "GET", "/console?view=queue&"+url.Values{"q": {"退款 <b>"}}.Encode(), "", "Accept", "text/html"), 200, "")
		href := "/console/c/" + g.conversation + "?at=10&amp;q="
		for _, want := range []string{href, "#m10", "<mark>退款</mark>", "<mark>&lt;b&gt;</mark>"} {
			if !bytes.Contains(page.body, []byte(want)) {
				t.Errorf("there is no %s", want)
			}
		}
		thread := r.want(r.with(b, "GET", "/console/c/"+g.conversation+"?view=queue&at=10", "", "Accept", "text/html"), 200, "")
		for what, want := range map[string]bool{`data-found`: true, `data-head="60"`: true, `id="m34"`: true, `id="m35"`: false} {
			if bytes.Contains(thread.body, []byte(what)) != want {
				t.Errorf("%s is there: %t", what, !want)
			}
		}
	})
}

func TestMentions(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	g := r.caller("shop")
	r.want(r.send(g, "你好"), 201, "")
	note := func(text string) string { return strings.Replace(message(text), `"kind":"text",`, "", 1) }
	listed := func(r *rig, who string) []any {
		return r.want(r.call("GET", "/api/v1/inbox?view=mentions", "", key(who)...), 200, "").json(r.t)["conversations"].([]any)
	}
	path := "/api/v1/conversations/" + g.conversation
	r.want(r.call("POST", path+"/notes", note("@Audit @Lin @Mo 看一下"), key("Lin")...), 201, "")
	t.Run("who is named finds it, unseen", func(t *testing.T) {
		r := r.at(t)
		if all := listed(r, "Audit"); len(all) != 1 || all[0].(map[string]any)["mentions"] != 1.0 {
			t.Fatal(all)
		}
		for _, who := range []string{"Lin", "Mo"} { // who wrote it, and who does not work there
			if all := listed(r, who); len(all) != 0 {
				t.Fatal(who, all)
			}
		}
	})
	t.Run("what she does with it she has seen", func(t *testing.T) {
		r, b := r.at(t), browser(t)
		r.want(r.call("POST", path+"/notes", note("@Audit 再看一下"), key("Lin")...), 201, "")
		r.want(r.form(b, "/console/login", "email", "audit@example.com", "password", password), 303, "")
		page := r.want(r.with(b, "GET", "/console?view=mentions", "", "Accept", "text/html"), 200, "")
		if !bytes.Contains(page.body, []byte("2 notes mention you")) && !bytes.Contains(page.body, []byte("2 条备注提到您")) {
			t.Error("it is not told")
		}
	})
}
