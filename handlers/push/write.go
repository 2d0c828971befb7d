package push

import (
	"encoding/json"
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
		b := f.body // an agent's stream has no ids
		if l.counted {
			b = f.bytes(l.s.Epoch)
		}
		if !l.write(b) {
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
		if ms[i].Seq != after+1 {
			l.hub.count.holes.Add(1)
			l.hub.log.Error("the log has a hole", "line", l.s.Line, "conversation", string(l.s.Conversation), "after", after, "seq", ms[i].Seq)
		}
		after = ms[i].Seq
		var err error
		if buf, err = appendMessage(buf[:0], l.s.Epoch, &ms[i]); err != nil { // its Data is no JSON: the rest is still hers
			l.hub.log.Error("message without its data", "line", l.s.Line, "message", ms[i], "error", err)
			ms[i].Data = nil
			if buf, err = appendMessage(buf[:0], l.s.Epoch, &ms[i]); err != nil {
				return false
			}
		}
		if !l.write(buf) {
			return false
		}
	}
	l.hub.count.pulled.Add(int64(len(ms)))
	return l.flush()
}

// writeHeads writes where an agent's conversations stand.
func (l *loop) writeHeads(heads map[chat.ID]int64) bool {
	l.heads = false
	if heads == nil {
		heads = map[chat.ID]int64{}
	}
	data, err := json.Marshal(heads)
	return err == nil && l.event(chat.EventHeads, data)
}

// event writes an event of the reader's own and flushes.
func (l *loop) event(kind chat.EventKind, data []byte) bool {
	return l.write(appendEvent(nil, kind, data)) && l.flush()
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
