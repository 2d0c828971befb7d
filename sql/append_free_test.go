package sql

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// hold has a transaction of somebody else's take a conversation until it is let go.
func (k talk) hold(t *testing.T) (letGo func()) {
	t.Helper()
	p, err := k.s.line("shop")
	if err != nil {
		t.Fatal(err)
	}
	taken, end, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- p.tx(context.Background(), func(t *tx) error {
			if _, err := lock(t, k.id); err != nil {
				return err
			}
			close(taken)
			<-end
			return nil
		})
	}()
	<-taken
	return func() {
		close(end)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

func TestStore_AppendFree(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	t.Run("what others have is left, the rest is written", func(t *testing.T) {
		t.Parallel()
		held, free := begin(t, s), begin(t, s)
		letGo := held.hold(t)
		first, second := held.draft(held.visitor, "一"), held.draft(held.visitor, "二")
		done, err := s.AppendFree(t.Context(), "shop", []chat.Draft{first, free.draft(free.visitor, "在吗"), second}, false)
		if err != nil || !errors.Is(done[0].Err, chat.ErrHeld) || done[1].Err != nil || !errors.Is(done[2].Err, chat.ErrHeld) {
			t.Fatalf("got %+v, %v", done, err)
		}
		if ms := free.messages(t); len(ms) != 1 {
			t.Errorf("%d messages where nobody else was", len(ms))
		}
		letGo()
		if ms := held.messages(t); len(ms) != 0 {
			t.Errorf("%s was written all the same", seqs(ms))
		}
		done, err = s.AppendFree(t.Context(), "shop", []chat.Draft{first, second}, false)
		if err != nil || done[0].Message.Seq != 1 || done[1].Message.Seq != 2 {
			t.Errorf("got %+v, %v", done, err)
		}
	})
	t.Run("all that others have is left at once", func(t *testing.T) {
		t.Parallel()
		a, b := begin(t, s), begin(t, s)
		defer a.hold(t)()
		defer b.hold(t)()
		done, err := s.AppendFree(t.Context(), "shop", []chat.Draft{a.draft(a.visitor, "一"), b.draft(b.visitor, "二")}, false)
		if err != nil || !errors.Is(done[0].Err, chat.ErrHeld) || !errors.Is(done[1].Err, chat.ErrHeld) {
			t.Errorf("got %+v, %v", done, err)
		}
	})
	for _, others := range []int{0, 2} {
		t.Run(fmt.Sprintf("who waits, waits for the first and has none of %d others", others), func(t *testing.T) {
			t.Parallel()
			s := newStore(t) // of its own: who waits there is told from others
			k := begin(t, s)
			drafts := []chat.Draft{k.draft(k.visitor, "在吗")}
			var free []talk
			for range others {
				o := begin(t, s)
				free, drafts = append(free, o), append(drafts, o.draft(o.visitor, "在吗"))
			}
			letGo := k.hold(t)
			answer := make(chan []chat.Appended, 1)
			go func() {
				done, err := s.AppendFree(context.Background(), "shop", drafts, true)
				if err != nil {
					t.Error(err)
				}
				answer <- done
			}()
			waiting(t, s)
			for _, o := range free {
				o.hold(t)() // it can be had while the other waits
			}
			select {
			case done := <-answer:
				t.Errorf("answered %+v", done)
			default:
			}
			letGo()
			for i, a := range <-answer {
				if a.Err != nil {
					t.Errorf("draft %d: %v", i, a.Err)
				}
			}
		})
	}
	t.Run("what was written meanwhile is seen, and nothing written over it", func(t *testing.T) {
		t.Parallel()
		k, other := begin(t, s), begin(t, s)
		p, err := s.line("shop")
		if err != nil {
			t.Fatal(err)
		}
		b, drafts := &batch{}, []chat.Draft{k.draft(k.visitor, "一"), other.draft(other.visitor, "一"), k.draft(k.visitor, "二")}
		drafts[2].ClientID = drafts[0].ClientID // refused for the first, which is not written
		err = p.acceptEach(t.Context(), func(t2 *each) error {
			if err := b.plan(t2, drafts, make([]chat.Appended, 3)); err != nil {
				return err
			}
			k.say(t, k.visitor, "零")
			return b.write()
		})
		if err != nil || !b.lost[k.id] || b.lost[other.id] {
			t.Fatalf("lost %v, %v", b.lost, err)
		}
		if ms := k.messages(t); len(ms) != 1 || ms[0].Text != "零" {
			t.Errorf("the log reads %s", seqs(ms))
		}
		if ms := other.messages(t); len(ms) != 1 {
			t.Errorf("the other's log reads %s", seqs(ms))
		}
	})
	t.Run("one that does not exist is not found once it is waited for", func(t *testing.T) {
		t.Parallel()
		k := begin(t, s)
		gone := k.draft(k.visitor, "在吗")
		gone.Conversation = chat.NewID(time.Now())
		done, err := s.Append(t.Context(), "shop", []chat.Draft{k.draft(k.visitor, "在吗"), gone})
		if err != nil || done[0].Err != nil || chat.CodeOf(done[1].Err) != chat.CodeNotFound {
			t.Errorf("got %+v, %v", done, err)
		}
	})
}

// waiting returns when a transaction waits for a row that another has.
func waiting(t *testing.T, s *Store) {
	t.Helper()
	p, err := s.line("shop")
	if err != nil {
		t.Fatal(err)
	}
	for {
		var n int
		if err := p.db.GetContext(t.Context(), &n, `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%FOR NO KEY UPDATE'`); err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			return
		}
	}
}
