package main

import (
	"net"
	"slices"
	"testing"
	"time"
)

// silentConn is a connection that is not there.
type silentConn struct{ net.Conn }

func (*silentConn) SetReadDeadline(time.Time) error { return nil }

func TestVerdict_check(t *testing.T) {
	t.Parallel()
	a, b, c := packed{1}, packed{2}, packed{3}
	log := []logged{{1, a, "visitor"}, {2, packed{}, "system"}, {3, b, "agent"}, {4, c, "visitor"}}
	type story struct {
		k       *dialogue
		log     []logged
		screens []*view
	}
	well := func() *story {
		return &story{
			k:   &dialogue{ledgers: [2][]promise{{{a, 1}, {c, 4}}, {{b, 3}}}},
			log: slices.Clone(log), screens: []*view{{shown: []packed{a, {}, b, c}}, {shown: []packed{a, {}, b, c}}},
		}
	}
	for name, test := range map[string]struct {
		harm func(s *story)
		want result
	}{
		"OK":                          {harm: func(*story) {}},
		"an accepted message is gone": {harm: func(s *story) { s.k.ledgers[0] = append(s.k.ledgers[0], promise{packed{9}, 5}) }, want: result{Lost: 1}},
		"it stands elsewhere":         {harm: func(s *story) { s.k.ledgers[1][0].seq = 2 }, want: result{Wrong: 1}},
		"nobody sent one of them":     {harm: func(s *story) { s.k.ledgers[0] = s.k.ledgers[0][1:] }, want: result{Wrong: 1}},
		"one was never answered":      {harm: func(s *story) { s.k.ledgers[0], s.k.unanswered = s.k.ledgers[0][1:], []packed{a, {8}} }},
		"an agent's is not named on a visitor's screen": {harm: func(s *story) { s.screens[0].shown[2] = untold }},
		"her own is not named on it":                    {harm: func(s *story) { s.screens[0].shown[3] = untold }, want: result{Disordered: 1}},
		"two numbers were told":                         {harm: func(s *story) { s.k.wrong.Store(true) }, want: result{Wrong: 1}},
		"the sender's order is broken":                  {harm: func(s *story) { slices.Reverse(s.k.ledgers[0]) }, want: result{Disordered: 1}},
		"a message stands twice": {harm: func(s *story) {
			s.log = append(s.log, logged{5, b, "agent"})
			for _, v := range s.screens {
				v.shown = append(v.shown, b)
			}
		}, want: result{Doubled: 1, Wrong: 1}},
		"the log has a hole":           {harm: func(s *story) { s.log[3].seq = 5; s.k.ledgers[0][1].seq = 5 }, want: result{Holes: 1}},
		"a screen misses the last":     {harm: func(s *story) { s.screens[1].shown = s.screens[1].shown[:3] }, want: result{Lost: 1}},
		"a screen shows one too many":  {harm: func(s *story) { s.screens[0].shown = append(s.screens[0].shown, c) }, want: result{Doubled: 1}},
		"a screen shows another order": {harm: func(s *story) { s.screens[0].shown = []packed{a, b, {}, c} }, want: result{Disordered: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := well()
			test.harm(s)
			v := &verdict{result: &result{}}
			v.check(s.k, s.log, s.screens)
			got, want := v.result, test.want
			if got.Lost != want.Lost || got.Doubled != want.Doubled || got.Disordered != want.Disordered || got.Holes != want.Holes || got.Wrong != want.Wrong {
				t.Errorf("%d lost, %d doubled, %d out of order, %d holes, %d wrong: %q", got.Lost, got.Doubled, got.Disordered, got.Holes, got.Wrong, got.Complaints)
			}
			if v.broken() != (len(v.Complaints) > 0) {
				t.Errorf("broken is %v with %q", v.broken(), v.Complaints)
			}
		})
	}
}
