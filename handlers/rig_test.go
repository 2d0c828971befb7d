package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
	"github.com/taadis/unique-support/handlers/agent"
	"github.com/taadis/unique-support/handlers/media"
	"github.com/taadis/unique-support/handlers/push"
	"github.com/taadis/unique-support/sql"
	"github.com/taadis/unique-support/sql/sqltest"
	"golang.org/x/sync/errgroup"
)

func TestMain(m *testing.M) { os.Exit(sqltest.Run(m, prepare)) }

const password = "correct horse battery"

// prepare leaves two lines, shop and mall, an agent of each, and an auditor of both.
func prepare(ctx context.Context, dsn string) (err error) {
	s, err := sql.Open(ctx, sql.Options{DSN: dsn})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.Migrate(ctx); err != nil {
		return err
	}
	for _, name := range []string{"shop", "mall"} {
		if err := s.PutLine(ctx, chat.Line{Name: name, Title: strings.ToUpper(name), Color: "#2e6e52", Locale: "en", Origins: []string{"https://" + name + ".example"}}); err != nil {
			return err
		}
	}
	hash, err := agent.NewPasswords().Hash(ctx, password, "")
	if err != nil {
		return err
	}
	for _, a := range []chat.Agent{
		{Email: "lin@shop.example", Name: "Lin", Role: "agent", Lines: []string{"shop"}},
		{Email: "mo@mall.example", Name: "Mo", Role: "agent", Lines: []string{"mall"}},
		{Email: "audit@example.com", Name: "Audit", Role: "auditor", Lines: []string{"shop", "mall"}},
	} {
		now := time.Now()
		a.ID, a.PasswordHash, a.Presence, a.Capacity, a.Created = chat.NewID(now), hash, chat.Online, 5, chat.Time{Time: now}
		if err := s.PutAgent(ctx, a); err != nil {
			return err
		}
		if err := s.PutKey(ctx, chat.APIKey{ID: chat.NewID(now), Agent: a.ID, Name: "test", Scopes: chat.Permissions(), Created: a.Created}, HashKey(keyOf(a.Name))); err != nil {
			return err
		}
	}
	return nil
}

// keyOf is the API key of a sample agent.
func keyOf(name string) string { return KeyPrefix + strings.ToLower(name) }

// fileMax is the largest file of the rig.
const fileMax = 256 << 10

type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }

// rig is the door with everything behind it, on a database of its own.
type rig struct {
	t     *testing.T
	door  *Handlers
	store *sql.Store
	desk  *desk.Desk
	url   string
	log   *safeBuffer
}

type option func(*Options)

func newRig(t *testing.T, options ...option) *rig {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r := &rig{t: t, log: &safeBuffer{}}
	log := slog.New(slog.NewJSONHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	if r.store, err = sql.Open(ctx, sql.Options{DSN: sqltest.Open(t), MaxOpen: 8, Log: log}); err != nil {
		t.Fatal(err)
	}
	if err := r.store.Load(ctx); err != nil {
		t.Fatal(err)
	}
	hub := push.New(push.Options{Log: log, Pushed: func(e *chat.Event) { r.desk.Pushed(e) }})
	blobs, err := sql.OpenBlobs(t.TempDir(), 0)
	if err != nil {
		t.Fatal(err)
	}
	r.desk = desk.New(desk.Options{Store: r.store, Bus: r.store.Bus("test"), Pusher: hub, Clock: realClock{}, Blobs: blobs, Inspector: media.New(fileMax), Node: "desk-1", JoinKey: []byte("a key of the test"), Mail: true, Log: log})
	o := Options{Desk: r.desk, Hub: hub, Sessions: r.store.Sessions(), Secret: bytes.Repeat([]byte("s"), 32), Passwords: agent.NewPasswords(), Clock: realClock{}, FileMax: fileMax, Log: log}
	for _, f := range options {
		f(&o)
	}
	if r.door, err = New(o); err != nil {
		t.Fatal(err)
	}
	g, running := errgroup.WithContext(ctx)
	g.Go(func() error { return hub.Run(running) })
	g.Go(func() error { return r.desk.Run(running) })
	server := httptest.NewUnstartedServer(r.door.Handler())
	server.Config.ConnContext = push.ConnContext // streams are taken over, as in the program
	server.Start()
	r.url = server.URL
	t.Cleanup(func() {
		r.door.Drain(0)
		server.Close()
		if err := r.desk.Close(context.Background()); err != nil {
			t.Error(err)
		}
		cancel()
		if err := errors.Join(g.Wait(), r.store.Close(), blobs.Close()); err != nil {
			t.Error(err)
		}
	})
	return r
}

// at returns the rig for a subtest, which then fails alone.
func (r *rig) at(t *testing.T) *rig {
	c := *r
	c.t = t
	return &c
}

// answer is what came back, read to its end.
type answer struct {
	*http.Response
	body []byte
}

// json reads the body as JSON.
func (a answer) json(t *testing.T) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(a.body, &m); err != nil {
		t.Fatalf("%v in %.300s", err, a.body)
	}
	return m
}

