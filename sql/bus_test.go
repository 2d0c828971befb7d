package sql

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/taadis/unique-support/core/chat"
)

// heard are the events a node has heard of.
type heard struct {
	mu  sync.Mutex
	all []chat.Event
}

func (h *heard) hear(e chat.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, e)
}

// of returns those of a kind and conversation.
func (h *heard) of(kind chat.EventKind, conversation chat.ID) (es []chat.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range h.all {
		if e.Kind == kind && e.Conversation == conversation {
			es = append(es, e)
		}
	}
	return es
}

// all wants everything.
func all(string, chat.ID, int64) bool { return true }

// node starts a node's bus; it ends with t.
func node(t *testing.T, s *Store, name string) (*Bus, *heard) {
	t.Helper()
	b, h := s.Bus(name), &heard{}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Listen(ctx, h.hear, all) }()
	t.Cleanup(func() {
		stop()
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(10 * time.Second):
			t.Error("the bus does not end")
		}
	})
	return b, h
}

func TestBus_Listen(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	a, atA := node(t, s, "a")
	b, atB := node(t, s, "b")
	lin := agent("林晓")
	k := begin(t, s)

	typing := chat.Event{Kind: chat.EventTyping, Line: "shop", Conversation: k.id, To: chat.ToAgents, Data: json.RawMessage(`{"conversation_id":"x"}`), Agent: lin.ID, Trace: "t"}
	eventually(t, "hearing each other", func() bool { // the listeners may still be on their way
		a.Announce(typing)
		b.Announce(typing)
		return len(atA.of(chat.EventTyping, k.id)) > 0 && len(atB.of(chat.EventTyping, k.id)) > 0
	})
	if diff := cmp.Diff(typing, atB.of(chat.EventTyping, k.id)[0]); diff != "" {
		t.Fatal(diff)
	}

	t.Run("messages", func(t *testing.T) {
		first := k.say(t, k.visitor, "在吗").Message
		k.assign(t, lin)
		second := k.say(t, lin, "在的").Message
		a.Announce(chat.Event{Kind: chat.EventMessage, Line: "shop", Conversation: k.id, Seq: 3, To: chat.ToAll, Data: json.RawMessage(`{}`)})
		for _, h := range []*heard{atA, atB} { // the node that accepted it finds it in the log too
			eventually(t, "the messages", func() bool { return len(h.of(chat.EventMessage, k.id)) == 3 })
			for i, want := range []chat.Message{0: first, 2: second} {
				e := h.of(chat.EventMessage, k.id)[i]
				if want.Seq == 0 {
					continue
				}
				var got chat.Message
				if err := json.Unmarshal(e.Data, &got); err != nil || e.Seq != want.Seq || e.To != chat.ToAll || e.Trace != want.Trace || e.Line != "shop" || strings.Contains(string(e.Data), "\n") {
					t.Fatalf("got %+v, %v", e, err)
				}
				if got.ID != want.ID || got.Text != want.Text || got.Created.Text() != want.Created.Text() {
					t.Fatalf("got %+v, want %+v", got, want)
				}
			}
		}
		if e := atB.of(chat.EventMessage, k.id)[2]; e.Agent != lin.ID {
			t.Fatalf("got %+v", e)
		}
	})
	t.Run("many", func(t *testing.T) {
		k := begin(t, s)
		body := strings.Repeat("言", 300)
		for i := range 100 {
			a.Announce(chat.Event{Kind: chat.EventReceipt, Line: "shop", Conversation: k.id, To: chat.ToAll, Data: json.RawMessage(fmt.Sprintf(`{"read":%d,"x":%q}`, i, body))})
		}
		a.Announce(chat.Event{Kind: chat.EventReceipt, Line: "nowhere", Conversation: k.id, Data: json.RawMessage(`{}`)})
		a.Announce(chat.Event{Kind: chat.EventReceipt, Line: "shop", Conversation: k.id, Data: json.RawMessage(`"` + strings.Repeat("x", wordMax) + `"`)})
		eventually(t, "the receipts", func() bool { return len(atB.of(chat.EventReceipt, k.id)) == 100 })
		for i, e := range atB.of(chat.EventReceipt, k.id) {
			if !strings.HasPrefix(string(e.Data), fmt.Sprintf(`{"read":%d,`, i)) {
				t.Fatalf("%d: got %s", i, e.Data)
			}
		}
		if n := len(atA.of(chat.EventReceipt, k.id)); n != 0 {
			t.Fatalf("it heard %d of its own", n)
		}
	})
	t.Run("a line that is new", func(t *testing.T) {
		if err := s.PutLine(t.Context(), chat.Line{Name: "late", Title: "Late"}); err != nil {
			t.Fatal(err)
		}
		k := beginAt(t, s, "late", "何青")
		if _, err := s.Append(t.Context(), "late", []chat.Draft{k.draft(k.visitor, "在吗")}); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the message", func() bool { return len(atA.of(chat.EventMessage, k.id)) == 1 })
	})
	t.Run("connections lost", func(t *testing.T) {
		k := begin(t, s)
		run(t, s, "shop", `SELECT pg_terminate_backend(pid) FROM pg_stat_activity 
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND (query LIKE '%LISTEN%' OR query LIKE '%pg_notify%' OR query LIKE '%pos%')`)
		k.say(t, k.visitor, "还在吗")
		eventually(t, "the message", func() bool { return len(atB.of(chat.EventMessage, k.id)) == 1 })
		eventually(t, "hearing again", func() bool {
			a.Announce(chat.Event{Kind: chat.EventTyping, Line: "shop", Conversation: k.id, To: chat.ToAgents, Data: json.RawMessage(`{}`)})
			return len(atB.of(chat.EventTyping, k.id)) > 0
		})
	})
}

