package main

import (
	"bytes"
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat/sample"
	"github.com/taadis/unique-support/sql/local"
	"go.uber.org/goleak"
)

// signIn answers how the console takes an e-mail and a password: 303 or 401.
func signIn(t *testing.T, base, email, password string) int {
	t.Helper()
	a, err := request(t.Context(), "POST", base+"/console/login", "", url.Values{"email": {email}, "password": {password}}.Encode())
	if err != nil {
		t.Fatal(err)
	}
	return a.status
}

// Not parallel, as it looks for goroutines that stay.
func TestServer_start(t *testing.T) {
	before := goleak.IgnoreCurrent()
	dir := folder(t)
	ops := free(t)
	first := running(t, dir, "--demo", "--ops-addr", ops)
	shown := regexp.MustCompile(`(?m)^sign in +admin@example.com +(\S+)$`).FindStringSubmatch(first.greeting)
	var g guest

	t.Run("it prints the four places to go to", func(t *testing.T) {
		lines := strings.Split(strings.TrimSpace(first.greeting), "\n")
		if len(lines) != 4 || shown == nil {
			t.Fatalf("it printed:\n%s", first.greeting)
		}
		for i, path := range []string{"/c/demo", "/demo", "/console"} {
			address := lines[i][strings.Index(lines[i], "http"):]
			if address != first.URL+path {
				t.Errorf("line %d shows %s", i+1, address)
			}
		}
		want(t, 200, "GET", first.URL+"/c/demo", "", "")
		want(t, 200, "GET", first.URL+"/demo", "", "")
		want(t, 303, "GET", first.URL+"/console", "", "")
	})
	t.Run("it is well", func(t *testing.T) {
		want(t, 200, "GET", first.URL+"/healthz", "", "")
		want(t, 200, "GET", first.URL+"/readyz", "", "")
	})
	t.Run("metrics are on the operator's address only", func(t *testing.T) {
		if a := want(t, 200, "GET", "http://"+ops+"/metrics", "", ""); !strings.Contains(a.body, "go_goroutines") || !strings.Contains(a.body, `support_breaker_state{line="demo",node="`) {
			t.Errorf("the metrics are %.200s", a.body)
		}
		want(t, 404, "GET", first.URL+"/metrics", "", "")
	})
	t.Run("the administrator and the sample agents sign in", func(t *testing.T) {
		if got := signIn(t, first.URL, "admin@example.com", shown[1]); got != 303 {
			t.Errorf("the printed password is answered %d", got)
		}
		if got := signIn(t, first.URL, "admin@example.com", shown[1]+"x"); got != 401 {
			t.Errorf("another password is answered %d", got)
		}
		if got := signIn(t, first.URL, sample.Agents()[0].Email, sample.Password); got != 303 {
			t.Errorf("the sample agent's is answered %d", got)
		}
	})
	t.Run("a conversation is written", func(t *testing.T) {
		g = enters(t, first.URL, "demo")
		g.says(t, "还在吗")
	})
	t.Run("a second one on the same folder is refused", func(t *testing.T) {
		c, _ := configure(t, dir)
		_, err := start(t.Context(), c, &bytes.Buffer{})
		if !errors.Is(err, local.ErrInUse) || !strings.Contains(err.Error(), dir) || strings.Contains(err.Error(), "\n") {
			t.Errorf("it says: %v", err)
		}
		want(t, 200, "GET", first.URL+"/readyz", "", "")
	})
	t.Run("a second one on the database is another node of the same desk", func(t *testing.T) {
		dsn, err := local.DSN(filepath.Join(dir, "postgres"))
		if err != nil {
			t.Fatal(err)
		}
		secret, err := os.ReadFile(filepath.Join(dir, "secret"))
		if err != nil {
			t.Fatal(err)
		}
		elsewhere := folder(t)
		second := running(t, elsewhere, "--database-url", dsn, "--secret", strings.TrimSpace(string(secret)), "--limits", "off")
		if strings.Contains(second.greeting, "demo shop") || !strings.Contains(second.greeting, "/c/demo") {
			t.Errorf("it printed:\n%s", second.greeting)
		}
		if !strings.Contains(second.log.String(), "RATE LIMITS ARE OFF") || strings.Contains(first.log.String(), "RATE LIMITS ARE OFF") {
			t.Error("the log does not tell on which node there are no limits")
		}
		there := g
		there.at = strings.Replace(g.at, first.URL, second.URL, 1)
		err = listen(t.Context(), there.at+"/events", g.Token, g.Epoch+".1", func() { g.says(t, "那边也看得到吗") }, func(e event) bool { return e.name != "message" })
		if err != nil {
			t.Error(err)
		}
		if log := there.log(t); len(log) != 2 || log[1].Text != "那边也看得到吗" {
			t.Errorf("the other node has %v", log)
		}
		if err := second.stop(); err != nil {
			t.Error(err)
		}
		left, _ := os.ReadDir(elsewhere)
		if len(left) != 1 || left[0].Name() != "files" {
			t.Errorf("it left %v in its folder, and not that of files alone", left)
		}
	})
	t.Run("it leaves with a goodbye, and nothing stays behind", func(t *testing.T) {
		pid := postmaster(t, dir)
		heard, stopped := "", make(chan error, 1)
		err := listen(t.Context(), g.at+"/events", g.Token, "", func() { go func() { stopped <- first.stop() }() }, func(e event) bool { heard = e.name; return true })
		if err != nil || heard != "goodbye" {
			t.Errorf("the last event was %q, then %v", heard, err)
		}
		if err := <-stopped; err != nil {
			t.Error(err)
		}
		if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
			t.Errorf("Postgres still runs: %v", err)
		}
		goleak.VerifyNone(t, before)
	})
	t.Run("started again it has everything, and prints no password", func(t *testing.T) {
		again := running(t, dir, "--demo")
		if len(strings.Split(strings.TrimSpace(again.greeting), "\n")) != 4 || strings.Contains(again.greeting, shown[1]) {
			t.Errorf("it printed:\n%s", again.greeting)
		}
		if got := signIn(t, again.URL, "admin@example.com", shown[1]); got != 303 {
			t.Errorf("the first password is answered %d", got)
		}
		g.at = strings.Replace(g.at, first.URL, again.URL, 1)
		if log := g.log(t); len(log) != 2 || log[0].Text != "还在吗" {
			t.Errorf("the conversation is %v", log)
		}
	})
}

