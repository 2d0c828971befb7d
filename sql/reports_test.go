package sql

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

// count counts until nothing is left.
func count(t *testing.T, s *Store, back time.Duration) {
	t.Helper()
	for {
		more, err := s.CountFigures(t.Context(), "shop", back)
		if wantCode(t, err, ""); !more {
			return
		}
	}
}

func report(t *testing.T, s *Store, q chat.ReportQuery) chat.Report {
	t.Helper()
	lines, away, err := s.Figures(t.Context(), q)
	if wantCode(t, err, ""); len(away) > 0 {
		t.Fatal("unavailable: ", away)
	}
	for i := range lines {
		lines[i].Comments, lines[i].Labels = nil, nil
	}
	return chat.NewReport(q, lines, 0)
}

func steps(from time.Time, every time.Duration, n int) (times []time.Time) {
	for i := range n + 1 {
		times = append(times, from.Add(time.Duration(i)*every))
	}
	return times
}

var reportCompare = gocmp.Options{gocmp.AllowUnexported(chat.Tally{}), gocmp.Transformer("tallied", func(t chat.Tally) string { return fmt.Sprint(t) })}

// Whatever happened, in whatever order it was counted and by how many nodes at once, a report says what adding up says.
func TestStore_Figures(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	since := time.Now().Add(-9 * 24 * time.Hour).UTC().Truncate(time.Hour)
	agents := []chat.ID{chat.NewID(since), chat.NewID(since), chat.NewID(since)}
	var all []*history
	for range 90 {
		all = append(all, invent(r, agents, since, 8*24*time.Hour))
	}
	const back = 30 * 24 * time.Hour // all of it happened long ago
	for left := true; left; {
		left = false
		for _, h := range all {
			h.write(t, s, 1+r.IntN(6))
			left = left || h.done < len(h.events)
		}
		var nodes sync.WaitGroup
		for range 1 + r.IntN(3) {
			nodes.Go(func() {
				if _, err := s.CountFigures(t.Context(), "shop", back); err != nil {
					t.Error(err)
				}
			})
		}
		nodes.Wait()
	}
	count(t, s, back)
	from := since.Add(48 * time.Hour)
	hours := append([]time.Time{since, from.Add(-5 * time.Hour)}, steps(from, time.Hour, 6*24)...)
	days := append([]time.Time{since, from.Add(-5 * time.Hour)}, steps(from, 24*time.Hour, 6)...)
	for name, q := range map[string]chat.ReportQuery{
		"all":                   {Lines: []string{"shop"}, Hours: hours, Steps: days},
		"an agent's":            {Lines: []string{"shop"}, Hours: hours, Steps: days, Agents: agents[:1]},
		"of two, with a label":  {Lines: []string{"shop"}, Hours: hours, Steps: days, Agents: agents[1:], Label: "refund"},
		"a label nothing bears": {Lines: []string{"shop"}, Hours: hours, Steps: days, Label: "none"},
	} {
		t.Run(name, func(t *testing.T) {
			want, got := naive(all, q), report(t, s, q)
			if diff := gocmp.Diff(want, got, reportCompare); diff != "" {
				t.Fatal(diff)
			}
			if name == "all" && (got.Total.Begun == 0 || got.Total.First.Count() == 0 || got.Total.Abandoned == 0 || got.Total.Rated() == 0) {
				t.Fatalf("that is nothing to compare: %+v", got.Total)
			}
		})
	}
}

