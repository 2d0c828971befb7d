package jobs

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"golang.org/x/sync/errgroup"
)

const (
	// slots is how many jobs of a line a node does at once: a receiver that does not answer holds up no more than these.
	slots = 8
	// lease is how long a job is one node's; longer than deciding, telling and ending it can take.
	lease = 30 * time.Second
	// look is how often a node looks for what is due, give or take a fifth, after trouble with the database longer.
	look    = time.Second
	lookBad = 5 * time.Second
	// lookHealth is how often what the metrics tell of a line is read.
	lookHealth = 15 * time.Second
	// sweepEvery is how often a line is rid of old jobs, give or take half; sweepBatch how many at once, sweepPause the time between.
	sweepEvery = 10 * time.Minute
	sweepBatch = 500
	sweepPause = 100 * time.Millisecond
	// firstAgain and mostAgain bound the wait before another try.
	firstAgain = 5 * time.Second
	mostAgain  = 15 * time.Minute
)

// Options are what a Runner is made of; Log may be nil.
type Options struct {
	Store  Store
	Poster Poster
	// Link is where a visitor of the line finds her conversation.
	Link func(line string) string
	Log  *slog.Logger
}

// Runner does the jobs of every line.
type Runner struct {
	o Options

	mu    sync.Mutex
	stats map[string]*Stats
}

// Stats is how a line's jobs do. Health is what was last read from the database, and the same at every node; the counts are this
// node's since its start: Tries by what came of them, and jobs by how they ended.
type Stats struct {
	Health chat.JobHealth
	// Told and Refused count the tries that were and were not answered with success.
	Told, Refused uint64
	// Delivered, Failed and Dropped count the jobs that ended.
	Delivered, Failed, Dropped uint64
}

// New returns a runner; Run does the work.
func New(o Options) *Runner {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Runner{o: o, stats: map[string]*Stats{}}
}

// Stats returns how each line's jobs do.
func (r *Runner) Stats() map[string]Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make(map[string]Stats, len(r.stats))
	for line, s := range maps.All(r.stats) {
		all[line] = *s
	}
	return all
}

func (r *Runner) count(line string, f func(s *Stats)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.stats[line]
	if s == nil {
		s = &Stats{}
		r.stats[line] = s
	}
	f(s)
}

// Run does the jobs of every line, also of those that are added later, until ctx ends; then it waits for those under way, which
// are cut short.
func (r *Runner) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	known := map[string]bool{}
	for {
		for _, l := range r.o.Store.Lines() {
			if !known[l.Name] {
				known[l.Name] = true
				r.count(l.Name, func(*Stats) {})
				g.Go(func() error { return r.work(ctx, l.Name) })
				g.Go(func() error { return r.tend(ctx, l.Name) })
				g.Go(func() error { return r.figures(ctx, l.Name) })
			}
		}
		if !sleep(ctx, 2*time.Second) {
			return g.Wait()
		}
	}
}

// work takes what is due on a line, as much as there is room for.
func (r *Runner) work(ctx context.Context, line string) error {
	var running sync.WaitGroup
	defer running.Wait()
	room, freed := make(chan struct{}, slots), make(chan struct{}, 1)
	for {
		wait, full := look-look/5+rand.N(2*look/5), false
		if l, err := r.o.Store.Line(line); err == nil && l.Push.On() {
			free := cap(room) - len(room)
			jobs, err := r.take(ctx, line, free)
			if err != nil {
				wait = lookBad
			}
			full = len(jobs) == free
			for _, j := range jobs {
				room <- struct{}{}
				running.Go(func() {
					r.do(ctx, l, j)
					<-room
					select {
					case freed <- struct{}{}:
					default:
					}
				})
			}
		}
		if !full {
			if !sleep(ctx, wait) {
				return nil
			}
			continue
		}
		select { // there may be more than there is room for
		case <-freed:
		case <-ctx.Done():
			return nil
		}
	}
}

func (r *Runner) take(ctx context.Context, line string, free int) ([]chat.Job, error) {
	if free == 0 || ctx.Err() != nil {
		return nil, ctx.Err()
	}
	jobs, err := r.o.Store.TakeJobs(ctx, line, chat.JobPush, free, lease)
	r.complain(ctx, line, "jobs not taken", err)
	return jobs, err
}

