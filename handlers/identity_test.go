package handlers

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// identityOf is what the host's backend signs of a visitor.
func identityOf(sub string) string { return identityWith(sub, `{}`) }

func identityWith(sub, card string) string {
	part := base64.RawURLEncoding.EncodeToString
	body := part([]byte(`{"alg":"HS256"}`)) + "." + part(fmt.Appendf(nil, `{"sub":%q,"name":%q,"exp":%d,"card":%s}`, sub, "Name of "+sub, time.Now().Add(time.Hour).Unix(), card))
	m := hmac.New(sha256.New, bytes.Repeat([]byte("i"), 32))
	m.Write([]byte(body))
	return body + "." + part(m.Sum(nil))
}

// signs makes the shop look at identities.
func (r *rig) signs(s chat.Signing) {
	r.t.Helper()
	if err := r.store.SetIdentity(r.t.Context(), "shop", chat.Identity{Signing: s, Secrets: []string{strings.Repeat("i", 32)}}); err != nil {
		r.t.Fatal(err)
	}
}

// signed opens a session with an identity; header may bear an earlier token.
func (r *rig) signed(sub string, header ...string) caller {
	r.t.Helper()
	m := r.want(r.call("POST", "/api/v1/lines/shop/session", `{"identity":"`+identityOf(sub)+`"}`, header...), 201, "").json(r.t)
	v := m["visitor"].(map[string]any)
	if v["verified"] != true || v["external_id"] != sub || v["name"] != "Name of "+sub {
		r.t.Fatalf("let in was %v", v)
	}
	return caller{token: m["token"].(string), id: v["id"].(string), conversation: m["conversation"].(map[string]any)["id"].(string)}
}

func TestHandlers_identity(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	r.signs(chat.SigningReport)

	t.Run("an anonymous visitor signs in and goes on", func(t *testing.T) {
		r := r.at(t)
		g := r.caller("shop")
		r.want(r.send(g, "before"), 201, "")
		s := r.signed("merge", g.auth()...)
		if s.conversation != g.conversation || s.id == g.id {
			t.Fatalf("got %+v after %+v", s, g)
		}
		r.want(r.send(s, "after"), 201, "")
		r.want(r.send(g, "by the old token"), 404, chat.CodeNotFound)
		inbox := r.call("GET", "/api/v1/inbox?view=all", "", key("Lin")...)
		if !bytes.Contains(inbox.body, []byte(`"visitor_name":"Name of merge","visitor_verified":true`)) {
			t.Errorf("agents see %s", inbox.body)
		}
		page := r.call("GET", "/api/v1/conversations/"+s.conversation, "", s.auth()...)
		if bytes.Contains(page.body, []byte("visitor_verified")) {
			t.Errorf("she is told %s", page.body)
		}
	})
	t.Run("somebody else on the device has a session of her own, and the first one's streams end", func(t *testing.T) {
		r := r.at(t)
		a := r.signed("A")
		r.want(r.send(a, "A's secret"), 201, "")
		events := r.stream("/api/v1/conversations/"+a.conversation+"/events", a.auth()...)
		r.next(events, "message")
		b := r.signed("B", a.auth()...)
		if b.id == a.id || b.conversation == a.conversation {
			t.Fatal("B is A")
		}
		for range events { // ends when the stream does
		}
		r.want(r.call("GET", "/api/v1/conversations/"+a.conversation+"/messages", "", b.auth()...), 404, chat.CodeNotFound)
		if again := r.signed("A", b.auth()...); again.id != a.id || again.conversation != a.conversation {
			t.Errorf("A came back as %+v, was %+v", again, a)
		}
	})
	t.Run("she is let go", func(t *testing.T) {
		r := r.at(t)
		a := r.signed("leaves")
		events := r.stream("/api/v1/conversations/"+a.conversation+"/events", a.auth()...)
		gone := r.want(r.call("DELETE", "/api/v1/lines/shop/session", "", a.auth()...), 204, "")
		if k := gone.Cookies(); len(k) != 1 || k[0].Value != "" || k[0].MaxAge >= 0 && k[0].Expires.After(time.Now()) {
			t.Errorf("the cookie is %v", k)
		}
		for range events {
		}
		r.want(r.call("DELETE", "/api/v1/lines/nowhere/session", ""), 404, chat.CodeNotFound)
	})
	t.Run("a WebView posts the identity and is sent to the page, with nothing in the address", func(t *testing.T) {
		r := r.at(t)
		web := browser(t)
		post := func(path, sub string) {
			t.Helper()
			a := r.want(r.form(web, path, "identity", identityOf(sub)), 303, "")
			if got := a.Header.Get("Location"); got != path {
				t.Errorf("it goes to %q", got)
			}
		}
		post("/c/shop?header=0&locale=en", "web-A")
		r.want(r.form(web, "/c/shop", "text", "A's words"), 303, "")
		page := func() []byte { return r.with(web, "GET", "/c/shop", "", "Accept", "text/html").body }
		if !bytes.Contains(page(), []byte("A&#39;s words")) {
			t.Fatal("her words are not on her page")
		}
		post("/c/shop", "web-B")
		if p := page(); bytes.Contains(p, []byte("A&#39;s")) || bytes.Contains(p, []byte("web-A")) {
			t.Error("B reads what A wrote")
		}
		post("/c/shop", "web-A")
		if !bytes.Contains(page(), []byte("A&#39;s words")) {
			t.Error("A's words are gone")
		}
		r.want(r.form(web, "/c/shop", "action", "logout"), 303, "")
		if p := page(); bytes.Contains(p, []byte("A&#39;s")) || !bytes.Contains(p, []byte(`data-conversation=""`)) {
			t.Error("after she has gone her words are still there")
		}
	})
	t.Run("enforced", func(t *testing.T) {
		r := r.at(t)
		web := browser(t)
		r.want(r.form(web, "/c/shop", "identity", identityOf("web-A")), 303, "")
		g := r.caller("shop")
		r.want(r.send(g, "anonymous"), 201, "")
		r.signs(chat.SigningEnforce)
		defer r.signs(chat.SigningReport)
		r.want(r.call("POST", "/api/v1/lines/shop/session", `{}`), 403, chat.CodeForbidden)
		r.want(r.call("POST", "/api/v1/lines/shop/session", `{}`, g.auth()...), 403, chat.CodeForbidden)
		r.want(r.call("POST", "/api/v1/lines/shop/session", `{"identity":"x.y.z"}`), 401, chat.CodeUnauthenticated)
		r.want(r.send(g, "anonymous still"), 403, chat.CodeForbidden)
		r.want(r.form(browser(t), "/c/shop", "text", "hello"), 403, "")
		// What cannot be believed was meant for somebody: A's page is not shown to her, nor her cookie left.
		a := r.want(r.form(web, "/c/shop", "identity", "nonsense"), 401, "")
		if bytes.Contains(a.body, []byte("A&#39;s words")) || len(web.Jar.Cookies(mustURL(t, r.url+"/c/shop"))) != 0 {
			t.Error("A's page is still there")
		}
		s := r.signed("merge")
		r.want(r.send(s, "signed"), 201, "")
		r.want(r.call("POST", "/api/v1/lines/shop/session", `{}`, s.auth()...), 201, "")
	})
	t.Run("another site cannot make a browser be somebody", func(t *testing.T) {
		r := r.at(t)
		a := r.call("POST", "/c/shop", "identity="+identityOf("x"), "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example")
		if a.StatusCode != http.StatusForbidden || a.Header.Get("Set-Cookie") != "" {
			t.Errorf("%d %v", a.StatusCode, a.Header)
		}
	})
}

