package push

import (
	"testing"

	"pgregory.net/rapid"
)

func TestParseEventID(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		header, after string
		seq           int64
		foreign       bool
	}{
		{"", "", 0, false},
		{"e.7", "", 7, false},
		{"", "e.7", 7, false},
		{"", "7", 7, false},
		{"e.7", "9", 9, false},
		{"e.9", "7", 9, false},
		{"x.9", "", 0, true},
		{"x.9", "7", 0, true},
		{"", "x.1", 0, true},
		{"e.3", "x.9", 3, false},
		{"x.9", "e.3", 3, false},
		{".9", "", 0, true},
		{"e.", "", 0, false},
		{"e.-1", "-5", 0, false},
		{"e.99999999999999999999", "", 0, false},
		{"rubbish", "e.x", 0, false},
		{"a.b.5", "", 0, true},
		{"e.1\n", "", 0, false},
	} {
		if seq, foreign := ParseEventID(c.header, c.after, "e"); seq != c.seq || foreign != c.foreign {
			t.Errorf("%q, %q: %d, %v; want %d, %v", c.header, c.after, seq, foreign, c.seq, c.foreign)
		}
	}
	t.Run("anything is read", func(t *testing.T) {
		t.Parallel()
		rapid.Check(t, func(t *rapid.T) {
			seq, foreign := ParseEventID(rapid.String().Draw(t, "header"), rapid.String().Draw(t, "after"), rapid.String().Draw(t, "epoch"))
			if seq < 0 || foreign && seq != 0 {
				t.Errorf("%d, %v", seq, foreign)
			}
		})
	})
}

func TestFifo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var q fifo[int]
		var model []int
		for i := range rapid.IntRange(0, 400).Draw(t, "steps") {
			if len(model) == 0 || rapid.Bool().Draw(t, "push") {
				q.push(i)
				model = append(model, i)
			} else {
				if *q.peek() != model[0] || q.pop() != model[0] {
					t.Fatal("not the first")
				}
				model = model[1:]
			}
			if q.len() != len(model) {
				t.Fatalf("%d, want %d", q.len(), len(model))
			}
		}
	})
}
