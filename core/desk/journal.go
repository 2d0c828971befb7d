package desk

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// journalEvery is how often a line's journal is written.
	journalEvery = 500 * time.Millisecond
	// journalMax is how many entries wait at most, some 5 MB: a second and a half of 10,000 messages, or what a line that is
	// away for minutes leaves of a quiet day.
	journalMax = 16_384
	// journalBatch is how many entries one statement writes.
	journalBatch = 500
	// journalSpare is the memory a journal keeps for its next round, in entries: a quarter of a kilobyte each.
	journalSpare = 8192
)

// journal collects when a line's messages passed their hops and writes that behind them, so that no message waits for its
// trace. It is bounded: what finds no room is dropped and counted.
type journal struct {
	line   string
	traces Traces
	tracer Tracer // nil when nobody traces
	log    *slog.Logger

	mu       sync.Mutex
	passages []chat.Passage
	reaches  []chat.Reach
	kept     int // entries that the last round left for the next
	stats    HopStats

	// writing is held for a whole round; it comes before mu, and guards what follows.
	writing sync.Mutex
	known   map[place]int // where in open
	open    []chat.Passage
	waited  int // the first so many of open have waited a round
	behind  []chat.Reach
	// now and spare are memory for the next round.
	now, spare []chat.Passage
	dropped    uint64 // as of the last round
	losing     bool
}

// HopStats are what has become of a line's hops since this process began.
type HopStats struct {
	// Written are rows and marks written, Dropped those that found no room or were refused.
	Written, Dropped uint64
	// Waiting are those not yet written.
	Waiting int
}

func newJournal(line string, to Traces, tracer Tracer, log *slog.Logger) *journal {
	return &journal{line: line, traces: to, tracer: tracer, log: log, known: map[place]int{}}
}

// pass takes down hops of a message. It never waits.
func (j *journal) pass(p chat.Passage) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.room() {
		j.passages = append(j.passages, p)
	}
}

// reach takes down how far a side has come. It never waits.
func (j *journal) reach(r chat.Reach) {
	if r.UpTo <= r.After {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.room() {
		j.reaches = append(j.reaches, r)
	}
}

// room counts what it has to refuse. The journal is locked.
func (j *journal) room() bool {
	if len(j.passages)+len(j.reaches)+j.kept < journalMax {
		return true
	}
	j.stats.Dropped++
	return false
}

// run writes the journal until ctx ends.
func (j *journal) run(ctx context.Context) error {
	tick := time.NewTicker(journalEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			j.write(ctx, false)
		}
	}
}

// write writes what is there. A message that is not known to be pushed waits for the next round, so that it costs one row
// written and not two, unless this is the last.
func (j *journal) write(ctx context.Context, last bool) {
	j.writing.Lock()
	defer j.writing.Unlock()
	j.gather()
	now, later := j.now[:0], j.open[:0]
	for i, p := range j.open {
		if last || i < j.waited || !p.Committed.IsZero() && !p.Pushed.IsZero() {
			now = append(now, p)
		} else {
			later = append(later, p)
		}
	}
	written := j.batches(len(now), func(from, to int) error {
		if err := j.traces.PutPassages(ctx, j.line, now[from:to]); err != nil {
			return err
		}
		j.trace(now[from:to])
		return nil
	})
	clear(j.open[len(later):])
	j.open = append(later, now[written:]...)
	j.now, j.waited = spare(now), len(j.open)
	clear(j.known)
	for i := range j.open {
		j.known[place{j.open[i].Conversation, j.open[i].Seq}] = i
	}
	if written == len(now) { // a line that does not take those is not asked again
		marked := j.batches(len(j.behind), func(from, to int) error {
			news, err := j.traces.PutReaches(ctx, j.line, j.behind[from:to], j.tracer != nil)
			j.trace(news)
			return err
		})
		j.behind = slices.Delete(j.behind, 0, marked)
	}
	j.settle(last)
}

// batches writes n entries, so many at a time, and returns how many are settled: written, or refused in a way that the next
// round would not change. The rest may be sent again.
func (j *journal) batches(n int, write func(from, to int) error) (settled int) {
	for from := 0; from < n; from += journalBatch {
		to := min(from+journalBatch, n)
		err := write(from, to)
		switch code := chat.CodeOf(err); {
		case err == nil:
			j.count(to-from, 0)
		case code == chat.CodeLineUnavailable || code == chat.CodeQueueFull:
			return from
		default:
			j.log.Error("hops refused", "line", j.line, "entries", to-from, "error", err)
			j.count(0, to-from)
		}
	}
	return n
}

func (j *journal) count(written, dropped int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.stats.Written += uint64(written)
	j.stats.Dropped += uint64(dropped)
}

// settle ends a round. What the last one could not write is dropped.
func (j *journal) settle(last bool) {
	left := len(j.open) + len(j.behind)
	if last && left > 0 {
		j.count(0, left)
		clear(j.known)
		j.open, j.behind, j.waited, left = nil, nil, 0, 0
	}
	j.mu.Lock()
	j.kept = left
	dropped := j.stats.Dropped
	j.mu.Unlock()
	if losing := dropped > j.dropped; losing != j.losing { // said once, not twice a second
		j.losing = losing
		if losing {
			j.log.Warn("hops are dropped", "line", j.line, "dropped", dropped)
		}
	}
	j.dropped = dropped
}

func (j *journal) trace(passages []chat.Passage) {
	if j.tracer == nil {
		return
	}
	for _, p := range passages {
		j.tracer.Trace(j.line, p)
	}
}

// gather takes what came in since the last round, and puts together what is of one message.
func (j *journal) gather() {
	j.mu.Lock()
	passages := j.passages
	j.passages = j.spare
	j.behind = append(j.behind, j.reaches...)
	j.reaches = j.reaches[:0]
	j.kept = len(j.open) + len(passages) + len(j.behind)
	j.mu.Unlock()
	for _, p := range passages {
		at := place{p.Conversation, p.Seq}
		if i, known := j.known[at]; known {
			j.open[i].Merge(p)
			continue
		}
		j.known[at] = len(j.open)
		j.open = append(j.open, p)
	}
	j.spare = spare(passages)
}

// spare is the memory of entries that are done with, unless there were exceptionally many.
func spare(done []chat.Passage) []chat.Passage {
	if cap(done) > journalSpare {
		return nil
	}
	clear(done)
	return done[:0]
}

func (j *journal) statistics() HopStats {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := j.stats
	s.Waiting = len(j.passages) + len(j.reaches) + j.kept
	return s
}
