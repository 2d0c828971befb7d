package sql

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/sql/sqltest"
)

// How long somebody who asks all lines waits for one that does not answer.
func Test_ask(t *testing.T) {
	t.Parallel()
	from, err := sourceOf("host=127.0.0.1 port=9 user=nobody sslmode=disable", "")
	wantCode(t, err, "")
	for name, test := range map[string]struct {
		open bool // the sick line's breaker
		want time.Duration
	}{
		"a line that has just fallen silent": {false, 900 * time.Millisecond},
		"one that is known to be away":       {true, 250 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &Store{lines: map[string]*place{}}
				for _, line := range []string{"well", "sick"} {
					p := newPool(from, nil, 1)
					defer p.close() //nolint:errcheck // it never connected
					s.lines[line] = &place{pool: p}
				}
				sick := s.lines["sick"].pool
				if test.open {
					sick.guard.breaker.Open()
				}
				asked := time.Now()
				got := map[string]error{}
				for a := range ask(t.Context(), s, []string{"well", "sick", "well", "none"}, func(ctx context.Context, p *pool) (int, error) {
					if p == sick {
						<-ctx.Done()
						if since := time.Since(asked); since != askWait {
							t.Errorf("the question was given up after %s", since)
						}
					}
					return 1, ctx.Err()
				}) {
					if _, twice := got[a.line]; twice {
						t.Errorf("%s answered twice", a.line)
					}
					got[a.line] = a.err
					if since := time.Since(asked); a.line == "sick" && since != test.want || a.line != "sick" && since != 0 {
						t.Errorf("%s answered after %s", a.line, since)
					}
				}
				if len(got) != 3 || got["well"] != nil || chat.CodeOf(got["sick"]) != chat.CodeLineUnavailable || !errors.Is(got["none"], chat.NotFound()) {
					t.Errorf("got %v", got)
				}
				time.Sleep(askWait)
				synctest.Wait()
			})
		})
	}
}

// A line in a black hole keeps nothing of the others back, wherever lines are asked together.
func TestStore_blackHole(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	p := sqltest.NewProxy(t, emptyDatabase(t))
	wantCode(t, s.PutLine(t.Context(), chat.Line{Name: "toys", Title: "Toys", DSN: p.DSN}), "")
	lin := agent("林晓")
	k := opened(t, s, lin)
	lines := []string{"toys", "shop", "mall"}
	look := func(t *testing.T) {
		t.Helper()
		page, err := s.Inbox(t.Context(), chat.InboxQuery{Agent: lin.ID, Lines: lines, View: chat.ViewMine, Limit: 10})
		if err != nil || len(page.Conversations) != 1 || page.Conversations[0].ID != k.id || len(page.Unavailable) != 1 || page.Unavailable[0] != "toys" {
			t.Errorf("got %+v, %v", page, err)
		}
		q, err := chat.NewReportQuery(time.Now(), 1, time.Now())
		wantCode(t, err, "")
		q.Lines = []string{"shop", "toys"}
		if lines, away, err := s.Figures(t.Context(), q); err != nil || len(lines) != 1 || len(away) != 1 || away[0] != "toys" {
			t.Fatalf("got %+v, %v, %v", lines, away, err)
		}
		if n, err := s.Counts(t.Context(), lin.ID, lines); err != nil || n.Mine != 1 {
			t.Errorf("got %+v, %v", n, err)
		}
		if heads, err := s.Heads(t.Context(), lines); err != nil || heads[k.id] != 2 {
			t.Errorf("got %v, %v", heads, err)
		}
		s.located = located{}
		if line, err := s.Locate(t.Context(), k.id); err != nil || line != "shop" {
			t.Errorf("located at %q, %v", line, err)
		}
		wantCode(t, s.Ping(t.Context(), "toys"), chat.CodeLineUnavailable)
		wantCode(t, s.Ping(t.Context(), "shop"), "")
		wantCode(t, s.Refresh(t.Context()), "")
	}
	p.Silent.Store(true)
	t.Run("as it falls silent", func(t *testing.T) { within(t, 10*time.Second, func() { look(t) }) })
	toys, err := s.line("toys")
	wantCode(t, err, "")
	eventually(t, "the breaker opening", func() bool {
		_ = s.Ping(t.Context(), "toys")
		return !toys.guard.breaker.IsClosed()
	})
	t.Run("once that is known", func(t *testing.T) { within(t, 5*time.Second, func() { look(t) }) })
	t.Run("in health", func(t *testing.T) {
		all := s.Health(t.Context())
		if len(all) != 3 || all[0].Health != "ok" || all[1].Health != "ok" || all[1].Messages != 2 || all[1].Open != 1 {
			t.Errorf("got %+v", all)
		}
		if h := all[2]; h.Health != "unavailable: the database does not answer" || h.Err == nil {
			t.Errorf("got %+v", h)
		}
	})
	t.Run("until it is back", func(t *testing.T) {
		p.Silent.Store(false)
		eventually(t, "it is back", func() bool { return s.Ping(t.Context(), "toys") == nil })
		page, err := s.Inbox(t.Context(), chat.InboxQuery{Agent: lin.ID, Lines: lines, View: chat.ViewMine, Limit: 10})
		if err != nil || len(page.Unavailable) != 0 {
			t.Errorf("got %+v, %v", page, err)
		}
	})
}
