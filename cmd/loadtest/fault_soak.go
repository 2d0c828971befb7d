package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	// soakLong is how long a soak has to be for growth to be judged: before, a runtime is still finding its size.
	soakLong = 3 * time.Hour
	// soakWarm is how long nothing is taken down of what a node takes, or a third of the run.
	soakWarm = 2 * time.Hour
	// soakRate is how many messages a second are sent over both lines.
	soakRate = 200
)

// soak is a long run: people write, streams come and go, something breaks now and then, and what the first node takes of its
// machine is written down. Nothing is done to that node itself, so that it can grow.
func (f faultsCommand) soak(ctx context.Context, out, log io.Writer) error {
	t := &trial{random: seeded(f.Seed, 27)}
	r := row{run: func(ctx context.Context, t *trial) error { return t.soaked(ctx, f.Soak, out) }}
	err := t.do(ctx, r, rigOptions{Nodes: 3, Between: true, Log: log}, f.Soak+time.Hour)
	var sum summing
	fmt.Fprintf(out, layout, "ROW", "FAULT", "VERDICT", "FIGURES")
	sum.add(t.print(out, "27", "soak of "+f.Soak.String(), err))
	return sum.err()
}

// sample is what a node took at a time.
type sample struct{ hours, rss, goroutines, files float64 }

func (t *trial) soaked(ctx context.Context, length time.Duration, out io.Writer) error {
	return t.under(ctx, lineNames(), 40, soakRate/2, func(crews map[string]*crew) error {
		if err := pause(ctx, 10*time.Second); err != nil {
			return err
		}
		calm := both(crews)
		running, stop := context.WithTimeout(ctx, length)
		defer stop()
		s := &storm{rig: t.rig, random: t.random, spared: 1, done: map[string]int{}}
		var all errgroup.Group
		var come atomic.Int64
		seed := t.random.Uint64()
		all.Go(func() error { return churn(running, t.rig, crews, seeded(seed, 0), &come) })
		all.Go(func() error { return s.now(running, min(10*time.Minute, length/6)) })
		var taken []sample
		node, began, warm := t.rig.nodes[0], time.Now(), min(soakWarm, length/3)
		for pause(running, max(time.Second, length/2000)) == nil {
			m, err := node.metrics(ctx)
			if err != nil {
				continue // the machine is busy; the next one is as good
			}
			if time.Since(began) > warm {
				taken = append(taken, sample{time.Since(began).Hours(), m["process_resident_memory_bytes"], m["go_goroutines"], m["process_open_fds"]})
			}
			for _, c := range crews {
				c.thin()
			}
			if len(taken)%60 == 59 {
				fmt.Fprintf(out, "%s: %.0f MB, %.0f goroutines, %.0f files\n", time.Since(began).Round(time.Second), taken[len(taken)-1].rss/(1<<20), m["go_goroutines"], m["process_open_fds"])
			}
		}
		if err := errors.Join(ctx.Err(), all.Wait(), t.rig.ready(ctx)); err != nil {
			return err
		}
		for _, c := range crews {
			c.mark()
		}
		if err := pause(ctx, 10*time.Second); err != nil {
			return err
		}
		t.soakFigures(taken, calm, both(crews), length >= soakLong)
		t.figure("%d streams came and went; %s", come.Load(), s)
		return nil
	})
}

// soakFigures says how the node grew, and judges it after a long run.
func (t *trial) soakFigures(taken []sample, calm, end window, long bool) {
	if len(taken) < 10 {
		t.doubts = append(t.doubts, "too few samples were taken")
		return
	}
	of := func(f func(s sample) (x, y float64)) (a, b, worst float64) {
		var x, y []float64
		for _, s := range taken {
			px, py := f(s)
			x, y = append(x, px), append(y, py)
		}
		return line(x, y)
	}
	_, slope, _ := of(func(s sample) (float64, float64) { return s.hours, s.rss / (1 << 20) })
	a, b, worst := of(func(s sample) (float64, float64) { return s.files, s.goroutines })
	first, last := taken[0], taken[len(taken)-1]
	t.figure("RSS %.0f MB, then %.0f MB: %+.1f MB an hour", first.rss/(1<<20), last.rss/(1<<20), slope)
	t.figure("goroutines = %.0f + %.2f × open files, off by %.1f %% at most", a, b, worst*100)
	t.figure("accepted P99 %s in the beginning, %s in the end", brief(calm.Accept.at(99)), brief(end.Accept.at(99)))
	if long {
		t.must(slope <= 1, "the RSS grows by %.1f MB an hour", slope)
		t.growth(calm.Accept.at(99), end.Accept.at(99), 0.1, 5*time.Millisecond, "acceptances at P99")
	}
}

// line is the straight line nearest to some points, y = a + b·x, and how far the farthest is from it, as a share of the line there.
func line(x, y []float64) (a, b, worst float64) {
	n := float64(len(x))
	var mx, my, xx, xy float64
	for i := range x {
		mx, my = mx+x[i]/n, my+y[i]/n
	}
	for i := range x {
		xx, xy = xx+(x[i]-mx)*(x[i]-mx), xy+(x[i]-mx)*(y[i]-my)
	}
	if xx > 0 {
		b = xy / xx
	}
	a = my - b*mx
	for i := range x {
		if at := a + b*x[i]; at != 0 {
			worst = max(worst, math.Abs(y[i]-at)/math.Abs(at))
		}
	}
	return a, b, worst
}

// churn opens streams, five a second on average but in waves, and closes each after some seconds.
func churn(ctx context.Context, r *rig, crews map[string]*crew, random *rand.Rand, come *atomic.Int64) error {
	var doors []*door
	for _, u := range r.urls() {
		d, err := newDoor(u, nil)
		if err != nil {
			return err
		}
		doors = append(doors, d)
	}
	var going errgroup.Group
	began := time.Now()
	for {
		rate := 5 + 4*math.Sin(time.Since(began).Seconds()/20)
		if pause(ctx, time.Duration(random.ExpFloat64()/rate*float64(time.Second))) != nil {
			return going.Wait()
		}
		c := crews[lineNames()[random.IntN(2)]]
		k, d, stay := c.talks[random.IntN(len(c.talks))], doors[random.IntN(len(doors))], time.Duration(random.IntN(20_000))*time.Millisecond
		going.Go(func() error {
			ctx, leave := context.WithTimeout(ctx, stay)
			defer leave()
			var read atomic.Int64
			s, err := d.open(ctx, fmt.Sprintf("%s/events?after=%d", k.path(""), k.left.stands()), k.Token, "", false, &read)
			if err != nil {
				return nil // a node that is away
			}
			come.Add(1)
			s.readOn()
			s.close()
			return nil
		})
	}
}

// now does a harm every so often until ctx ends.
func (s *storm) now(ctx context.Context, every time.Duration) error {
	kinds := harms()
	for pause(ctx, every) == nil {
		h := kinds[s.random.IntN(len(kinds))]
		s.rig.logf("%s", h.name)
		// What was begun is mended, too, when the time is over.
		if err := h.do(context.WithoutCancel(ctx), s); err != nil {
			return fmt.Errorf("%s: %w", h.name, err)
		}
		s.done[h.name]++
	}
	return nil
}