// A line that is away stops neither the others nor the end.
func TestBus_Listen_away(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.mu.Lock()
	mall := s.lines["mall"]
	mall.line.DSN = "host=127.0.0.1 port=9 user=nobody sslmode=disable"
	s.mu.Unlock()
	_, h := node(t, s, "a")
	k := begin(t, s)
	k.say(t, k.visitor, "在吗")
	eventually(t, "the message", func() bool { return len(h.of(chat.EventMessage, k.id)) == 1 })
}

func TestTail_look(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	p, err := s.line("shop")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	look := func(t *testing.T, tl *tail, after time.Duration) (texts string) {
		t.Helper()
		_, rows, more, err := tl.look(t.Context(), now.Add(after))
		if err != nil || more {
			t.Fatal(err, more)
		}
		for _, r := range rows {
			texts += r.Text + " "
		}
		return texts
	}
	slow, fast := begin(t, s), begin(t, s)
	fast.say(t, fast.visitor, "before")
	tl := &tail{pool: p}
	if got := look(t, tl, 0); got != "before " { // within the margin
		t.Fatalf("got %q", got)
	}

	t.Run("out of order", func(t *testing.T) {
		begun, goOn := make(chan struct{}), make(chan struct{})
		var running sync.WaitGroup
		running.Go(func() { // takes an earlier position, and becomes visible later
			err := p.tx(t.Context(), func(t *tx) error {
				b := &batch{}
				if err := b.plan(t, []chat.Draft{slow.draft(slow.visitor, "slow")}, make([]chat.Appended, 1)); err != nil {
					return err
				}
				if err := b.write(); err != nil {
					return err
				}
				close(begun)
				<-goOn
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
		<-begun
		fast.say(t, fast.visitor, "fast")
		if got := look(t, tl, time.Second); got != "fast " || !tl.waiting(now.Add(time.Second)) {
			t.Fatalf("got %q, gaps %v", got, tl.gaps)
		}
		close(goOn)
		running.Wait()
		if got := look(t, tl, 2*time.Second); got != "slow " || len(tl.gaps) != 0 {
			t.Fatalf("got %q, gaps %v", got, tl.gaps)
		}
		if got := look(t, tl, 3*time.Second); got != "" {
			t.Fatalf("got %q", got)
		}
	})
	t.Run("never written", func(t *testing.T) {
		run(t, s, "shop", `SELECT nextval(pg_get_serial_sequence('line_shop.messages', 'pos')) FROM generate_series(1, 3)`)
		fast.say(t, fast.visitor, "after")
		if got := look(t, tl, 4*time.Second); got != "after " || len(tl.gaps) != 3 {
			t.Fatalf("got %q, gaps %v", got, tl.gaps)
		}
		if look(t, tl, 5*time.Second); tl.waiting(now.Add(6 * time.Second)) {
			t.Fatal("it is in a hurry for what was lost a second ago")
		}
		if look(t, tl, 4*time.Second+gapFor+time.Millisecond); len(tl.gaps) != 0 {
			t.Fatalf("gaps %v", tl.gaps)
		}
	})
	t.Run("an older history", func(t *testing.T) {
		tl.last += 1_000
		fast.say(t, fast.visitor, "restored")
		if got := look(t, tl, 5*time.Second); got != "" {
			t.Fatalf("got %q", got)
		}
		if got := look(t, tl, time.Minute); !strings.Contains(got, "restored") {
			t.Fatalf("got %q", got)
		}
	})
}

// With several writers at once the tail hands on each message once, and misses none.
func TestTail_look_atOnce(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	p, err := s.line("shop")
	if err != nil {
		t.Fatal(err)
	}
	const writers, each = 4, 25
	var running sync.WaitGroup
	for range writers {
		k := begin(t, s)
		running.Go(func() {
			for range each {
				done, err := s.Append(t.Context(), "shop", []chat.Draft{k.draft(k.visitor, "一"), k.draft(k.visitor, "二")})
				if err := errors.Join(err, done[0].Err, done[1].Err); err != nil {
					t.Error(err)
				}
			}
		})
	}
	seen := map[chat.ID]int{}
	tl := &tail{pool: p}
	eventually(t, "all of it", func() bool {
		_, rows, _, err := tl.look(t.Context(), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			seen[r.ID]++
		}
		return len(seen) == writers*each*2
	})
	running.Wait()
	for id, n := range seen {
		if n != 1 {
			t.Fatalf("%s was found %d times", id, n)
		}
	}
}

// What is packed comes out the same on another node, in payloads that Postgres takes, and says nothing to its own.
func TestBus_payloads(t *testing.T) {
	t.Parallel()
	a, b := (&Store{}).Bus("a"), (&Store{}).Bus("b")
	rapid.Check(t, func(rt *rapid.T) {
		bell := rapid.Bool().Draw(rt, "bell")
		var words []json.RawMessage
		var want []said
		for range rapid.IntRange(0, 30).Draw(rt, "words") {
			data, _ := json.Marshal(rapid.StringN(0, 700, 1200).Draw(rt, "data"))
			w := said{Kind: chat.EventTyping, Conversation: chat.NewID(time.Now()), To: chat.ToAgents, Data: data}
			word, _ := json.Marshal(w)
			if len(word)+20 > payloadMax {
				continue
			}
			want, words = append(want, w), append(words, word)
		}
		rang := false
		var got []said
		for _, p := range a.payloads(bell, words) {
			if len(p) > payloadMax || !json.Valid([]byte(p)) {
				rt.Fatalf("a payload of %d bytes: %s", len(p), p)
			}
			r, ws := b.read(p, &joiner{})
			rang, got = rang || r, append(got, ws...)
			if r, ws := a.read(p, &joiner{}); r || ws != nil {
				rt.Fatal("it hears itself")
			}
		}
		if diff := cmp.Diff(want, got); diff != "" || rang != bell {
			rt.Fatalf("rang %v of %v, %s", rang, bell, diff)
		}
	})
	for _, bad := range []string{"", "x", "{}", "[]", `["a"]`, `[1,true]`, `["b",1]`, `["b",true,1,{}]`, `["b",true,{"p":{"w":1,"i":0,"n":1,"b":"e30="}}]`} {
		if _, words := a.read(bad, &joiner{}); words != nil {
			t.Errorf("%s: got %v", bad, words)
		}
	}
}

func TestBus_Announce(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	b := s.Bus("a") // nobody listens: it fills up, and does not wait
	data, _ := json.Marshal(strings.Repeat("x", 7_000))
	for range 1_000 {
		b.Announce(chat.Event{Kind: chat.EventTyping, Line: "shop", Data: data})
	}
	b.Announce(chat.Event{Kind: chat.EventMessage, Line: "shop", Seq: 1})
	bell, words := b.outbox("shop").take()
	if n := len(words); !bell || n < 100 || n*7_000 > outboxMax {
		t.Fatalf("%v, %d words wait", bell, n)
	}
}
