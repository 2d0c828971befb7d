package push

import (
	"fmt"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/taadis/unique-support/core/chat"
)

// lean is a reader on a connection that was taken over: a number, some marks and a socket. While the socket takes what is
// written there is nothing else, no goroutine, buffer or timer. Whoever has something for it writes it, without waiting.
type lean struct {
	hub *Hub
	s   *Stream

	mu sync.Mutex
	// fd is the socket, -1 before it was opened and after it was closed; turn tells its owner from the next one of the number.
	fd   int32
	turn uint32
	// due is when a heartbeat is: milliseconds of the hub's time. Every write puts it off.
	due    uint32
	over   bool // closed
	parted bool // and the hub knows
	// last is the number up to which everything is written; lag knows better while there is one.
	last int64
	read chat.Marks
	lag  *lag
}

// lag is what a reader has on top while it is behind: while its socket takes nothing more, or something has to be pulled.
type lag struct {
	backlog
	// rest goes out before the queue: what the socket did not take, and history.
	rest []byte
	// blocked says that the socket takes nothing now; moved is when it last did, late watches that.
	blocked bool
	moved   time.Time
	late    *time.Timer
	// asked says that a pull waits for its turn or runs; retry will ask again after one that failed.
	asked    bool
	retry    *time.Timer
	failures int
	degraded bool
	heads    bool // an agent's heads are still to be written
	// leaving is what the goodbye says, said that it is written.
	leaving time.Duration
	said    bool
}

// behindNow returns the reader's lag, which begins where the reader stands. The reader is locked, as in all that follows
// unless it says otherwise.
func (r *lean) behindNow() *lag {
	if r.lag == nil {
		o := &r.hub.options
		r.lag = &lag{backlog: backlog{counted: r.counted(), frames: o.Queue, limit: o.Bytes, last: r.last}, moved: time.Now()}
		if !r.counted() {
			r.lag.frames, r.lag.limit = 8*o.Queue, 4*o.Bytes
		}
	}
	return r.lag
}

func (r *lean) counted() bool { return r.s.Conversation != "" }

func (r *lean) stream() *Stream { return r.s }

// unlock also takes the reader out of the hub once it is over.
func (r *lean) unlock() {
	last := r.over && !r.parted
	r.parted = r.parted || last
	r.mu.Unlock()
	if last {
		r.hub.count.lean.Add(-1)
		r.hub.part(r)
		r.s.closed()
	}
}

// close ends the reader.
func (r *lean) close() {
	if r.over {
		return
	}
	r.over = true
	if g := r.lag; g != nil {
		for _, t := range []*time.Timer{g.late, g.retry} {
			if t != nil {
				t.Stop()
			}
		}
		r.lag = nil
	}
	if r.fd >= 0 {
		r.hub.poll.drop(int(r.fd))
		_ = unix.Close(int(r.fd)) // what it still has to send is sent
		r.fd = -1
	}
}

// end may be called by anybody, the reader not locked.
func (r *lean) end(why cause) {
	r.mu.Lock()
	defer r.unlock()
	r.cut(why)
}

func (r *lean) cut(why cause) {
	if !r.over {
		r.hub.count.cut[why].Add(1)
		r.close()
	}
}

// interrupt has nothing to do: no write of a lean reader waits.
func (r *lean) interrupt() {}

// offer is called by the lanes, the reader not locked.
func (r *lean) offer(e *chat.Event, f *frame) {
	if !r.allowed(e) {
		return
	}
	r.mu.Lock()
	defer r.unlock()
	if r.over {
		return
	}
	if e.Kind == chat.EventReceipt {
		receipt(&r.read, e)
	}
	if r.lag == nil {
		logged := r.counted() && f.seq > 0
		if logged && f.seq <= r.last {
			return
		}
		if !logged || f.seq == r.last+1 {
			if logged {
				r.last = f.seq
			}
			r.hub.count.pushed.Add(1)
			r.put(f.bytes(r.s))
			return
		}
	}
	switch r.behindNow().offer(f) {
	case queued:
		r.hub.count.pushed.Add(1)
	case dropped:
		r.hub.count.dropped.Add(1)
		if !r.counted() {
			r.cut(causeOverflow)
		}
	}
	r.settle()
}

// miss is called where an event was lost, the reader not locked.
func (r *lean) miss(e *chat.Event) {
	switch {
	case r.counted() && !e.Ephemeral():
		r.behind(e.Seq, becauseLane)
	case !r.counted() && (e.Kind == chat.EventMessage || e.Kind == chat.EventConversation) && r.allowed(e):
		r.end(causeOverflow)
	}
}

// behind is called by anybody, the reader not locked.
func (r *lean) behind(head int64, why reason) {
	r.mu.Lock()
	defer r.unlock()
	if r.over || !r.counted() || r.lag == nil && head <= r.last {
		return
	}
	r.behindNow().behind(head, why)
	r.settle()
}

// allowed asks the stream's owner, whose panic ends this stream and no lane. The reader is not locked.
func (r *lean) allowed(e *chat.Event) (ok bool) {
	if r.s.Allow == nil {
		return true
	}
	defer func() {
		if v := recover(); v != nil {
			r.hub.log.Error("permission check panicked", "agent", string(r.s.Agent), "panic", fmt.Sprint(v))
			r.end(causePanic)
			ok = false
		}
	}()
	return r.s.Allow(*e)
}

// goodbye is called by the hub, the reader not locked.
func (r *lean) goodbye(within time.Duration) {
	r.mu.Lock()
	defer r.unlock()
	if !r.over {
		r.behindNow().leaving = within
		r.settle()
	}
}

// pulse writes a heartbeat when it is due. The reader is not locked.
func (r *lean) pulse(now uint32) {
	r.mu.Lock()
	defer r.unlock()
	if r.over || r.fd < 0 || int32(now-r.due) < 0 || r.lag != nil && r.lag.blocked {
		return
	}
	r.beat(r.lag != nil && r.lag.degraded || r.hub.away.is(r.s.Line))
}

func (r *lean) beat(degraded bool) {
	b := beat{Degraded: degraded}
	b.Read, b.Head = r.read, r.last
	if r.lag != nil {
		_, b.Head = r.lag.stands()
	}
	r.event(chat.EventHeartbeat, encode(b))
}

// event writes an event of the reader's own.
func (r *lean) event(kind chat.EventKind, data []byte) {
	r.put(r.s.seal(r.s.appendEvent(nil, kind, data)))
}
