package handlers

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

func TestSeats(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	t.Run("who may only look is given nothing", func(t *testing.T) {
		r := r.at(t)
		r.next(r.stream("/api/v1/inbox/events", key("Audit")...), "heads")
		g := r.caller("shop")
		r.want(r.send(g, "anybody?"), 201, "")
		r.next(r.stream("/api/v1/conversations/"+g.conversation+"/events", g.auth()...), "message")
		if c := r.call("GET", "/api/v1/conversations/"+g.conversation, "", g.auth()...).json(t); c["status"] != "waiting" {
			t.Errorf("the conversation is %v", c["status"])
		}
	})
	t.Run("an agent's key at the chat page makes no visitor of the agent's id, and the queue goes on", func(t *testing.T) {
		r := r.at(t)
		a := r.call("POST", "/c/shop", "action=send&text=hi&client_id=0192f0c1-0000-7000-8000-00000000000a", append(key("Lin"), "Content-Type", "application/x-www-form-urlencoded")...)
		if a.StatusCode != http.StatusSeeOther {
			t.Fatalf("status %d", a.StatusCode)
		}
		later := r.caller("shop")
		r.want(r.send(later, "and me?"), 201, "")
		inbox := r.stream("/api/v1/inbox/events", key("Lin")...)
		for {
			if e := r.next(inbox, "conversation"); strings.Contains(e.data, later.conversation) && strings.Contains(e.data, `"open"`) {
				return
			}
		}
	})
}

func TestStreams(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	t.Run("signing out ends the stream", func(t *testing.T) {
		r := r.at(t)
		b := browser(t)
		r.want(r.form(b, "/console/login", "email", "lin@shop.example", "password", password), 303, "")
		var cookie *http.Cookie
		for _, c := range b.Jar.Cookies(mustURL(t, r.url)) {
			if c.Name == agentCookie { // beside the one by which the browser is known
				cookie = c
			}
		}
		inbox := r.stream("/api/v1/inbox/events", "Cookie", cookie.Name+"="+cookie.Value)
		r.next(inbox, "heads")
		r.want(r.form(b, "/console/logout"), 303, "")
		late := time.After(10 * time.Second)
		for {
			select {
			case _, open := <-inbox:
				if !open {
					return
				}
			case <-late:
				t.Fatal("it is still open")
			}
		}
	})
	t.Run("a visitor has sixteen at most", func(t *testing.T) {
		r := r.at(t)
		g := r.caller("shop")
		for range streamsEach {
			r.stream("/api/v1/conversations/"+g.conversation+"/events", g.auth()...)
		}
		a := r.want(r.call("GET", "/api/v1/conversations/"+g.conversation+"/events", "", g.auth()...), 429, chat.CodeRateLimited)
		if a.Header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	})
}

func TestLimits_Send(t *testing.T) {
	t.Parallel()
	t.Run("a flood uses up nobody else's share of the address", func(t *testing.T) {
		l := newLimits(false)
		flood, honest := chat.Actor{Kind: chat.KindVisitor, ID: "flood"}, chat.Actor{Kind: chat.KindVisitor, ID: "honest"}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 1000 {
					_ = l.Send("192.0.2.1", flood)
				}
			})
		}
		all.Wait()
		for i := range 5 {
			if err := l.Send("192.0.2.1", honest); err != nil {
				t.Fatalf("send %d: %v", i, err)
			}
		}
	})
	t.Run("a /64 of IPv6 is one address", func(t *testing.T) {
		if network("2001:db8::1") != network("2001:db8::ffff:1:2:3") || network("2001:db8::1") == network("2001:db8:0:1::1") {
			t.Error("it is not")
		}
		if network("192.0.2.1") == network("192.0.2.2") {
			t.Error("two IPv4 addresses are one")
		}
	})
}

func TestHandlers_head(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Demo = true })
	for _, path := range []string{"/healthz", "/readyz", "/c/shop", "/widget.js", "/console/login", "/api/v1/openapi.json"} {
		a := r.call("HEAD", path, "")
		if a.StatusCode != http.StatusOK || len(a.body) != 0 || a.Header.Get("X-Trace-Id") == "" {
			t.Errorf("%s: %d, %d bytes", path, a.StatusCode, len(a.body))
		}
	}
}

func TestAPI_edges(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	g, other := r.caller("shop"), r.caller("mall")
	path := "/api/v1/conversations/" + g.conversation + "/messages"
	for i := range 5 {
		r.want(r.send(g, fmt.Sprint("message ", i)), 201, "")
	}
	t.Run("half a character is refused, a whole one passes", func(t *testing.T) {
		r := r.at(t)
		body := `{"client_id":"0192f0c1-0000-7000-8000-00000000000a","text":"a%sb"}`
		for _, half := range []string{`\ud83d`, `\ude00`, `\ud83d\ud83d`, `\ud83d\\ude00`, `\ud83d\n\ude00`} {
			r.want(r.call("POST", path, fmt.Sprintf(body, half), g.auth()...), 400, chat.CodeInvalid)
		}
		a := r.want(r.call("POST", path, fmt.Sprintf(body, `\\ud83d \ud83d\ude00`), g.auth()...), 201, "")
		if got := a.json(t)["text"]; got != `a\ud83d 😀b` {
			t.Errorf("it became %q", got)
		}
	})
	t.Run("pages of the log", func(t *testing.T) {
		r := r.at(t)
		for query, want := range map[string][]float64{"?after=0&limit=2": {1, 2}, "?after=4&limit=2": {5, 6}, "?before=3": {1, 2}, "?limit=2": {5, 6}, "?after=99": {}} {
			got := r.want(r.call("GET", path+query, "", g.auth()...), 200, "").json(t)["messages"].([]any)
			if len(got) != len(want) {
				t.Errorf("%s: %d messages", query, len(got))
				continue
			}
			for i, m := range got {
				if m.(map[string]any)["seq"] != want[i] {
					t.Errorf("%s: message %d is %v", query, i, m)
				}
			}
		}
		for _, query := range []string{"?limit=0", "?limit=201", "?limit=x", "?after=-1", "?after=1&before=3"} {
			r.want(r.call("GET", path+query, "", g.auth()...), 400, chat.CodeInvalid)
		}
	})
	t.Run("a malformed Last-Event-ID counts as nothing seen", func(t *testing.T) {
		r := r.at(t)
		e := r.next(r.stream(strings.TrimSuffix(path, "/messages")+"/events", append(g.auth(), "Last-Event-ID", "x'y")...), "message")
		if m := e.message(t); m.Seq != 1 {
			t.Errorf("it begins at %d", m.Seq)
		}
	})
	t.Run("another line's token is nobody's", func(t *testing.T) {
		r := r.at(t)
		r.want(r.call("POST", "/api/v1/lines/shop/session", `{}`, other.auth()...), 401, chat.CodeUnauthenticated)
		r.want(r.call("GET", "/c/shop", "", other.auth()...), 401, chat.CodeUnauthenticated)
	})
	t.Run("a session needs no body", func(t *testing.T) {
		r := r.at(t)
		r.want(r.call("POST", "/api/v1/lines/shop/session", ""), 201, "")
	})
}
