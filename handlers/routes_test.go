package handlers

import (
	"net/http"
	"strings"
	"testing"

	"github.com/taadis/unique-support/core/chat"
)

func TestHandlers_routes(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Demo = true })
	table := map[string]policy{}
	for _, x := range r.door.routes(nil, nil, nil, true) {
		table[x.method+" "+x.path] = x.policy
	}

	t.Run("every route stands in the table with a policy", func(t *testing.T) {
		r := r.at(t)
		paths := map[string]bool{}
		for _, x := range r.door.echo.Routes() {
			method := x.Method
			if method == head { // is let through where its GET is
				method = get
			}
			p, ok := table[method+" "+x.Path]
			paths[method+" "+x.Path] = true
			if !ok {
				t.Errorf("%s %s has no policy", x.Method, x.Path)
			}
			if p == (policy{}) {
				t.Errorf("%s %s lets nobody through", x.Method, x.Path)
			}
		}
		if len(paths) != len(table) {
			t.Errorf("%d routes are served, %d are in the table", len(paths), len(table))
		}
	})

	g := r.caller("shop")
	r.want(r.send(g, "hello"), 201, "")
	path := func(p string) string {
		return strings.NewReplacer(":line", "shop", ":id", g.conversation, "*", "x").Replace(p)
	}
	t.Run("nobody passes only where anybody may", func(t *testing.T) {
		r := r.at(t)
		for name, p := range table {
			method, route, _ := strings.Cut(name, " ")
			a := r.call(method, path(route), "")
			switch {
			case p.open:
				if a.Header.Get("Content-Type") == "application/problem+json" && (a.StatusCode == http.StatusUnauthorized || a.StatusCode == http.StatusForbidden) {
					t.Errorf("%s: status %d", name, a.StatusCode)
				}
			case p.page:
				if a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(a.Header.Get("Location"), "/console/login") {
					t.Errorf("%s: status %d to %q", name, a.StatusCode, a.Header.Get("Location"))
				}
			default:
				if a.StatusCode != http.StatusUnauthorized {
					t.Errorf("%s: status %d", name, a.StatusCode)
				}
			}
		}
	})
	t.Run("a visitor passes no route that is only an agent's", func(t *testing.T) {
		r := r.at(t)
		for name, p := range table {
			if p.open || p.visitor || p.page {
				continue
			}
			method, route, _ := strings.Cut(name, " ")
			r.want(r.call(method, path(route), "", g.auth()...), http.StatusForbidden, chat.CodeForbidden)
		}
	})
	t.Run("an auditor changes nothing", func(t *testing.T) {
		r := r.at(t)
		for name, p := range table {
			method, route, _ := strings.Cut(name, " ")
			if p.permission != chat.ConversationReply {
				continue
			}
			r.want(r.call(method, path(route), "", key("Audit")...), http.StatusForbidden, chat.CodeForbidden)
		}
	})
	t.Run("an agent of another line finds nothing", func(t *testing.T) {
		r := r.at(t)
		for name, p := range table {
			method, route, _ := strings.Cut(name, " ")
			if !strings.Contains(route, ":id") || !p.agent() || p.page {
				continue
			}
			body := ""
			if method == "POST" {
				body = `{"client_id":"0192f0c1-0000-7000-8000-000000000009","text":"x","seq":1,"agent_id":"0192f0c1-0000-7000-8000-000000000009","until":"2099-01-01T00:00:00Z","labels":[]}`
			}
			a := r.call(method, path(route), body, key("Mo")...)
			if a.StatusCode != http.StatusNotFound && a.StatusCode != http.StatusBadRequest {
				t.Errorf("%s: status %d %s", name, a.StatusCode, a.body)
			}
		}
	})
	t.Run("another visitor's conversation is as missing as one that never was", func(t *testing.T) {
		r := r.at(t)
		other := r.caller("shop")
		foreign := r.caller("mall")
		for _, who := range []caller{other, foreign} {
			for name, p := range table {
				method, route, _ := strings.Cut(name, " ")
				if !strings.Contains(route, ":id") || !p.visitor {
					continue
				}
				body := ""
				if method == "POST" {
					body = `{"client_id":"0192f0c1-0000-7000-8000-000000000009","text":"x","seq":1,"score":5}`
				}
				a := r.want(r.call(method, path(route), body, who.auth()...), http.StatusNotFound, chat.CodeNotFound)
				never := r.call(method, strings.ReplaceAll(route, ":id", "0192f0c1-0000-7000-8000-000000000009"), body, who.auth()...)
				if never.StatusCode != a.StatusCode || scrub(never) != scrub(a) {
					t.Errorf("%s: %s differs from %s", name, a.body, never.body)
				}
			}
		}
	})
}

// scrub is a problem without its trace id.
func scrub(a answer) string {
	return strings.ReplaceAll(string(a.body), a.Header.Get("X-Trace-Id"), "")
}

func TestPolicy_check(t *testing.T) {
	t.Run("the zero policy lets nobody through", func(t *testing.T) {
		for _, a := range []chat.Actor{{}, {Kind: chat.KindVisitor}, {Kind: chat.KindAgent, Permissions: chat.Permissions()}} {
			if (policy{}).check(a) == nil {
				t.Errorf("%v was let through", a)
			}
		}
	})
}
