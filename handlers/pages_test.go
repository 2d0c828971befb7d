package handlers

import (
	"bytes"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/taadis/unique-support/core/chat"
)

func TestPages_visitor(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	b := browser(t)
	html := []string{"Accept", "text/html"}

	t.Run("looking creates nothing", func(t *testing.T) {
		r := r.at(t)
		a := r.want(r.with(b, "GET", "/c/shop", "", html...), 200, "")
		if len(a.Cookies()) != 0 || !bytes.Contains(a.body, []byte(`data-conversation=""`)) {
			t.Errorf("a visitor was made: %v", a.Cookies())
		}
	})
	t.Run("without script the form sends and the page shows it", func(t *testing.T) {
		r := r.at(t)
		id := "0192f0c1-0000-7000-8000-00000000000d"
		for range 2 { // the second is a reload that sends the form again
			a := r.want(r.form(b, "/c/shop?locale=en", "text", "Is <b>this</b> & that in stock?", "client_id", id), 303, "")
			if got := a.Header.Get("Location"); got != "/c/shop?locale=en" {
				t.Errorf("it goes to %q", got)
			}
		}
		page := r.want(r.with(b, "GET", "/c/shop", "", html...), 200, "")
		if n := bytes.Count(page.body, []byte("Is &lt;b&gt;this&lt;/b&gt; &amp; that in stock?")); n != 1 {
			t.Errorf("the message stands there %d times", n)
		}
	})
	t.Run("what was refused stays typed", func(t *testing.T) {
		r := r.at(t)
		long := strings.Repeat("long ", 1700)
		a := r.want(r.form(b, "/c/shop", "text", long, "client_id", "0192f0c1-0000-7000-8000-00000000000e"), 422, "")
		if !bytes.Contains(a.body, []byte(long)) || !bytes.Contains(a.body, []byte("0192f0c1-0000-7000-8000-00000000000e")) {
			t.Error("the text or its id is gone")
		}
		long = strings.Repeat("长\n", 4001) // a form makes 15 bytes of these two characters
		if a = r.want(r.form(b, "/c/shop", "text", long), 422, ""); !bytes.Contains(a.body, []byte(long)) {
			t.Error("the Chinese text is gone")
		}
		r.want(r.form(b, "/c/shop", "text", strings.Repeat("长", 20_000)), 413, "")
	})
	t.Run("what is sent in a frame before the script has come is given back", func(t *testing.T) {
		r := r.at(t)
		a := r.with(browser(t), "POST", "/c/shop", "text=early", "Content-Type", "application/x-www-form-urlencoded", "Accept", "text/html", "Sec-Fetch-Site", "same-origin", "Sec-Fetch-Dest", "iframe")
		if a.StatusCode != 422 || !bytes.Contains(a.body, []byte(">early</textarea>")) || a.Header.Get("Set-Cookie") != "" {
			t.Errorf("%d %s", a.StatusCode, a.body)
		}
	})
	t.Run("lines' ends count once", func(t *testing.T) {
		r := r.at(t)
		r.want(r.form(b, "/c/shop", "text", strings.Repeat("字\r\n", 3999)+"字"), 303, "")
	})
	t.Run("ended, rated and begun again", func(t *testing.T) {
		r := r.at(t)
		r.want(r.form(b, "/c/shop", "action", "close"), 303, "")
		a := r.want(r.form(b, "/c/shop", "action", "rate", "score", "9"), 422, "")
		if !bytes.Contains(a.body, []byte(`data-status="closed"`)) {
			t.Error("the page does not say that it has ended")
		}
		r.want(r.form(b, "/c/shop", "action", "rate", "score", "4", "comment", "fine"), 303, "")
		a = r.want(r.with(b, "GET", "/c/shop?locale=en", "", html...), 200, "")
		if !bytes.Contains(a.body, []byte(">fine</textarea>")) || !bytes.Contains(a.body, []byte("Thanks for your rating")) {
			t.Error("she cannot change what she said")
		}
		r.want(r.form(b, "/c/shop", "text", "one more thing", "client_id", "0192f0c1-0000-7000-8000-00000000000f"), 422, "")
		r.want(r.form(b, "/c/shop", "action", "again"), 303, "")
		a = r.want(r.with(b, "GET", "/c/shop", "", html...), 200, "")
		if !bytes.Contains(a.body, []byte(`data-status="waiting"`)) || !bytes.Contains(a.body, []byte("Is &lt;b&gt;this")) {
			t.Error("it is not the same conversation that goes on")
		}
		r.want(r.form(b, "/c/shop", "text", "one more thing", "client_id", "0192f0c1-0000-7000-8000-00000000000f"), 303, "")
	})
	t.Run("somebody who waits may leave the queue", func(t *testing.T) {
		r, b := r.at(t), browser(t)
		r.want(r.form(b, "/c/shop", "text", "anybody?", "client_id", "0192f0c1-0000-7000-8000-000000000010"), 303, "")
		page := r.want(r.with(b, "GET", "/c/shop?locale=en", "", html...), 200, "")
		if !bytes.Contains(page.body, []byte(`data-status="waiting"`)) || !bytes.Contains(page.body, []byte("Leave the queue")) {
			t.Fatal("she is not asked whether to leave")
		}
		r.want(r.form(b, "/c/shop", "action", "close"), 303, "")
		if page = r.want(r.with(b, "GET", "/c/shop", "", html...), 200, ""); !bytes.Contains(page.body, []byte(`data-status="closed"`)) {
			t.Error("she still waits")
		}
	})
	t.Run("only the line's sites may frame it", func(t *testing.T) {
		r := r.at(t)
		for path, want := range map[string]string{"/c/shop": "frame-ancestors https://shop.example", "/c/nowhere": "frame-ancestors 'none'", "/console/login": "frame-ancestors 'none'"} {
			if got := r.call("GET", path, "", html...).Header.Get("Content-Security-Policy"); !strings.HasSuffix(got, want) {
				t.Errorf("%s: %s", path, got)
			}
		}
	})
	t.Run("no page of ours makes script or markup out of text", func(t *testing.T) {
		r := r.at(t)
		for _, path := range []string{"/c/shop", "/c/shop/doctor", "/c/nowhere", "/console/login", "/nothing"} {
			if got := r.call("GET", path, "", html...).Header.Get("Content-Security-Policy"); !strings.Contains(got, "; require-trusted-types-for 'script'; trusted-types support; ") || strings.Contains(got, "unsafe") {
				t.Errorf("%s: %s", path, got)
			}
		}
	})
	t.Run("no page holds script or style of its own", func(t *testing.T) {
		r := r.at(t)
		inline := regexp.MustCompile(`(?i)<script(?:[^>]*[^-])?>[^<]|<style|\sstyle=|\son[a-z]+=|javascript:`)
		for _, path := range []string{"/c/shop", "/c/nowhere", "/console/login", "/nothing"} {
			if found := inline.Find(r.with(b, "GET", path, "", html...).body); found != nil {
				t.Errorf("%s: %s", path, found)
			}
		}
	})
	t.Run("another site's form is refused", func(t *testing.T) {
		r := r.at(t)
		a := r.with(b, "POST", "/c/shop", "text=x", "Content-Type", "application/x-www-form-urlencoded", "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site")
		r.want(a, 403, chat.CodeForbidden)
	})
	t.Run("assets are cached for good, pages never", func(t *testing.T) {
		r := r.at(t)
		page := r.call("GET", "/c/shop", "", html...)
		if page.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("page: %s", page.Header.Get("Cache-Control"))
		}
		for _, asset := range regexp.MustCompile(`(?:href|src)="(/assets/[^"#]+)`).FindAllSubmatch(page.body, -1) {
			a := r.want(r.call("GET", string(asset[1]), ""), 200, "")
			if !strings.Contains(a.Header.Get("Cache-Control"), "immutable") {
				t.Errorf("%s: %s", asset[1], a.Header.Get("Cache-Control"))
			}
		}
	})
}

