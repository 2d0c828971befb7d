package handlers

import (
	"bytes"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

func TestPages_settings(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	_, gu := r.member("gu", "owner")
	_, admin := r.member("ad", "admin") // of shop alone
	_, auditor := r.member("aud", "auditor")
	_, agent := r.member("ann", "agent")
	has := func(t *testing.T, a answer, words ...string) answer {
		t.Helper()
		for _, w := range words {
			if !bytes.Contains(a.body, []byte(w)) {
				t.Errorf("%s: %q is not there", a.Request.URL.Path, w)
			}
		}
		return a
	}
	line := func(t *testing.T) chat.Line {
		t.Helper()
		l, err := r.store.Line("shop")
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	mark := func(a answer) string {
		m := regexp.MustCompile(`name="mark" value="([0-9a-f]+)"`).FindSubmatch(a.body)
		if m == nil {
			t.Fatalf("there is no mark in %.2000s", a.body)
		}
		return string(m[1])
	}
	code := regexp.MustCompile(`id="secret">([^<]+)<`)

	t.Run("who may see them, and who change them", func(t *testing.T) {
		r := r.at(t)
		has(t, r.want(gu("GET", "/console/settings"), 200, ""), "SHOP", "MALL", "/console/settings/new")
		if a := r.want(admin("GET", "/console/settings"), 200, ""); bytes.Contains(a.body, []byte("MALL")) || bytes.Contains(a.body, []byte("/console/settings/new")) {
			t.Error("she sees another's line, or the way to a new one")
		}
		r.want(agent("GET", "/console/settings"), 403, "")
		r.want(admin("GET", "/console/settings/mall/brand"), 404, "")
		r.want(admin("GET", "/console/settings/mall/preview"), 404, "")
		r.want(admin("POST", "/console/settings/mall/brand", "action", "save", "title", "x"), 404, "")
		r.want(admin("POST", "/console/settings/new", "name", "mine", "title", "x", "color", "#112233"), 403, "")
		if a := r.want(auditor("GET", "/console/settings/shop/brand"), 200, ""); !bytes.Contains(a.body, []byte("<fieldset class=\"plain\" disabled")) {
			t.Error("she is offered what she may not do")
		}
		r.want(auditor("POST", "/console/settings/shop/brand", "action", "save"), 403, "")
		for _, s := range []string{"brand", "welcome", "questions", "hours", "embed", "identity", "push", "database"} {
			has(t, r.want(gu("GET", "/console/settings/shop/"+s), 200, ""), `aria-current="page"`)
		}
		r.want(gu("GET", "/console/settings/shop/nothing"), 404, "")
		r.want(gu("GET", "/console/settings/moon/brand"), 404, "")
	})
	t.Run("brand: kept, refused with what was typed, and not over somebody else's", func(t *testing.T) {
		r := r.at(t)
		old := mark(r.want(gu("GET", "/console/settings/shop/brand"), 200, ""))
		save := func(mark, title, color string) answer {
			return gu("POST", "/console/settings/shop/brand", "action", "save", "mark", mark, "title", title, "color", color, "locale", "en", "reply_minutes", "2")
		}
		a := r.want(save(old, "<New>", "red"), 422, "")
		has(t, a, `value="&lt;New&gt;"`, `value="red"`, `id="wrong-color"`, `aria-invalid="true"`)
		r.want(save(old, "New shop", "#AABBCC"), 303, "")
		if l := line(t); l.Title != "New shop" || l.Color != "#aabbcc" || l.ReplyTime != 2 || len(l.Origins) != 1 {
			t.Errorf("got %+v", l)
		}
		a = r.want(save(old, "Mine", "#000000"), 409, "")
		has(t, a, `value="Mine"`, `role="alert"`)
		if line(t).Title != "New shop" {
			t.Error("it was overwritten unseen")
		}
		r.want(save(mark(a), "Mine", "#000000"), 303, "") // whoever saves once more has seen it
		has(t, r.want(gu("GET", "/console/team/log"), 200, ""), "Mine", "#000000")
	})
	t.Run("hours", func(t *testing.T) {
		r := r.at(t)
		path := "/console/settings/shop/hours"
		a := r.want(gu("POST", path, "action", "save", "mode", "week", "zone", "Moon/Sea", "from.mon", "09:00", "to.mon", "", "days", "2026-10-01\r\nsometime"), 422, "")
		has(t, a, `id="wrong-zone"`, `id="wrong-mon"`, `id="wrong-days"`, "sometime", `value="Moon/Sea"`)
		a = r.want(gu("POST", path, "action", "span mon", "mode", "week", "from.mon", "09:00", "to.mon", "12:00"), 200, "")
		if n := bytes.Count(a.body, []byte(`name="from.mon"`)); n != 2 || !line(t).Hours.Always() {
			t.Errorf("%d spans are asked for", n)
		}
		r.want(gu("POST", path, "action", "save", "mode", "week", "zone", "Asia/Shanghai", "from.mon", "09:00", "to.mon", "12:00", "from.mon", "13:00", "to.mon", "00:00",
			"from.tue", "", "to.tue", "", "days", "2026-10-01\r\n2026-10-08 10:00-16:00，18:00-20:00\r\n2026-10-09 休息"), 303, "")
		h := line(t).Hours
		if chat.Spans(h.Week["mon"]) != "09:00-12:00,13:00-24:00" && chat.Spans(h.Week["mon"]) != "09:00-12:00,13:00-00:00" || len(h.Week) != 1 || len(h.Days) != 3 ||
			len(h.Days["2026-10-08"]) != 2 || h.Days["2026-10-09"] == nil || len(h.Days["2026-10-09"]) != 0 {
			t.Errorf("got %+v", h)
		}
		a = r.want(gu("GET", path), 200, "")
		has(t, a, `value="13:00"`, "2026-10-08 10:00-16:00,18:00-20:00")
		r.want(gu("POST", path, "action", "save", "mode", "week", "zone", "Asia/Shanghai"), 303, "")
		if open, _ := line(t).Hours.At(time.Now()); open {
			t.Error("closed all week is open")
		}
		r.want(gu("POST", path, "action", "save", "mode", "always"), 303, "")
		if !line(t).Hours.Always() {
			t.Error("it closes")
		}
	})
	t.Run("questions are added, moved and taken away before anything is kept", func(t *testing.T) {
		r := r.at(t)
		path := "/console/settings/shop/questions"
		fields := []string{"q.name", "a", "q.type", "text", "q.optional", "", "q.label.zh-CN", "甲", "q.label.en", "A", "q.options.zh-CN", "", "q.options.en", "",
			"q.name", "b", "q.type", "choice", "q.optional", "1", "q.label.zh-CN", "", "q.label.en", "B", "q.options.zh-CN", "", "q.options.en", "x\r\ny"}
		do := func(action string) answer { return gu("POST", path, append([]string{"action", action}, fields...)...) }
		if a := r.want(do("up 1"), 200, ""); bytes.Index(a.body, []byte(`value="b"`)) > bytes.Index(a.body, []byte(`value="a"`)) {
			t.Error("it has not moved")
		}
		if a := r.want(do("drop 0"), 200, ""); bytes.Contains(a.body, []byte(`value="a"`)) || len(line(t).Questions) != 0 {
			t.Error("it is still there, or was kept")
		}
		if a := r.want(do("add"), 200, ""); bytes.Count(a.body, []byte(`name="q.name"`)) != 3 {
			t.Error("there is none more")
		}
		for _, beyond := range []string{"up 9", "drop 9", "up x", "drop -1", "span mon"} {
			if a := do(beyond); a.StatusCode >= 500 {
				t.Errorf("%s: %d", beyond, a.StatusCode)
			}
		}
		r.want(do("save"), 303, "")
		if q := line(t).Questions; len(q) != 2 || q[1].Type != "choice" || len(q[1].Options["en"]) != 2 || !q[1].Optional || q[0].Label["zh-CN"] != "甲" {
			t.Errorf("got %+v", q)
		}
		fields[1] = "Not a name"
		has(t, r.want(do("save"), 422, ""), `id="wrong-q.0"`, `value="Not a name"`)
	})
	t.Run("a preview is drawn of what stands in the form, and kept by nobody", func(t *testing.T) {
		r := r.at(t)
		a := r.want(gu("GET", "/console/settings/shop/preview?"+url.Values{"section": {"welcome"}, "mark": {"x"}, "greeting.en": {"Hello <there>"}, "locale": {"en"}, "theme": {"dark"}}.Encode()), 200, "")
		has(t, a, "Hello &lt;there&gt;", `data-theme="dark"`, " inert")
		if csp := a.Header.Get("Content-Security-Policy"); !strings.HasSuffix(csp, "frame-ancestors 'self'") || bytes.Contains(a.body, []byte("<script")) {
			t.Errorf("policy %s", csp)
		}
		if len(line(t).Greeting) != 0 {
			t.Error("it was kept")
		}
		if csp := gu("GET", "/console/settings/shop/brand").Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "frame-src 'self'") || !strings.HasSuffix(csp, "frame-ancestors 'none'") {
			t.Errorf("policy %s", csp)
		}
	})
	t.Run("origins, the wrong one named", func(t *testing.T) {
		r := r.at(t)
		has(t, r.want(gu("POST", "/console/settings/shop/embed", "action", "save", "origins", "https://a.example\r\n\r\nhttps://b.example/x"), 422, ""), `id="wrong-origins"`, "https://b.example/x")
		r.want(gu("POST", "/console/settings/shop/embed", "action", "save", "origins", "https://a.example\r\n\r\nhttps://b.example"), 303, "")
		if l := line(t); len(l.Origins) != 2 {
			t.Errorf("got %+v", l.Origins)
		}
		has(t, r.want(gu("GET", "/console/settings/shop/embed"), 200, ""), html.EscapeString(`data-line="shop"`), "<path d=\"M4 4h1v1h-1z")
	})
	t.Run("identity: a secret is shown once, the older one ended", func(t *testing.T) {
		r := r.at(t)
		path := "/console/settings/shop/identity"
		has(t, r.want(gu("POST", path, "action", "save", "signing", "enforce"), 422, ""), `id="wrong-signing"`)
		first := code.FindSubmatch(r.want(gu("POST", path, "action", "rotate"), 200, "").body)
		if first == nil || line(t).Identity.Secrets[0] != html.UnescapeString(string(first[1])) {
			t.Fatalf("got %q", first)
		}
		if a := gu("GET", path); bytes.Contains(a.body, first[1]) {
			t.Error("it is shown again")
		}
		r.want(gu("POST", path, "action", "save", "signing", "report"), 303, "")
		r.want(gu("POST", path, "action", "retire"), 409, "")
		r.want(gu("POST", path, "action", "rotate"), 200, "")
		r.want(gu("POST", path, "action", "rotate"), 409, "")
		r.want(gu("POST", path, "action", "retire"), 303, "")
		if i := line(t).Identity; len(i.Secrets) != 1 || i.Secrets[0] == string(first[1]) || i.Signing != chat.SigningReport {
			t.Errorf("got %s", i)
		}
		if strings.Contains(r.log.String(), string(first[1])) {
			t.Error("the log has the secret")
		}
	})
	t.Run("push hook: made with a secret, tested, told again, off", func(t *testing.T) {
		r := r.at(t)
		path := "/console/settings/shop/push"
		r.want(gu("POST", path, "action", "test"), 409, "")
		has(t, r.want(gu("POST", path, "action", "save", "url", "ftp://x", "preview", "none", "delay", "10"), 422, ""), `id="wrong-url"`, `value="ftp://x"`)
		secret := code.FindSubmatch(r.want(gu("POST", path, "action", "save", "url", "https://shop.example/push", "preview", "words", "delay", "5"), 200, "").body)
		if secret == nil || html.UnescapeString(string(secret[1])) != line(t).Push.Secrets[0] {
			t.Fatalf("got %q", secret)
		}
		r.want(gu("POST", path, "action", "save", "url", "https://shop.example/push", "preview", "none", "delay", "5"), 303, "")
		to := r.want(gu("POST", path, "action", "test"), 303, "").Header.Get("Location")
		at, err := url.Parse(to)
		if err != nil {
			t.Fatal(err)
		}
		id := at.Query().Get("job")
		has(t, r.want(gu("GET", path+"?job="+id), 200, ""), id, "&#34;type&#34;:&#34;test&#34;")
		r.want(gu("POST", path, "action", "replay", "job", id), 409, "") // it is still to come
		r.want(gu("GET", path+"?job="+string(chat.NewID(time.Now()))), 404, "")
		r.want(gu("POST", path, "action", "save", "url", "", "preview", "none", "delay", "5"), 303, "")
		if line(t).Push.On() {
			t.Error("it is still on")
		}
	})
	t.Run("a new line", func(t *testing.T) {
		r := r.at(t)
		has(t, r.want(gu("GET", "/console/settings/new"), 200, ""), `name="name"`)
		has(t, r.want(gu("POST", "/console/settings/new", "name", "shop", "title", "Again", "color", "#112233", "locale", "en"), 409, ""), `value="Again"`, `id="wrong-name"`)
		r.want(gu("POST", "/console/settings/new", "name", "club", "title", "Club", "color", "#112233", "locale", "en"), 303, "")
		has(t, r.want(gu("GET", "/console/settings"), 200, ""), "Club")
		r.want(r.with(browser(t), "GET", "/c/club", "", "Accept", "text/html"), 200, "")
	})
}