func TestServer_start_refusals(t *testing.T) {
	t.Parallel()
	refused := func(t *testing.T, words string, flags ...string) {
		t.Helper()
		c, _ := configure(t, folder(t), flags...)
		s, err := start(t.Context(), c, &bytes.Buffer{})
		if err == nil {
			t.Fatal("it started", s.stop())
		}
		if !strings.Contains(err.Error(), words) {
			t.Errorf("it says %q, not %q", err, words)
		}
	}
	t.Run("a short secret", func(t *testing.T) {
		refused(t, "SUPPORT_SECRET must have at least 32 bytes", "--secret", "short")
	})
	t.Run("a damaged secret", func(t *testing.T) {
		c, _ := configure(t, folder(t))
		if err := os.WriteFile(filepath.Join(c.Data, "secret"), []byte("cut off"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := start(t.Context(), c, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "is damaged") {
			t.Errorf("it says %v", err)
		}
	})
	t.Run("an address that is taken", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		refused(t, "address already in use", "--addr", l.Addr().String())
	})
	t.Run("a network that is none", func(t *testing.T) {
		refused(t, "SUPPORT_PROXIES", "--proxies", "10.0.0.1")
	})
	t.Run("a public address that is none", func(t *testing.T) {
		refused(t, "SUPPORT_BASE_URL", "--base-url", "chat.example.com")
	})
	t.Run("a node's name that is none", func(t *testing.T) {
		refused(t, "SUPPORT_NODE", "--addr", "127.0.0.1:0", "--node", strings.Repeat("n", 65))
	})
	t.Run("a canary that never rests", func(t *testing.T) {
		refused(t, "SUPPORT_CANARY", "--addr", "127.0.0.1:0", "--canary", "10ms")
	})
	t.Run("a database that is away", func(t *testing.T) {
		refused(t, "database", "--database-url", "postgres://127.0.0.1:1/support?sslmode=disable")
	})
}

func TestConfig(t *testing.T) {
	t.Run("every setting has its variable", func(t *testing.T) {
		for name, value := range map[string]string{"SUPPORT_ADDR": ":1", "SUPPORT_OPS_ADDR": ":2", "SUPPORT_DATA": "/d", "DATABASE_URL": "postgres://d", "SUPPORT_BASE_URL": "https://b",
			"SUPPORT_SECRET": "s", "SUPPORT_ADMIN_EMAIL": "a@b.c", "SUPPORT_ADMIN_PASSWORD": "p", "SUPPORT_DEMO": "1", "SUPPORT_LIMITS": "off", "SUPPORT_PROXIES": "10.0.0.0/8,::1/128", "SUPPORT_NODE": "n", "SUPPORT_CANARY": "1m", "SUPPORT_LOG": "debug", "SUPPORT_LOG_FORMAT": "text"} {
			t.Setenv(name, value)
		}
		got := parsed(t)
		if got.Addr != ":1" || got.OpsAddr != ":2" || got.Data != "/d" || got.DatabaseURL != "postgres://d" || got.BaseURL != "https://b" || got.Secret != "s" || got.AdminEmail != "a@b.c" ||
			got.AdminPassword != "p" || !got.Demo || got.Limits != "off" || len(got.Proxies) != 2 || got.LogLevel != "debug" || got.LogFormat != "text" || got.Node != "n" || got.Canary != time.Minute {
			t.Errorf("it reads %+v", got)
		}
	})
	t.Run("it runs with none", func(t *testing.T) {
		for _, name := range []string{"SUPPORT_ADDR", "SUPPORT_OPS_ADDR", "SUPPORT_DATA", "DATABASE_URL", "SUPPORT_SECRET", "SUPPORT_ADMIN_EMAIL", "SUPPORT_DEMO", "SUPPORT_LIMITS", "SUPPORT_LOG"} {
			t.Setenv(name, "") // which brings it back afterwards
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
		here, err := filepath.Abs("data")
		if err != nil {
			t.Fatal(err)
		}
		if got := parsed(t); got.Addr != ":8080" || got.OpsAddr != "127.0.0.1:9090" || got.Data != here || got.DatabaseURL != "" || got.Demo || got.Limits != "on" {
			t.Errorf("it reads %+v", got)
		}
	})
	t.Run("a variable set to nothing counts as not set", func(t *testing.T) {
		for _, name := range []string{"SUPPORT_ADDR", "DATABASE_URL", "SUPPORT_SECRET", "SUPPORT_ADMIN_EMAIL", "SUPPORT_DEMO", "SUPPORT_LIMITS", "SUPPORT_LOG", "SUPPORT_LOG_FORMAT"} {
			t.Setenv(name, "")
		}
		if got := parsed(t); got.Addr != ":8080" || got.Limits != "on" || got.Demo || got.LogLevel != "info" || got.LogFormat != "auto" || got.AdminEmail != "admin@example.com" {
			t.Errorf("it reads %+v", got)
		}
	})
}

// free is an address nobody listens on.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
