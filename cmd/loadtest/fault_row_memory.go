package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

// littleMemory runs a node in little memory and opens more streams at it than it has room for.
func littleMemory(ctx context.Context, t *trial) error {
	n, room, many := t.rig.nodes[0], int64(t.times(128, 192))<<20, t.times(3000, 10_000)
	g, release, err := bounded(room)
	if err != nil {
		return err
	}
	defer release()
	defer n.kill() // nobody may be left in the group
	if err := n.change(ctx, func() { n.prefix = g.join() }); err != nil {
		return err
	}
	return t.under(ctx, []string{"a", "b"}, 40, 40, func(crews map[string]*crew) error {
		a := crews["a"]
		d, err := newDoor(n.url(), nil)
		if err != nil {
			return err
		}
		streams, leave := context.WithCancel(ctx)
		defer leave()
		var read atomic.Int64
		opened, turned := 0, map[int]int{}
		for i := range many {
			k := a.talks[i%len(a.talks)]
			s, err := d.open(streams, fmt.Sprintf("%s/events?after=%d", k.path(""), k.left.stands()), k.Token, "", false, &read)
			no, told := errors.AsType[refused](err)
			switch {
			case err == nil:
				opened++
				go s.readOn()
			case told:
				turned[no.status]++
			default:
				return fmt.Errorf("open stream %d: %w", i+1, err)
			}
			if i%100 == 99 { // the gate lets 2,000 in a second
				if err := pause(ctx, 100*time.Millisecond); err != nil {
					return err
				}
			}
		}
		if err := pause(ctx, t.span(10*time.Second, time.Minute)); err != nil {
			return err
		}
		w := both(crews)
		most, kills, err := g.used()
		if err != nil {
			return err
		}
		t.figure("a node in a control group of %d MB held %d streams more and turned %d away; it took %d MB at most", room>>20, opened, turned[http.StatusServiceUnavailable], most>>20)
		t.figure("answers %v", w.Answers)
		t.must(kills == 0 && !n.gone(), "the kernel ended it for want of memory")
		t.must(turned[http.StatusServiceUnavailable] == many-opened, "streams were turned away with %v", turned)
		t.must(opened > 500 && opened < many, "%d of %d streams were let in: it refuses none, or nearly all", opened, many)
		t.must(w.failed() == 0 && w.Dropped == 0, "people were answered %v and lost %d streams", w.Answers, w.Dropped)
		return nil
	})
}
