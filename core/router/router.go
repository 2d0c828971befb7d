package router

import (
	"context"
	"errors"
	"hash/maphash"
	"math/bits"
	"sync"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// Why an envelope was not accepted.
var (
	// ErrQueueFull says that the shard's queue had no room for as long as the router is patient.
	ErrQueueFull = errors.New("router: the queue is full")
	// ErrWorkerNotFound says that the router is closed.
	ErrWorkerNotFound = errors.New("router: no worker, the router is closed")
)

// Options bound a router; zero values take the default.
type Options struct {
	// Shards is how many queues there are: 1,024.
	Shards int
	// Queue is how many envelopes a shard holds: 256.
	Queue int
	// Batch is how many envelopes are handled together at most: 64.
	Batch int
	// Patience is how long Dispatch waits for room: 50 ms.
	Patience time.Duration
}

// Router sends envelopes to the workers of their conversations.
type Router struct {
	shards   []shard
	queue    int
	batch    int
	patience time.Duration
	handle   func(ctx context.Context, batch []*Envelope)

	seed    maphash.Seed
	signals sync.Pool // of chan struct{} with room for one
	batches sync.Pool // of *[]*Envelope
	ctx     context.Context
	cancel  context.CancelFunc
}

// New returns a router that answers every batch by handle, which fills in Result or Err of each envelope and keeps none of
// them. The context of handle carries no deadline; it ends when Close gives up. A handle that panics fails its whole batch.
func New(o Options, handle func(ctx context.Context, batch []*Envelope)) *Router {
	r := &Router{
		queue: or(o.Queue, 256), batch: or(o.Batch, 64), patience: or(o.Patience, 50*time.Millisecond),
		handle: handle, seed: maphash.MakeSeed(), shards: make([]shard, or(o.Shards, 1024)),
	}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	r.signals.New = func() any { return make(chan struct{}, 1) }
	r.batches.New = func() any { b := make([]*Envelope, 0, r.batch); return &b }
	for i := range r.shards {
		s := &r.shards[i]
		s.work = func() { r.work(s) } // made once: a go statement with arguments allocates
	}
	return r
}

// Dispatch puts the envelope into the queue of its conversation. When the queue is full it waits for room, at most as long as
// the router is patient, and no longer than ctx. An error means that the envelope was not accepted; it may be tried again.
func (r *Router) Dispatch(ctx context.Context, e *Envelope) error {
	s := r.shard(e.Draft.Conversation)
	e.hold(r)
	s.mu.Lock()
	switch {
	case s.closed:
		s.mu.Unlock()
		e.drop()
		return ErrWorkerNotFound
	case s.queued < r.queue && s.waiting.Len() == 0:
		s.push(e)
		s.mu.Unlock()
		return nil
	}
	err := s.wait(ctx, e, r.patience) // unlocks
	if err != nil {
		e.drop()
	}
	return err
}

// Close accepts nothing more, lets the workers empty their queues and waits for them. When ctx ends first, the context of
// every running handle ends too, and Close returns the error of ctx; what is still queued is then handled, to fail quickly.
func (r *Router) Close(ctx context.Context) error {
	for i := range r.shards {
		r.shards[i].close()
	}
	for i := range r.shards {
		idle := r.shards[i].idle
		if idle == nil {
			continue
		}
		select {
		case <-idle:
		case <-ctx.Done():
			r.cancel()
			return ctx.Err()
		}
	}
	r.cancel()
	return nil
}

// shard returns the conversation's shard. The seed is random, so nobody can choose ids that meet in one shard.
func (r *Router) shard(conversation chat.ID) *shard {
	n, _ := bits.Mul64(maphash.String(r.seed, string(conversation)), uint64(len(r.shards)))
	return &r.shards[n]
}

func or[T int | time.Duration](v, standard T) T {
	if v <= 0 {
		return standard
	}
	return v
}
