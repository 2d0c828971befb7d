package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestFaults_short is the storm in small: nodes and databases are killed under load and nothing is lost. What it asserts is
// right or wrong on a machine of any speed. SUPPORT_FAULTS_SEED has the same harms done in the same order.
func TestFaults_short(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a minute")
	}
	seed := uint64(20240607)
	if set := os.Getenv("SUPPORT_FAULTS_SEED"); set != "" {
		var err error
		if seed, err = strconv.ParseUint(set, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("seed %d", seed)
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	said := &strings.Builder{}
	r, err := newRig(ctx, rigOptions{Nodes: 2, Log: said})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Log(said)
		}
	})

	t.Run("nodes and databases are killed and nothing is lost", func(t *testing.T) {
		storm := &trial{rig: r, random: seeded(seed, 0)}
		if err := storm.weather(ctx, io.Discard, weather{Talks: 10, Messages: 600, Rate: 150, Harms: 5}); err != nil {
			t.Fatal(err)
		}
		for _, why := range storm.failures {
			t.Error(why)
		}
		t.Log(strings.Join(storm.figures, ", "))
	})

	for _, m := range mutants("7") {
		if !m.short {
			continue // make faults runs all of them
		}
		t.Run("it is found when "+m.name, func(t *testing.T) {
			binary, err := m.build(ctx, r.dir)
			if err != nil {
				t.Fatal(err)
			}
			mutated := &trial{rig: r, random: seeded(seed, 1)}
			says, err := mutated.caught(ctx, m, binary, 500)
			if err != nil {
				t.Fatal(err)
			}
			if says == "" {
				t.Errorf("%s has not found it", m.found)
			}
			t.Log(says)
		})
	}
}

func TestMutants(t *testing.T) {
	top, err := root(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range append(mutants("7"), blind(), shifted()) {
		t.Run(m.name, func(t *testing.T) {
			changed, err := mutate(top, m.edits)
			if err != nil {
				t.Fatal(err)
			}
			for file, text := range changed {
				before, err := os.ReadFile(filepath.Join(top, file))
				if err != nil || string(before) == text {
					t.Errorf("%s is not changed: %v", file, err)
				}
			}
		})
	}
	t.Run("a text that has gone is noticed", func(t *testing.T) {
		if _, err := mutate(top, []edit{{"sql/doc.go", "what never stood there", ""}}); err == nil {
			t.Error("it is not")
		}
	})
}

func TestTalk_check(t *testing.T) {
	a, b, c := packed{1}, packed{2}, packed{3}
	whole := func() (*talk, *record) {
		k := &talk{visitor: &sender{}, agent: &sender{}, left: &screen{}, right: &screen{}}
		k.visitor.ledger = []entry{{a, 1}, {b, 2}}
		k.visitor.read, k.agent.read = 3, 2
		k.left.shown, k.right.shown = []packed{a, b, {}}, []packed{a, b, {}}
		return k, &record{rows: []written{{a, "visitor"}, {b, "visitor"}, {packed{}, "system"}}, head: 3, visitor: 3, agent: 2}
	}
	cases := map[string]struct {
		finds string
		harm  func(k *talk, v *record)
	}{
		"OK":                             {"", func(*talk, *record) {}},
		"an accepted message is missing": {"C1", func(k *talk, v *record) { k.visitor.ledger = append(k.visitor.ledger, entry{c, 4}) }},
		"another number was told":        {"C1", func(k *talk, _ *record) { k.visitor.ledger[1].seq = 3 }},
		"somebody else wrote it":         {"C1", func(_ *talk, v *record) { v.rows[0].author = "agent" }},
		"a number is missing":            {"C2", func(_ *talk, v *record) { v.wrong, v.place = 4, 3 }},
		"the counter is ahead":           {"C2", func(_ *talk, v *record) { v.head = 4 }},
		"one was not shown":              {"C3", func(k *talk, _ *record) { k.right.shown = k.right.shown[:2] }},
		"one was shown too often":        {"C3", func(k *talk, _ *record) { k.left.shown = append(k.left.shown, b) }},
		"another was shown":              {"C3", func(k *talk, _ *record) { k.left.shown[0] = b }},
		"a refused one is there":         {"C4", func(k *talk, _ *record) { k.visitor.refused = []packed{b} }},
		"one stands twice":               {"C5", func(_ *talk, v *record) { v.rows[2] = written{a, "visitor"} }},
		"nobody sent it":                 {"C5", func(_ *talk, v *record) { v.rows[2] = written{c, "visitor"} }},
		"sent later and numbered before": {"C6", func(k *talk, _ *record) { l := k.visitor.ledger; l[0], l[1] = l[1], l[0] }},
		"a mark went back":               {"C7", func(_ *talk, v *record) { v.agent = 1 }},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			k, v := whole()
			test.harm(k, v)
			var found []string
			k.check(v, func(format string, _ ...any) { found = append(found, format[:2]) })
			if test.finds == "" && len(found) > 0 || test.finds != "" && !strings.Contains(strings.Join(found, " "), test.finds) {
				t.Errorf("found %q, want %q", found, test.finds)
			}
		})
	}
}

func TestScreen_take(t *testing.T) {
	s := &screen{crew: &crew{}, other: &pending{}}
	for _, seq := range []int64{1, 2, 2, 1, 3} {
		s.take(shownMessage{Seq: seq})
	}
	if s.stands() != 3 || s.crew.window().Repeats != 2 {
		t.Errorf("it shows %d and dropped %d", s.stands(), s.crew.window().Repeats)
	}
}
