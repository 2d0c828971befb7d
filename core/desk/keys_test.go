package desk

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

func TestKeys_agent(t *testing.T) {
	t.Parallel()
	// ring is keys of a store that takes its time; a key is in it until it is revoked.
	type ring struct {
		*keys
		mu    sync.Mutex
		asked int
		open  map[string]chat.Agent
		takes time.Duration
	}
	newRing := func() *ring {
		r := &ring{open: map[string]chat.Agent{"a": {Name: "Lin"}, "b": {Name: "Mo"}}}
		r.keys = &keys{clock: wall{}, known: map[string]holder{}, find: func(ctx context.Context, hash string) (chat.Agent, error) {
			r.mu.Lock()
			r.asked++
			agent, ok := r.open[hash]
			r.mu.Unlock()
			time.Sleep(r.takes)
			if !ok {
				return chat.Agent{}, chat.NotFound()
			}
			return agent, ctx.Err()
		}}
		return r
	}
	try := func(t *testing.T, r *ring, key, want string) {
		t.Helper()
		if a, err := r.agent(t.Context(), key); a.Name != want || (err == nil) != (want != "") {
			t.Errorf("%s opens for %q (%v), want %q", key, a.Name, err, want)
		}
	}
	t.Run("OK: one look-up in half a second, and another for another", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := newRing()
			for range 20 {
				try(t, r, "a", "Lin")
				time.Sleep(keyLife / 10)
			}
			try(t, r, "b", "Mo")
			if r.asked != 3 || len(r.known) != 1 {
				t.Errorf("asked %d times, %d are remembered", r.asked, len(r.known))
			}
		})
	})
	t.Run("all who come at once ask once", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := newRing()
			r.takes = time.Second
			ctx, cancel := context.WithCancel(t.Context())
			var all sync.WaitGroup
			all.Go(func() { _, _ = r.agent(ctx, "a") })
			synctest.Wait()
			cancel() // the first leaves: the others do not lose by that
			for range 50 {
				all.Go(func() { try(t, r, "a", "Lin") })
			}
			all.Wait()
			if r.asked != 1 {
				t.Errorf("asked %d times", r.asked)
			}
		})
	})
	t.Run("revoked, it opens nothing half a second after it was asked for", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := newRing()
			r.takes = keyLife - time.Millisecond // an answer is as old as its question
			try(t, r, "a", "Lin")
			delete(r.open, "a")
			time.Sleep(time.Millisecond)
			try(t, r, "a", "")
			try(t, r, "a", "")
			if r.asked != 3 || len(r.known) != 0 {
				t.Errorf("asked %d times, %d are remembered", r.asked, len(r.known))
			}
		})
	})
}
