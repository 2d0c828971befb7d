package desk_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
)

func is(err, target error) bool { return errors.Is(err, target) }

// door is the store with a door before the shop's AppendFree: who comes is counted, and waits until it is opened.
type door struct {
	desk.Store
	came   atomic.Int64
	opened chan struct{}
	open   func()
	fail   error
}

func (d *door) AppendFree(ctx context.Context, line string, batch []chat.Draft, wait bool) ([]chat.Appended, error) {
	if line != "shop" {
		return d.Store.AppendFree(ctx, line, batch, wait)
	}
	d.came.Add(1)
	<-d.opened
	if d.fail != nil {
		return nil, d.fail
	}
	return d.Store.AppendFree(ctx, line, batch, wait)
}

// behindDoor returns a node with a closed door before its store.
func behindDoor(t *testing.T) (*node, *door) {
	t.Helper()
	d := &door{opened: make(chan struct{})}
	d.open = sync.OnceFunc(func() { close(d.opened) })
	n := alone(t, func(o *desk.Options) { d.Store, o.Store = o.Store, d })
	t.Cleanup(d.open) // or what waits behind it would outlive a test that fails
	return n, d
}

// Every message comes twice, from the desk that wrote it and from the log's tail; streams hear of it once.
func TestDesk_Send_once(t *testing.T) {
	t.Parallel()
	n := alone(t).run(t)
	const each = 50
	var callers []caller
	for range 4 {
		callers = append(callers, n.visitor(t, "shop"))
	}
	var sending sync.WaitGroup
	for _, v := range callers {
		sending.Go(func() {
			for i := range each {
				if _, _, err := n.Send(v.ctx, draft(v.conversation, fmt.Sprint(i))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	sending.Wait()
	for _, v := range callers {
		eventually(t, 10*time.Second, "tail", func() bool { return len(n.bus.heard.of(chat.EventMessage, v.conversation)) >= each })
		seen := map[int64]int{}
		for _, e := range n.push.of(chat.EventMessage, v.conversation) {
			seen[e.Seq]++
		}
		for seq := int64(1); seq <= each; seq++ {
			if seen[seq] != 1 {
				t.Errorf("message %d was told %d times", seq, seen[seq])
			}
		}
	}
}

func TestDesk_Send_queueFull(t *testing.T) {
	t.Parallel()
	n, store := behindDoor(t)
	v := n.visitor(t, "shop")
	const queue, over = 256, 40
	var accepted, refused atomic.Int64
	var sending sync.WaitGroup
	send := func() {
		switch _, _, err := n.Send(v.ctx, draft(v.conversation, "x")); {
		case err == nil:
			accepted.Add(1)
		case is(err, chat.QueueFull(nil)):
			if e, _ := errors.AsType[*chat.Error](err); e.RetryAfter <= 0 {
				t.Error("nobody says when to come back")
			}
			refused.Add(1)
		default:
			t.Error(err)
		}
	}
	sending.Go(send)
	eventually(t, 5*time.Second, "worker", func() bool { return store.came.Load() == 1 })
	for range queue + over {
		sending.Go(send)
	}
	eventually(t, 5*time.Second, "refusals", func() bool { return refused.Load() == over })
	store.open()
	sending.Wait()
	if accepted.Load() != queue+1 || len(n.log(t, v.conversation)) != queue+1 {
		t.Fatalf("%d accepted, %d written", accepted.Load(), len(n.log(t, v.conversation)))
	}
	n.say(t, v.ctx, v.conversation, "room again")
}

func TestDesk_Send_unavailable(t *testing.T) {
	t.Parallel()
	n, store := behindDoor(t)
	store.open()
	v := n.visitor(t, "shop")
	for _, fail := range []error{chat.Unavailable(2*time.Second, errors.New("away")), errors.New("anything")} {
		store.fail = fail
		_, _, err := n.Send(v.ctx, draft(v.conversation, "x"))
		wantCode(t, err, chat.CodeLineUnavailable)
		if e, _ := errors.AsType[*chat.Error](err); e.RetryAfter <= 0 {
			t.Error("nobody says when to come back")
		}
	}
	if es := n.push.of(chat.EventMessage, v.conversation); len(es) != 0 {
		t.Fatalf("told of %v", es)
	}
}

func TestDesk_Send_callerGoesAway(t *testing.T) {
	t.Parallel()
	t.Run("while it is written", func(t *testing.T) {
		t.Parallel()
		n, store := behindDoor(t)
		v := n.visitor(t, "shop")
		ctx, leave := context.WithCancel(v.ctx)
		d, done := draft(v.conversation, "在吗"), make(chan error, 1)
		go func() {
			_, _, err := n.Send(ctx, d)
			done <- err
		}()
		eventually(t, 5*time.Second, "worker", func() bool { return store.came.Load() == 1 })
		leave()
		store.open()
		wantCode(t, <-done, "")
		if _, repeat, err := n.Send(v.ctx, d); err != nil || !repeat || len(n.log(t, v.conversation)) != 1 {
			t.Fatal(repeat, err)
		}
	})
	t.Run("at any moment", func(t *testing.T) {
		t.Parallel()
		n := alone(t)
		v := n.visitor(t, "shop")
		const times = 60
		for i := range times {
			ctx, leave := context.WithCancel(v.ctx)
			timer := time.AfterFunc(time.Duration(i)*50*time.Microsecond, leave)
			d := draft(v.conversation, fmt.Sprint(i))
			_, _, first := n.Send(ctx, d)
			_, repeat, err := n.Send(v.ctx, d)
			if err != nil || first == nil && !repeat {
				t.Fatal(first, repeat, err)
			}
			timer.Stop()
			leave()
		}
		if ms := n.log(t, v.conversation); len(ms) != times {
			t.Fatalf("%d written", len(ms))
		}
	})
}

func TestDesk_Close(t *testing.T) {
	t.Parallel()
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		n, store := behindDoor(t)
		v, far := n.visitor(t, "shop"), n.visitor(t, "mall")
		const many = 20
		var accepted atomic.Int64
		var sending sync.WaitGroup
		for range many {
			sending.Go(func() {
				if _, _, err := n.Send(v.ctx, draft(v.conversation, "x")); err == nil {
					accepted.Add(1)
				} else if chat.CodeOf(err) != chat.CodeLineUnavailable { // it came after the end
					t.Error(err)
				}
			})
		}
		eventually(t, 5*time.Second, "worker", func() bool { return store.came.Load() == 1 })
		closed := make(chan error, 1)
		go func() { closed <- n.Close(t.Context()) }()
		eventually(t, 5*time.Second, "end of every line while one still writes", func() bool {
			_, _, err := n.Send(far.ctx, draft(far.conversation, "x"))
			return is(err, chat.Unavailable(0, nil))
		})
		store.open()
		wantCode(t, <-closed, "")
		sending.Wait()
		if got := int64(len(n.log(t, v.conversation))); got != accepted.Load() || got == 0 {
			t.Fatalf("%d accepted, %d written", accepted.Load(), got)
		}
		for _, w := range []caller{v, far} {
			_, _, err := n.Send(w.ctx, draft(w.conversation, "x"))
			wantCode(t, err, chat.CodeLineUnavailable)
		}
		wantCode(t, n.Close(t.Context()), "")
	})
	t.Run("the time is over", func(t *testing.T) {
		t.Parallel()
		n, store := behindDoor(t)
		v := n.visitor(t, "shop")
		done := make(chan error, 1)
		go func() {
			_, _, err := n.Send(v.ctx, draft(v.conversation, "x"))
			done <- err
		}()
		eventually(t, 5*time.Second, "worker", func() bool { return store.came.Load() == 1 })
		ctx, leave := context.WithCancel(t.Context())
		leave()
		if err := n.Close(ctx); !is(err, context.Canceled) {
			t.Fatalf("got %v", err)
		}
		store.open()
		<-done
	})
}
