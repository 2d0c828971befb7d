package chat

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestTally(t *testing.T) {
	t.Parallel()
	t.Run("nothing", func(t *testing.T) {
		if n := (Tally{}).Percentile(50); n != 0 {
			t.Fatalf("got %d", n)
		}
	})
	t.Run("as sorted values say", func(t *testing.T) {
		for range 200 {
			var tally Tally
			var all []int64
			for range 1 + rand.IntN(40) {
				v, n := rand.Int64N(30), 1+rand.Int64N(3)
				tally.Add(v, n)
				for range n {
					all = append(all, v)
				}
			}
			slices.Sort(all)
			for _, p := range []int64{1, 50, 95, 100} {
				want := all[max(0, (len(all)*int(p)+99)/100-1)]
				if got := tally.Percentile(p); got != want {
					t.Fatalf("the %d. of %v is %d, not %d", p, all, want, got)
				}
			}
			limit := rand.Int64N(30)
			within := int64(0)
			for _, v := range all {
				if v <= limit {
					within++
				}
			}
			if got := tally.Within(limit); got != within || tally.Count() != int64(len(all)) {
				t.Fatalf("of %v %d are within %d, not %d", all, within, limit, got)
			}
		}
	})
}

// The figures of two lines put together are those of one that had both.
func TestNewReport(t *testing.T) {
	t.Parallel()
	shop := LineFigures{Line: "shop", Hours: []Cell{{What: "begun", At: 3, N: 3}, {What: "begun", At: 1, N: 5}, {What: "begun", At: 4, N: 1}}, Values: []Cell{{What: "first", At: 3, Value: 10, N: 3}},
		Labels: []LabelFigures{{"refund", 2}, {"delivery", 1}}, Agents: []Cell{{What: "first", Agent: "a", Value: 10, N: 3}, {What: "sent", Agent: noAgent, N: 9}}}
	mall := LineFigures{Line: "mall", Hours: []Cell{{What: "begun", At: 3, N: 1}}, Values: []Cell{{What: "first", At: 3, Value: 90, N: 1}},
		Labels: []LabelFigures{{"delivery", 4}}, Ratings: []Cell{{What: "rated", At: 3, Agent: "a", Value: 4, N: 2}, {What: "rated", At: 1, Agent: "a", Value: 1, N: 7}}}
	q, err := NewReportQuery(time.Date(2026, 7, 18, 0, 0, 0, 0, time.UTC), 3, time.Date(2026, 7, 30, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	r := NewReport(q, []LineFigures{mall, shop}, 10)
	if r.Total.Begun != 5 || r.Before.Begun != 5 || r.ByHour[0].Begun != 4 || r.ByHour[1].Begun != 1 || r.ByStep[0].Begun != 5 || r.ByLine["shop"].Begun != 4 {
		t.Errorf("got %+v", r)
	}
	if r.Total.First.Percentile(50) != 10 || r.ByStep[0].First.Percentile(95) != 90 || r.Total.Score() != 4 || r.Before.Score() != 1 {
		t.Errorf("got %+v", r.Total)
	}
	if a := r.ByAgent["a"]; len(r.ByAgent) != 1 || a.First.Count() != 3 || a.Rated() != 2 {
		t.Errorf("got %+v", r.ByAgent)
	}
	if len(r.Labels) != 2 || r.Labels[0] != (LabelFigures{"delivery", 5}) {
		t.Errorf("got %+v", r.Labels)
	}
}

func TestNewReportQuery(t *testing.T) {
	t.Parallel()
	berlin, err := ParseZone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	zone := berlin.Location()
	at := func(d, h, m int) time.Time { return time.Date(2026, 10, d, h, m, 0, 0, zone) }
	t.Run("a week with a day of 25 hours, of which three days have gone by", func(t *testing.T) {
		q, err := NewReportQuery(at(23, 15, 0), 7, at(26, 9, 30))
		if err != nil || len(q.Steps) != 10 || len(q.Hours) != 2+7*24+1+1 {
			t.Fatal(len(q.Steps), len(q.Hours), err)
		}
		for i, want := range map[int]time.Time{0: at(16, 0, 0), 1: at(19, 9, 30), 2: at(23, 0, 0), 3: at(24, 0, 0), 9: at(30, 0, 0)} {
			if !q.Steps[i].Equal(want) {
				t.Errorf("%d is %v, not %v", i, q.Steps[i], want)
			}
		}
	})
	t.Run("today, by hour", func(t *testing.T) {
		q, err := NewReportQuery(at(20, 0, 0), 1, at(20, 14, 33))
		if err != nil || len(q.Steps) != 27 || !q.Steps[1].Equal(at(19, 14, 33)) || !q.Steps[2].Equal(at(20, 0, 0)) || !slices.Equal(q.Hours, q.Steps) {
			t.Fatal(q.Steps, err)
		}
	})
	t.Run("days that are over are compared with all of those before", func(t *testing.T) {
		q, err := NewReportQuery(at(1, 0, 0), 5, at(20, 0, 0))
		if err != nil || !q.Steps[1].Equal(q.Steps[2]) {
			t.Fatal(q.Steps, err)
		}
	})
	for _, n := range []int{0, -1, ReportMax + 1} {
		if _, err := NewReportQuery(at(1, 0, 0), n, at(2, 0, 0)); CodeOf(err) != CodeInvalid {
			t.Errorf("%d days: %v", n, err)
		}
	}
}
