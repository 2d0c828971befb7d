package sql

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/taadis/unique-support/core/chat"
)

func TestStore_Begin(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	t.Run("OK", func(t *testing.T) {
		k := begin(t, s)
		c, err := s.Begin(t.Context(), "shop", k.visitor.ID, time.Now())
		if err != nil || c.ID != k.id || c.Status != chat.StatusNew || c.VisitorName != k.visitor.Name || c.Line != "shop" || c.LastSeq != 0 {
			t.Fatalf("got %+v, %v", c, err)
		}
		if _, err := s.End(t.Context(), "shop", k.id, k.visitor, ""); err != nil {
			t.Fatal(err)
		}
		next, err := s.Begin(t.Context(), "shop", k.visitor.ID, time.Now())
		if err != nil || next.ID == k.id {
			t.Fatalf("got %+v, %v", next, err)
		}
		current, err := s.Current(t.Context(), "shop", k.visitor.ID)
		if err != nil || current.ID != next.ID {
			t.Fatalf("got %+v, %v", current, err)
		}
		all, err := s.Earlier(t.Context(), "shop", k.visitor.ID, 10)
		if err != nil || len(all) != 2 || all[0].ID != next.ID || all[1].ID != k.id {
			t.Fatalf("got %+v, %v", all, err)
		}
	})
	t.Run("at once", func(t *testing.T) {
		for range 20 {
			v, err := s.PutVisitor(t.Context(), "shop", chat.Visitor{ID: chat.NewID(time.Now())})
			if err != nil {
				t.Fatal(err)
			}
			ids := make([]chat.ID, 8)
			var running sync.WaitGroup
			for i := range ids {
				running.Go(func() {
					c, err := s.Begin(t.Context(), "shop", v.ID, time.Now())
					if err != nil {
						t.Error(err)
					}
					ids[i] = c.ID
				})
			}
			running.Wait()
			for _, id := range ids {
				if id != ids[0] {
					t.Fatalf("got %v", ids)
				}
			}
		}
	})
	t.Run("nobody", func(t *testing.T) {
		_, err := s.Begin(t.Context(), "shop", chat.NewID(time.Now()), time.Now())
		wantCode(t, err, chat.CodeNotFound)
		_, err = s.Current(t.Context(), "shop", chat.NewID(time.Now()))
		wantCode(t, err, chat.CodeNotFound)
	})
}

func TestStore_Locate(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	shop, mall := beginAt(t, s, "shop", "周"), beginAt(t, s, "mall", "陈")
	forget := func() { s.located.mu.Lock(); s.located.lines = nil; s.located.mu.Unlock() }

	t.Run("OK", func(t *testing.T) {
		for range 2 { // asked, then remembered
			for k, want := range map[chat.ID]string{shop.id: "shop", mall.id: "mall"} {
				if line, err := s.Locate(t.Context(), k); err != nil || line != want {
					t.Fatalf("got %q, %v, want %q", line, err, want)
				}
			}
			forget()
		}
	})
	t.Run("nowhere", func(t *testing.T) {
		for _, id := range []chat.ID{chat.NewID(time.Now()), "", "x"} {
			_, err := s.Locate(t.Context(), id)
			wantCode(t, err, chat.CodeNotFound)
		}
	})
	t.Run("one line away", func(t *testing.T) {
		cutOff(t, s, "mall")
		forget()
		if line, err := s.Locate(t.Context(), shop.id); err != nil || line != "shop" {
			t.Fatalf("got %q, %v", line, err)
		}
		_, err := s.Locate(t.Context(), mall.id)
		wantCode(t, err, chat.CodeLineUnavailable)
	})
	t.Run("remembers so much", func(t *testing.T) {
		var l located
		for i := range locatedMax + 10 {
			l.put("shop", chat.ID(fmt.Sprint(i)))
		}
		if _, known := l.get(chat.ID(fmt.Sprint(locatedMax + 9))); !known || len(l.lines) != locatedMax {
			t.Fatalf("%d remembered, the last %v", len(l.lines), known)
		}
	})
}

func TestStore_Conversation(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	a, b, c := begin(t, s), begin(t, s), begin(t, s)
	for i, k := range []talk{b, a, c} {
		if got := k.say(t, k.visitor, "在吗").Conversation; got.Position != i+1 {
			t.Fatalf("got %+v", got)
		}
	}
	if n := a.now(t).Position; n != 2 {
		t.Fatalf("a is at %d", n)
	}
	waiting, err := s.Waiting(t.Context(), "shop", 2)
	if diff := cmp.Diff([]chat.ID{b.id, a.id}, waiting); err != nil || diff != "" {
		t.Fatal(err, diff)
	}
	b.assign(t, agent("林晓"))
	if n := a.now(t).Position; n != 1 {
		t.Fatalf("a is at %d", n)
	}
	_, err = s.Conversation(t.Context(), "mall", a.id)
	wantCode(t, err, chat.CodeNotFound)
}

