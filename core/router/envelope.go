package router

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/taadis/unique-support/core/chat"
)

// Envelope carries one draft to its shard and the answer back. It comes from a pool: whoever made it releases it once and
// does not touch it afterwards.
type Envelope struct {
	// Draft is what is sent; the router reads its conversation and changes nothing.
	Draft chat.Draft
	// Result and Err are the answer. They may be read when Wait has returned anything but its context's error.
	Result chat.Appended
	Err    error

	next *Envelope // behind it in its shard's queue
	// refs counts the holders: the sender, and from Dispatch until the answer the worker. The last one pools the envelope, so
	// a sender who gave up never frees what a worker still writes to.
	refs     atomic.Int32
	answered atomic.Bool
	// signal tells Wait of the answer. It is lent by the router, not pooled with the envelope: a channel belongs to
	// whoever made it, an envelope's memory to nobody.
	signal chan struct{}
	from   *Router
}

var envelopes = sync.Pool{New: func() any { return new(Envelope) }}

// NewEnvelope returns an envelope with the draft in it, to be dispatched at most once.
func NewEnvelope(d chat.Draft) *Envelope {
	e := envelopes.Get().(*Envelope)
	e.Draft = d
	e.refs.Store(1)
	return e
}

// Wait waits for the answer and returns Err; when ctx ends first it returns the context's error and the answer is nobody's.
// Only the sender of an accepted envelope may wait for it.
func (e *Envelope) Wait(ctx context.Context) error {
	if e.answered.Load() {
		return e.Err
	}
	select {
	case <-e.signal:
		return e.Err
	case <-ctx.Done():
		if e.answered.Load() {
			return e.Err
		}
		return ctx.Err()
	}
}

// Release gives the sender's hold back. It is safe at any time, also before the worker is done.
func (e *Envelope) Release() {
	switch n := e.refs.Add(-1); {
	case n > 0:
		return
	case n < 0:
		panic("router: envelope released twice")
	}
	if e.signal != nil {
		select {
		case <-e.signal: // an answer that nobody waited for
		default:
		}
		e.from.signals.Put(e.signal)
		e.signal, e.from = nil, nil
	}
	if e.answered.Load() {
		e.answered.Store(false)
		e.Result, e.Err = chat.Appended{}, nil
	}
	e.Draft = chat.Draft{}
	envelopes.Put(e)
}

// hold makes the worker a holder before the envelope is in its queue.
func (e *Envelope) hold(r *Router) {
	if !e.refs.CompareAndSwap(1, 2) || e.answered.Load() {
		panic("router: envelope dispatched twice, or after its release")
	}
	if e.signal == nil {
		e.signal, e.from = r.signals.Get().(chan struct{}), r
	}
}

// drop takes hold back from an envelope that was not accepted.
func (e *Envelope) drop() { e.refs.Add(-1) }

// answer tells the sender and lets go.
func (e *Envelope) answer() {
	e.answered.Store(true)
	e.signal <- struct{}{} // has room for one, and there is only one
	e.Release()
}
