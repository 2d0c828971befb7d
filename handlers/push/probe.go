package push

import (
	"sync"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// probe is a reader without a stream: it tells what it would have been pushed.
type probe struct {
	watch Stream
	side  chat.Audience
	seen  func(side chat.Audience, seq int64)
}

// canaries is the topic of a canary's own agent. Her events go the way of all agents' events, but to nobody else, and she
// gets none of theirs: a line without agents costs no more for having her.
func canaries(line string, conversation chat.ID) topic {
	return topic{line, "canary of " + conversation}
}

// Probe calls seen with the number of each message that is pushed to the conversation's visitor (chat.ToVisitor) and, of a
// canary, to its own agent (chat.ToCanary), until leave is called. seen must not wait.
func (h *Hub) Probe(line string, conversation chat.ID, seen func(side chat.Audience, seq int64)) (leave func()) {
	s := Stream{Line: line, Conversation: conversation}
	visitor, agent := &probe{s, chat.ToVisitor, seen}, &probe{s, chat.ToCanary, seen}
	h.table.add(topic{line, conversation}, visitor)
	h.table.add(canaries(line, conversation), agent)
	return sync.OnceFunc(func() {
		h.table.remove(topic{line, conversation}, visitor)
		h.table.remove(canaries(line, conversation), agent)
	})
}

func (p *probe) offer(e *chat.Event, _ *frame) {
	if !e.Ephemeral() {
		p.seen(p.side, e.Seq)
	}
}

// miss is an event that a reader with a stream would now read in the log.
func (p *probe) miss(e *chat.Event) { p.offer(e, nil) }

// What follows is for readers with a stream.
func (p *probe) behind(int64, reason)  {}
func (p *probe) stream() *Stream       { return &p.watch }
func (p *probe) goodbye(time.Duration) {}
func (p *probe) end(cause)             {}
func (p *probe) interrupt()            {}
