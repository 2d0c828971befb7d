package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/taadis/unique-support/sql"
)

// has reports whether a finding of the state says the words.
func has(found []finding, state, words string) bool {
	for _, f := range found {
		if f.State == state && strings.Contains(f.What+": "+f.Trouble, words) {
			return true
		}
	}
	return false
}

func TestDoctor_settings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	look := func(t *testing.T, flags ...string) []finding {
		t.Helper()
		return parsed(t, append([]string{"--data", dir, "--ops-addr", "127.0.0.1:9090", "--secret", "5b3d1c9a7e8f60241b9d8c7a6e5f4032"}, flags...)...).diagnoseSettings()
	}
	t.Run("OK", func(t *testing.T) {
		for _, f := range look(t) {
			if f.State != "ok" {
				t.Errorf("got %+v", f)
			}
		}
	})
	for _, sick := range []struct{ state, words, flag, value string }{
		{"BAD", "rate limits: they are off", "--limits", "off"},
		{"BAD", "operator's address: 0.0.0.0:9090 can be reached from outside", "--ops-addr", "0.0.0.0:9090"},
		{"BAD", "operator's address: :9090 can be reached", "--ops-addr", ":9090"},
		{"BAD", "operator's address: 203.0.113.7:9090 can be reached", "--ops-addr", "203.0.113.7:9090"},
		{"BAD", "operator's address: \"nowhere\" is no address", "--ops-addr", "nowhere"},
		{"ok", "operator's address 10.1.2.3:9090", "--ops-addr", "10.1.2.3:9090"},
		{"note", "operator's address: there is none", "--ops-addr", ""},
		{"BAD", "secret: it is easy to guess", "--secret", strings.Repeat("secret", 8)},
		{"BAD", "secret: it has fewer than 32 bytes", "--secret", "short"},
		{"ok", "secret (there is none yet", "--secret", ""},
	} {
		if found := look(t, sick.flag+"="+sick.value); !has(found, sick.state, sick.words) {
			t.Errorf("%s=%s: got %+v", sick.flag, sick.value, found)
		}
	}
	if found := look(t, "--demo", "--base-url", "https://chat.example.com"); !has(found, "BAD", "demo: it is on") {
		t.Errorf("a demo for all: got %+v", found)
	}
	t.Run("a secret that others may read", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("5b3d1c9a7e8f60241b9d8c7a6e5f4032\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if f := parsed(t, "--data", dir, "--secret=").diagnoseSecret(); f.State != "BAD" || !strings.Contains(f.Trouble, "other accounts") || !strings.Contains(f.Do, "chmod") {
			t.Errorf("got %+v", f)
		}
	})
	for limit, state := range map[uint64]string{1024: "BAD", 8192: "note", 65536: "ok"} {
		if f := judgeFiles(limit); f.State != state {
			t.Errorf("%d files: got %+v", limit, f)
		}
	}
}

func TestDoctor_judge(t *testing.T) {
	t.Parallel()
	now := time.Now()
	good := sql.Survey{Fsync: true, FullPages: true, SynchronousCommit: "on", MaxConnections: 100, Now: now, Took: time.Millisecond}
	if found := judge("database", good, now, 43); len(found) != 0 {
		t.Errorf("got %+v", found)
	}
	for words, change := range map[string]func(v *sql.Survey){
		"fsync is off":              func(v *sql.Survey) { v.Fsync = false },
		"full_page_writes is off":   func(v *sql.Survey) { v.FullPages = false },
		"synchronous_commit is off": func(v *sql.Survey) { v.SynchronousCommit = "off" },
		"it is a standby":           func(v *sql.Survey) { v.Standby = true },
		"its clock is 1h0m0s away":  func(v *sql.Survey) { v.Now = now.Add(-time.Hour) },
		"max_connections is 40":     func(v *sql.Survey) { v.MaxConnections = 40 },
	} {
		v := good
		change(&v)
		if found := judge("database", v, now, 43); len(found) != 1 || !has(found, "BAD", words) || found[0].Why == "" || found[0].Do == "" {
			t.Errorf("%s: got %+v", words, found)
		}
	}
	v := good
	v.Took = 80 * time.Millisecond
	if found := judge("database", v, now, 43); !has(found, "note", "80ms") {
		t.Errorf("a slow one: got %+v", found)
	}
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	c := typist{t, folder(t)}
	c.prints("line", "create", "shop", "--title", "Shop")
	n := running(t, c.dir)
	behind, err := url.Parse(n.URL)
	if err != nil {
		t.Fatal(err)
	}
	// proxied is the server behind a proxy that spoils what passes.
	proxied := func(t *testing.T, spoil func(*http.Response) error) string {
		t.Helper()
		p := httputil.NewSingleHostReverseProxy(behind)
		p.FlushInterval, p.ModifyResponse = -1, spoil
		s := httptest.NewServer(p)
		t.Cleanup(s.Close)
		return s.URL
	}
	look := func(t *testing.T, base string) []finding {
		t.Helper()
		return parsed(t, "--data", c.dir, "--base-url", base).diagnoseURL(t.Context())
	}
	t.Run("a proxy that passes everything on", func(t *testing.T) {
		for _, f := range look(t, proxied(t, nil)) {
			if f.State != "ok" {
				t.Errorf("got %+v", f)
			}
		}
	})
	t.Run("a proxy that buffers", func(t *testing.T) {
		found := look(t, proxied(t, func(a *http.Response) error {
			whole, err := io.ReadAll(a.Body)
			a.Body = io.NopCloser(strings.NewReader(string(whole)))
			return err
		}))
		if !has(found, "BAD", "streams through the public address: something on the way holds them back") {
			t.Errorf("got %+v", found)
		}
	})
	t.Run("a proxy that compresses", func(t *testing.T) {
		found := look(t, proxied(t, func(a *http.Response) error { a.Header.Set("Content-Encoding", "gzip"); return nil }))
		if !has(found, "BAD", "something on the way compresses them (gzip)") {
			t.Errorf("got %+v", found)
		}
	})
	t.Run("a proxy that strips headers", func(t *testing.T) {
		found := look(t, proxied(t, func(a *http.Response) error { a.Header.Del("X-Trace-Id"); return nil }))
		if !has(found, "BAD", "something else answers there") {
			t.Errorf("got %+v", found)
		}
	})
	t.Run("a clock that is off", func(t *testing.T) {
		found := look(t, proxied(t, func(a *http.Response) error {
			a.Header.Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
			return nil
		}))
		if !has(found, "BAD", "its clock is 1h0m") {
			t.Errorf("got %+v", found)
		}
	})
	t.Run("as JSON", func(t *testing.T) {
		c := c.at(t)
		out, err := c.run("doctor", "--json", "--ops-addr", "0.0.0.0:9090")
		var found []finding
		if e := json.Unmarshal([]byte(out), &found); e != nil || err == nil || !has(found, "BAD", "operator's address") || !has(found, "ok", "line shop") || !has(found, "note", "public address") {
			t.Errorf("%v, %v\n%s", err, e, out)
		}
	})
}
