package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
)

// harm is one kind of harm of a storm. It is over, and mended, when it returns.
type harm struct {
	name string
	// between says that it needs proxies before the databases.
	between bool
	do      func(ctx context.Context, s *storm) error
}

// storm does harm after harm, decided by the seed.
type storm struct {
	rig    *rig
	random *rand.Rand
	calm   time.Duration // between two harms, on average
	done   map[string]int
	// spared is how many of the nodes, the first ones, nothing is done to.
	spared int
}

// harms are all kinds.
func harms() []harm {
	return []harm{
		{"kill -9 of a node", false, func(ctx context.Context, s *storm) error {
			n := s.node()
			n.kill()
			return s.again(ctx, n, s.span(200, 2000))
		}},
		{"rolling restart of a node", false, func(ctx context.Context, s *storm) error {
			n := s.node()
			return errors.Join(n.leave(), s.again(ctx, n, 0))
		}},
		{"SIGSTOP of a node", false, func(ctx context.Context, s *storm) error {
			n := s.node()
			n.signal(syscall.SIGSTOP)
			defer n.signal(syscall.SIGCONT)
			return pause(ctx, s.span(500, 4000))
		}},
		{"kill -9 of Postgres", false, func(ctx context.Context, s *storm) error { return s.bounce(ctx, syscall.SIGKILL, s.span(0, 1500)) }},
		{"kill -9 of Postgres", false, func(ctx context.Context, s *storm) error { return s.bounce(ctx, syscall.SIGKILL, 0) }},
		{"fast stop of Postgres", false, func(ctx context.Context, s *storm) error { return s.bounce(ctx, syscall.SIGINT, 0) }},
		{"connections cut", true, func(ctx context.Context, s *storm) error {
			p := s.base().proxy
			p.cut()
			return s.mend(ctx, p, s.span(200, 2500))
		}},
		{"black hole", true, func(ctx context.Context, s *storm) error {
			p := s.base().proxy
			err1 := p.harm("timeout", upstream, map[string]any{"timeout": 0})
			err2 := p.harm("timeout", downstream, map[string]any{"timeout": 0})
			return errors.Join(err1, err2, s.mend(ctx, p, s.span(500, 4000)))
		}},
		{"latency", true, func(ctx context.Context, s *storm) error {
			p := s.base().proxy
			err := p.harm("latency", downstream, map[string]any{"latency": 20 + s.random.IntN(80), "jitter": 20})
			return errors.Join(err, s.mend(ctx, p, s.span(1000, 4000)))
		}},
		{"resets in the middle of answers", true, func(ctx context.Context, s *storm) error {
			p := s.base().proxy
			err := p.harm("reset_peer", downstream, map[string]any{"timeout": s.random.IntN(20)})
			return errors.Join(err, s.mend(ctx, p, s.span(50, 400)))
		}},
	}
}

func (s *storm) node() *node { return s.rig.nodes[s.spared+s.random.IntN(len(s.rig.nodes)-s.spared)] }

// base is a line's database three times of four, otherwise the main one.
func (s *storm) base() *base {
	return s.rig.bases[[]string{"a", "b", "a", "b", "a", "b", "main", "main"}[s.random.IntN(8)]]
}

// span is a time between so many milliseconds.
func (s *storm) span(least, most int) time.Duration {
	return time.Duration(least+s.random.IntN(most-least+1)) * time.Millisecond
}

// again starts a node that has gone, after a while.
func (s *storm) again(ctx context.Context, n *node, after time.Duration) error {
	if err := pause(ctx, after); err != nil {
		return err
	}
	return n.revive(ctx)
}

func (s *storm) bounce(ctx context.Context, how syscall.Signal, away time.Duration) error {
	b := s.base()
	if err := b.signal(how); err != nil {
		return err
	}
	if err := pause(ctx, away); err != nil {
		return err
	}
	return b.start(ctx)
}

func (s *storm) mend(ctx context.Context, p *between, after time.Duration) error {
	return errors.Join(pause(ctx, after), p.mend())
}

// rage does harm until it is told that it is enough.
func (s *storm) rage(ctx context.Context, enough func() bool) error {
	s.done = map[string]int{}
	kinds := slices.DeleteFunc(harms(), func(h harm) bool { return h.between && !s.rig.options.Between })
	for !enough() {
		h := kinds[s.random.IntN(len(kinds))]
		s.rig.logf("%s", h.name)
		if err := h.do(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", h.name, err)
		}
		s.done[h.name]++
		for calm := time.Now().Add(time.Duration((0.3 + 1.4*s.random.Float64()) * float64(s.calm))); !enough() && time.Now().Before(calm); {
			if err := pause(ctx, 50*time.Millisecond); err != nil {
				return err
			}
		}
	}
	return nil
}

