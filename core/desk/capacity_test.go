package desk_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
	"github.com/taadis/unique-support/sql/sqltest"
	"golang.org/x/sync/errgroup"
)

// Two nodes give 500 waiting conversations to 20 agents with room for 5 each, while some end and others begin.
func TestDesk_Run_neverOverCapacity(t *testing.T) {
	t.Parallel()
	dsn := sqltest.Open(t)
	nodes := []*node{newNode(t, dsn, "a"), newNode(t, dsn, "b")}
	n := nodes[0]
	const agents, each, waiting = 20, 5, 500

	callers := make([]caller, waiting)
	drafts := make([]chat.Draft, waiting)
	g := errgroup.Group{}
	g.SetLimit(8)
	for i := range callers {
		g.Go(func() error {
			v, c, err := n.Enter(t.Context(), desk.Entry{Line: "shop"})
			callers[i] = caller{visitorContext(t, "shop", v.ID), v.ID, c.ID}
			drafts[i] = draft(c.ID, "在吗")
			drafts[i].Author = chat.Author{Kind: chat.KindVisitor, ID: v.ID}
			return err
		})
	}
	wantCode(t, g.Wait(), "")
	_, err := n.store.Append(t.Context(), "shop", drafts)
	wantCode(t, err, "")
	for i := range agents {
		a := chat.Agent{ID: chat.NewID(time.Now()), Email: fmt.Sprintf("%d@example.com", i), Name: fmt.Sprint("agent ", i), Role: "agent", Lines: []string{"shop"}, Capacity: each, Presence: chat.Online}
		wantCode(t, n.store.PutAgent(t.Context(), a), "")
	}

	watching, stop := context.WithCancel(t.Context())
	var watch sync.WaitGroup
	defer watch.Wait()
	defer stop()
	watch.Go(func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for watching.Err() == nil {
			<-tick.C
			seats, err := n.store.Seats(context.WithoutCancel(watching), "shop")
			if err != nil {
				t.Error(err)
				return
			}
			for _, s := range seats {
				if s.Open > s.Capacity {
					t.Errorf("%s has %d of %d", s.Agent.Name, s.Open, s.Capacity)
				}
			}
		}
	})
	for _, n := range nodes {
		n.run(t)
	}
	for i := range agents {
		nodes[i%2].attend(t, fmt.Sprint(i))
	}
	eventually(t, 20*time.Second, "full house", func() bool { return n.open(t) == agents*each })
	check := func() {
		t.Helper()
		ids, err := n.store.Waiting(t.Context(), "shop", waiting)
		if err != nil || n.open(t) != agents*each {
			t.Fatalf("%d open, %v", n.open(t), err)
		}
		if len(ids) != waiting-agents*each {
			t.Fatalf("%d wait", len(ids))
		}
	}
	check()
	if t.Failed() {
		return
	}

	var ended atomic.Int64
	var ending sync.WaitGroup
	for i, node := range nodes { // places become free on both nodes at once, new conversations come in
		ending.Go(func() {
			for _, c := range callers[i*waiting/2:] {
				now, err := node.store.Conversation(t.Context(), "shop", c.conversation)
				if err != nil || now.Status != chat.StatusOpen {
					continue
				}
				if err := node.End(c.ctx, c.conversation); err != nil {
					t.Error(err)
				}
				v, fresh, err := node.Enter(t.Context(), desk.Entry{Line: "shop"})
				if err == nil {
					_, _, err = node.Send(visitorContext(t, "shop", v.ID), draft(fresh.ID, "在吗"))
				}
				if err != nil {
					t.Error(err)
				}
				if ended.Add(1) >= 20 {
					return
				}
			}
		})
	}
	ending.Wait()
	eventually(t, 20*time.Second, "full house again", func() bool { return n.open(t) == agents*each })
	check()
}
