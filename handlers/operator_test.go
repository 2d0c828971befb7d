package handlers

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/desk"
)

func TestHandlers_operator(t *testing.T) {
	t.Parallel()
	breaker := "closed"
	r := newRig(t, func(o *Options) {
		o.Node, o.Build = "chat-1:8080", Build{Version: "v1.2.3"}
		o.Databases = func() map[string]Database {
			return map[string]Database{"": {Breaker: "closed", Max: 20}, "shop": {Breaker: breaker, InUse: 3, Max: 20, Tail: &Tail{Lag: 40 * time.Millisecond, Gaps: 2}}}
		}
	})
	look := func(t *testing.T, language string) string {
		t.Helper()
		q, w := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil), httptest.NewRecorder()
		q.Header.Set("Accept-Language", language)
		r.door.Ops().ServeHTTP(w, q)
		if w.Code != 200 || strings.Contains(w.Body.String(), "<script") || !strings.Contains(w.Body.String(), `http-equiv="refresh"`) {
			t.Fatalf("answered %d: %s", w.Code, w.Body)
		}
		return w.Body.String()
	}
	sees := func(t *testing.T, page string, words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(page, w) {
				t.Errorf("no %q in %s", w, page)
			}
		}
	}
	sees(t, look(t, "en"), "chat-1:8080", "v1.2.3", "Every line works.", "shop", "mall", "3 / 20", "40ms late, 2 missing", `href="/metrics"`, `href="/debug/pprof/"`)
	breaker = "open"
	sees(t, look(t, "en"), "1 of 2 lines do not work.", "its database does not answer")
	sees(t, look(t, "zh"), "2 条业务线中有 1 条不正常。", "数据库没有应答")
	r.door.Leave()
	sees(t, look(t, "en"), "This node is leaving.")
}

func TestLineOf(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for _, c := range []struct {
		health  string
		canary  *desk.CanaryStats
		breaker string
	}{
		{"well", nil, "closed"},
		{"well", &desk.CanaryStats{}, "closed"},
		{"well", &desk.CanaryStats{Last: now.Add(-20 * time.Second)}, "closed"},
		{"silent", &desk.CanaryStats{Last: now.Add(-2 * time.Minute)}, "closed"},
		{"silent", &desk.CanaryStats{Last: now, Stopped: "commit"}, "closed"},
		{"away", &desk.CanaryStats{Last: now, Stopped: "commit"}, "open"},
	} {
		if l := lineOf("shop", desk.Stats{Canary: c.canary}, Database{Breaker: c.breaker}, now); l.Health != c.health {
			t.Errorf("%+v: got %s", c, l.Health)
		}
	}
}
