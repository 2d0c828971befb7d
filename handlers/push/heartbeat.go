package push

import (
	"encoding/json"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// beat is the data of a heartbeat. Degraded says that the line's log cannot be read now.
type beat struct {
	chat.Heartbeat
	Degraded bool `json:"degraded,omitempty"`
}

// pulse is the time to the next heartbeat: every stream has its own, within a fifth of the interval.
func (h *Hub) pulse() time.Duration {
	d := h.options.Heartbeat
	return d - d/5 + rand.N(2*d/5+1)
}

// heartbeat writes where the stream stands. The log is not asked: what it has and the reader has not, the position check finds.
func (l *loop) heartbeat() bool { return l.beat(l.degraded || l.hub.away.is(l.s.Line)) }

func (l *loop) beat(degraded bool) bool {
	b := beat{Degraded: degraded}
	l.state.Lock()
	b.Read = l.state.read
	l.state.Unlock()
	_, b.Head = l.stands()
	return l.event(chat.EventHeartbeat, encode(b))
}

// receipt moves the marks as a receipt tells it; they never go back.
func receipt(m *chat.Marks, e *chat.Event) {
	var r chat.Receipt
	if json.Unmarshal(e.Data, &r) != nil {
		return
	}
	switch r.Kind {
	case chat.KindVisitor:
		m.Visitor = max(m.Visitor, r.Read)
		m.VisitorDelivered = max(m.VisitorDelivered, r.Delivered, r.Read)
	case chat.KindAgent:
		m.Agent = max(m.Agent, r.Read)
	}
}

// away is which lines' logs cannot be read now, as the position check finds.
type away struct {
	mu    sync.Mutex
	lines map[string]struct{}
}

func (a *away) is(line string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, is := a.lines[line]
	return is
}

// Degraded says whether a line's log cannot be read now: its conversations' heartbeats tell.
func (h *Hub) Degraded(line string, is bool) {
	h.away.mu.Lock()
	defer h.away.mu.Unlock()
	if is {
		h.away.lines[line] = struct{}{}
	} else {
		delete(h.away.lines, line)
	}
}
