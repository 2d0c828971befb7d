package push

import (
	"bytes"
	"net"
	"sync"
)

// tube is a connection whose bytes are taken as they come and kept, until it is paused.
type tube struct {
	net.Conn
	mu     sync.Mutex
	turn   *sync.Cond
	buf    bytes.Buffer
	err    error
	paused bool
}

func newTube(c net.Conn) *tube {
	t := &tube{Conn: c}
	t.turn = sync.NewCond(&t.mu)
	go t.pump()
	return t
}

func (t *tube) pump() {
	b := make([]byte, 4096)
	for {
		t.mu.Lock()
		for t.paused && t.err == nil {
			t.turn.Wait()
		}
		err := t.err
		t.mu.Unlock()
		if err != nil {
			return
		}
		n, err := t.Conn.Read(b)
		t.mu.Lock()
		t.buf.Write(b[:n])
		if err != nil {
			t.err = err
		}
		t.turn.Broadcast()
		t.mu.Unlock()
	}
}

func (t *tube) Read(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.buf.Len() == 0 && t.err == nil {
		t.turn.Wait()
	}
	if t.buf.Len() > 0 {
		return t.buf.Read(b)
	}
	return 0, t.err
}

func (t *tube) Close() error {
	t.mu.Lock()
	if t.err == nil {
		t.err = net.ErrClosed
	}
	t.turn.Broadcast()
	t.mu.Unlock()
	return t.Conn.Close()
}

func (t *tube) pause(p bool) {
	t.mu.Lock()
	t.paused = p
	t.turn.Broadcast()
	t.mu.Unlock()
}
