package desk

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// sweepEvery is how often a line is rid of what nobody looks at any more, give or take half.
	sweepEvery = 10 * time.Minute
	// sweepBatch is how many messages' hops are deleted at once, sweepPause the time in between: some 8,000 a second, more than
	// a line takes in, and each of them is short.
	sweepBatch = 500
	sweepPause = 50 * time.Millisecond
)

// sweep deletes old hops of a line's messages, and what canaries have left that sing no more, until ctx ends.
func (d *Desk) sweep(ctx context.Context, l *line) error {
	wait := rand.N(sweepEvery)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		more, err := d.store.DropTraces(ctx, l.name, d.clock.Now().Add(-chat.TracesKept), sweepBatch)
		if wait = sweepPause; !more {
			wait = sweepEvery/2 + rand.N(sweepEvery)
			err = errors.Join(err, d.store.DropCanaries(ctx, l.name, ""))
		}
		if err != nil && ctx.Err() == nil && !errors.Is(err, chat.NotFound()) && chat.CodeOf(err) != chat.CodeLineUnavailable { // removed, or away: said elsewhere
			d.log.Warn("old traces not removed", "line", l.name, "error", err)
		}
	}
}