// String lists what was done how often.
func (s *storm) String() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(s.done)) {
		parts = append(parts, fmt.Sprintf("%d × %s", s.done[name], name))
	}
	return strings.Join(parts, ", ")
}

// weather is how hard and how long a storm is: so many conversations on each line, messages accepted and harms done at least,
// and so many messages sent a second at most, with a time between two harms on average.
type weather struct {
	Talks, Messages, Harms, Rate int
	Calm                         time.Duration
}

// weather is a storm over both lines.
func (t *trial) weather(ctx context.Context, out io.Writer, w weather) error {
	s := &storm{rig: t.rig, random: t.random, calm: cmp.Or(w.Calm, 1750*time.Millisecond)}
	crews := map[string]*crew{}
	defer func() {
		for _, c := range crews {
			c.close()
		}
	}()
	lines := lineNames()
	for _, line := range lines {
		c, err := newCrew(ctx, t.rig, crewOptions{Line: line, Talks: w.Talks, Rate: float64(w.Rate) / float64(len(lines)), Seed: t.random.Uint64()})
		if err != nil {
			return err
		}
		crews[line] = c
	}
	began := time.Now()
	accepted := func() (n int64) {
		for _, c := range crews {
			n += c.accepted.Load()
		}
		return n
	}
	watching, enough := context.WithCancel(ctx)
	var raging errgroup.Group
	raging.Go(func() error {
		for pause(watching, 10*time.Second) == nil {
			fmt.Fprintf(out, "%s: %d accepted, %.0f/s\n", time.Since(began).Round(time.Second), accepted(), float64(accepted())/time.Since(began).Seconds())
		}
		return nil
	})
	err := s.rage(ctx, func() bool {
		harms := 0
		for _, n := range s.done {
			harms += n
		}
		return accepted() >= int64(w.Messages) && harms >= w.Harms
	})
	took := time.Since(began)
	enough()
	if err := errors.Join(err, raging.Wait(), t.rig.ready(ctx), t.settle(ctx, crews)); err != nil {
		return err
	}
	sum := both(crews)
	t.figure("%.0f/s for %s", float64(accepted())/took.Seconds(), took.Round(time.Second))
	t.figure("%s", s)
	t.figure("sends: %d without an answer, %d answered 503, %d found written already", sum.Answers[0], sum.Answers[503], sum.Answers[200])
	t.figure("accepted within mean %s P50 %s P99 %s max %s", brief(sum.Accept.mean()), brief(sum.Accept.at(50)), brief(sum.Accept.at(99)), brief(sum.Accept.at(100)))
	t.figure("on the other side's screen within mean %s P50 %s P99 %s max %s", brief(sum.Screen.mean()), brief(sum.Screen.at(50)), brief(sum.Screen.at(99)), brief(sum.Screen.at(100)))
	t.figure("%d streams lost, back within P50 %s P99 %s max %s", sum.Dropped, brief(sum.Back.at(50)), brief(sum.Back.at(99)), brief(sum.Back.at(100)))
	t.figure("screens read the log %d times and dropped %d repeats", sum.Fetches, sum.Repeats)
	return nil
}

// chaos is one long run with every kind of harm.
func (f faultsCommand) chaos(ctx context.Context, out, log io.Writer) error {
	t := &trial{random: seeded(f.Seed, 0)}
	r := row{run: func(ctx context.Context, t *trial) error {
		before, err := t.footprint(ctx)
		if err != nil {
			return err
		}
		if err := t.weather(ctx, out, weather{Talks: f.Talks, Messages: f.Messages, Rate: f.Rate, Harms: 10, Calm: f.Calm}); err != nil {
			return err
		}
		return t.released(ctx, before)
	}}
	if err := t.do(ctx, r, rigOptions{Nodes: 3, Between: true, Log: log}, 2*time.Hour); err != nil {
		t.failures = append(t.failures, err.Error())
	}
	for _, figure := range t.figures {
		fmt.Fprintln(out, figure)
	}
	for _, why := range t.failures {
		fmt.Fprintln(out, "!", why)
	}
	if len(t.failures) > 0 {
		return fmt.Errorf("FAIL, seed %d", f.Seed)
	}
	fmt.Fprintf(out, "PASS: 0 lost, 0 doubled, 0 out of order, seed %d\n", f.Seed)
	return nil
}
