package sql

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// pingEvery is how often a silent listener's connection is tried, silence how long it may stay without an answer.
	pingEvery = 15 * time.Second
	silence   = 40 * time.Second
	// retryLeast and retryMost bound the wait before a line that is away is tried again.
	retryLeast = 250 * time.Millisecond
	retryMost  = 2 * time.Second
)

// follower is a bus's end at one line.
type follower struct {
	bus     *Bus
	line    string
	channel string
	source  source
	pool    *pool // one connection to notify, one to read
	outbox  *outbox
	bell    chan struct{}
	joiner  joiner // the listener's
	f       func(chat.Event)
	wants   func(line string, conversation chat.ID, seq int64) bool
}

func (b *Bus) follower(line string, from source, f func(chat.Event), wants func(line string, conversation chat.ID, seq int64) bool) *follower {
	return &follower{
		bus: b, line: line, channel: channelOf(line), source: from, pool: newPool(from, b.store.queries, 2),
		outbox: b.outbox(line), bell: make(chan struct{}, 1), f: f, wants: wants,
	}
}

func (w *follower) run(ctx context.Context) {
	var running sync.WaitGroup
	running.Go(func() { w.notify(ctx) })
	running.Go(func() { w.listen(ctx) })
	running.Go(func() { w.tail(ctx) })
	running.Wait()
	_ = w.pool.close()
}

func (w *follower) ring() {
	select {
	case w.bell <- struct{}{}:
	default:
	}
}

// notify sends what was announced, at most once in notifyEvery. What cannot be sent is lost, but for the bell.
func (w *follower) notify(ctx context.Context) {
	retry := retryLeast
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.outbox.wake:
		}
		bell, words := w.outbox.take()
		wait := notifyEvery
		for ps := w.bus.payloads(bell, words); len(ps) > 0; {
			n := min(len(ps), payloadsMax)
			if _, err := w.pool.exec(ctx, "Bus_Notify", w.channel, ps[:n]); err != nil {
				if bell {
					w.outbox.ring()
				}
				wait, retry = retry, min(2*retry, retryMost)
				break
			}
			ps, retry = ps[n:], retryLeast
		}
		if !sleep(ctx, wait) {
			return
		}
	}
}

// listen hears what other nodes say until ctx ends.
func (w *follower) listen(ctx context.Context) {
	d := &dialer{patient: patient{wait: silence}}
	l := pq.NewDialListener(d, w.source.dsn, retryLeast, retryMost, nil)
	var running sync.WaitGroup
	defer running.Wait()
	running.Go(func() {
		if err := l.Listen(w.channel); err != nil && ctx.Err() == nil {
			w.bus.store.log.Error("bus not heard", "line", w.line, "error", translate(err))
		}
	})
	running.Go(func() {
		for sleep(ctx, pingEvery) {
			_ = l.Ping() // it ends the connection when there is no answer; the listener makes a new one
		}
	})
	running.Go(func() {
		<-ctx.Done()
		d.close() // before Close, which waits for whoever waits for the network
		_ = l.Close()
	})
	for n := range l.NotificationChannel() {
		if n == nil { // connected again: who knows what was said meanwhile
			w.ring()
			continue
		}
		bell, words := w.bus.read(n.Extra, &w.joiner)
		if bell {
			w.ring()
		}
		for _, s := range words {
			if s.Kind == movedKind {
				w.bus.look(ctx)
			} else if ctx.Err() == nil {
				w.f(s.event(w.line))
			}
		}
	}
}

// dialer remembers the listener's connection, so that it can be ended whatever lib/pq waits for.
type dialer struct {
	patient
	mu     sync.Mutex
	conn   net.Conn
	closed bool
}

var errStopped = errors.New("the listener has ended")

// DialContext implements pq.DialerContext.
func (d *dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	d.mu.Lock()
	closed := d.closed
	d.mu.Unlock()
	if closed {
		return nil, errStopped
	}
	c, err := d.patient.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		_ = c.Close()
		return nil, errStopped
	}
	d.conn = c
	return c, nil
}

// Dial implements pq.Dialer.
func (d *dialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

// DialTimeout implements pq.Dialer.
func (d *dialer) DialTimeout(network, address string, wait time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	return d.DialContext(ctx, network, address)
}

func (d *dialer) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed = true; d.conn != nil {
		_ = d.conn.Close()
	}
}

// sleep reports false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
