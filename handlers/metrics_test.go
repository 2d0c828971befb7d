package handlers

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

// scrape reads the operator's metrics as Prometheus does.
func scrape(t *testing.T, door *Handlers) string {
	t.Helper()
	w := httptest.NewRecorder()
	door.Ops().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("answered %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

// known is what a deployment of two lines would say of its databases.
func known() map[string]Database {
	d := Database{Open: 3, InUse: 1, Max: 20, Waits: 7, Waited: 1500 * time.Millisecond, InFlight: 2, Refused: 9, Breaker: "half-open", Opens: 4}
	shop := d
	shop.Tail = &Tail{Rows: 11, Lag: 250 * time.Millisecond, Gaps: 5, Looked: time.Unix(1_700_000_000, 0)}
	return map[string]Database{"": d, "shop": shop}
}

func TestHandlers_metrics(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) {
		o.Node, o.Build, o.Databases = "chat-1:8080", Build{Version: "v1.2.3", Commit: "c0ffee"}, known
	})
	g := r.caller("shop")
	r.want(r.send(g, "hello"), 201, "")
	path := "/api/v1/conversations/" + g.conversation + "/messages"
	for _, ask := range []struct {
		text   string
		status int
	}{{"once", 201}, {"once", 200}, {"another", 409}} {
		r.want(r.call("POST", path, `{"client_id":"0192f0c1-0000-7000-8000-00000000000a","kind":"text","text":"`+ask.text+`"}`, g.auth()...), ask.status, "")
	}
	// What a client chooses: paths, methods, names of hosts, of browsers and of people.
	q, err := http.NewRequestWithContext(t.Context(), "INVENTED", r.url+"/invented/path?invented=query", nil)
	if err != nil {
		t.Fatal(err)
	}
	q.Host = "invented.example"
	q.Header.Set("User-Agent", "invented/1.0")
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	_ = a.Body.Close()
	r.want(r.call("GET", "/c/invented-line", ""), 404, "")
	r.want(r.form(browser(t), "/console/login", "email", "invented@example.com", "password", "invented password"), 401, "")
	body := scrape(t, r.door)

	t.Run("OK", func(t *testing.T) {
		for _, line := range []string{
			`support_build_info{commit="c0ffee",node="chat-1:8080",version="v1.2.3"} 1`,
			`support_messages_total{line="shop",node="chat-1:8080",outcome="accepted"} 2`,
			`support_messages_total{line="shop",node="chat-1:8080",outcome="repeat"} 1`,
			`support_messages_total{line="shop",node="chat-1:8080",outcome="conflict"} 1`,
			`support_messages_total{line="mall",node="chat-1:8080",outcome="accepted"} 0`,
			`support_accept_seconds_count{line="shop",node="chat-1:8080"} 2`,
			`support_visitor_sessions_total{line="shop",node="chat-1:8080"} 1`,
			`support_visitor_proofs_total{line="shop",node="chat-1:8080",proof="invalid"} 0`,
			`support_pool_connections_in_use{line="(main)",node="chat-1:8080"} 1`,
			`support_pool_wait_seconds_total{line="shop",node="chat-1:8080"} 1.5`,
			`support_breaker_state{line="shop",node="chat-1:8080"} 1`,
			`support_breaker_opens_total{line="shop",node="chat-1:8080"} 4`,
			`support_tail_lag_seconds{line="shop",node="chat-1:8080"} 0.25`,
			`support_tail_last_read_timestamp_seconds{line="shop",node="chat-1:8080"} 1.7e+09`,
			`support_logins_total{node="chat-1:8080",outcome="failed"} 1`,
			`support_http_requests_total{class="2xx",node="chat-1:8080",route="POST /api/v1/conversations/:id/messages"} 3`,
			`support_http_requests_total{class="4xx",node="chat-1:8080",route="none"} 1`,
			`support_streams{node="chat-1:8080",side="visitor"} 0`,
		} {
			if !strings.Contains(body, "\n"+line+"\n") {
				name, _, _ := strings.Cut(line, "{")
				t.Errorf("no %s\nbut %s", line, strings.Join(regexp.MustCompile(`(?m)^`+name+`\{.*`).FindAllString(body, -1), "\n    "))
			}
		}
		// Three batches were written, the repeats in batches of their own, and an open file is an open file.
		for _, name := range []string{"support_commit_seconds_count", "support_commit_messages_sum", "process_open_fds", "process_max_fds", "process_start_time_seconds", "go_goroutines"} {
			if !regexp.MustCompile(`(?m)^` + name + `\{[^}]*\} [1-9]`).MatchString(body) {
				t.Errorf("no %s above 0", name)
			}
		}
	})
	t.Run("names, help and units are as Prometheus wants them", func(t *testing.T) {
		problems, err := promlint.New(bytes.NewReader([]byte(body))).Lint()
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range problems {
			if strings.HasPrefix(p.Metric, "support_") {
				t.Errorf("%s: %s", p.Metric, p.Text)
			}
		}
		for _, name := range regexp.MustCompile(`(?m)^# TYPE (support_\S+)`).FindAllStringSubmatch(body, -1) {
			if !regexp.MustCompile(`(?m)^# HELP ` + name[1] + ` [A-Z0-9].{10,}\.$`).MatchString(body) {
				t.Errorf("%s has no sentence", name[1])
			}
		}
	})
	t.Run("labels are the few that are known, and no value came from a request", func(t *testing.T) {
		allowed := []string{"node", "line", "side", "kind", "reason", "cause", "outcome", "proof", "route", "class", "version", "commit", "le"}
		lines := []string{"shop", "mall", mainDatabase}
		for _, sample := range regexp.MustCompile(`(?m)^support_[a-z_]+\{(.*)\} \S+$`).FindAllStringSubmatch(body, -1) {
			for _, pair := range regexp.MustCompile(`([a-z_]+)="([^"]*)"`).FindAllStringSubmatch(sample[1], -1) {
				switch {
				case !slices.Contains(allowed, pair[1]):
					t.Errorf("label %s in %s", pair[1], sample[0])
				case pair[1] == "node" && pair[2] != "chat-1:8080", pair[1] == "line" && !slices.Contains(lines, pair[2]):
					t.Errorf("value %s in %s", pair[2], sample[0])
				}
			}
			if !strings.Contains(sample[1], `node="`) {
				t.Errorf("no node in %s", sample[0])
			}
		}
		for _, said := range []string{"invented", "INVENTED", g.conversation} {
			if strings.Contains(body, said) {
				t.Errorf("%s is in\n%s", said, body)
			}
		}
	})
}