func TestStore_Waits(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lin := agent("林晓")
	a, b, c := begin(t, s), begin(t, s), begin(t, s)
	var since []time.Time
	for _, k := range []talk{a, b, c} {
		k.say(t, k.visitor, "在吗")
		since = append(since, k.now(t).Waiting.Time)
	}
	b.assign(t, lin)
	a.assign(t, lin)
	a.assign(t, agent("Max")) // she does not wait again
	waits, err := s.Waits(t.Context(), "shop", 3)
	if err != nil || len(waits) != 2 || !waits[0].Since.Equal(since[0]) || !waits[1].Since.Equal(since[1]) || !waits[0].Until.After(waits[1].Until) {
		t.Fatalf("got %+v, %v", waits, err)
	}
	if got := b.now(t).Assigned.Time; !waits[1].Until.Equal(got) {
		t.Fatalf("the wait ended at %v, the assignment was at %v", waits[1].Until, got)
	}
	run(t, s, "shop", "UPDATE waits SET until = until - interval '1 hour' WHERE conversation_id = $1", b.id)
	if waits, err = s.Waits(t.Context(), "shop", 3); err != nil || len(waits) != 1 {
		t.Fatalf("an hour ago: got %+v, %v", waits, err)
	}
}

func TestStore_End(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lin := agent("林晓")
	t.Run("OK", func(t *testing.T) {
		k := opened(t, s, lin)
		unread := k.inboxOf(t, lin.ID).Unread
		m, err := s.End(t.Context(), "shop", k.id, lin, chat.NewTrace())
		wantCode(t, err, "")
		if data := k.notice(t, m.Notice); data != `{"notice":"closed","agent":"林晓","by":"agent"}` {
			t.Fatalf("got %s", data)
		}
		c := m.Conversation
		if c.Status != chat.StatusClosed || c.Closed.IsZero() || c.Agent.ID != lin.ID || c.Preview != "在吗" || c.LastSeq != 3 {
			t.Fatalf("got %+v", c)
		}
		if diff := cmp.Diff(c, k.now(t)); diff != "" {
			t.Fatal(diff)
		}
		if i := k.inboxOf(t, lin.ID); i.Unread != unread || i.LastSeq != 3 {
			t.Fatalf("a notice is no message to read: got %+v", i)
		}
	})
	t.Run("again", func(t *testing.T) {
		k := begin(t, s)
		k.say(t, k.visitor, "算了")
		for i := range 2 {
			m, err := s.End(t.Context(), "shop", k.id, k.visitor, "")
			if err != nil || (m.Notice != nil) != (i == 0) || m.Conversation.Status != chat.StatusClosed {
				t.Fatalf("got %+v, %v", m, err)
			}
		}
		if c := k.now(t); c.LastSeq != 2 || c.Position != 0 {
			t.Fatalf("got %+v", c)
		}
	})
	t.Run("not hers", func(t *testing.T) {
		_, err := s.End(t.Context(), "shop", begin(t, s).id, begin(t, s).visitor, "")
		wantCode(t, err, chat.CodeNotFound)
	})
}

func TestStore_Reopen(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lin, max := agent("林晓"), agent("Max")
	end := func(t *testing.T) talk {
		k := opened(t, s, lin)
		if _, err := s.End(t.Context(), "shop", k.id, lin, ""); err != nil {
			t.Fatal(err)
		}
		return k
	}
	t.Run("OK", func(t *testing.T) {
		k := end(t)
		m, err := s.Reopen(t.Context(), "shop", k.id, max, "")
		if err != nil || m.Conversation.Status != chat.StatusOpen || m.Conversation.Agent.ID != max.ID || m.Before.ID != lin.ID || !m.Conversation.Closed.IsZero() {
			t.Fatalf("got %+v, %v", m, err)
		}
		if data := k.notice(t, m.Notice); data != `{"notice":"reopened","agent":"Max","by":"agent"}` {
			t.Fatalf("got %s", data)
		}
		if i := k.inboxOf(t, max.ID); i.Unread != 1 || i.LastSeq != 4 {
			t.Fatalf("got %+v", i)
		}
	})
	t.Run("by her visitor", func(t *testing.T) {
		k := end(t)
		m, err := s.Reopen(t.Context(), "shop", k.id, k.visitor, "")
		if err != nil || m.Conversation.Status != chat.StatusWaiting || m.Conversation.Agent.ID != "" || m.Conversation.Position == 0 {
			t.Fatalf("got %+v, %v", m, err)
		}
		again, err := s.Reopen(t.Context(), "shop", k.id, k.visitor, "")
		if err != nil || again.Notice != nil {
			t.Fatalf("got %+v, %v", again, err)
		}
	})
	t.Run("beside a newer one", func(t *testing.T) {
		k := end(t)
		if _, err := s.Begin(t.Context(), "shop", k.visitor.ID, time.Now()); err != nil {
			t.Fatal(err)
		}
		_, err := s.Reopen(t.Context(), "shop", k.id, lin, "")
		if !errors.Is(err, chat.Conflict("newer_conversation", "")) {
			t.Fatalf("got %v", err)
		}
		if c := k.now(t); c.Status != chat.StatusClosed || c.LastSeq != 3 {
			t.Fatalf("got %+v", c)
		}
	})
}

