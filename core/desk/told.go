package desk

import (
	"sync"

	"github.com/taadis/unique-support/core/chat"
)

// told remembers the messages of a line that this node's streams were last told of. A message written here comes back
// through the log's tail a moment later, or a moment earlier; whichever is first is told, the other is not.
type told struct {
	mu   sync.Mutex
	seen map[place]struct{}
	ring []place
	next int
}

// place is a message's place: its conversation and its number.
type place struct {
	conversation chat.ID
	seq          int64
}

// tells is how many a line remembers: more than come in while a tail is behind by some seconds. One that is forgotten too
// soon is told twice, which streams and pages notice by its number.
const tells = 8192

// forget makes everything news again.
func (t *told) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seen, t.ring, t.next = nil, nil, 0
}

// knows reports whether the message was told already.
func (t *told) knows(p place) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, old := t.seen[p]
	return old
}

// first reports whether the event is news; only numbered messages can be old.
func (t *told) first(e chat.Event) bool {
	if e.Ephemeral() {
		return true
	}
	p := place{e.Conversation, e.Seq}
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, old := t.seen[p]; old {
		return false
	}
	if t.seen == nil {
		t.seen = make(map[place]struct{}, tells)
		t.ring = make([]place, tells)
	}
	delete(t.seen, t.ring[t.next])
	t.ring[t.next] = p
	t.next = (t.next + 1) % tells
	t.seen[p] = struct{}{}
	return true
}
