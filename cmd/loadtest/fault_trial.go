package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// under runs f while a crew works on each of the lines, and then checks all that was promised and shown.
func (t *trial) under(ctx context.Context, lines []string, talks int, rate float64, f func(crews map[string]*crew) error) error {
	return t.underCrews(ctx, lines, crewOptions{Talks: talks, Rate: rate}, f)
}

// underCrews is under with crews that have more to them; their lines and seeds are filled in.
func (t *trial) underCrews(ctx context.Context, lines []string, o crewOptions, f func(crews map[string]*crew) error) error {
	before, err := t.footprint(ctx)
	if err != nil {
		return err
	}
	crews := map[string]*crew{}
	defer func() {
		for _, c := range crews {
			c.close()
		}
	}()
	for _, line := range lines {
		o.Line, o.Seed = line, t.random.Uint64()
		if crews[line], err = newCrew(ctx, t.rig, o); err != nil {
			delete(crews, line)
			return err
		}
	}
	if err := t.warm(ctx, crews); err != nil {
		return err
	}
	err = f(crews)
	if err := errors.Join(err, t.settle(ctx, crews)); err != nil {
		return err
	}
	for _, c := range crews {
		c.close()
	}
	return t.released(ctx, before)
}

// calmAccept is the P99 of an acceptance on a machine of two cores with nothing else to do, under the load of a row.
const calmAccept = 40 * time.Millisecond

// warm waits until pools are full, statements prepared and whatever happened before is over, then tells how much this machine is
// strained before anything is done to it.
func (t *trial) warm(ctx context.Context, crews map[string]*crew) error {
	var w window
	for i := 0; i < 2 || i < 6 && t.strain > 2; i++ {
		for _, c := range crews {
			c.mark()
		}
		if err := pause(ctx, t.span(2*time.Second, 5*time.Second)); err != nil {
			return err
		}
		w = both(crews)
		t.strain = max(1, float64(w.Accept.at(99))/float64(calmAccept))
	}
	t.figure("calm P99 %s", brief(w.Accept.at(99)))
	for _, c := range crews {
		c.mark()
	}
	return nil
}

// untouched notes a failure when a line answered with errors while something was done to another.
func (t *trial) untouched(line string, w window) {
	t.must(w.failed() == 0, "line %s answered %v", line, w.Answers)
}

// settle ends the sending, waits for the screens and has everything checked.
func (t *trial) settle(ctx context.Context, crews map[string]*crew) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	var accepted int64
	for line, c := range crews {
		if err := c.stop(ctx); err != nil {
			return err
		}
		heads, err := t.rig.bases[line].heads(ctx, line)
		if err != nil {
			return err
		}
		if err := c.settle(ctx, heads); err != nil {
			return err
		}
		wrong, err := c.check(ctx, t.rig.bases[line])
		if err != nil {
			return err
		}
		for _, w := range wrong {
			t.must(false, "line %s: %s", line, w)
		}
		accepted += c.accepted.Load()
	}
	t.figure("%d accepted", accepted)
	t.must(accepted > 0, "nothing was accepted")
	return nil
}

// footprint is what the nodes hold of their machine.
type footprint struct{ goroutines, files, heap float64 }

// slack is how much of each may stay: pools and prepared statements that the next burst will want again.
func (f footprint) within(before footprint) bool {
	return f.goroutines <= before.goroutines*1.05+300 && f.files <= before.files*1.05+150 && f.heap <= before.heap*1.05+64<<20
}

func (t *trial) footprint(ctx context.Context) (sum footprint, err error) {
	for _, n := range t.rig.nodes {
		if err := n.collect(ctx); err != nil {
			return sum, err
		}
		m, err := n.metrics(ctx)
		if err != nil {
			return sum, err
		}
		if m["go_goroutines"] == 0 || m["process_open_fds"] == 0 || m["go_memstats_heap_inuse_bytes"] == 0 {
			return sum, fmt.Errorf("%s does not tell what it holds", n.name)
		}
		sum.goroutines += m["go_goroutines"]
		sum.files += m["process_open_fds"]
		sum.heap += m["go_memstats_heap_inuse_bytes"]
	}
	return sum, nil
}

// released waits until the nodes gave back what the work took, a minute at most (C8).
func (t *trial) released(ctx context.Context, before footprint) error {
	for began := time.Now(); ; {
		now, err := t.footprint(ctx)
		if err != nil {
			return err
		}
		ok, took := now.within(before), time.Since(began)
		if ok || took > time.Minute {
			t.figure("held %s before, %s %s after", before, now, brief(took))
			t.must(ok, "C8: nodes hold %s after a minute, before %s", now, before)
			return nil
		}
		if err := pause(ctx, time.Second); err != nil {
			return err
		}
	}
}

// givenBack is a row without a crew, after which the nodes must have given back what it took all the same.
func givenBack(run func(ctx context.Context, t *trial) error) func(ctx context.Context, t *trial) error {
	return func(ctx context.Context, t *trial) error {
		before, err := t.footprint(ctx)
		if err != nil {
			return err
		}
		if err := run(ctx, t); err != nil {
			return err
		}
		direct.CloseIdleConnections()
		return t.released(ctx, before)
	}
}

func (f footprint) String() string {
	return fmt.Sprintf("%.0f goroutines, %.0f files, %.0f MB of heap", f.goroutines, f.files, f.heap/(1<<20))
}
