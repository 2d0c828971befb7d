package desk_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
	"github.com/taadis/unique-support/sql/sqltest"
)

// What happens on one node is seen on the other: messages through the log, the rest through the bus, and what both lost
// by comparing heads.
func TestDesk_Run_twoNodes(t *testing.T) {
	t.Parallel()
	dsn := sqltest.Open(t)
	a, b := newNode(t, dsn, "a").run(t), newNode(t, dsn, "b").run(t)
	lin, _ := b.agent(t, "lin")
	v := a.waiting(t, "shop")

	t.Run("messages", func(t *testing.T) {
		const many = 40
		for i := range many {
			n := []*node{a, b}[i%2]
			n.say(t, v.ctx, v.conversation, fmt.Sprint(i))
		}
		for _, n := range []*node{a, b} {
			eventually(t, 10*time.Second, "messages of both", func() bool { return len(n.push.of(chat.EventMessage, v.conversation)) >= many+1 })
			seen := map[int64]bool{}
			for _, e := range n.push.of(chat.EventMessage, v.conversation) {
				if seen[e.Seq] || e.To != chat.ToAll {
					t.Fatalf("got %+v", e)
				}
				seen[e.Seq] = true
			}
		}
	})
	t.Run("the rest", func(t *testing.T) {
		eventually(t, 10*time.Second, "typing", func() bool { // the listeners may still be on their way
			wantCode(t, b.Typing(lin, v.conversation), "")
			return len(a.push.of(chat.EventTyping, v.conversation)) > 0
		})
		_, _, err := b.Send(lin, note(v.conversation, "VIP"))
		wantCode(t, err, "")
		b.say(t, lin, v.conversation, "在的")
		eventually(t, 10*time.Second, "note", func() bool {
			for _, e := range a.push.of(chat.EventMessage, v.conversation) {
				if e.Seq == 0 {
					return e.To == chat.ToAgents
				}
			}
			return false
		})
		eventually(t, 10*time.Second, "conversation", func() bool {
			c, _ := last[chat.Conversation](t, a.push, chat.EventConversation, v.conversation, chat.ToVisitor)
			return c.Status == chat.StatusOpen && c.Agent.Name == "lin"
		})
	})
	t.Run("heads", func(t *testing.T) {
		head := a.now(t, v.conversation).LastSeq
		eventually(t, 15*time.Second, "comparison", func() bool {
			return a.push.head(v.conversation) == head && b.push.head(v.conversation) == head
		})
		heads, _ := last[map[chat.ID]int64](t, a.push, chat.EventHeads, "", chat.ToAgents)
		if heads[v.conversation] == 0 {
			t.Fatalf("got %v", heads)
		}
	})
	t.Run("health", func(t *testing.T) {
		health := a.Health(t.Context())
		if len(health) != 2 || health["shop"] != nil || health["mall"] != nil {
			t.Fatalf("got %v", health)
		}
	})
}

// sick is a store whose position check fails, and which remembers how far back the last one looked.
type sick struct {
	desk.Store
	mu     sync.Mutex
	ill    bool
	within time.Duration
}

func (s *sick) Recent(ctx context.Context, line string, within time.Duration) (map[chat.ID]int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.within = within
	if s.ill {
		return nil, errors.New("the database is away")
	}
	return s.Store.Recent(ctx, line, within)
}

func (s *sick) set(ill bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ill = ill
}

// A line that was away for longer than a check looks back is looked through from where the last check was.
func TestDesk_Run_lineAway(t *testing.T) {
	t.Parallel()
	store := &sick{ill: true}
	n := alone(t, func(o *desk.Options) { store.Store, o.Store = o.Store, store }).run(t)
	said := func(is bool) func() bool {
		return func() bool {
			n.push.mu.Lock()
			defer n.push.mu.Unlock()
			return len(n.push.degraded) > 3 && n.push.degraded[len(n.push.degraded)-1] == is // twice of each of two lines
		}
	}
	eventually(t, 20*time.Second, "a line that is away", said(true))
	store.mu.Lock()
	long := store.within
	store.mu.Unlock()
	if long < time.Minute+9*time.Second {
		t.Errorf("the second check in a row that failed looked back %v", long)
	}
	v := n.visitor(t, "shop")
	m := n.say(t, v.ctx, v.conversation, "nobody was told")
	store.set(false)
	eventually(t, 20*time.Second, "a line that is back", said(false))
	eventually(t, 20*time.Second, "comparison", func() bool { return n.push.head(v.conversation) == m.Seq })
}

// deaf is a bus whose hints and tails have stopped.
type deaf struct{}

func (deaf) Announce(chat.Event) {}

func (deaf) Listen(ctx context.Context, _ func(chat.Event), _ func(string, chat.ID, int64) bool) error {
	<-ctx.Done()
	return nil
}

// A node that hears nothing of the others, and finds nothing in the log by itself, still tells its streams how far each
// conversation is; they fetch what they have not.
func TestDesk_Run_deaf(t *testing.T) {
	t.Parallel()
	dsn := sqltest.Open(t)
	a := newNode(t, dsn, "a")
	b := newNode(t, dsn, "b", func(o *desk.Options) { o.Bus = deaf{} }).run(t)
	v := a.waiting(t, "shop")
	head := a.now(t, v.conversation).LastSeq
	eventually(t, 20*time.Second, "comparison", func() bool { return b.push.head(v.conversation) == head })
	if es := b.push.of(chat.EventMessage, v.conversation); len(es) != 0 {
		t.Errorf("it heard %+v", es)
	}
}
