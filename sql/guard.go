package sql

import (
	"context"
	"errors"
	"os"
	"sync/atomic"
	"time"

	"github.com/failsafe-go/failsafe-go/bulkhead"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// inFlight is how many calls of one pool run, or wait for a connection, at the same time; those that accept messages are
	// counted apart.
	inFlight = 64
	// roomWait is how long one more waits for its turn.
	roomWait = 500 * time.Millisecond
	// inRow failures one after the other open the breaker, or half of what a busy pool does in rateSpan.
	inRow = 5
	// hung is for how many failures a call counts that heard nothing in its whole time, callWait. Accepting has two calls at a
	// time, so a black hole is known after the first round; one that hangs alone may be ill luck, and any that is answered
	// begins the row anew.
	hung     = 3
	rateSpan = 5 * time.Second
	rateLow  = 10 // fewer calls than this are no rate
	// probeWait is the time from one try to the next while the breaker is open.
	probeWait = time.Second
)

// guard keeps a database that is away from costing more than it has to: callers hear at once, and one call a second tries.
type guard struct {
	// room is for the calls of every day, keep for accepting: a thousand readers who come back at once must not be in the way of who writes.
	room, keep bulkhead.Bulkhead[any]

	breaker circuitbreaker.CircuitBreaker[any]
	row     atomic.Int32 // failures since the last success
	// running and refused are for whoever looks: calls inside, and calls that were answered without being made.
	running, refused atomic.Int64
	opens            atomic.Int64 // times the breaker opened on a database that had answered
}

func newGuard() *guard {
	g := &guard{room: bulkhead.New[any](inFlight), keep: bulkhead.New[any](inFlight)}
	g.breaker = circuitbreaker.NewBuilder[any]().
		WithFailureRateThreshold(0.5, rateLow, rateSpan).
		WithDelay(probeWait).
		WithSuccessThreshold(1).
		OnOpen(func(e circuitbreaker.StateChangedEvent) {
			if e.OldState == circuitbreaker.ClosedState {
				g.opens.Add(1)
			}
		}).
		Build()
	return g
}

// run calls f unless the database is known to be away. f's errors are translated ones.
func (g *guard) run(ctx context.Context, f func() error) error { return g.in(ctx, g.room, f) }

// accept is run for a call that accepts messages.
func (g *guard) accept(ctx context.Context, f func() error) error { return g.in(ctx, g.keep, f) }

func (g *guard) in(ctx context.Context, room bulkhead.Bulkhead[any], f func() error) (err error) {
	// Asked twice: those who come while every place is held by a call that hangs must not wait for one.
	if g.breaker.IsOpen() && g.breaker.RemainingDelay() > 0 {
		g.refused.Add(1)
		return unavailable(circuitbreaker.ErrOpen)
	}
	g.running.Add(1)
	defer g.running.Add(-1)
	if err := room.AcquirePermitWithMaxWait(ctx, roomWait); errors.Is(err, bulkhead.ErrFull) {
		g.refused.Add(1)
		return chat.QueueFull(err)
	} else if err != nil {
		return translate(err)
	}
	defer room.ReleasePermit()
	if !g.breaker.TryAcquirePermit() {
		g.refused.Add(1)
		return unavailable(circuitbreaker.ErrOpen)
	}
	began := time.Now()
	defer func() { g.record(err, time.Since(began)) }() // a panic, too, gives its place back
	return f()
}

func (g *guard) record(err error, took time.Duration) {
	if !outage(err) {
		g.row.Store(0)
		g.breaker.RecordSuccess()
		return
	}
	weight := int32(1)
	if took >= callWait && errors.Is(err, os.ErrDeadlineExceeded) { // the network's: neither a slow statement's nor a wait's for a connection
		weight = hung
	}
	if g.row.Add(weight) >= inRow && g.breaker.IsClosed() {
		g.breaker.Open()
	}
	g.breaker.RecordFailure()
}
