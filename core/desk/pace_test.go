package desk

import (
	"slices"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

func TestPaceOf(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 7, 18, 9, 0, 0, 0, time.UTC)
	wait := func(since, until int) chat.Wait {
		return chat.Wait{Since: start.Add(time.Duration(since) * time.Minute), Until: start.Add(time.Duration(until) * time.Minute)}
	}
	many := make([]chat.Wait, 0, paceWaits+1)
	for i := range paceWaits + 1 {
		many = append(many, wait(0, 100+2*i))
	}
	for what, c := range map[string]struct {
		waits []chat.Wait
		want  time.Duration
	}{
		"nobody":                                   {nil, 0},
		"too few":                                  {[]chat.Wait{wait(0, 3), wait(0, 6)}, 0},
		"one after the other":                      {[]chat.Wait{wait(0, 3), wait(0, 6), wait(0, 9)}, 3 * time.Minute},
		"while nobody waited no place was taken":   {[]chat.Wait{wait(0, 1), wait(30, 31), wait(55, 56)}, time.Minute},
		"who was served out of turn":               {[]chat.Wait{wait(5, 6), wait(0, 8), wait(6, 10)}, 5 * time.Minute / 3},
		"the oldest only says when the next began": {many, 2 * time.Minute},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			newest := slices.Clone(c.waits)
			slices.Reverse(newest)
			if got := paceOf(newest); got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}
