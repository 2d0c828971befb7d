package router

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// shard is a bounded queue and whoever waits for room in it. The queue is a chain through the envelopes: it costs nothing
// while it is empty and allocates nothing when it is not.
type shard struct {
	mu     sync.Mutex
	head   *Envelope
	tail   *Envelope
	queued int
	busy   bool // a worker is at it
	closed bool
	idle   chan struct{} // set by close when a worker is at it; closed when that worker leaves
	work   func()
	// waiting holds *waiter, first come first served; while somebody waits nobody passes.
	waiting list.List
	count   counts
}

// waiter is a sender without room. Under the shard's lock it leaves the list exactly once: accepted, refused or out of patience.
type waiter struct {
	e     *Envelope
	ready chan struct{}
	err   error
	left  bool
}

// push appends the envelope and sees that there is a worker. The shard is locked.
func (s *shard) push(e *Envelope) {
	if s.tail == nil {
		s.head = e
	} else {
		s.tail.next = e
	}
	s.tail = e
	s.queued++
	s.count.accepted++
	if !s.busy {
		s.busy = true
		go s.work()
	}
}

// wait waits for room. The shard is locked when it is called and not when it returns.
func (s *shard) wait(ctx context.Context, e *Envelope, patience time.Duration) error {
	w := &waiter{e: e, ready: make(chan struct{})}
	place := s.waiting.PushBack(w)
	s.count.waited++
	s.mu.Unlock()

	t := time.NewTimer(patience)
	defer t.Stop()
	err := ErrQueueFull
	select {
	case <-w.ready:
		return w.err
	case <-t.C:
	case <-ctx.Done():
		err = ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.left { // decided while we turned to leave
		return w.err
	}
	s.waiting.Remove(place)
	s.count.refused++
	return err
}

// take moves the next envelopes into batch, and waiters into the room they leave. It reports false, and the worker
// is gone, when there is nothing to do.
func (s *shard) take(batch []*Envelope, size, queue int) ([]*Envelope, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.head != nil && len(batch) < size {
		e := s.head
		s.head, e.next = e.next, nil
		s.queued--
		batch = append(batch, e)
	}
	if s.head == nil {
		s.tail = nil
	}
	for s.queued < queue && s.waiting.Len() > 0 {
		w := s.leave()
		s.push(w.e)
		close(w.ready)
	}
	if len(batch) == 0 {
		s.busy = false
		if s.idle != nil {
			close(s.idle)
		}
		return batch, false
	}
	s.count.batches++
	return batch, true
}

// leave takes the first waiter off the list. The shard is locked.
func (s *shard) leave() *waiter {
	w := s.waiting.Remove(s.waiting.Front()).(*waiter)
	w.left = true
	return w
}

// close accepts nothing more and turns away whoever waits.
func (s *shard) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.closed = true
	for s.waiting.Len() > 0 {
		w := s.leave()
		w.err = ErrWorkerNotFound
		s.count.refused++
		close(w.ready)
	}
	if s.busy {
		s.idle = make(chan struct{})
	}
}