// call sends a request; header is name, value, name, value.
func (r *rig) call(method, path, body string, header ...string) answer {
	r.t.Helper()
	return r.with(&http.Client{CheckRedirect: stay}, method, path, body, header...)
}

func (r *rig) with(client *http.Client, method, path, body string, header ...string) answer {
	r.t.Helper()
	q, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	if body != "" {
		q.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		q.Header.Set(header[i], header[i+1])
	}
	resp, err := client.Do(q)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return answer{resp, b}
}

// want fails unless the answer has the status and, for an error, the code.
func (r *rig) want(a answer, status int, code chat.Code) answer {
	r.t.Helper()
	if a.StatusCode != status {
		r.t.Fatalf("%s %s: status %d, want %d: %.300s", a.Request.Method, a.Request.URL.Path, a.StatusCode, status, a.body)
	}
	if code == "" {
		return a
	}
	if got := a.Header.Get("Content-Type"); got != "application/problem+json" {
		r.t.Errorf("content type %q", got)
	}
	p := a.json(r.t)
	if p["code"] != string(code) || p["trace_id"] != a.Header.Get("X-Trace-Id") || p["detail"] == "" || p["status"] != float64(status) {
		r.t.Errorf("problem %v, want code %s", p, code)
	}
	return a
}

func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// browser is a client that keeps cookies and follows nothing.
func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: stay}
}

// caller is a visitor with a token and a conversation.
type caller struct{ token, id, conversation string }

func (g caller) auth() []string { return []string{"Authorization", "Bearer " + g.token} }

func (r *rig) caller(line string) caller {
	r.t.Helper()
	a := r.want(r.call("POST", "/api/v1/lines/"+line+"/session", `{}`), 201, "")
	m := a.json(r.t)
	return caller{token: m["token"].(string), id: m["visitor"].(map[string]any)["id"].(string), conversation: m["conversation"].(map[string]any)["id"].(string)}
}

func key(name string) []string { return []string{"Authorization", "Bearer " + keyOf(name)} }

func (r *rig) send(g caller, text string) answer {
	r.t.Helper()
	return r.call("POST", "/api/v1/conversations/"+g.conversation+"/messages", message(text), g.auth()...)
}

// message is the body of a send with a client id of its own.
func message(text string) string {
	b, err := json.Marshal(map[string]string{"client_id": string(chat.NewID(time.Now())), "kind": "text", "text": text})
	if err != nil {
		panic(err)
	}
	return string(b)
}

// form posts a form as a browser does.
func (r *rig) form(client *http.Client, path string, fields ...string) answer {
	r.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		v.Add(fields[i], fields[i+1])
	}
	return r.with(client, "POST", path, v.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Accept", "text/html", "Sec-Fetch-Site", "same-origin")
}

// safeBuffer is a log that goroutines write while a test reads.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