func TestHandlers_offer(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	r.signs(chat.SigningReport)
	const mug = `{"title":"雾灰手作陶杯","price":"¥256.00","number":862,"order":"in words of its own"}`
	enter := func(r *rig, sub, card string) caller {
		m := r.want(r.call("POST", "/api/v1/lines/shop/session", `{"identity":"`+identityWith(sub, card)+`"}`), 201, "").json(r.t)
		return caller{token: m["token"].(string), conversation: m["conversation"].(map[string]any)["id"].(string)}
	}
	send := func(r *rig, g caller, data string) answer {
		return r.call("POST", "/api/v1/conversations/"+g.conversation+"/messages", fmt.Sprintf(`{"client_id":%q,"kind":"card","text":"forged","data":%s}`, chat.NewID(time.Now()), data), g.auth()...)
	}
	t.Run("what the host signed is sent, and says what it says", func(t *testing.T) {
		r := r.at(t)
		g := enter(r, "buyer", mug)
		m := r.want(send(r, g, mug), 201, "").json(t)
		if data := m["data"].(map[string]any); m["text"] != "雾灰手作陶杯 · 862" || data["number"] != "862" || data["order"] != nil {
			t.Errorf("sent was %v", m)
		}
		r.want(send(r, g, `null`), 201, "")
	})
	t.Run("nothing else is", func(t *testing.T) {
		r := r.at(t)
		g := enter(r, "forger", mug)
		r.want(send(r, g, `{"title":"雾灰手作陶杯","price":"¥1.00","number":862}`), 400, chat.CodeInvalid)
		r.want(send(r, enter(r, "own words", `{"order":"7"}`), `null`), 400, chat.CodeInvalid)
		r.want(send(r, r.caller("shop"), `{"title":"x"}`), 400, chat.CodeInvalid)
	})
	t.Run("the page offers it until it is sent, without script too", func(t *testing.T) {
		r := r.at(t)
		web := browser(t)
		r.want(r.form(web, "/c/shop", "identity", identityWith("web", mug)), 303, "")
		offered := func() bool {
			body := string(r.want(r.with(web, "GET", "/c/shop", "", "Accept", "text/html"), 200, "").body)
			at := strings.Index(body, "data-offer=")
			return at > 0 && !strings.HasPrefix(body[at:], `data-offer=""`) && strings.Contains(body, "kinds.css")
		}
		if !offered() {
			t.Error("nothing is offered")
		}
		r.want(r.form(web, "/c/shop", "action", "card"), 303, "")
		if offered() {
			t.Error("it is offered again")
		}
		if body := string(r.want(r.with(web, "GET", "/c/shop", "", "Accept", "text/html"), 200, "").body); !strings.Contains(body, `class="card__title"`) || !strings.Contains(body, "雾灰手作陶杯") {
			t.Error("it does not stand in the thread")
		}
	})
}
