package main

import (
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// figures are what one process counts while it runs.
type figures struct {
	open, accepted, rejected, retries atomic.Int64
	fetches, repeats, drops, refusals atomic.Int64
	resets, streamed, events          atomic.Int64
	desked                            atomic.Int64 // bytes on agents' streams
	unanswered                        atomic.Int64
	lastRefusal                       atomic.Value // refused

	mu       sync.Mutex
	statuses map[int]int64
	post     histogram // from when a message was due to its acceptance
	visitors histogram // to a visitor's screen
	agents   histogram // to an agent's
	back     histogram // from losing a stream to having another
}

func (f *figures) answered(status int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.statuses == nil {
		f.statuses = map[int]int64{}
	}
	f.statuses[status]++
}

func (f *figures) took(d time.Duration) { f.time(&f.post, d) }

func (f *figures) returned(d time.Duration) { f.time(&f.back, d) }

func (f *figures) saw(id packed, now time.Time, agent bool) {
	if id == (packed{}) || id == untold {
		return // what the desk itself says was due at no time
	}
	if agent {
		f.time(&f.agents, id.since(now))
	} else {
		f.time(&f.visitors, id.since(now))
	}
}

func (f *figures) time(h *histogram, d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	h.add(d)
}

// result is what one process has to say when it is done; those of several are added.
type result struct {
	Streams, Accepted, Rejected, Retries int64
	Fetches, Repeats, Drops, Refusals    int64
	Resets, StreamBytes, Events          int64
	// DeskBytes are those of StreamBytes that came in on agents' streams.
	DeskBytes int64
	// Unanswered are messages nobody knows the fate of: the run ended before the server answered.
	Unanswered int64
	// Lost, Doubled, Disordered, Holes and Wrong are the checker's; see check.go.
	Lost, Doubled, Disordered, Holes, Wrong int64
	// Shown counts the messages on all screens that were due at some time.
	Shown    int64
	Statuses map[int]int64
	// Sending is how long messages were sent, CPU the processor time of the tool meanwhile.
	Sending, CPU time.Duration
	// Connected is the time to open the streams.
	Connected time.Duration

	Post, Visitors, Agents, Back histogram
	// Complaints are the first rules that were broken, in words.
	Complaints []string
}

func (f *figures) result() *result {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := &result{
		Streams: f.open.Load(), Accepted: f.accepted.Load(), Rejected: f.rejected.Load(), Retries: f.retries.Load(), Fetches: f.fetches.Load(),
		Repeats: f.repeats.Load(), Drops: f.drops.Load(), Refusals: f.refusals.Load(), Resets: f.resets.Load(), StreamBytes: f.streamed.Load() + f.desked.Load(), DeskBytes: f.desked.Load(),
		Events: f.events.Load(), Unanswered: f.unanswered.Load(), Statuses: map[int]int64{}, Post: f.post, Visitors: f.visitors, Agents: f.agents, Back: f.back,
	}
	for status, n := range f.statuses {
		r.Statuses[status] = n
	}
	r.Shown = r.Visitors.count + r.Agents.count
	return r
}

// add adds another process's figures.
func (r *result) add(o *result) {
	for _, p := range []struct{ to, from *int64 }{
		{&r.Streams, &o.Streams}, {&r.Accepted, &o.Accepted}, {&r.Rejected, &o.Rejected}, {&r.Retries, &o.Retries}, {&r.Fetches, &o.Fetches},
		{&r.Repeats, &o.Repeats}, {&r.Drops, &o.Drops}, {&r.Refusals, &o.Refusals}, {&r.Resets, &o.Resets}, {&r.StreamBytes, &o.StreamBytes}, {&r.DeskBytes, &o.DeskBytes},
		{&r.Events, &o.Events}, {&r.Lost, &o.Lost}, {&r.Doubled, &o.Doubled}, {&r.Disordered, &o.Disordered}, {&r.Holes, &o.Holes},
		{&r.Wrong, &o.Wrong}, {&r.Shown, &o.Shown}, {&r.Unanswered, &o.Unanswered},
	} {
		*p.to += *p.from
	}
	if r.Statuses == nil {
		r.Statuses = map[int]int64{}
	}
	for status, n := range o.Statuses {
		r.Statuses[status] += n
	}
	r.Sending, r.Connected = max(r.Sending, o.Sending), max(r.Connected, o.Connected)
	r.CPU += o.CPU
	r.Post.merge(&o.Post)
	r.Visitors.merge(&o.Visitors)
	r.Agents.merge(&o.Agents)
	r.Back.merge(&o.Back)
	r.Complaints = append(r.Complaints, o.Complaints...)
}

// broken reports whether a rule was: nothing lost, doubled, out of order, or refused that should not have been.
func (r *result) broken() bool {
	return r.Lost+r.Doubled+r.Disordered+r.Holes+r.Wrong+r.Rejected+r.Resets > 0
}

// processor is the processor time this process has used.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
