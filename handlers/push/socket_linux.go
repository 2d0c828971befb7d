package push

import (
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/taadis/unique-support/core/chat"
)

// put writes bytes that nobody changes any more, or has them wait behind what waits.
func (r *lean) put(b []byte) {
	if r.over {
		return
	}
	if r.lag == nil {
		n := r.write(b)
		if r.over || n == len(b) {
			return
		}
		r.behindNow().rest = b[n:]
		r.block()
		return
	}
	g := r.lag
	if len(g.rest) == 0 {
		g.rest = b
	} else {
		g.rest = append(slices.Clip(g.rest), b...) // it may be a frame's, which others read
	}
	if !g.blocked {
		r.flush()
	}
}

// write gives the socket what it takes now. A socket that broke ends the reader.
func (r *lean) write(b []byte) (n int) {
	for n < len(b) {
		m, err := unix.Write(int(r.fd), b[n:])
		switch {
		case err == unix.EINTR:
		case err == unix.EAGAIN:
			return n
		case err != nil:
			r.close()
			return n
		default:
			n += m
		}
	}
	r.due = r.hub.pulseAt()
	return n
}

// flush writes what waits, until the socket takes no more.
func (r *lean) flush() {
	g := r.lag
	for {
		if len(g.rest) == 0 {
			f := g.shift()
			if f == nil {
				break
			}
			g.rest = f.bytes(r.s)
		}
		n := r.write(g.rest)
		if r.over {
			return
		}
		if n > 0 {
			g.moved = time.Now()
		}
		if g.rest = g.rest[n:]; len(g.rest) > 0 {
			r.block()
			return
		}
	}
	g.rest = nil
	if g.late != nil {
		g.late.Stop()
		g.late = nil
		r.arm(false)
	}
}

// block waits for the socket to take more: for so long as it takes some now and then.
func (r *lean) block() {
	g := r.lag
	g.blocked = true
	if g.late == nil {
		g.moved = time.Now()
		g.late = time.AfterFunc(r.hub.options.WriteTimeout, r.late)
		r.arm(true)
	}
}

func (r *lean) arm(out bool) {
	if err := r.hub.poll.arm(int(r.fd), r.turn, out); err != nil {
		r.close()
	}
}

// late ends a reader that took nothing for too long. It is called by the timer, the reader not locked.
func (r *lean) late() {
	r.mu.Lock()
	defer r.unlock()
	g := r.lag
	if r.over || g == nil || g.late == nil || !g.blocked {
		return
	}
	if left := r.hub.options.WriteTimeout - time.Since(g.moved); left > 0 {
		g.late.Reset(left)
		return
	}
	r.cut(causeSlow)
}

// ready is called when the socket has something to tell, the reader not locked. A reader has nothing to say to us: bytes from
// it are the end of it, as a hang-up is.
func (r *lean) ready(turn, events uint32) {
	r.mu.Lock()
	defer r.unlock()
	switch {
	case r.over || r.turn != turn:
	case events&^unix.EPOLLOUT != 0:
		r.close()
	case r.lag != nil:
		r.lag.blocked = false
		r.settle()
	}
}

// settle does what is next for a reader that is behind: it writes, leaves, pulls, or is not behind any more.
func (r *lean) settle() {
	g := r.lag
	if r.over || g == nil {
		return
	}
	if !g.blocked {
		r.flush()
	}
	if r.over || g.blocked {
		return
	}
	if g.leaving > 0 {
		if !g.said {
			g.said = true
			r.event(chat.EventGoodbye, goodbye(g.leaving))
			r.put(r.s.end())
		}
		if !r.over && !g.blocked {
			r.close()
		}
		return
	}
	if g.asked || g.retry != nil {
		return
	}
	if g.heads || g.wants() {
		g.asked = true
		r.hub.pullers.ask(r)
		return
	}
	if !g.degraded {
		r.last, _ = g.stands()
		r.lag = nil
	}
}
