package push

import (
	"errors"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// poll watches the sockets of lean readers: for hang-ups, and for room where one takes nothing.
type poll struct {
	file *os.File
	raw  syscall.RawConn

	mu   sync.Mutex
	turn uint32
	by   []*lean // by file
}

// newPoll makes an epoll that the runtime's own poller watches, so that no thread waits in it.
func newPoll() (*poll, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	if err := unix.SetNonblock(fd, true); err != nil { // or the runtime would not watch it
		return nil, errors.Join(err, unix.Close(fd))
	}
	p := &poll{file: os.NewFile(uintptr(fd), "epoll")}
	if p.raw, err = p.file.SyscallConn(); err != nil {
		return nil, errors.Join(err, p.file.Close())
	}
	return p, nil
}

func (p *poll) control(op, fd int, e *unix.EpollEvent) (err error) {
	if failed := p.raw.Control(func(epoll uintptr) { err = unix.EpollCtl(int(epoll), op, fd, e) }); failed != nil {
		return failed
	}
	return err
}

// add watches a reader's socket. It is known before it is watched.
func (p *poll) add(r *lean, fd int) error {
	p.mu.Lock()
	p.turn++
	r.turn = p.turn
	for len(p.by) <= fd {
		p.by = append(p.by, nil)
	}
	p.by[fd] = r
	p.mu.Unlock()
	return p.control(unix.EPOLL_CTL_ADD, fd, watching(fd, r.turn, false))
}

func watching(fd int, turn uint32, out bool) *unix.EpollEvent {
	e := &unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLRDHUP, Fd: int32(fd), Pad: int32(turn)}
	if out {
		e.Events |= unix.EPOLLOUT
	}
	return e
}

// arm says whether to watch for room too.
func (p *poll) arm(fd int, turn uint32, out bool) error {
	return p.control(unix.EPOLL_CTL_MOD, fd, watching(fd, turn, out))
}

// drop forgets a socket that is about to be closed, which also ends the watch.
func (p *poll) drop(fd int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if fd < len(p.by) {
		p.by[fd] = nil
	}
}

func (p *poll) of(fd int) *lean {
	p.mu.Lock()
	defer p.mu.Unlock()
	if fd >= len(p.by) {
		return nil
	}
	return p.by[fd]
}

// run tells readers what their sockets say until the poll is closed. What was meant for the last owner of a number is not
// for the next one: its turn is another.
func (p *poll) run() error {
	events := make([]unix.EpollEvent, 256)
	for {
		var n int
		var err error
		closed := p.raw.Read(func(fd uintptr) bool {
			if n, err = unix.EpollWait(int(fd), events, 0); err == unix.EINTR {
				n, err = 0, nil
			}
			return n != 0 || err != nil
		})
		if closed != nil || err != nil {
			return errors.Join(closed, err)
		}
		for _, e := range events[:n] {
			if r := p.of(int(e.Fd)); r != nil {
				r.ready(uint32(e.Pad), e.Events)
			}
		}
	}
}

// The wheel looks at every reader rounds times in a heartbeat's time, at a part of them each time, so that what is due at
// once does not go out at once.
const (
	rounds = 16
	parts  = 8
)

// wheel has heartbeats written to readers that heard nothing else for a while.
func (h *Hub) wheel(done <-chan struct{}) {
	tick := time.NewTicker(max(h.options.Heartbeat/(rounds*parts), time.Millisecond))
	defer tick.Stop()
	var rs []*lean
	for part := 0; ; part = (part + 1) % parts {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		for i := part; i < tables; i += parts {
			rs = h.table.lean(i, rs[:0])
			now := h.now()
			for _, r := range rs {
				r.pulse(now)
			}
		}
		clear(rs)
	}
}

// now is the hub's time in milliseconds; it starts over every 49 days, which differences do not notice.
func (h *Hub) now() uint32 { return uint32(time.Since(h.begun).Milliseconds()) }

// pulseAt is when a heartbeat is due if nothing is written before.
func (h *Hub) pulseAt() uint32 { return h.now() + uint32(h.pulse().Milliseconds()) }

// lean returns the lean readers of a shard. One who watches several lines is in several.
func (t *table) lean(i int, rs []*lean) []*lean {
	s := &t.shards[i]
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, by := range s.by {
		for _, r := range by {
			if r, ok := r.(*lean); ok {
				rs = append(rs, r)
			}
		}
	}
	return rs
}
