package desk_test

import (
	"context"
	"encoding/json"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
	"github.com/taadis/unique-support/sql"
	"github.com/taadis/unique-support/sql/sqltest"
)

// node is a desk with all it needs, as a process of its own over a database that others may share.
type node struct {
	*desk.Desk
	dsn   string
	store *sql.Store
	push  *recorder
	bus   *witness
	clock *clock
}

// newNode returns a desk over the database; it does nothing by itself until run is called.
func newNode(t *testing.T, dsn, name string, options ...func(*desk.Options)) *node {
	t.Helper()
	store, err := sql.Open(t.Context(), sql.Options{DSN: dsn, MaxOpen: 4})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	n := &node{dsn: dsn, store: store, push: &recorder{behind: map[chat.ID]int64{}}, bus: &witness{Bus: store.Bus(name)}, clock: &clock{}}
	o := desk.Options{Store: store, Bus: n.bus, Pusher: n.push, Clock: n.clock}
	for _, f := range options {
		f(&o)
	}
	n.Desk = desk.New(o)
	t.Cleanup(func() {
		if err := n.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

// alone returns the only node of a fresh database.
func alone(t *testing.T, options ...func(*desk.Options)) *node {
	t.Helper()
	return newNode(t, sqltest.Open(t), "a", options...)
}

// run has the desk do what it does unasked, until t ends.
func (n *node) run(t *testing.T) *node {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return n
}

// recorder is the streams of a node: it keeps what they were told.
type recorder struct {
	mu     sync.Mutex
	events []chat.Event
	behind map[chat.ID]int64
	// degraded is what was said of lines, in order.
	degraded []bool
}

func (r *recorder) Publish(e chat.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

func (r *recorder) Watched(string, chat.ID) bool { return true }

func (r *recorder) Behind(_ string, conversation chat.ID, head int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.behind[conversation] = head
}

func (r *recorder) Degraded(line string, is bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.degraded = append(r.degraded, is)
}

func (r *recorder) CutVisitor(visitor chat.ID) {
	r.Publish(chat.Event{Kind: chat.EventLeft, Data: json.RawMessage(strconv.Quote(string(visitor)))})
}

func (r *recorder) Restart(line, epoch string) {
	r.Publish(chat.Event{Kind: chat.EventReset, Line: line, Data: json.RawMessage(epoch)})
}

func (r *recorder) head(conversation chat.ID) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.behind[conversation]
}

// of returns the events of a kind about a conversation, "" for those about none.
func (r *recorder) of(kind chat.EventKind, conversation chat.ID) (es []chat.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.events {
		if e.Kind == kind && e.Conversation == conversation {
			es = append(es, e)
		}
	}
	return es
}

// last returns what the conversation's last event of the kind for the audience said.
func last[T any](t *testing.T, r *recorder, kind chat.EventKind, conversation chat.ID, to chat.Audience) (v T, heard bool) {
	t.Helper()
	for _, e := range r.of(kind, conversation) {
		if e.To != to {
			continue
		}
		var next T
		if err := json.Unmarshal(e.Data, &next); err != nil {
			t.Fatal(err)
		}
		v, heard = next, true
	}
	return v, heard
}

// witness is a bus that knows what its listener has been told, so that a test need not guess when the tail has passed.
type witness struct {
	desk.Bus
	heard recorder
}

func (w *witness) Listen(ctx context.Context, f func(chat.Event), wants func(string, chat.ID, int64) bool) error {
	return w.Bus.Listen(ctx, func(e chat.Event) {
		f(e)
		w.heard.Publish(e)
	}, func(line string, conversation chat.ID, seq int64) bool {
		if wants(line, conversation, seq) {
			return true
		}
		w.heard.Publish(chat.Event{Kind: chat.EventMessage, Line: line, Conversation: conversation, Seq: seq})
		return false
	})
}

// clock is the time, moved by hand.
type clock struct{ shift atomic.Int64 }

func (c *clock) Now() time.Time { return time.Now().Add(time.Duration(c.shift.Load())) }

func (c *clock) move(d time.Duration) { c.shift.Add(int64(d)) }

// caller is a visitor in her conversation.
type caller struct {
	ctx              context.Context
	id, conversation chat.ID
}

// visitor lets a new visitor in.
func (n *node) visitor(t *testing.T, line string) caller {
	t.Helper()
	v, c, err := n.Enter(t.Context(), desk.Entry{Line: line})
	if err != nil {
		t.Fatal(err)
	}
	return caller{ctx: visitorContext(t, line, v.ID), id: v.ID, conversation: c.ID}
}

// waiting lets a visitor in who has written.
func (n *node) waiting(t *testing.T, line string) caller {
	t.Helper()
	c := n.visitor(t, line)
	n.say(t, c.ctx, c.conversation, "在吗")
	return c
}

func visitorContext(t *testing.T, line string, id chat.ID) context.Context {
	return chat.WithTrace(chat.WithActor(t.Context(), chat.Actor{Kind: chat.KindVisitor, ID: id, Line: line}), chat.NewTrace())
}

// agent returns a context in which the agent acts, and who she is.
func (n *node) agent(t *testing.T, name string) (context.Context, chat.Agent) {
	t.Helper()
	a, err := n.store.AgentByEmail(t.Context(), name+"@example.com")
	if err != nil {
		t.Fatal(err)
	}
	return chat.WithTrace(chat.WithActor(t.Context(), a.Actor()), chat.NewTrace()), a
}

// put changes what is kept of an agent.
func (n *node) put(t *testing.T, name string, change func(*chat.Agent)) {
	t.Helper()
	_, a := n.agent(t, name)
	change(&a)
	if err := n.store.PutAgent(t.Context(), a); err != nil {
		t.Fatal(err)
	}
}

// attend opens an agent's console until leave is called or t ends.
func (n *node) attend(t *testing.T, name string) (leave func()) {
	t.Helper()
	ctx, _ := n.agent(t, name)
	leave, _, err := n.Attend(ctx, true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(leave)
	return leave
}

// draft is a text with a client id of its own.
func draft(conversation chat.ID, text string) chat.Draft {
	return chat.Draft{Conversation: conversation, ClientID: chat.NewID(time.Now()), Kind: chat.KindText, Text: text}
}

func note(conversation chat.ID, text string) chat.Draft {
	d := draft(conversation, text)
	d.Kind = chat.KindNote
	return d
}

// say sends a text and wants it accepted.
func (n *node) say(t *testing.T, who context.Context, conversation chat.ID, text string) chat.Message {
	t.Helper()
	m, _, err := n.Send(who, draft(conversation, text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// now reads where the shop's conversation stands.
func (n *node) now(t *testing.T, conversation chat.ID) chat.Conversation {
	t.Helper()
	c, err := n.store.Conversation(t.Context(), "shop", conversation)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// log reads the whole log of the shop's conversation, and wants it without gaps.
func (n *node) log(t *testing.T, conversation chat.ID) []chat.Message {
	t.Helper()
	ms, err := n.store.Messages(t.Context(), "shop", conversation, 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range ms {
		if m.Seq != int64(i+1) {
			t.Fatalf("message %d has number %d", i+1, m.Seq)
		}
	}
	return ms
}

// eventually waits until the condition holds.
func eventually(t *testing.T, within time.Duration, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline.C:
			t.Fatalf("no %s within %v", what, within)
		case <-tick.C:
		}
	}
}

// wantCode fails t unless err carries the code; "" wants no error.
func wantCode(t *testing.T, err error, code chat.Code) {
	t.Helper()
	if code == "" && err != nil || code != "" && (err == nil || chat.CodeOf(err) != code) {
		t.Fatalf("got error %v, want code %q", err, code)
	}
}
