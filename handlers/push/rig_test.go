package push

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/taadis/unique-support/core/chat"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	shop  = "shop"
	conv  = chat.ID("0196c0de-0000-7000-8000-000000000001")
	other = chat.ID("0196c0de-0000-7000-8000-000000000002")
	agent = chat.ID("0196c0de-0000-7000-8000-00000000a9e7")
	epoch = "k3v9"
)

var errStore = errors.New("the database is away")

// store is a line's log as the hub sees it.
type store struct {
	mu      sync.Mutex
	log     map[chat.ID][]chat.Message
	down    bool
	failing int // how many pulls fail next
	pulled  func()
}

func newStore() *store { return &store{log: map[chat.ID][]chat.Message{}} }

// append writes a message and returns the event that tells of it.
func (s *store) append(c chat.ID, text string) chat.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := chat.Message{ID: conv, Conversation: c, Seq: int64(len(s.log[c]) + 1), Author: chat.Author{Kind: chat.KindVisitor}, Kind: chat.KindText, Text: text}
	s.log[c] = append(s.log[c], m)
	return event(m)
}

func event(m chat.Message) chat.Event {
	data, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return chat.Event{Kind: chat.EventMessage, Line: shop, Conversation: m.Conversation, Seq: m.Seq, To: chat.ToAll, Data: data}
}

func (s *store) head(c chat.ID) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return int64(len(s.log[c]))
}

func (s *store) Pull(_ context.Context, _ string, c chat.ID, after int64) ([]chat.Message, error) {
	if s.pulled != nil {
		s.pulled()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return nil, errStore
	}
	if s.failing > 0 {
		s.failing--
		return nil, errStore
	}
	ms := s.log[c][min(after, int64(len(s.log[c]))):]
	return append([]chat.Message(nil), ms[:min(len(ms), Page)]...), nil
}

func (s *store) heads(context.Context) (map[chat.ID]int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return nil, errStore
	}
	heads := map[chat.ID]int64{}
	for c, ms := range s.log {
		heads[c] = int64(len(ms))
	}
	return heads, nil
}

// rig is a hub behind an HTTP server: /c/<conversation> and /agent/<id>.
type rig struct {
	*Hub
	store  *store
	adjust func(*Stream)
	before func(http.ResponseWriter) // as middleware
	dial   func() (net.Conn, error)
	late   []chat.Event // written, and not published yet
}

// answer is what a test's clients read when Serve refused.
func (g *rig) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := Stream{}
	if c, ok := strings.CutPrefix(r.URL.Path, "/c/"); ok {
		id := chat.ID(c)
		s = Stream{Line: shop, Conversation: id, Epoch: epoch, Log: g.store}
		s.After, s.Foreign = ParseEventID(r.Header.Get("Last-Event-ID"), r.URL.Query().Get("after"), epoch)
	}
	if a, ok := strings.CutPrefix(r.URL.Path, "/agent/"); ok {
		s = Stream{Agent: chat.ID(a), Lines: []string{shop, "bank", shop}, Heads: g.store.heads}
	}
	if g.before != nil {
		g.before(w)
	}
	if g.adjust != nil {
		g.adjust(&s)
	}
	if err := g.Serve(w, r, s); err != nil {
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprint(w, chat.CodeOf(err))
	}
}

// starter runs a hub behind a real HTTP server until the test ends.
type starter func(t testing.TB, o Options) *rig

// start has every reader be served by its request's goroutine.
func start(t testing.TB, o Options) *rig {
	t.Helper()
	return startWith(t, o, nil)
}

// startLean has every connection be taken over.
func startLean(t testing.TB, o Options) *rig {
	t.Helper()
	return startWith(t, o, ConnContext)
}

// both runs a test with either kind of reader.
func both(f func(t *testing.T, start starter)) func(t *testing.T) {
	return func(t *testing.T) {
		t.Parallel()
		for name, s := range map[string]starter{"loop": start, "lean": startLean} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				f(t, s)
			})
		}
	}
}

func startWith(t testing.TB, o Options, connContext func(context.Context, net.Conn) context.Context) *rig {
	t.Helper()
	g, stop := realRig(o, connContext)
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return g
}

func realRig(o Options, connContext func(context.Context, net.Conn) context.Context) (g *rig, stop func() error) {
	g = &rig{Hub: New(o), store: newStore()}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- g.Run(ctx) }()
	server := httptest.NewUnstartedServer(g)
	server.Config.ConnContext = connContext
	server.Config.WriteTimeout, server.Config.ReadTimeout = 3*time.Second, 3*time.Second
	server.Start()
	g.dial = func() (net.Conn, error) { return net.Dial("tcp", server.Listener.Addr().String()) }
	return g, func() error {
		cancel()
		defer server.Close()
		return <-ran
	}
}

