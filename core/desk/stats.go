package desk

import (
	"math"
	"sync/atomic"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/router"
)

// outcome is what became of a message somebody sent.
type outcome uint8

const (
	outcomeAccepted outcome = iota
	outcomeRepeat
	outcomeConflict
	outcomeRefused
	outcomeQueueFull
	outcomeUnavailable
	outcomeFailed
	outcomes
)

// outcomeOf reads the answer of a send.
func outcomeOf(repeat bool, err error) outcome {
	switch {
	case err == nil && repeat:
		return outcomeRepeat
	case err == nil:
		return outcomeAccepted
	}
	switch chat.CodeOf(err) {
	case chat.CodeConflict:
		return outcomeConflict
	case chat.CodeQueueFull:
		return outcomeQueueFull
	case chat.CodeLineUnavailable:
		return outcomeUnavailable
	case chat.CodeInternal:
		return outcomeFailed
	}
	return outcomeRefused
}

// Stats are a line's numbers on this node since it started. What its canary sends is not among what people sent.
type Stats struct {
	// Outcomes counts what became of the messages people sent: accepted, repeat (accepted before), conflict (the client id
	// stands for other content, or the conversation has ended), refused, queue_full, unavailable, and failed, which is a bug.
	Outcomes map[string]uint64
	// Accept is how long accepted messages took from their arrival to their answer, Commit how long the store took for a
	// batch, in seconds; Batch is how many messages a batch had.
	Accept, Commit, Batch Histogram
	// CommitErrors counts the batches of which nothing is known to be written.
	CommitErrors uint64
	// Accepted is when a message was last accepted here; zero when none was.
	Accepted time.Time
	// Entered counts the visitors who were let in, as often as they came.
	Entered uint64
	// Proofs counts the same, and those who were refused for want of one, by how they showed who they are: unsigned, signed, invalid.
	Proofs map[string]uint64
	// Router is the line's router.
	Router router.Stats
	// Hops are those of its messages' traces.
	Hops HopStats
	// Canary is how the line's canary does; nil when there is none.
	Canary *CanaryStats
}

// Stats returns the numbers of every line, by name.
func (d *Desk) Stats() map[string]Stats {
	all := map[string]Stats{}
	for _, known := range d.store.Lines() {
		l, err := d.at(known.Name)
		if err != nil {
			continue // removed, or closing
		}
		all[known.Name] = l.stats()
	}
	return all
}

func (l *line) stats() Stats {
	s := Stats{
		Outcomes: l.outcomes(), Accept: l.count.accept.read(), Commit: l.count.commit.read(), Batch: l.count.batch.read(),
		CommitErrors: l.count.commitErrors.Load(), Entered: l.count.entered.Load(), Proofs: l.proofs(), Router: l.router.Stats(),
		Hops: l.journal.statistics(),
	}
	if l.canary != nil {
		c := l.canary.read()
		s.Canary = &c
	}
	if at := l.count.accepted.Load(); at != 0 {
		s.Accepted = time.Unix(0, at)
	}
	return s
}

func (l *line) outcomes() map[string]uint64 {
	all := map[string]uint64{}
	for i, name := range [outcomes]string{"accepted", "repeat", "conflict", "refused", "queue_full", "unavailable", "failed"} {
		all[name] = l.count.outcomes[i].Load()
	}
	return all
}

func (l *line) proofs() map[string]uint64 {
	all := map[string]uint64{}
	for p := range chat.Proofs {
		all[p.String()] = l.count.proofs[p].Load()
	}
	return all
}

// counts are a line's own numbers.
type counts struct {
	outcomes              [outcomes]atomic.Uint64
	accept, commit, batch histogram
	commitErrors, entered atomic.Uint64
	proofs                [chat.Proofs]atomic.Uint64
	accepted              atomic.Int64 // Unix nanoseconds
}

// newCounts has the buckets: the goals of this desk, 8 ms on average and 40 ms at the 99th percentile, stand between bounds.
func newCounts() *counts {
	seconds := []float64{.001, .002, .004, .008, .015, .025, .04, .067, .1, .25, .5, 1, 3}
	return &counts{accept: newHistogram(seconds), commit: newHistogram(seconds), batch: newHistogram([]float64{1, 2, 4, 8, 16, 32, 64, 128, 256, 512})}
}

// entered counts a visitor who was let in.
func (d *Desk) entered(line string) {
	if l, err := d.at(line); err == nil {
		l.count.entered.Add(1)
	}
}

// sent counts the answer to somebody who sent a message that arrived at the time.
func (c *counts) sent(arrived time.Time, repeat bool, err error) {
	o := outcomeOf(repeat, err)
	c.outcomes[o].Add(1)
	if o == outcomeAccepted {
		now := time.Now()
		c.accept.observe(now.Sub(arrived).Seconds())
		c.accepted.Store(now.UnixNano())
	}
}

// wrote counts a batch that went to the store at the time.
func (c *counts) wrote(began time.Time, n int, err error) {
	c.commit.observe(time.Since(began).Seconds())
	c.batch.observe(float64(n))
	if err != nil {
		c.commitErrors.Add(1)
	}
}

// Histogram says how often values were at most as large as each bound.
type Histogram struct {
	// Bounds ascend; Counts has one number more, for what is larger than all of them. Each value is counted once.
	Bounds []float64
	Counts []uint64
	Sum    float64
}

// Count is how many values there were.
func (h Histogram) Count() (n uint64) {
	for _, c := range h.Counts {
		n += c
	}
	return n
}

// histogram counts without locks: a line's senders and its committer all add to it.
type histogram struct {
	bounds []float64
	counts []atomic.Uint64
	sum    atomic.Uint64 // the bits of a float64
}

func newHistogram(bounds []float64) histogram {
	return histogram{bounds: bounds, counts: make([]atomic.Uint64, len(bounds)+1)}
}

func (h *histogram) observe(v float64) {
	i := 0
	for i < len(h.bounds) && v > h.bounds[i] {
		i++
	}
	h.counts[i].Add(1)
	for {
		old := h.sum.Load()
		if h.sum.CompareAndSwap(old, math.Float64bits(math.Float64frombits(old)+v)) {
			return
		}
	}
}

func (h *histogram) read() Histogram {
	r := Histogram{Bounds: h.bounds, Counts: make([]uint64, len(h.counts)), Sum: math.Float64frombits(h.sum.Load())}
	for i := range h.counts {
		r.Counts[i] = h.counts[i].Load()
	}
	return r
}
