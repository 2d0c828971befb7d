package push

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// pullers read the logs for lean readers: a few goroutines a line, and only while somebody wants something.
type pullers struct {
	hub *Hub
	all sync.WaitGroup
	mu  sync.Mutex
	by  map[string]*puller
}

type puller struct {
	queue   fifo[*lean]
	working int
}

// ask queues a reader for its line's log; agents' heads, which span lines, have the name "". Nobody asks for one that is over.
func (p *pullers) ask(r *lean) {
	p.mu.Lock()
	defer p.mu.Unlock()
	line := r.s.Line
	u := p.by[line]
	if u == nil {
		u = &puller{}
		p.by[line] = u
	}
	u.queue.push(r)
	if u.working < pulls {
		u.working++
		p.all.Go(func() { p.work(u, p.hub.slots.of(line)) })
	}
}

func (p *pullers) next(u *puller) *lean {
	p.mu.Lock()
	defer p.mu.Unlock()
	if u.queue.len() == 0 {
		u.working--
		return nil
	}
	return u.queue.pop()
}

// work pulls until nobody waits. The slots it shares with the readers that have a goroutine.
func (p *pullers) work(u *puller, slots chan struct{}) {
	for r := p.next(u); r != nil; r = p.next(u) {
		slots <- struct{}{}
		r.pull()
		<-slots
	}
}

// pull reads what is missing and writes it. The reader is not locked.
func (r *lean) pull() {
	r.mu.Lock()
	if r.over {
		r.mu.Unlock()
		return
	}
	heads := r.lag.heads
	after, why := r.lag.pulling()
	r.mu.Unlock()

	ctx, cancel := context.WithTimeout(r.hub.life, pullTimeout)
	defer cancel()
	ms, data, err := r.ask(ctx, heads, after, why)

	r.mu.Lock()
	defer r.unlock()
	if r.over {
		return
	}
	g := r.lag
	g.asked = false
	if err != nil {
		r.failed(err)
		return
	}
	if g.degraded {
		g.degraded, g.failures = false, 0
		r.beat(false)
	}
	if heads {
		g.heads = false
		r.event(chat.EventHeads, data)
	} else {
		r.history(after, ms)
	}
	r.settle()
}

// ask reads from the log, or an agent's heads. A panic there ends this stream and nothing else.
func (r *lean) ask(ctx context.Context, heads bool, after int64, why reason) (ms []chat.Message, data []byte, err error) {
	defer func() {
		if v := recover(); v != nil {
			r.hub.log.Error("pull panicked", "line", r.s.Line, "conversation", string(r.s.Conversation), "panic", fmt.Sprint(v))
			r.end(causePanic)
		}
	}()
	if !heads {
		r.hub.count.pulls[why].Add(1)
		ms, err = r.s.Log.Pull(ctx, r.s.Line, r.s.Conversation, after)
		return ms, nil, err
	}
	hs, err := r.s.Heads(ctx)
	if err != nil {
		return nil, nil, err
	}
	if hs == nil {
		hs = map[chat.ID]int64{}
	}
	return nil, encode(hs), nil
}

// history writes what was pulled, in pieces, as far as there is room: a reader that stalls holds no page of the log. The rest
// is pulled again when it has taken that.
func (r *lean) history(after int64, ms []chat.Message) {
	g := r.lag
	short := len(ms) < Page
	ms = slices.DeleteFunc(ms, func(m chat.Message) bool { return m.Seq <= after })
	var buf []byte
	for i := range ms {
		var ok bool
		if buf, ok = r.hub.appendLogged(buf, r.s, after, &ms[i]); !ok {
			r.close()
			return
		}
		after = ms[i].Seq
		if len(buf) < piece && i+1 < len(ms) {
			continue
		}
		r.put(r.s.seal(buf))
		buf = nil
		if r.over {
			return
		}
		if len(g.rest) >= g.limit && i+1 < len(ms) {
			ms, short = ms[:i+1], false
			break
		}
	}
	r.hub.count.pulled.Add(int64(len(ms)))
	g.pulled(ms, short)
}

// failed keeps the stream open, says what is the matter, and tries again.
func (r *lean) failed(err error) {
	g := r.lag
	r.hub.failed(r.s, err)
	pause := backoff(g.failures)
	g.failures++
	g.retry = time.AfterFunc(pause, r.again)
	if !g.degraded {
		g.degraded = true
		r.beat(true)
	}
}

// again is called by the timer, the reader not locked.
func (r *lean) again() {
	r.mu.Lock()
	defer r.unlock()
	if r.over || r.lag == nil {
		return
	}
	r.lag.retry = nil
	r.settle()
}
