package desk

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// indexEvery is how often what was written is made ready to be found, give or take half.
	indexEvery = 5 * time.Second
	// indexBatch is how many texts at once, indexPause the time in between: some 2,000 a second, and a tenth of a processor. A line
	// that takes in more for long catches up when it is quiet.
	indexBatch = 250
	indexPause = 100 * time.Millisecond
)

// index makes what was written on a line ready to be found, behind the writing, until ctx ends.
func (d *Desk) index(ctx context.Context, l *line) error {
	wait := rand.N(indexEvery)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		more, err := d.store.Index(ctx, l.name, indexBatch)
		if wait = indexPause; !more {
			wait = indexEvery/2 + rand.N(indexEvery)
		}
		if err != nil && ctx.Err() == nil && !errors.Is(err, chat.NotFound()) && chat.CodeOf(err) != chat.CodeLineUnavailable { // removed, or away: said elsewhere
			d.log.Warn("texts not indexed", "line", l.name, "error", err)
		}
	}
}
