package router

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/taadis/unique-support/core/chat"
)

// TestRouter_property: whatever the interleaving, the limits, the panics and the moment of closing, everything accepted is
// handled exactly once and in order, and every answer is the sender's own.
func TestRouter_property(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := Options{
			Shards: rapid.IntRange(1, 8).Draw(t, "shards"), Queue: rapid.IntRange(1, 16).Draw(t, "queue"),
			Batch: rapid.IntRange(1, 8).Draw(t, "batch"), Patience: time.Duration(rapid.IntRange(1, 300).Draw(t, "patience")) * time.Microsecond,
		}
		senders := rapid.IntRange(1, 12).Draw(t, "senders")
		each := rapid.IntRange(1, 60).Draw(t, "each")
		yields := rapid.SliceOfN(rapid.IntRange(0, 5), 16, 16).Draw(t, "yields")
		impatient := rapid.IntRange(2, 9).Draw(t, "impatient")
		closeAfter := rapid.IntRange(0, senders*each).Draw(t, "close after")

		var mu sync.Mutex
		handled := map[chat.ID][]string{}
		at := map[chat.ID]bool{}
		var problem atomic.Value
		var calls, sent atomic.Int64
		r := New(o, func(_ context.Context, batch []*Envelope) {
			mu.Lock()
			mine := map[chat.ID]bool{}
			for _, e := range batch {
				c := e.Draft.Conversation
				if at[c] && !mine[c] {
					problem.Store("conversation " + string(c) + " is in two batches")
				}
				at[c], mine[c] = true, true
			}
			mu.Unlock()
			n := calls.Add(1)
			for range yields[n%16] {
				runtime.Gosched()
			}
			mu.Lock()
			for _, e := range batch {
				delete(at, e.Draft.Conversation)
				handled[e.Draft.Conversation] = append(handled[e.Draft.Conversation], e.Draft.Text)
				e.Result.Message.Text = e.Draft.Text
			}
			mu.Unlock()
			if n%7 == 3 {
				panic("now and then")
			}
		})
		closed := make(chan struct{})
		accepted := make([][]string, senders)
		var all sync.WaitGroup
		for s := range senders {
			all.Go(func() {
				for i := range each {
					if int(sent.Add(1)) == closeAfter {
						close(closed)
					}
					text := fmt.Sprint(s, "/", i)
					e := NewEnvelope(draft(fmt.Sprint(s), text))
					switch err := r.Dispatch(context.Background(), e); {
					case err == nil:
						accepted[s] = append(accepted[s], text)
					case !errors.Is(err, ErrQueueFull) && !errors.Is(err, ErrWorkerNotFound):
						problem.Store(err.Error())
						fallthrough
					default:
						e.Release()
						continue
					}
					ctx, cancel := context.WithCancel(context.Background())
					if i%impatient == 0 {
						cancel()
					}
					if i%3 != 0 {
						if err := e.Wait(ctx); err == nil && e.Result.Message.Text != text {
							problem.Store("asked " + text + ", got the answer of " + e.Result.Message.Text)
						}
					}
					cancel()
					e.Release()
				}
			})
		}
		if closeAfter > 0 {
			<-closed
		} else {
			all.Wait()
		}
		if err := r.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		all.Wait()
		if p := problem.Load(); p != nil {
			t.Fatal(p)
		}
		for s := range senders {
			if want, got := strings.Join(accepted[s], " "), strings.Join(handled[chat.ID(fmt.Sprint(s))], " "); got != want {
				t.Fatalf("conversation %d: accepted %s, handled %s", s, want, got)
			}
		}
	})
}