// until waits for what is about to be; nothing depends on how long that takes.
func until(t testing.TB, what string, is func() bool) {
	t.Helper()
	for late := time.Now().Add(20 * time.Second); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("never: %s", what)
		}
	}
}

// got is an event as an EventSource dispatches it.
type got struct {
	kind, data, lastID string
	hasID              bool // an id line of its own
}

func (e got) seq(t testing.TB) int64 {
	t.Helper()
	var m struct {
		Seq int64 `json:"seq"`
	}
	if err := json.Unmarshal([]byte(e.data), &m); err != nil {
		t.Fatalf("data %q: %v", e.data, err)
	}
	return m.Seq
}

// source reads a stream by the rules of the HTML standard.
type source struct {
	conn   net.Conn
	resp   *http.Response
	lines  *bufio.Reader
	lastID string
	raw    strings.Builder
}

// connect opens a stream with the headers given as "Name: value".
func (g *rig) connect(path string, headers ...string) (*source, error) {
	conn, err := g.dial()
	if err != nil {
		return nil, err
	}
	head := "GET " + path + " HTTP/1.1\r\nHost: desk\r\n"
	for _, h := range headers {
		head += h + "\r\n"
	}
	if _, err := io.WriteString(conn, head+"\r\n"); err != nil {
		_ = conn.Close()
		return nil, err
	}
	s := &source{conn: conn}
	if s.resp, err = http.ReadResponse(bufio.NewReaderSize(conn, 16), nil); err != nil {
		_ = conn.Close()
		return nil, err
	}
	s.lines = bufio.NewReader(io.TeeReader(s.resp.Body, &s.raw))
	return s, nil
}

// open is connect with a client that takes what comes at once, until it is paused.
func (g *rig) open(t testing.TB, path string, headers ...string) *source {
	t.Helper()
	pumped := &rig{dial: func() (net.Conn, error) {
		c, err := g.dial()
		if err != nil {
			return nil, err
		}
		return newTube(c), nil
	}}
	s, err := pumped.connect(path, headers...)
	if err != nil {
		t.Fatalf("open %s: %v", path, err)
	}
	t.Cleanup(s.close)
	return s
}

func (s *source) close() { _ = s.conn.Close() }

// pause makes a client that was opened stop reading, but for the read it is in.
func (s *source) pause(p bool) { s.conn.(*tube).pause(p) }

// line reads up to CR, LF or CRLF.
func (s *source) line() (string, error) {
	var b strings.Builder
	for {
		c, err := s.lines.ReadByte()
		switch {
		case err != nil:
			return "", err
		case c == '\n':
			return b.String(), nil
		case c == '\r':
			if next, err := s.lines.Peek(1); err == nil && next[0] == '\n' {
				_, _ = s.lines.ReadByte()
			}
			return b.String(), nil
		}
		b.WriteByte(c)
	}
}

// next returns the next event of any kind.
func (s *source) next() (got, error) {
	e := got{kind: "message"}
	var data []string
	id := s.lastID
	for {
		l, err := s.line()
		if err != nil {
			return got{}, err
		}
		if l == "" {
			s.lastID = id
			if data == nil {
				e = got{kind: "message"}
				continue
			}
			e.data, e.lastID = strings.Join(data, "\n"), id
			return e, nil
		}
		field, value, _ := strings.Cut(l, ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "id":
			id, e.hasID = value, true
		case "data":
			data = append(data, value)
		case "event":
			e.kind = value
		}
	}
}

// want reads events until one of the kind comes.
func (s *source) want(t testing.TB, kind chat.EventKind) got {
	t.Helper()
	for {
		e, err := s.next()
		if err != nil {
			t.Fatalf("waiting for %s: %v; so far %q", kind, err, s.raw.String())
		}
		if e.kind == string(kind) {
			return e
		}
	}
}

// messages reads messages from..to and fails on any other number.
func (s *source) messages(t testing.TB, from, to int64) {
	t.Helper()
	for want := from; want <= to; want++ {
		e := s.want(t, chat.EventMessage)
		if seq := e.seq(t); seq != want || e.lastID != fmt.Sprintf("%s.%d", epoch, seq) || !e.hasID {
			t.Fatalf("message %d with id %q, want %d", seq, e.lastID, want)
		}
	}
}

// ended reads to the end of the stream.
func (s *source) ended(t testing.TB) {
	t.Helper()
	for {
		if _, err := s.next(); err != nil {
			return
		}
	}
}

// sourceOf reads the body of an answer that a client of net/http got.
func sourceOf(resp *http.Response) *source {
	s := &source{resp: resp}
	s.lines = bufio.NewReader(io.TeeReader(resp.Body, &s.raw))
	return s
}
