package router

import (
	"context"
	"errors"
	"testing"
)

func TestEnvelope_Release(t *testing.T) {
	t.Run("OK: before the worker is done", func(t *testing.T) {
		t.Parallel()
		open := make(chan struct{})
		r := New(Options{Shards: 1, Queue: 512}, func(ctx context.Context, batch []*Envelope) {
			<-open
			for _, e := range batch {
				if e.Draft.Text == "" {
					t.Error("the draft of a released envelope is gone")
				}
			}
			echo(ctx, batch)
		})
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		for range 100 {
			e := NewEnvelope(draft("c", "given up"))
			if err := r.Dispatch(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			if err := e.Wait(gone); !errors.Is(err, context.Canceled) {
				t.Fatalf("got %v", err)
			}
			e.Release()
		}
		e := NewEnvelope(draft("c", "mine"))
		if err := r.Dispatch(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		close(open)
		if err := e.Wait(t.Context()); err != nil || e.Result.Message.Text != "mine" {
			t.Errorf("got %q, %v", e.Result.Message.Text, err)
		}
		e.Release()
		shut(t, r)
	})
	t.Run("twice is a mistake of the program", func(t *testing.T) {
		t.Parallel()
		defer func() {
			if recover() == nil {
				t.Error("nobody noticed")
			}
		}()
		e := &Envelope{}
		e.refs.Store(0)
		e.Release()
	})
	t.Run("so is dispatching twice", func(t *testing.T) {
		t.Parallel()
		r := New(Options{}, echo)
		defer shut(t, r)
		e := NewEnvelope(draft("c", ""))
		defer e.Release()
		if err := r.Dispatch(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		_ = e.Wait(t.Context())
		defer func() {
			if recover() == nil {
				t.Error("nobody noticed")
			}
		}()
		_ = r.Dispatch(t.Context(), e)
	})
}
