package desk

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

func TestHistogram(t *testing.T) {
	t.Parallel()
	h := newHistogram([]float64{1, 10})
	for _, v := range []float64{0, 1, 1.5, 10, 11} {
		h.observe(v)
	}
	if r := h.read(); !slices.Equal(r.Counts, []uint64{2, 2, 1}) || r.Sum != 23.5 || r.Count() != 5 {
		t.Errorf("got %+v", r)
	}
	t.Run("at once", func(t *testing.T) {
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 1000 {
					h.observe(0.5)
				}
			})
		}
		all.Wait()
		if r := h.read(); r.Count() != 8005 || r.Sum != 4023.5 {
			t.Errorf("got %+v", r)
		}
	})
}

func TestCounts_sent(t *testing.T) {
	t.Parallel()
	l := &line{count: newCounts()}
	for _, c := range []struct {
		repeat bool
		err    error
	}{{}, {repeat: true}, {err: chat.Conflict("closed", "")}, {err: chat.NotFound()}, {err: chat.QueueFull(nil)}, {err: chat.Unavailable(0, nil)}, {err: errors.New("a bug")}} {
		l.count.sent(time.Now(), c.repeat, c.err)
	}
	for name, n := range l.outcomes() {
		if n != 1 {
			t.Errorf("%s was counted %d times", name, n)
		}
	}
	if n := l.count.accept.read().Count(); n != 1 {
		t.Errorf("%d were timed: only what was accepted is", n)
	}
}
