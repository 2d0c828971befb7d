package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// faultsCommand runs the fault matrix: each row does one kind of harm to an installation of its own while people write and
// read, and checks that nothing accepted is lost, doubled or out of order. docs/operating/faults.md says what each row means.
type faultsCommand struct {
	Rows     string        `help:"Which rows, such as 1,3,5; every row when none is named."`
	Seed     uint64        `help:"The seed of what is decided by chance; printed when it is chosen here."`
	Scale    string        `enum:"short,full" default:"full" help:"short makes each fault fewer times and for less long."`
	Mutants  bool          `help:"Also build servers with a fault of their own, each of which the checker must find."`
	Chaos    bool          `help:"Instead of the rows: one run with every kind of fault at random."`
	Soak     time.Duration `help:"Instead of the rows: one run of so long, with a fault now and then, after which what a node takes of its machine is told."`
	Messages int           `default:"1000000" help:"How many messages are accepted under --chaos before it ends."`
	Talks    int           `default:"150" help:"How many conversations each line has under --chaos."`
	Rate     int           `default:"2500" help:"How many messages a second are sent under --chaos, at most."`
	Calm     time.Duration `default:"1750ms" help:"How long nothing is done between two harms under --chaos, on average."`
	Old      string        `default:"HEAD~20" help:"The earlier commit whose server runs beside this one in row 25."`
	Verbose  bool          `short:"v" help:"Say what is being done."`
}

// scale is how much of a fault a row makes.
type scale struct{ short bool }

// times picks the number for the scale.
func (s scale) times(short, full int) int {
	if s.short {
		return short
	}
	return full
}

// for picks the time for the scale.
func (s scale) span(short, full time.Duration) time.Duration {
	if s.short {
		return short
	}
	return full
}

// row is a fault of the matrix.
type row struct {
	number int
	fault  string
	run    func(ctx context.Context, t *trial) error
}

// trial is one run of a row.
type trial struct {
	scale
	rig    *rig
	random *rand.Rand
	// old is the commit of row 25.
	old string
	// strain is how much slower than a machine with nothing else to do this one is now; limits of time are as much longer.
	strain float64
	// figures are what the table shows, failures why the row did not pass.
	figures, failures []string
	// doubts are why the row has no answer, though nothing is known to be wrong.
	doubts []string
}

// skipped says why a row cannot be run on this machine.
type skipped string

func (s skipped) Error() string { return "skipped: " + string(s) }

// figure adds a figure to the table.
func (t *trial) figure(format string, args ...any) {
	t.figures = append(t.figures, fmt.Sprintf(format, args...))
}

// must notes a failure unless ok.
func (t *trial) must(ok bool, format string, args ...any) {
	if !ok {
		t.failures = append(t.failures, fmt.Sprintf(format, args...))
	}
}

// strainMost is the strain up to which limits of time are widened. Beyond it a time tells more of the machine than of the program.
const strainMost = 4

// busy reports whether the machine is too busy for times to be judged.
func (t *trial) busy() bool { return t.strain > strainMost }

// within notes a failure when something took longer than the limit, widened by as much as this machine is strained.
func (t *trial) within(took, limit time.Duration, what string) {
	wide := min(max(t.strain, 1), strainMost)
	t.must(t.busy() || took <= time.Duration(float64(limit)*wide), "%s: %s, allowed are %s × %.1f", what, brief(took), brief(limit), wide)
}

// growth notes a failure when a time grew by more than a share of it and by more than so much.
func (t *trial) growth(before, during time.Duration, share float64, give time.Duration, what string) {
	limit := max(before+time.Duration(share*float64(before)), before+give)
	t.must(t.busy() || during <= limit, "%s went from %s to %s, allowed are %s", what, brief(before), brief(during), brief(limit))
}

// pause waits, unless the run is over.
func pause(ctx context.Context, d time.Duration) error {
	wait := time.NewTimer(d)
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-wait.C:
		return nil
	}
}

// seeded makes the source of what is decided by chance, the same for the same seed and row.
func seeded(seed, row uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, row)) }

// Run runs the rows one after the other, prints the table, and fails when one of them did.
func (f faultsCommand) Run(ctx context.Context, out io.Writer) error {
	if f.Seed == 0 {
		f.Seed = rand.Uint64N(1 << 48)
	}
	fmt.Fprintf(out, "seed %d\n", f.Seed)
	var log io.Writer
	if f.Verbose {
		log = os.Stderr
	}
	if f.Chaos {
		return f.chaos(ctx, out, log)
	}
	if f.Soak > 0 {
		return f.soak(ctx, out, log)
	}
	chosen, err := f.chosen()
	if err != nil {
		return err
	}
	dir, err := folder("faults-build-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary, err := build(ctx, dir, "unique-support", nil)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, layout, "ROW", "FAULT", "VERDICT", "FIGURES")
	var sum summing
	for _, r := range chosen {
		t := &trial{scale: scale{f.Scale == "short"}, old: f.Old, random: seeded(f.Seed, uint64(r.number))}
		err := t.do(ctx, r, rigOptions{Nodes: 3, Between: true, Binary: binary, Log: log}, 15*time.Minute)
		sum.add(t.print(out, strconv.Itoa(r.number), r.fault, err))
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if f.Mutants {
		if err := f.mutants(ctx, out, dir, log, &sum); err != nil {
			return err
		}
	}
	fmt.Fprintln(out, sum)
	return sum.err()
}

// do runs a row on a rig of its own, for so long at most.
func (t *trial) do(ctx context.Context, r row, o rigOptions, most time.Duration) (err error) {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	if t.rig, err = newRig(ctx, o); err != nil {
		return err
	}
	defer func() {
		for _, n := range t.rig.nodes {
			t.must(n.panics() == 0, "%s panicked", n.name)
		}
		err = errors.Join(err, t.rig.close())
	}()
	return r.run(ctx, t)
}

// layout is a line of the table: its columns have room for the longest fault.
const layout = "%-4s  %-54s  %-7s  %s\n"

// chosen are the rows that were asked for.
func (f faultsCommand) chosen() ([]row, error) {
	all := rows()
	if f.Rows == "" {
		return all, nil
	}
	var some []row
	for name := range strings.SplitSeq(f.Rows, ",") {
		number, err := strconv.Atoi(strings.TrimSpace(name))
		at := slices.IndexFunc(all, func(r row) bool { return r.number == number })
		if err != nil || at < 0 {
			return nil, fmt.Errorf("there is no row %q", name)
		}
		some = append(some, all[at])
	}
	return some, nil
}
