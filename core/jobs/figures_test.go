package jobs

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestRunner_figures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox("shop")
		_, stop := runs(t, o, &receiver{answer: status(200)})
		time.Sleep(recount + time.Minute)
		stop()
		deep := 0
		for _, back := range o.counted["shop"] {
			if back == recountBack {
				deep++
			} else if back != 0 {
				t.Fatalf("looked back %v", back)
			}
		}
		if deep != 2 || o.counted["shop"][0] != recountBack {
			t.Errorf("looked far back %d times, at the start and after an hour is 2", deep)
		}
		// Every other look finds more, and the next follows at once.
		if n := len(o.counted["shop"]); n < 2*int(recount/(2*count)) {
			t.Errorf("looked %d times", n)
		}
	})
}
