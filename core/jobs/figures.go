package jobs

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	// count is how often a line's conversations are counted for reports, give or take a fifth.
	count = 3 * time.Second
	// recount is how often what was written in the last recountBack is looked at again, in case the database's clock went back.
	recount     = time.Hour
	recountBack = 24 * time.Hour
)

// figures counts what is new in a line's conversations for reports, until ctx ends: at once as much as there is, then every few
// seconds what was written meanwhile.
func (r *Runner) figures(ctx context.Context, line string) error {
	deep := time.Now()
	for {
		back := time.Duration(0)
		if !time.Now().Before(deep) {
			back, deep = recountBack, time.Now().Add(recount)
		}
		more, err := r.o.Store.CountFigures(ctx, line, back)
		r.complain(ctx, line, "figures not counted", err)
		wait := count - count/5 + rand.N(2*count/5)
		switch {
		case err != nil:
			wait = lookBad
		case more:
			wait = sweepPause
		}
		if !sleep(ctx, wait) {
			return nil
		}
	}
}
