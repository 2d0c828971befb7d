package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// folder is a data folder that Postgres can come through to as a user of its own, which a test's own folder is closed to.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "desk-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// configure reads settings as the command line does, and keeps what is logged.
func configure(t *testing.T, dir string, flags ...string) (*config, *said) {
	t.Helper()
	log := &said{}
	c := parsed(t, append([]string{"--data", dir, "--addr", "127.0.0.1:0", "--ops-addr=", "--database-url=", "--secret="}, flags...)...)
	c.log = log
	return c, log
}

func parsed(t *testing.T, flags ...string) *config {
	t.Helper()
	var c commands
	if _, err := c.parse(append([]string{"serve"}, flags...)); err != nil {
		t.Fatal(err)
	}
	return &c.config
}

// node is a desk in this process.
type node struct {
	*server
	greeting string
	log      *said
	// stop hides the server's, which may be called only once.
	stop func() error
}

// running starts a desk that is stopped with the test, unless it was before.
func running(t *testing.T, dir string, flags ...string) *node {
	t.Helper()
	c, log := configure(t, dir, flags...)
	var out bytes.Buffer
	s, err := start(t.Context(), c, &out)
	if err != nil {
		t.Fatalf("start: %v\n%s", err, log)
	}
	n := &node{server: s, greeting: out.String(), log: log, stop: sync.OnceValue(s.stop)}
	t.Cleanup(func() {
		if err := n.stop(); err != nil {
			t.Errorf("stop: %v\n%s", err, log)
		}
	})
	return n
}

// said is what a program wrote, to be read while it runs.
type said struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

// String returns all of it.
func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// postmaster is the process of the private Postgres of a data folder.
func postmaster(t *testing.T, dir string) int {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "postgres", "pg", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// eventually waits until done says so.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	poll := time.NewTicker(10 * time.Millisecond)
	defer poll.Stop()
	for late := time.After(patience); !done(); {
		select {
		case <-late:
			t.Fatalf("not %s after %s", what, patience)
		case <-poll.C:
		}
	}
}

// apart is a client whose connections end with their answers, so that none is left when a test looks for leaks.
var apart = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// reply is an answer, read to its end.
type reply struct {
	status int
	header http.Header
	body   string
}

// request sends a request as whoever has the token; a body that begins with { is JSON, any other a form.
func request(ctx context.Context, method, address, token, body string) (reply, error) {
	q, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	switch {
	case strings.HasPrefix(body, "{"):
		q.Header.Set("Content-Type", "application/json")
	case body != "":
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if token != "" {
		q.Header.Set("Authorization", "Bearer "+token)
	}
	a, err := apart.Do(q)
	if err != nil {
		return reply{}, err
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	return reply{a.StatusCode, a.Header, string(b)}, err
}

// want is request for a test that knows the answer's status.
func want(t *testing.T, status int, method, address, token, body string) reply {
	t.Helper()
	a, err := request(t.Context(), method, address, token, body)
	if err != nil {
		t.Fatal(err)
	}
	if a.status != status {
		t.Fatalf("%s %s: status %d, want %d: %.500s", method, address, a.status, status, a.body)
	}
	return a
}

func decode[T any](t *testing.T, a reply) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatalf("%v in %.500s", err, a.body)
	}
	return v
}

// guest is a visitor as an app sees her, with the address of her conversation.
type guest struct {
	Token        string
	Conversation struct{ ID chat.ID }
	Epoch        string
	at           string
}

// enters lets a visitor in.
func enters(t *testing.T, base, line string) guest {
	t.Helper()
	g := decode[guest](t, want(t, 201, "POST", base+"/api/v1/lines/"+line+"/session", "", "{}"))
	g.at = base + "/api/v1/conversations/" + string(g.Conversation.ID)
	return g
}

// words is the body of a send.
func words(client chat.ID, text string) string {
	return fmt.Sprintf(`{"client_id":%q,"kind":"text","text":%q}`, client, text)
}

// says sends what nobody said before.
func (g guest) says(t *testing.T, text string) chat.Message {
	t.Helper()
	return decode[chat.Message](t, want(t, 201, "POST", g.at+"/messages", g.Token, words(chat.NewID(time.Now()), text)))
}

// log reads the whole conversation.
func (g guest) log(t *testing.T) (all []chat.Message) {
	t.Helper()
	for {
		page := decode[struct {
			Messages []chat.Message
			HasMore  bool `json:"has_more"`
		}](t, want(t, 200, "GET", fmt.Sprintf("%s/messages?after=%d&limit=200", g.at, len(all)), g.Token, ""))
		all = append(all, page.Messages...)
		if !page.HasMore {
			return all
		}
	}
}

// event is one event of a stream.
type event struct{ name, id, data string }

// listen opens a stream and hands over its events until f says to stop, the stream ends, or ctx does. opened hears that it
// was answered.
func listen(ctx context.Context, address, token, last string, opened func(), f func(event) (more bool)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, "GET", address, nil)
	if err != nil {
		return err
	}
	q.Header.Set("Authorization", "Bearer "+token)
	q.Header.Set("Accept-Encoding", "identity") // a gzipped stream is cut, not ended: docs/api.md
	if last != "" {
		q.Header.Set("Last-Event-ID", last)
	}
	a, err := (&http.Client{Transport: apart.Transport}).Do(q)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK {
		return fmt.Errorf("the stream was answered %d", a.StatusCode)
	}
	opened()
	var e event
	lines := bufio.NewScanner(a.Body)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch name {
		case "event":
			e.name = value
		case "id":
			e.id = value
		case "data":
			e.data = value
		case "":
			if e.name != "" && !f(e) {
				return nil
			}
			e = event{}
		}
	}
	return lines.Err()
}
