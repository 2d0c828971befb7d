package router

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/taadis/unique-support/core/chat"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo answers every draft with its own text.
func echo(_ context.Context, batch []*Envelope) {
	for _, e := range batch {
		e.Result.Message.Text = e.Draft.Text
	}
}

func draft(conversation, text string) chat.Draft {
	return chat.Draft{Conversation: chat.ID(conversation), Text: text}
}

func shut(t *testing.T, r *Router) {
	t.Helper()
	if err := r.Close(context.Background()); err != nil {
		t.Fatalf("close: %v", err)
	}
}

func TestRouter_Dispatch(t *testing.T) {
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		r := New(Options{}, echo)
		defer shut(t, r)
		e := NewEnvelope(draft("c", "hello"))
		defer e.Release()
		if err := r.Dispatch(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if err := e.Wait(t.Context()); err != nil || e.Result.Message.Text != "hello" {
			t.Fatalf("got %q, %v", e.Result.Message.Text, err)
		}
		if err := e.Wait(t.Context()); err != nil {
			t.Errorf("a second wait: %v", err)
		}
	})
	t.Run("a conversation keeps its order", func(t *testing.T) {
		t.Parallel()
		const n = 2000
		var got []string
		r := New(Options{Shards: 4, Queue: n}, func(_ context.Context, batch []*Envelope) {
			for _, e := range batch {
				if e.Draft.Conversation == "c" {
					got = append(got, e.Draft.Text)
				}
			}
			runtime.Gosched()
		})
		for i := range n {
			e := NewEnvelope(draft("c", fmt.Sprint(i)))
			if err := r.Dispatch(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			e.Release()
		}
		shut(t, r)
		if len(got) != n {
			t.Fatalf("%d of %d handled", len(got), n)
		}
		for i, s := range got {
			if s != fmt.Sprint(i) {
				t.Fatalf("place %d has %s", i, s)
			}
		}
	})
	t.Run("a batch is no larger than asked", func(t *testing.T) {
		t.Parallel()
		open := make(chan struct{})
		var sizes []int
		r := New(Options{Shards: 1, Batch: 8}, func(_ context.Context, batch []*Envelope) {
			<-open
			sizes = append(sizes, len(batch))
		})
		for i := range 33 {
			e := NewEnvelope(draft(fmt.Sprint(i), ""))
			if err := r.Dispatch(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			e.Release()
		}
		close(open)
		shut(t, r)
		sum := 0
		for _, n := range sizes {
			sum += n
			if n > 8 {
				t.Errorf("a batch of %d", n)
			}
		}
		if sum != 33 || len(sizes) > 6 {
			t.Errorf("%d in batches %v", sum, sizes)
		}
	})
	t.Run("a full queue is refused after the patience", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r, open := stuck(t, Options{Shards: 1, Queue: 2, Batch: 1})
			start := time.Now()
			e := NewEnvelope(draft("c", "4"))
			if err := r.Dispatch(t.Context(), e); !errors.Is(err, ErrQueueFull) {
				t.Fatalf("got %v", err)
			}
			if d := time.Since(start); d != 50*time.Millisecond {
				t.Errorf("refused after %v", d)
			}
			if s := r.Stats(); s.Refused != 1 || s.Queued != 2 || s.Waited != 1 || s.Deepest != 2 || s.Busy != 1 {
				t.Errorf("stats %+v", s)
			}
			close(open)
			synctest.Wait()
			if err := r.Dispatch(t.Context(), e); err != nil { // the same envelope again
				t.Errorf("after the jam: %v", err)
			}
			if err := e.Wait(t.Context()); err != nil {
				t.Error(err)
			}
			e.Release()
			shut(t, r)
		})
	})
	t.Run("room that comes in time is taken, first come first served", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var got []string
			open := make(chan struct{})
			r := New(Options{Shards: 1, Queue: 1, Batch: 1}, func(_ context.Context, batch []*Envelope) {
				<-open
				got = append(got, batch[0].Draft.Text)
			})
			for i := range 6 {
				go func() {
					e := NewEnvelope(draft("c", fmt.Sprint(i)))
					defer e.Release()
					if err := r.Dispatch(t.Context(), e); err != nil {
						t.Errorf("%d: %v", i, err)
					}
				}()
				synctest.Wait()
			}
			time.Sleep(49 * time.Millisecond)
			close(open)
			synctest.Wait()
			shut(t, r)
			if s := strings.Join(got, ""); s != "012345" {
				t.Errorf("handled %s", s)
			}
		})
	})
	t.Run("a sender who leaves stops waiting for room", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r, open := stuck(t, Options{Shards: 1, Queue: 2, Batch: 1})
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
			defer cancel()
			e := NewEnvelope(draft("c", "4"))
			defer e.Release()
			if err := r.Dispatch(ctx, e); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
			close(open)
			shut(t, r)
		})
	})
	t.Run("a closed router has no worker", func(t *testing.T) {
		t.Parallel()
		r := New(Options{Shards: 4}, echo)
		shut(t, r)
		e := NewEnvelope(draft("c", ""))
		defer e.Release()
		if err := r.Dispatch(t.Context(), e); !errors.Is(err, ErrWorkerNotFound) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("allocates nothing", func(t *testing.T) {
		if raced {
			t.Skip("the race detector makes pools forget")
		}
		r := New(Options{Shards: 16}, echo)
		defer shut(t, r)
		ctx, d := t.Context(), draft("c", "hello")
		n := testing.AllocsPerRun(2000, func() {
			e := NewEnvelope(d)
			if err := r.Dispatch(ctx, e); err != nil {
				t.Fatal(err)
			}
			if err := e.Wait(ctx); err != nil {
				t.Fatal(err)
			}
			e.Release()
		})
		if n != 0 {
			t.Errorf("%v allocations a message", n)
		}
	})
}

// stuck returns a router of one shard whose worker waits for open, with a full queue behind it.
func stuck(t *testing.T, o Options) (*Router, chan struct{}) {
	t.Helper()
	open := make(chan struct{})
	r := New(o, func(context.Context, []*Envelope) { <-open })
	for i := range o.Queue + 1 {
		e := NewEnvelope(draft("c", fmt.Sprint(i)))
		if err := r.Dispatch(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		e.Release()
		synctest.Wait() // the first one is with the worker
	}
	return r, open
}

func TestRouter_Close(t *testing.T) {
	t.Run("OK: what was accepted is handled", func(t *testing.T) {
		t.Parallel()
		var handled atomic.Int64
		r := New(Options{Shards: 8}, func(_ context.Context, batch []*Envelope) {
			runtime.Gosched()
			handled.Add(int64(len(batch)))
		})
		for i := range 500 {
			e := NewEnvelope(draft(fmt.Sprint(i), ""))
			if err := r.Dispatch(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			e.Release()
		}
		shut(t, r)
		if n := handled.Load(); n != 500 {
			t.Errorf("%d of 500 handled", n)
		}
		shut(t, r)
	})
	t.Run("turns away who waits for room", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r, open := stuck(t, Options{Shards: 1, Queue: 1, Batch: 1})
			got := make(chan error, 1)
			e := NewEnvelope(draft("c", ""))
			defer e.Release()
			go func() { got <- r.Dispatch(context.Background(), e) }()
			synctest.Wait()
			go func() { time.Sleep(time.Millisecond); close(open) }()
			shut(t, r)
			if err := <-got; !errors.Is(err, ErrWorkerNotFound) {
				t.Errorf("got %v", err)
			}
		})
	})
	t.Run("gives up with its context and ends the handles", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := New(Options{Shards: 1}, func(ctx context.Context, _ []*Envelope) { <-ctx.Done() })
			e := NewEnvelope(draft("c", ""))
			defer e.Release()
			if err := r.Dispatch(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if err := r.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
			if err := e.Wait(t.Context()); err != nil {
				t.Error(err)
			}
		})
	})
}

func TestRouter_handle(t *testing.T) {
	for name, fail := range map[string]func(){
		"a panic is the answer of its whole batch": func() { panic("boom") },
		"so is a goroutine that ends":              runtime.Goexit,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int64
			r := New(Options{Shards: 1}, func(ctx context.Context, batch []*Envelope) {
				if calls.Add(1) == 1 {
					fail()
				}
				echo(ctx, batch)
			})
			defer shut(t, r)
			for i := range 3 {
				e := NewEnvelope(draft("c", "hello"))
				if err := r.Dispatch(t.Context(), e); err != nil {
					t.Fatal(err)
				}
				if err := e.Wait(t.Context()); (err != nil) != (i == 0) {
					t.Errorf("call %d: %v", i, err)
				}
				e.Release()
			}
			if s := r.Stats(); s.Failed != 1 || s.Accepted != 3 || s.Batches != 3 {
				t.Errorf("stats %+v", s)
			}
		})
	}
}
