package push

import (
	"errors"
	"os"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// pullTimeout bounds one pull; the log's own statements end sooner.
	pullTimeout = 5 * time.Second
	// A pull that failed is tried again after firstPause, doubled up to maxPause, half of it by chance.
	firstPause = 250 * time.Millisecond
	maxPause   = 10 * time.Second
)

var errInterrupted = errors.New("push: the stream was interrupted")

// drain writes what is queued.
func (l *loop) drain() bool {
	q := l.take(l.spare)
	l.spare = nil
	for _, f := range q {
		if !l.write(f.bytes(&l.s)) {
			return false
		}
	}
	clear(q)
	if cap(q) <= 16 { // a list that was long once is not kept
		l.spare = q
	}
	return l.flush()
}

// writeHistory writes what was pulled.
func (l *loop) writeHistory(after int64, ms []chat.Message) bool {
	var buf []byte
	for i := range ms {
		var ok bool
		if buf, ok = l.hub.appendLogged(buf, &l.s, after, &ms[i]); !ok {
			return false
		}
		after = ms[i].Seq
		if len(buf) < piece && i+1 < len(ms) {
			continue
		}
		if !l.write(l.s.seal(buf)) {
			return false
		}
		buf = buf[:0]
	}
	l.hub.count.pulled.Add(int64(len(ms)))
	return l.flush()
}

// appendLogged frames a message of the log that is to follow the number after. It reports false when it cannot be framed.
func (h *Hub) appendLogged(b []byte, s *Stream, after int64, m *chat.Message) ([]byte, bool) {
	if m.Seq != after+1 {
		h.count.holes.Add(1)
		h.log.Error("the log has a hole", "line", s.Line, "conversation", string(s.Conversation), "after", after, "seq", m.Seq)
	}
	whole, err := s.appendMessage(b, m)
	if err != nil { // its Data is no JSON: the rest is still hers
		h.log.Error("message without its data", "line", s.Line, "message", *m, "error", err)
		m.Data = nil
		whole, err = s.appendMessage(b, m)
	}
	return whole, err == nil
}

// writeHeads writes where an agent's conversations stand.
func (l *loop) writeHeads(heads map[chat.ID]int64) bool {
	l.heads = false
	if heads == nil {
		heads = map[chat.ID]int64{}
	}
	return l.event(chat.EventHeads, encode(heads))
}

// event writes an event of the reader's own and flushes.
func (l *loop) event(kind chat.EventKind, data []byte) bool {
	return l.write(l.s.seal(l.s.appendEvent(nil, kind, data))) && l.flush()
}

// write writes under a deadline that is renewed as the reader takes what it gets.
func (l *loop) write(b []byte) bool {
	for len(b) > 0 {
		if l.armed == 0 || l.armed >= piece {
			if err := l.arm(); err != nil {
				return l.broken(err)
			}
		}
		n := min(len(b), piece)
		if _, err := l.w.Write(b[:n]); err != nil {
			return l.broken(err)
		}
		l.armed += n
		l.unflushed += n
		b = b[n:]
	}
	return true
}

// flush sends what was written. Between writes there is no deadline: HTTP/2 ends a stream whose deadline passes in silence.
func (l *loop) flush() bool {
	if l.unflushed == 0 {
		return true
	}
	if err := l.arm(); err != nil {
		return l.broken(err)
	}
	if err := l.rc.Flush(); err != nil {
		return l.broken(err)
	}
	l.unflushed, l.armed = 0, 0
	return l.disarm() == nil
}

// broken ends a stream that cannot be written to.
func (l *loop) broken(err error) bool {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		l.end(causeSlow)
	}
	l.hub.log.Debug("stream ended", "line", l.s.Line, "conversation", string(l.s.Conversation), "error", err)
	return false
}

// arm sets the write deadline, unless the stream was interrupted.
func (l *loop) arm() error { return l.until(time.Now().Add(l.hub.options.WriteTimeout)) }

func (l *loop) disarm() error { return l.until(time.Time{}) }

func (l *loop) until(t time.Time) error {
	l.deadline.Lock()
	defer l.deadline.Unlock()
	if l.interrupted {
		return errInterrupted
	}
	return l.rc.SetWriteDeadline(t)
}

// interrupt makes the write that is under way fail, and every later one.
func (l *loop) interrupt() {
	l.deadline.Lock()
	defer l.deadline.Unlock()
	if l.gone || l.interrupted {
		return
	}
	l.interrupted = true
	_ = l.rc.SetWriteDeadline(time.Unix(1, 0))
}

// close is the last thing a stream does with its connection: the server finishes the answer under a deadline.
func (l *loop) close() {
	l.backlog.close()
	_ = l.arm()
	l.deadline.Lock()
	l.gone = true
	l.deadline.Unlock()
}
