package main

import "testing"

func TestGarbagePercent(t *testing.T) {
	t.Parallel()
	const mb = 1 << 20
	for name, c := range map[string]struct {
		now         int
		made, alive uint64
		want        int
	}{
		"streams that wait":           {now: calm, made: mb, alive: 30 * mb, want: calm},
		"thousands of messages":       {now: calm, made: 80 * mb, alive: 30 * mb, want: hurried},
		"neither: it stays":           {now: hurried, made: 20 * mb, alive: 30 * mb, want: hurried},
		"calm again":                  {now: hurried, made: 5 * mb, alive: 30 * mb, want: calm},
		"a large heap keeps in bound": {now: calm, made: 200 * mb, alive: 128 * mb, want: 200},
		"a larger one is left alone":  {now: calm, made: 900 * mb, alive: 800 * mb, want: calm},
		"before the first collection": {now: calm, made: mb, alive: 0, want: hurried},
	} {
		if got := garbagePercent(c.now, c.made, c.alive); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
