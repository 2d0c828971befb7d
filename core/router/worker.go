package router

import (
	"errors"
	"fmt"
	"runtime/debug"
)

var errExit = errors.New("router: handle ended its goroutine")

// work empties a shard's queue, batch by batch, and ends.
func (r *Router) work(s *shard) {
	room := r.batches.Get().(*[]*Envelope)
	for {
		batch, ok := s.take((*room)[:0], r.batch, r.queue)
		if !ok {
			r.batches.Put(room)
			return
		}
		r.process(s, batch)
	}
}

// process has one batch answered. Whatever handle does, every envelope gets an answer and the shard a worker.
func (r *Router) process(s *shard, batch []*Envelope) {
	returned := false
	defer func() {
		if !returned {
			err := errExit
			v := recover()
			if v != nil {
				err = fmt.Errorf("handle batch of %d: panic: %v\n%s", len(batch), v, debug.Stack())
			}
			for _, e := range batch {
				e.Err = err
			}
			s.failed()
			if v == nil { // runtime.Goexit: nothing brings this goroutine back
				go s.work()
			}
		}
		for i, e := range batch {
			batch[i] = nil
			e.answer()
		}
	}()
	r.handle(r.ctx, batch)
	returned = true
}
