package desk_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
	"github.com/taadis/unique-support/sql/sqltest"
)

// hops are those of a message, as the auditor sees them.
func (n *node) hops(t *testing.T, m chat.Message) map[chat.Hop]chat.Passed {
	t.Helper()
	audit, _ := n.agent(t, "audit")
	tr, err := n.Trace(audit, m.ID)
	if err != nil {
		t.Fatal(err)
	}
	hops := map[chat.Hop]chat.Passed{}
	for _, h := range tr.Hops {
		hops[h.Hop] = h
	}
	return hops
}

// known waits until so many hops of a message are written, and says which.
func (n *node) known(t *testing.T, m chat.Message, want ...chat.Hop) {
	t.Helper()
	want = slices.Sorted(slices.Values(want))
	var got []chat.Hop
	eventually(t, 5*time.Second, fmt.Sprint("hops ", want), func() bool {
		got = slices.Sorted(maps.Keys(n.hops(t, m)))
		return slices.Equal(got, want)
	})
}

func TestDesk_Trace(t *testing.T) {
	t.Parallel()
	named := func(name string) func(*desk.Options) { return func(o *desk.Options) { o.Node = name } }
	accepted := []chat.Hop{chat.HopReceived, chat.HopQueued, chat.HopRouted, chat.HopCommitted}
	pushed := append(slices.Clone(accepted), chat.HopPushed)

	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		n := alone(t, named("desk-1")).run(t)
		lin, _ := n.agent(t, "lin")
		v := n.visitor(t, "shop")
		before := time.Now()
		m := n.say(t, v.ctx, v.conversation, "在吗")
		n.known(t, m, accepted...)
		n.Pushed(&chat.Event{Kind: chat.EventMessage, Line: "shop", Conversation: v.conversation, Seq: m.Seq})
		n.known(t, m, pushed...)

		tr, err := n.Trace(lin, m.ID)
		if err != nil {
			t.Fatal(err)
		}
		hops, last := tr.Hops, before
		tr.Hops = nil
		if diff := cmp.Diff(chat.Trace{Message: m.ID, Conversation: v.conversation, Seq: 1, Trace: chat.TraceFrom(v.ctx), Node: "desk-1"}, tr); diff != "" {
			t.Fatal(diff)
		}
		for i, h := range hops {
			if h.Hop != pushed[i] || h.At.Before(last.Add(-time.Microsecond)) || time.Since(h.At.Time) > time.Minute {
				t.Fatalf("got %+v", hops)
			}
			last = h.At.Time
		}
	})
	t.Run("marks tell the other side's", func(t *testing.T) {
		t.Parallel()
		n := alone(t).run(t)
		lin, _ := n.agent(t, "lin")
		v := n.visitor(t, "shop")
		var asked []chat.Message
		for i := range 3 {
			asked = append(asked, n.say(t, v.ctx, v.conversation, fmt.Sprint(i))) // 1, 2, 3
		}
		wantCode(t, n.Mark(lin, v.conversation, 0, 2), "")
		read := append(slices.Clone(accepted), chat.HopDelivered, chat.HopRead) // whoever has read it has it
		n.known(t, asked[1], read...)
		n.known(t, asked[2], accepted...)

		answer := n.say(t, lin, v.conversation, "在的")                         // 4, the notice that she joined is 5
		n.known(t, asked[2], append(slices.Clone(accepted), chat.HopRead)...) // whoever answers has read
		wantCode(t, n.Mark(v.ctx, v.conversation, 5, 0), "")
		n.known(t, answer, append(slices.Clone(accepted), chat.HopDelivered)...)
		notice := n.log(t, v.conversation)[4]
		n.known(t, notice, chat.HopCommitted, chat.HopDelivered)
		thanks := n.say(t, v.ctx, v.conversation, "谢谢")
		n.known(t, answer, read...)
		n.known(t, notice, chat.HopCommitted, chat.HopDelivered, chat.HopRead)
		first := n.hops(t, asked[0])[chat.HopRead]
		wantCode(t, n.Mark(lin, v.conversation, 6, 6), "")
		n.known(t, thanks, read...)
		if diff := cmp.Diff(first, n.hops(t, asked[0])[chat.HopRead]); diff != "" {
			t.Fatal(diff)
		}
	})
	t.Run("two nodes tell of one message", func(t *testing.T) {
		t.Parallel()
		dsn := sqltest.Open(t)
		a, b := newNode(t, dsn, "a", named("a")).run(t), newNode(t, dsn, "b", named("b")).run(t)
		v := a.visitor(t, "shop")
		m := a.say(t, v.ctx, v.conversation, "在吗")
		b.Pushed(&chat.Event{Kind: chat.EventMessage, Line: "shop", Conversation: v.conversation, Seq: m.Seq})
		lin, _ := b.agent(t, "lin")
		wantCode(t, b.Mark(lin, v.conversation, 1, 0), "")
		b.known(t, m, append(slices.Clone(pushed), chat.HopDelivered)...)
		if tr, err := b.Trace(lin, m.ID); err != nil || tr.Node != "a" {
			t.Fatalf("got %+v, %v", tr, err)
		}
	})
	t.Run("a node that leaves writes what it knows", func(t *testing.T) {
		t.Parallel()
		n := alone(t)
		v := n.visitor(t, "shop")
		m := n.say(t, v.ctx, v.conversation, "在吗")
		if got := n.hops(t, m); len(got) != 1 || n.Stats()["shop"].Hops.Waiting != 1 { // committed, as the message says
			t.Fatalf("got %+v, %+v", got, n.Stats()["shop"].Hops)
		}
		if err := n.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		n.known(t, m, accepted...)
		if got := n.Stats()["shop"].Hops; got != (desk.HopStats{Written: 1}) {
			t.Fatalf("got %+v", got)
		}
	})
	t.Run("a note has none, nor has a repeat another", func(t *testing.T) {
		t.Parallel()
		n := alone(t)
		v := n.waiting(t, "shop")
		lin, _ := n.agent(t, "lin")
		d := draft(v.conversation, "在吗")
		for range 3 {
			if _, _, err := n.Send(v.ctx, d); err != nil {
				t.Fatal(err)
			}
		}
		private, _, err := n.Send(lin, note(v.conversation, "x"))
		if err != nil {
			t.Fatal(err)
		}
		if got := n.Stats()["shop"].Hops.Waiting; got != 2 {
			t.Fatalf("%d wait", got)
		}
		_, err = n.Trace(lin, private.ID)
		wantCode(t, err, chat.CodeNotFound)
	})
	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		n := alone(t)
		v := n.visitor(t, "shop")
		m := n.say(t, v.ctx, v.conversation, "在吗")
		lin, _ := n.agent(t, "lin")
		mo, _ := n.agent(t, "mo")
		unread := chat.WithActor(lin, chat.Actor{Kind: chat.KindAgent, Lines: []string{"shop"}, Permissions: []chat.Permission{chat.ConversationReply}})
		for what, c := range map[string]struct {
			who  context.Context
			id   chat.ID
			code chat.Code
		}{
			"nobody":                   {t.Context(), m.ID, chat.CodeUnauthenticated},
			"the visitor":              {v.ctx, m.ID, chat.CodeForbidden},
			"one who may not read":     {unread, m.ID, chat.CodeForbidden},
			"an agent of another line": {mo, m.ID, chat.CodeNotFound},
			"no such message":          {lin, chat.NewID(time.Now()), chat.CodeNotFound},
			"no id":                    {lin, "x", chat.CodeNotFound},
		} {
			if _, err := n.Trace(c.who, c.id); chat.CodeOf(err) != c.code {
				t.Errorf("%s: got %v", what, err)
			}
		}
	})
}
