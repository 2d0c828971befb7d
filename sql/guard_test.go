package sql

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

var errAway = unavailable(errors.New("connection refused"))

func TestGuard_run(t *testing.T) {
	t.Parallel()
	fail := func() error { return errAway }
	pass := func() error { return nil }

	t.Run("OK", func(t *testing.T) {
		g := newGuard()
		if err := g.run(t.Context(), pass); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("five failures in a row open it", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			g := newGuard()
			for range 4 {
				_ = g.run(t.Context(), fail)
			}
			wantCode(t, g.run(t.Context(), pass), "") // and the row begins anew
			for range 5 {
				if err := g.run(t.Context(), fail); !errors.Is(err, errAway.Err) {
					t.Fatalf("got %v", err)
				}
			}
			wantClosed(t, g, false)
			synctest.Wait()
		})
	})
	t.Run("two calls in a row that hear nothing open it", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			g := newGuard()
			hang := func() error { time.Sleep(callWait + grace); return unavailable(os.ErrDeadlineExceeded) }
			for range 3 { // one alone does not, while others are answered
				_ = g.run(t.Context(), hang)
				wantClosed(t, g, true)
			}
			var round sync.WaitGroup
			for range 2 {
				round.Go(func() { _ = g.run(t.Context(), hang) })
			}
			round.Wait()
			wantClosed(t, g, false)
		})
	})
	t.Run("a line that is slow, and says so, or an impatient caller, is no black hole", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			for name, f := range map[string]func() error{
				"ended by Postgres":         func() error { time.Sleep(callWait); return unavailable(&refusal{code: "57014"}) },
				"no connection to be had":   func() error { time.Sleep(callWait); return unavailable(context.DeadlineExceeded) },
				"asked for not much longer": func() error { time.Sleep(askWait + grace); return unavailable(os.ErrDeadlineExceeded) },
			} {
				g := newGuard()
				for range inRow - 1 {
					_ = g.run(t.Context(), f)
				}
				if !g.breaker.IsClosed() {
					t.Errorf("%s: it is open", name)
				}
			}
		})
	})
	t.Run("half of a busy pool's calls open it", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			g := newGuard()
			for range 5 {
				_ = g.run(t.Context(), pass)
				_ = g.run(t.Context(), fail)
			}
			wantClosed(t, g, false)
		})
	})
	t.Run("what is long ago does not count", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			g := newGuard()
			for range 10 {
				_ = g.run(t.Context(), fail)
				_ = g.run(t.Context(), pass)
				time.Sleep(2 * time.Second)
			}
			wantClosed(t, g, true)
		})
	})
	t.Run("one call a second tries", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			g, tried := newGuard(), 0
			for range 5 {
				_ = g.run(t.Context(), fail)
			}
			for range 100 { // ten seconds of many callers
				for range 10 {
					_ = g.run(t.Context(), func() error { tried++; return errAway })
				}
				time.Sleep(100 * time.Millisecond)
			}
			if tried < 8 || tried > 10 {
				t.Errorf("tried %d times in 10 s", tried)
			}
			time.Sleep(time.Second)
			wantCode(t, g.run(t.Context(), pass), "")
			wantClosed(t, g, true)
		})
	})
	t.Run("a lock not had in time is no outage", func(t *testing.T) {
		g := newGuard()
		for range 50 {
			_ = g.run(t.Context(), func() error { return unavailable(&refusal{code: "55P03"}) })
		}
		wantClosed(t, g, true)
	})
	t.Run("a caller who left is no outage", func(t *testing.T) {
		g := newGuard()
		for range 50 {
			_ = g.run(t.Context(), func() error { return translate(context.Canceled) })
		}
		wantClosed(t, g, true)
	})
	t.Run("64 at a time", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			g, stay := newGuard(), make(chan struct{})
			var all sync.WaitGroup
			for range inFlight {
				all.Go(func() { _ = g.run(t.Context(), func() error { <-stay; return nil }) })
			}
			synctest.Wait()
			began := time.Now()
			wantCode(t, g.run(t.Context(), pass), chat.CodeQueueFull)
			if d := time.Since(began); d != roomWait {
				t.Errorf("waited %v", d)
			}
			close(stay)
			all.Wait()
			wantCode(t, g.run(t.Context(), pass), "")
		})
	})
	t.Run("64 at a time are not in the way of accepting, which are 64 themselves", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			g, stay := newGuard(), make(chan struct{})
			var all sync.WaitGroup
			for range inFlight {
				all.Go(func() { _ = g.run(t.Context(), func() error { <-stay; return nil }) })
			}
			synctest.Wait()
			wantCode(t, g.accept(t.Context(), pass), "")
			for range inFlight {
				all.Go(func() { _ = g.accept(t.Context(), func() error { <-stay; return nil }) })
			}
			synctest.Wait()
			wantCode(t, g.accept(t.Context(), pass), chat.CodeQueueFull)
			close(stay)
			all.Wait()
		})
	})
	t.Run("a panic gives its place back", func(t *testing.T) {
		g := newGuard()
		for range inFlight + 1 {
			func() {
				defer func() { _ = recover() }()
				_ = g.run(t.Context(), func() error { panic("oh") })
			}()
		}
		wantCode(t, g.run(t.Context(), pass), "")
	})
}

// wantClosed fails t unless the guard lets calls through, or answers at once.
func wantClosed(t *testing.T, g *guard, closed bool) {
	t.Helper()
	called := false
	err := g.run(t.Context(), func() error { called = true; return nil })
	if called != closed {
		t.Fatalf("called: %v, error %v", called, err)
	}
	if !closed {
		wantCode(t, err, chat.CodeLineUnavailable)
		e, _ := errors.AsType[*chat.Error](err)
		if e.RetryAfter < time.Second || e.RetryAfter > 5*time.Second {
			t.Errorf("asked to wait %v", e.RetryAfter)
		}
	}
}
