package router

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// plain is the form one would write first: a map of channels behind a lock, a worker each, a fresh timer per message.
type plain struct {
	mu      sync.RWMutex
	workers map[chat.ID]chan *Envelope
	all     sync.WaitGroup
}

var errFull = errors.New("full")

func newPlain(conversations []chat.ID) *plain {
	p := &plain{workers: map[chat.ID]chan *Envelope{}}
	for _, c := range conversations {
		queue := make(chan *Envelope, 256)
		p.workers[c] = queue
		p.all.Go(func() {
			for e := range queue {
				e.answer()
			}
		})
	}
	return p
}

func (p *plain) dispatch(ctx context.Context, e *Envelope) error {
	p.mu.RLock()
	queue, ok := p.workers[e.Draft.Conversation]
	p.mu.RUnlock()
	if !ok {
		return ErrWorkerNotFound
	}
	select {
	case queue <- e:
		return nil
	case <-time.After(50 * time.Millisecond):
		return errFull
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *plain) close() {
	for _, q := range p.workers {
		close(q)
	}
	p.all.Wait()
}

func conversations(n int) []chat.ID {
	ids := make([]chat.ID, n)
	for i := range ids {
		ids[i] = chat.NewID(time.UnixMilli(int64(i)))
	}
	return ids
}

// bunch is how many messages are under way before their answers are waited for.
const bunch = 1024

// BenchmarkDispatch compares the two forms of Dispatch, with workers that answer meanwhile; waiting for answers is not counted.
func BenchmarkDispatch(b *testing.B) {
	ids := conversations(bunch / 128)
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	run := func(b *testing.B, dispatch func(context.Context, *Envelope) error) {
		b.ReportAllocs()
		sent := make([]*Envelope, bunch)
		for i := range sent {
			sent[i] = NewEnvelope(chat.Draft{Conversation: ids[i%len(ids)]})
		}
		n := 0
		for b.Loop() {
			if err := dispatch(ctx, sent[n]); err != nil {
				b.Fatal(err)
			}
			if n++; n == bunch {
				b.StopTimer()
				n = settle(ctx, sent)
				b.StartTimer()
			}
		}
		settle(ctx, sent[:n])
	}
	b.Run("router", func(b *testing.B) {
		r := New(Options{}, func(context.Context, []*Envelope) {})
		run(b, r.Dispatch)
		_ = r.Close(ctx)
	})
	b.Run("plain", func(b *testing.B) {
		p, r := newPlain(ids), New(Options{}, nil)
		run(b, func(ctx context.Context, e *Envelope) error { e.hold(r); return p.dispatch(ctx, e) })
		p.close()
	})
}

// settle waits for the answers and makes the envelopes as new.
func settle(ctx context.Context, sent []*Envelope) int {
	for _, e := range sent {
		_ = e.Wait(ctx)
		for e.refs.Load() != 1 {
			runtime.Gosched()
		}
		select {
		case <-e.signal:
		default:
		}
		e.answered.Store(false)
	}
	return 0
}

var kept *Envelope

// BenchmarkEnvelope compares an envelope from the pool with one made for the message.
func BenchmarkEnvelope(b *testing.B) {
	d := draft("c", "hello")
	r := New(Options{}, nil)
	b.Run("pooled", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			e := NewEnvelope(d)
			e.hold(r)
			e.answer()
			e.Release()
		}
	})
	b.Run("allocated", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			kept = &Envelope{Draft: d, signal: make(chan struct{}, 1)}
			kept.signal <- struct{}{}
		}
	})
}