// What the desk does is what is counted.
func TestStore_CountFigures(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lin, zhou := agent("林晓"), agent("周航")
	now := time.Now()
	q := chat.ReportQuery{Lines: []string{"shop"}, Hours: steps(now.Add(-3*time.Hour), time.Hour, 4), Steps: steps(now.Add(-3*time.Hour), time.Hour, 4)}
	check := func(t *testing.T, want chat.Figures) {
		t.Helper()
		count(t, s, 0)
		got := report(t, s, q).Total
		got.First, got.Wait, got.Resolution = chat.Tally{}, chat.Tally{}, chat.Tally{}
		if diff := gocmp.Diff(want, got, reportCompare); diff != "" {
			t.Fatal(diff)
		}
	}
	k, gone := begin(t, s), begin(t, s)
	t.Run("OK", func(t *testing.T) {
		k.say(t, k.visitor, "在吗")
		gone.say(t, gone.visitor, "有人吗")
		check(t, chat.Figures{Begun: 2, Received: 2})
		k.assign(t, lin)
		k.say(t, lin, "在的")
		_, err := s.End(t.Context(), "shop", k.id, lin, "")
		wantCode(t, err, "")
		_, err = s.End(t.Context(), "shop", gone.id, gone.visitor, "")
		wantCode(t, err, "")
		check(t, chat.Figures{Begun: 2, Received: 2, Sent: 1, Resolved: 1, Abandoned: 1})
		if got := report(t, s, q); got.ByAgent[lin.ID].First.Count() != 1 || got.ByAgent[lin.ID].Sent != 1 {
			t.Fatalf("got %+v", got.ByAgent)
		}
	})
	t.Run("counting again counts nothing twice", func(t *testing.T) {
		count(t, s, time.Hour)
		check(t, chat.Figures{Begun: 2, Received: 2, Sent: 1, Resolved: 1, Abandoned: 1})
	})
	t.Run("one that goes on has not ended", func(t *testing.T) {
		_, err := s.Reopen(t.Context(), "shop", k.id, k.visitor, "")
		wantCode(t, err, "")
		check(t, chat.Figures{Begun: 2, Received: 2, Sent: 1, Abandoned: 1})
		k.assign(t, zhou)
		_, err = s.End(t.Context(), "shop", k.id, zhou, "")
		wantCode(t, err, "")
		check(t, chat.Figures{Begun: 2, Received: 2, Sent: 1, Resolved: 1, Abandoned: 1})
	})
	t.Run("a rating that is changed", func(t *testing.T) {
		for _, score := range []int{2, 5} {
			_, err := s.Rate(t.Context(), "shop", k.id, chat.Rating{Score: score, Comment: "谢谢"}, k.visitor, "")
			wantCode(t, err, "")
		}
		check(t, chat.Figures{Begun: 2, Received: 2, Sent: 1, Resolved: 1, Abandoned: 1, Scores: [5]int64{4: 1}})
		lines, _, err := s.Figures(t.Context(), q)
		if wantCode(t, err, ""); len(lines[0].Comments) != 1 || lines[0].Comments[0].Text != "谢谢" || lines[0].Comments[0].Line != "shop" {
			t.Fatalf("got %+v", lines[0].Comments)
		}
	})
	t.Run("a label that comes later", func(t *testing.T) {
		_, err := s.Label(t.Context(), "shop", k.id, []string{"refund"})
		wantCode(t, err, "")
		q := q
		q.Label = "refund"
		if got := report(t, s, q).Total; got.Begun != 1 || got.Resolved != 1 || got.Abandoned != 0 {
			t.Fatalf("got %+v", got)
		}
	})
	t.Run("while another node counts there is nothing to do", func(t *testing.T) {
		p, err := s.line("shop")
		wantCode(t, err, "")
		err = p.tx(t.Context(), func(tx *tx) error {
			var upto struct {
				Upto time.Time `db:"upto"`
				Now  time.Time `db:"now"`
			}
			if err := tx.get(&upto, "Figure_Cursor"); err != nil {
				return err
			}
			more, err := s.CountFigures(t.Context(), "shop", 0)
			if more || err != nil {
				t.Errorf("got %v, %v", more, err)
			}
			return nil
		})
		wantCode(t, err, "")
	})
}

// A report reads what was counted: no message, and of the rest what an index finds.
func TestStore_Figures_plan(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	shop, err := s.line("shop")
	wantCode(t, err, "")
	for _, text := range []string{
		"INSERT INTO figures (conversation_id, counted_seq, begun_at, served_at, replied_at, closed_at) SELECT gen_random_uuid(), 9, a, a + interval '1 minute', a + interval '2 minutes', a + interval '9 minutes' FROM generate_series(1, 20000) n, LATERAL (SELECT now() - n * interval '30 minutes' AS a) x",
		"INSERT INTO figure_messages SELECT f.conversation_id, f.begun_at, '00000000-0000-0000-0000-000000000000', 3, 0 FROM figures f",
		"ANALYZE figures", "ANALYZE figure_messages",
	} {
		if _, err := shop.db.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	from := time.Now().Add(-48 * time.Hour)
	args := reportArgs{Since: text(from), Start: text(from.Add(24 * time.Hour)), Until: text(time.Now()), Comments: 9, Agents: pq.StringArray{}}
	for _, h := range steps(from, time.Hour, 48) {
		args.Hours = append(args.Hours, text(h))
	}
	args.Steps = args.Hours
	for _, name := range []string{"Report_Hours", "Report_Values", "Report_Agents", "Report_Ratings", "Report_Comments", "Report_Labels"} {
		bound, err := shop.queries[name].bind(shop.db.Mapper, []any{args})
		wantCode(t, err, "")
		var plan []string
		wantCode(t, shop.selectRaw(&plan, "EXPLAIN "+shop.queries[name].text, bound...), "")
		for _, row := range plan {
			for _, whole := range []string{"on messages", "on notes", "Seq Scan on figures", "Seq Scan on figure_messages"} {
				if strings.Contains(row, whole) {
					t.Errorf("%s: %s", name, row)
				}
			}
		}
	}
}