// do does one job and says what became of it. What cannot be said is done again, by whoever takes it when the lease is over.
func (r *Runner) do(ctx context.Context, l chat.Line, j chat.Job) {
	body, end, err := r.o.Store.DecidePush(ctx, l.Name, j, r.o.Link(l.Name))
	if err != nil {
		r.complain(ctx, l.Name, "job not decided", err)
		end = &chat.JobEnd{State: chat.JobQueued, After: lookBad, Untried: true}
	}
	if end == nil {
		a, after := r.o.Poster.Post(ctx, Call{URL: l.Push.URL, Secrets: l.Push.Secrets, ID: j.ID, Trace: j.Trace, Body: body})
		end = r.judge(ctx, l.Name, j, a, after)
	}
	if err := r.o.Store.EndJob(context.WithoutCancel(ctx), l.Name, j, *end); err != nil {
		r.complain(ctx, l.Name, "job not ended", err)
		return
	}
	r.count(l.Name, func(s *Stats) {
		switch end.State {
		case chat.JobDelivered:
			s.Delivered++
		case chat.JobFailed:
			s.Failed++
		case chat.JobDropped:
			s.Dropped++
		}
	})
}

// judge says what becomes of a job after a try.
func (r *Runner) judge(ctx context.Context, line string, j chat.Job, a chat.JobAttempt, after time.Duration) *chat.JobEnd {
	told := a.Status >= 200 && a.Status < 300
	switch {
	case told:
		r.count(line, func(s *Stats) { s.Told++ })
		return &chat.JobEnd{State: chat.JobDelivered, Attempt: &a}
	case a.Status == 0 && ctx.Err() != nil: // this node leaves
		return &chat.JobEnd{State: chat.JobQueued, Attempt: &a, Untried: true}
	}
	r.count(line, func(s *Stats) { s.Refused++ })
	r.o.Log.Debug("push hook failed", "line", line, "job", j.ID, "attempt", j.Attempts, "status", a.Status, "error", a.Error, "trace_id", a.Trace)
	if j.Tries >= j.MaxTries() {
		r.o.Log.Warn("push hook given up", "line", line, "job", j.ID, "attempts", j.Attempts, "status", a.Status, "error", a.Error, "trace_id", a.Trace)
		return &chat.JobEnd{State: chat.JobFailed, Attempt: &a}
	}
	return &chat.JobEnd{State: chat.JobQueued, After: again(j.Tries, after), Attempt: &a}
}

// again is the wait after so many tries: twice as long each time, half of it by chance, and not before the receiver wants it.
func again(tries int, asked time.Duration) time.Duration {
	most := mostAgain
	if n := tries - 1; n < 16 {
		most = min(mostAgain, firstAgain<<max(n, 0))
	}
	return max(most/2+rand.N(most/2), min(asked, mostAgain))
}

// tend reads what the metrics tell of a line with a hook, and rids every line of old jobs, and of those of a hook that is no more.
func (r *Runner) tend(ctx context.Context, line string) error {
	sweep := time.Now().Add(rand.N(sweepEvery))
	for {
		l, err := r.o.Store.Line(line)
		if err == nil && l.Push.On() {
			if h, err := r.o.Store.JobHealth(ctx, line, chat.JobPush); err == nil {
				r.count(line, func(s *Stats) { s.Health = h })
			}
		}
		if err == nil && !time.Now().Before(sweep) {
			r.sweep(ctx, l)
			sweep = time.Now().Add(sweepEvery/2 + rand.N(sweepEvery))
		}
		if !sleep(ctx, lookHealth) {
			return nil
		}
	}
}

func (r *Runner) sweep(ctx context.Context, l chat.Line) {
	if !l.Push.On() {
		r.complain(ctx, l.Name, "jobs not dropped", r.o.Store.AbandonPushes(ctx, l.Name))
		r.mu.Lock()
		if s := r.stats[l.Name]; s != nil {
			s.Health = chat.JobHealth{}
		}
		r.mu.Unlock()
	}
	for more := true; more; {
		var err error
		more, err = r.o.Store.SweepJobs(ctx, l.Name, sweepBatch)
		r.complain(ctx, l.Name, "old jobs not removed", err)
		if err != nil || more && !sleep(ctx, sweepPause) {
			return
		}
	}
}

// complain logs what is no trouble of the line's database, which is said elsewhere.
func (r *Runner) complain(ctx context.Context, line, what string, err error) {
	if err != nil && ctx.Err() == nil && !errors.Is(err, chat.NotFound()) && chat.CodeOf(err) != chat.CodeLineUnavailable {
		r.o.Log.Warn(what, "line", line, "error", err)
	}
}

// sleep reports whether the time passed before ctx ended.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