func TestPages_console(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	g := r.caller("shop")
	r.want(r.send(g, "anybody <i>there</i>?"), 201, "")
	b := browser(t)
	html := []string{"Accept", "text/html"}

	t.Run("a wrong e-mail and a wrong password look the same", func(t *testing.T) {
		r := r.at(t)
		one := r.want(r.form(browser(t), "/console/login", "email", "lin@shop.example", "password", "wrong password"), 401, "")
		two := r.want(r.form(browser(t), "/console/login", "email", "no@shop.example", "password", "wrong password"), 401, "")
		if strings.ReplaceAll(string(one.body), "lin@", "no@") != string(two.body) {
			t.Error("they differ")
		}
	})
	t.Run("signing in opens the console and goes to no other site", func(t *testing.T) {
		r := r.at(t)
		a := r.want(r.form(b, "/console/login", "email", "LIN@shop.example", "password", password, "next", "//evil.example"), 303, "")
		if got := a.Header.Get("Location"); got != "/console" {
			t.Errorf("it goes to %q", got)
		}
		page := r.want(r.with(b, "GET", "/console?view=queue", "", html...), 200, "")
		if !bytes.Contains(page.body, []byte(g.conversation)) {
			t.Error("the waiting conversation is not in the list")
		}
	})
	path := "/console/c/" + g.conversation
	t.Run("without script it answers, notes, takes and closes", func(t *testing.T) {
		r := r.at(t)
		r.want(r.form(b, path+"?view=queue", "action", "take"), 303, "")
		r.want(r.form(b, path, "action", "reply", "text", "I am here", "client_id", "0192f0c1-0000-7000-8000-00000000000a"), 303, "")
		r.want(r.form(b, path, "action", "note", "text", "looks worried", "client_id", "0192f0c1-0000-7000-8000-00000000000b"), 303, "")
		page := r.want(r.with(b, "GET", path, "", html...), 200, "")
		for _, want := range []string{"anybody &lt;i&gt;there&lt;/i&gt;?", "I am here", "looks worried"} {
			if !bytes.Contains(page.body, []byte(want)) {
				t.Errorf("%q is not there", want)
			}
		}
		a := r.want(r.form(b, path, "action", "reply", "text", strings.Repeat("long ", 1700), "client_id", "0192f0c1-0000-7000-8000-00000000000c"), 422, "")
		if !bytes.Contains(a.body, []byte(strings.Repeat("long ", 1700))) {
			t.Error("the refused text is gone")
		}
		if row := r.want(r.with(b, "GET", "/console/rows/"+g.conversation+"?view=mine", "", html...), 200, ""); !bytes.Contains(row.body, []byte(g.conversation)) {
			t.Error("the row is not there")
		}
		r.want(r.with(b, "GET", "/console/rows/"+g.conversation+"?view=queue", "", html...), 204, "")
		r.want(r.form(b, path, "action", "close"), 303, "")
	})
	t.Run("a conversation of another line is not there", func(t *testing.T) {
		r := r.at(t)
		r.want(r.with(b, "GET", "/console/c/"+r.caller("mall").conversation, "", html...), 404, "")
	})
	t.Run("another site's form and a bare script are refused", func(t *testing.T) {
		r := r.at(t)
		r.want(r.with(b, "POST", path, "action=reopen", "Content-Type", "application/x-www-form-urlencoded", "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"), 403, chat.CodeForbidden)
		r.want(r.with(b, "POST", "/api/v1/conversations/"+g.conversation+"/reopen", "{}", "Origin", "null", "Sec-Fetch-Site", "cross-site"), 403, chat.CodeForbidden)
	})
	t.Run("signing out ends the session for good", func(t *testing.T) {
		r := r.at(t)
		old := b.Jar.Cookies(mustURL(t, r.url))
		r.want(r.form(b, "/console/logout"), 303, "")
		thief := browser(t)
		thief.Jar.SetCookies(mustURL(t, r.url), old)
		if a := r.with(thief, "GET", "/console", "", html...); a.StatusCode != http.StatusSeeOther {
			t.Errorf("the old cookie still works: %d", a.StatusCode)
		}
	})
}

func TestPages_loginLimit(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	t.Run("an account is locked for a while, the address is not", func(t *testing.T) {
		r := r.at(t)
		locked := false
		for range 40 { // one more is allowed every twelve seconds; a slow machine takes some for each
			if locked = r.form(browser(t), "/console/login", "email", "lin@shop.example", "password", "wrong password", "locale", "en").StatusCode == 429; locked {
				break
			}
		}
		if !locked {
			t.Fatal("40 tries were answered")
		}
		r.want(r.form(browser(t), "/console/login", "email", "mo@mall.example", "password", password), 303, "")
	})
}
