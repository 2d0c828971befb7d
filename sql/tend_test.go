package sql

import (
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

func TestStore_Tend(t *testing.T) {
	t.Parallel()
	lin, max := agent("林晓"), agent("Max")
	tend := func(t *testing.T, s *Store, want int) []chat.Moved {
		t.Helper()
		moved, err := s.Tend(t.Context(), "shop", chat.NewTrace())
		if err != nil || len(moved) != want {
			t.Fatalf("got %+v, %v", moved, err)
		}
		return moved
	}
	// passes lets time pass for a conversation and its agent.
	passes := func(t *testing.T, s *Store, k talk, d time.Duration) {
		t.Helper()
		run(t, s, "shop", `UPDATE conversations SET last_at = last_at - make_interval(secs => $2), assigned_at = assigned_at - make_interval(secs => $2) WHERE id = $1`, k.id, d.Seconds())
		run(t, s, "shop", `UPDATE seats SET online_until = online_until - make_interval(secs => $1)`, d.Seconds())
	}
	t.Run("what a lost agent had is somebody else's", func(t *testing.T) {
		t.Parallel()
		s := newStore(t)
		route(t, s, chat.Routing{Lost: 60})
		online(t, s, lin, 5)
		k := waits(t, s)
		k.next(t)
		first := waits(t, s)
		first.assign(t, agent("never sat down"))
		behind := waits(t, s)
		tend(t, s, 0)
		passes(t, s, k, time.Hour+59*time.Second)
		tend(t, s, 0)
		passes(t, s, k, 2*time.Second)
		m := tend(t, s, 1)[0]
		if data := k.notice(t, m.Notice); data != `{"notice":"left","agent":"林晓","by":"system"}` || m.Conversation.ID != k.id {
			t.Fatalf("got %s, %+v", data, m)
		}
		if c := k.now(t); c.Status != chat.StatusWaiting || c.Position != 1 || behind.now(t).Position != 2 || c.Human.IsZero() {
			t.Fatalf("got %+v", c)
		}
		tend(t, s, 0)
		online(t, s, lin, 5)
		online(t, s, max, 5)
		if who, _ := k.next(t); who != "Max" { // she who was lost comes last
			t.Fatalf("got %s", who)
		}
	})
	t.Run("who was given one while she was away keeps it", func(t *testing.T) {
		t.Parallel()
		s := newStore(t)
		route(t, s, chat.Routing{Lost: 60})
		online(t, s, lin, 5)
		run(t, s, "shop", `UPDATE seats SET online_until = online_until - interval '2 days'`)
		k := opened(t, s, lin)
		passes(t, s, k, time.Hour)
		tend(t, s, 0)
	})
	t.Run("who says nothing is asked, then it ends", func(t *testing.T) {
		t.Parallel()
		s := newStore(t)
		route(t, s, chat.Routing{Remind: 5, Close: 8})
		k := opened(t, s, lin)
		passes(t, s, k, time.Hour)
		tend(t, s, 0) // nobody has answered her
		k.say(t, lin, "在的")
		passes(t, s, k, 299*time.Second)
		tend(t, s, 0)
		passes(t, s, k, 2*time.Second)
		if data := k.notice(t, tend(t, s, 1)[0].Notice); data != `{"notice":"ending","by":"system","minutes":3}` {
			t.Fatalf("got %s", data)
		}
		passes(t, s, k, 179*time.Second)
		tend(t, s, 0)
		passes(t, s, k, 2*time.Second)
		if data := k.notice(t, tend(t, s, 1)[0].Notice); data != `{"notice":"closed","by":"system"}` || k.now(t).Status != chat.StatusClosed {
			t.Fatalf("got %s, %+v", data, k.now(t))
		}
		tend(t, s, 0)
	})
	t.Run("who is only asked is asked once", func(t *testing.T) {
		t.Parallel()
		s := newStore(t)
		route(t, s, chat.Routing{Remind: 5})
		k := opened(t, s, lin)
		k.say(t, lin, "在的")
		passes(t, s, k, 301*time.Second)
		if data := k.notice(t, tend(t, s, 1)[0].Notice); data != `{"notice":"reminded","by":"system"}` {
			t.Fatalf("got %s", data)
		}
		passes(t, s, k, time.Hour)
		tend(t, s, 0)
	})
	t.Run("who says something goes on", func(t *testing.T) {
		t.Parallel()
		s := newStore(t)
		route(t, s, chat.Routing{Remind: 5, Close: 8})
		k := opened(t, s, lin)
		k.say(t, lin, "在的")
		passes(t, s, k, 301*time.Second)
		tend(t, s, 1)
		k.say(t, k.visitor, "还在")
		passes(t, s, k, time.Hour)
		tend(t, s, 0) // it is the agent's turn
		k.say(t, lin, "好")
		passes(t, s, k, 301*time.Second)
		if m := tend(t, s, 1)[0]; m.Conversation.Status != chat.StatusOpen { // asked anew, not ended
			t.Fatalf("got %+v", m)
		}
	})
}
