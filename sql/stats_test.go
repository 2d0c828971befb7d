package sql

import (
	"context"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/sql/sqltest"
)

func TestStore_Stats(t *testing.T) {
	t.Parallel()
	p := sqltest.NewProxy(t, sqltest.Open(t))
	s := openStore(t, p.DSN)
	wantCode(t, s.Load(t.Context()), "")
	wantCode(t, s.Ping(t.Context(), "shop"), "")
	t.Run("OK", func(t *testing.T) {
		all := s.Stats()
		if n := all["shop"]; n.Open != 1 || n.Max != 8+acceptOpen || n.InUse != 0 || n.InFlight != 0 || n.Refused != 0 || n.Breaker != "closed" {
			t.Errorf("got %+v", n)
		}
		if n, known := all[""]; !known || n.Open == 0 || len(all) != 3 {
			t.Errorf("got %+v", all)
		}
	})
	t.Run("calls under way", func(t *testing.T) {
		shop, err := s.line("shop")
		wantCode(t, err, "")
		wantCode(t, shop.tx(t.Context(), func(*tx) error {
			if n := s.Stats()["shop"]; n.InFlight != 1 || n.InUse != 1 {
				t.Errorf("got %+v", n)
			}
			return nil
		}), "")
	})
	t.Run("away", func(t *testing.T) {
		p.Silent.Store(true)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		for range inRow {
			wantCode(t, s.Ping(ctx, "mall"), chat.CodeLineUnavailable)
			ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
		}
		for s.Stats()["mall"].Refused == 0 { // on a slow machine the first of them is the one a second that tries
			wantCode(t, s.Ping(t.Context(), "mall"), chat.CodeLineUnavailable)
		}
		if n := s.Stats()["mall"]; n.Breaker != "open" || n.Refused != 1 || n.Opens != 1 {
			t.Errorf("got %+v", n)
		}
		if n := s.Stats()["shop"]; n.Breaker != "closed" {
			t.Errorf("got %+v", n)
		}
	})
}

func TestBus_Stats(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if all := s.Bus("idle").Stats(); len(all) != 0 {
		t.Errorf("got %+v of a bus that does not listen", all)
	}
	b, h := node(t, s, "a")
	k := begin(t, s)
	k.say(t, k.visitor, "在吗")
	eventually(t, "the message", func() bool { return len(h.of(chat.EventMessage, k.id)) == 1 })
	n := b.Stats()["shop"]
	if n.Rows != 1 || n.Lag > time.Minute || n.Gaps != 0 || n.Looked.IsZero() {
		t.Errorf("got %+v", n)
	}
	eventually(t, "the other line", func() bool { return !b.Stats()["mall"].Looked.IsZero() })
	if n := b.Stats()["mall"]; n.Rows != 0 {
		t.Errorf("got %+v", n)
	}
	eventually(t, "the next look", func() bool { return b.Stats()["shop"].Looked.After(n.Looked) })
}
