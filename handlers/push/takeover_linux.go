package push

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// sendBuffer is what the kernel keeps at most for a reader that does not take it, in bytes; it doubles that for itself.
	sendBuffer = 32 << 10
	// userTimeout ends a connection whose other side acknowledges nothing.
	userTimeout = 30 * time.Second
	// A reader's socket is probed after keepIdle without a byte, which heartbeats do not let happen, then keepCount times
	// every keepEvery.
	keepIdle  = 45 * time.Second
	keepEvery = 10 * time.Second
	keepCount = 3
)

type connKey struct{}

// ConnContext is for the http.Server whose requests come to Serve: it lets the hub take over the connections of HTTP/1.1.
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	if tcp, ok := c.(*net.TCPConn); ok {
		return context.WithValue(ctx, connKey{}, tcp)
	}
	return ctx
}

// leanable reports whether the request's connection can be taken over.
func leanable(r *http.Request) bool {
	tcp, _ := r.Context().Value(connKey{}).(*net.TCPConn)
	return tcp != nil && r.ProtoMajor == 1 && r.TLS == nil
}

// keeper is what all lean readers share. It starts with the first of them.
type keeper struct {
	begun   time.Time
	poll    *poll
	pullers *pullers
	// life bounds the pulls.
	life context.Context

	guard sync.Mutex
	// names are the lines and epochs there have been.
	names map[string]string
	stop  func()
	ended bool
}

// keep starts what lean readers need.
func (h *Hub) keep() error {
	h.guard.Lock()
	defer h.guard.Unlock()
	if h.ended {
		return errLeaving
	}
	if h.stop != nil {
		return nil
	}
	p, err := newPoll()
	if err != nil {
		return fmt.Errorf("watch sockets: %w", err)
	}
	h.names = map[string]string{}
	h.begun, h.poll, h.pullers = time.Now(), p, &pullers{hub: h, by: map[string]*puller{}}
	var die context.CancelFunc
	h.life, die = context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() { h.wheel(h.life.Done()) })
	all.Go(func() {
		if err := p.run(); h.life.Err() == nil {
			h.log.Error("sockets are not watched any more", "error", err)
		}
	})
	h.stop = func() {
		die()
		_ = p.file.Close()
		all.Wait()
		h.pullers.all.Wait()
	}
	return nil
}

// unkeep ends that again, when the last reader is gone.
func (h *Hub) unkeep() {
	h.guard.Lock()
	defer h.guard.Unlock()
	h.ended = true
	if h.stop != nil {
		h.stop()
	}
}

// serveLean takes the connection over and returns. The request, its goroutine and its buffers are free after that.
func (h *Hub) serveLean(w http.ResponseWriter, s *Stream) error {
	if err := h.keep(); err != nil {
		s.closed()
		return unavailable(err)
	}
	r := h.newLean(s)
	if err := h.join(r); err != nil {
		s.closed()
		return err
	}
	h.count.lean.Add(1)
	r.until()
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		r.drop()
		return internal(fmt.Errorf("take a connection over: %w", err))
	}
	fd, err := detach(conn)
	if err != nil {
		h.log.Warn("connection not taken over", "error", err)
		r.drop()
		return nil // nobody is there to be answered
	}
	r.open(fd, append(head(r.s, w.Header()), s.opening()...), rw.Reader.Buffered() > 0)
	return nil
}

// until has the reader end when its stream may not go on.
func (r *lean) until() {
	r.mu.Lock()
	defer r.unlock()
	if r.s.Until == nil || r.over {
		return
	}
	stop := context.AfterFunc(r.s.Until, func() { r.end(causeRevoked) })
	closed := r.s.Closed
	r.s.Closed = func() {
		stop()
		if closed != nil {
			closed()
		}
	}
}

// own makes the stream's strings its own: they may be parts of the request's header. Those that many streams share are kept
// once.
func (h *Hub) own(s *Stream) {
	s.Conversation = chat.ID(strings.Clone(string(s.Conversation)))
	h.guard.Lock()
	defer h.guard.Unlock()
	for _, p := range []*string{&s.Line, &s.Epoch} {
		name, known := h.names[*p]
		if !known {
			name = strings.Clone(*p)
			h.names[name] = name
		}
		*p = name
	}
}

// newLean returns a reader that keeps what comes until it is opened.
func (h *Hub) newLean(s *Stream) *lean {
	h.own(s)
	r := &lean{hub: h, s: s, fd: -1, read: s.Read}
	if r.counted() && !s.Foreign {
		r.last = max(0, s.After)
	}
	g := r.behindNow()
	g.blocked = true
	g.dirty, g.why = r.counted(), becauseNew
	g.heads = s.Heads != nil
	return r
}

// detach returns a socket of our own to the connection, without what net and the runtime keep for one, and closes the connection.
func detach(conn net.Conn) (fd int, err error) {
	defer conn.Close()
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return -1, errors.New("not a TCP connection")
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return -1, err
	}
	failed := raw.Control(func(old uintptr) { fd, err = unix.FcntlInt(old, unix.F_DUPFD_CLOEXEC, 0) })
	if err = errors.Join(failed, err); err != nil {
		return -1, err
	}
	for _, o := range []struct{ level, name, value int }{
		{unix.SOL_SOCKET, unix.SO_SNDBUF, sendBuffer},
		{unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
		{unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, int(keepIdle.Seconds())},
		{unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, int(keepEvery.Seconds())},
		{unix.IPPROTO_TCP, unix.TCP_KEEPCNT, keepCount},
		{unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(userTimeout.Milliseconds())},
	} {
		if err := unix.SetsockoptInt(fd, o.level, o.name, o.value); err != nil {
			return -1, errors.Join(err, unix.Close(fd))
		}
	}
	return fd, nil
}

// head is the answer's head, with what middleware set.
func head(s *Stream, h http.Header) []byte {
	s.headers(h)
	h.Set("Connection", "close") // the body ends with the connection
	h.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	var b bytes.Buffer
	b.WriteString("HTTP/1.1 200 OK\r\n")
	_ = h.Write(&b) // a buffer takes everything
	b.WriteString("\r\n")
	return b.Bytes()
}

// open gives the reader its socket and writes the first bytes. One that sent more than its request has nothing to read here.
func (r *lean) open(fd int, first []byte, talks bool) {
	r.mu.Lock()
	defer r.unlock()
	if r.over { // ended while it was on its way
		_ = unix.Close(fd)
		return
	}
	r.fd = int32(fd)
	g := r.lag
	g.rest, g.blocked = first, false
	if err := r.hub.poll.add(r, fd); err != nil || talks {
		r.close()
		return
	}
	r.settle()
}

// drop ends a reader that never got a socket.
func (r *lean) drop() {
	r.mu.Lock()
	defer r.unlock()
	r.close()
}
