package push

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// beatTimeout bounds the question for the read marks: a heartbeat without them is better than none.
const beatTimeout = 2 * time.Second

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

// heartbeat writes where the stream stands. A head it did not know of makes it pull.
func (l *loop) heartbeat() bool {
	if ask := l.s.Beat; ask != nil && !l.degraded {
		ctx, cancel := context.WithTimeout(l.ctx, beatTimeout)
		b, err := ask(ctx)
		cancel()
		if err == nil {
			l.marks = b.Read
			l.behind(b.Head, becauseBehind)
		}
		return l.beat(err != nil)
	}
	return l.beat(l.degraded)
}

func (l *loop) beat(degraded bool) bool {
	b := beat{Degraded: degraded}
	b.Read = l.marks
	_, b.Head = l.stands()
	data, err := json.Marshal(b)
	return err == nil && l.event(chat.EventHeartbeat, data)
}
