package desk

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// attic is a store with old hops.
type attic struct {
	Store
	mu      sync.Mutex
	left    int // messages
	dropped int // calls of DropCanaries
	before  []time.Duration
	asked   []time.Time
	err     error
}

func (a *attic) DropTraces(_ context.Context, _ string, before time.Time, limit int) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked, a.before = append(a.asked, time.Now()), append(a.before, time.Since(before))
	n := min(a.left, limit)
	a.left -= n
	return n == limit, a.err
}

func (a *attic) DropCanaries(_ context.Context, _, node string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if node == "" {
		a.dropped++
	}
	return nil
}

func TestDesk_sweep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &attic{left: 3*sweepBatch + 1}
		d := &Desk{store: a, clock: wall{}, log: slog.New(slog.DiscardHandler)}
		ctx, cancel := context.WithCancel(t.Context())
		over := make(chan error, 1)
		go func() { over <- d.sweep(ctx, &line{name: "shop"}) }()
		time.Sleep(sweepEvery + 4*sweepPause)
		synctest.Wait()
		a.mu.Lock()
		if a.left != 0 || a.before[0] != chat.TracesKept || a.asked[3].Sub(a.asked[0]) != 3*sweepPause {
			t.Errorf("%d are left; asked %v, %v", a.left, a.asked, a.before)
		}
		if a.dropped == 0 {
			t.Error("the canaries' are left")
		}
		a.err = chat.Unavailable(time.Second, nil) // a line that is away is asked no more often
		asked := len(a.asked)
		a.mu.Unlock()
		time.Sleep(10 * sweepEvery)
		synctest.Wait()
		a.mu.Lock()
		defer a.mu.Unlock()
		if n := len(a.asked) - asked; n < 6 || n > 20 {
			t.Errorf("asked %d times", n)
		}
		cancel()
		if err := <-over; err != nil {
			t.Error(err)
		}
	})
}