func TestStore_Snooze(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lin := agent("林晓")
	k := opened(t, s, lin)
	until := time.Now().Add(time.Hour).Truncate(time.Microsecond)
	c, err := s.Snooze(t.Context(), "shop", k.id, until)
	if err != nil || c.Status != chat.StatusSnoozed || !c.Snoozed.Equal(until) || c.Agent.ID != lin.ID {
		t.Fatalf("got %+v, %v", c, err)
	}
	if woken, err := s.Wake(t.Context(), "shop"); err != nil || len(woken) != 0 {
		t.Fatalf("got %+v, %v", woken, err)
	}
	if _, err := s.Snooze(t.Context(), "shop", k.id, time.Now().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var all []chat.Conversation
	var running sync.WaitGroup
	for range 4 {
		running.Go(func() {
			woken, err := s.Wake(t.Context(), "shop")
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, woken...)
		})
	}
	running.Wait()
	if len(all) != 1 || all[0].ID != k.id || all[0].Status != chat.StatusOpen || !all[0].Snoozed.IsZero() || all[0].LastSeq != 2 {
		t.Fatalf("got %+v", all)
	}
	waiting := begin(t, s)
	waiting.say(t, waiting.visitor, "在吗")
	_, err = s.Snooze(t.Context(), "shop", waiting.id, until)
	wantCode(t, err, chat.CodeConflict)
}

func TestStore_Label(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	k := begin(t, s)
	for _, labels := range [][]string{{"退换货", `a,"b"`}, nil} {
		c, err := s.Label(t.Context(), "shop", k.id, labels)
		if err != nil || fmt.Sprint(c.Labels) != fmt.Sprint(labels) {
			t.Fatalf("got %v, %v", c.Labels, err)
		}
	}
	_, err := s.Label(t.Context(), "shop", chat.NewID(time.Now()), nil)
	wantCode(t, err, chat.CodeNotFound)
}

func TestStore_Rate(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	k := opened(t, s, agent("林晓"))
	m, err := s.Rate(t.Context(), "shop", k.id, chat.Rating{Score: 4, Tags: []string{"快"}, Comment: "谢谢"}, k.visitor, "")
	if err != nil || m.Conversation.Score != 4 {
		t.Fatalf("got %+v, %v", m, err)
	}
	if data := k.notice(t, m.Notice); data != `{"notice":"rated","by":"visitor","score":4}` {
		t.Fatalf("got %s", data)
	}
	m, err = s.Rate(t.Context(), "shop", k.id, chat.Rating{Score: 2}, k.visitor, "")
	if err != nil || m.Notice != nil || m.Conversation.Score != 2 || k.now(t).Score != 2 {
		t.Fatalf("got %+v, %v", m, err)
	}
	_, err = s.Rate(t.Context(), "shop", k.id, chat.Rating{Score: 1}, begin(t, s).visitor, "")
	wantCode(t, err, chat.CodeNotFound)

	run(t, s, "shop", "UPDATE ratings SET created_at = created_at - interval '11 minutes' WHERE conversation_id = $1", k.id)
	_, err = s.Rate(t.Context(), "shop", k.id, chat.Rating{Score: 5}, k.visitor, "")
	if wantCode(t, err, chat.CodeConflict); k.now(t).Score != 2 {
		t.Fatal("it was changed after ten minutes")
	}
	if r, err := s.Rating(t.Context(), "shop", k.id); err != nil || r.Score != 2 || r.Changeable(k.now(t), time.Now()) {
		t.Fatalf("got %+v, %v", r, err)
	}
	if _, err := s.End(t.Context(), "shop", k.id, k.visitor, ""); err != nil {
		t.Fatal(err)
	}
	if r, err := s.Rating(t.Context(), "shop", k.id); err != nil || !r.Changeable(k.now(t), time.Now()) {
		t.Fatalf("it has ended since: got %+v, %v", r, err)
	}
	if m, err = s.Rate(t.Context(), "shop", k.id, chat.Rating{Score: 5, Tags: []string{"耐心"}}, k.visitor, ""); err != nil || m.Notice == nil {
		t.Fatalf("it has ended since: got %+v, %v", m, err)
	}
	if r, err := s.Rating(t.Context(), "shop", k.id); err != nil || r.Score != 5 || len(r.Tags) != 1 || time.Since(r.Created) > chat.RateChange {
		t.Fatalf("got %+v, %v", r, err)
	}
}
