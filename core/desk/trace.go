package desk

import (
	"context"

	"github.com/taadis/unique-support/core/chat"
)

// Trace returns when a message passed each hop, for an agent who may see the message. A hop may take a second to be known.
func (d *Desk) Trace(ctx context.Context, message chat.ID) (chat.Trace, error) {
	actor := chat.ActorFrom(ctx)
	switch actor.Kind {
	case chat.KindAgent:
	case chat.KindVisitor:
		return chat.Trace{}, chat.Forbidden()
	default:
		return chat.Trace{}, chat.Unauthenticated()
	}
	if !actor.May(chat.ConversationRead) {
		return chat.Trace{}, chat.Forbidden()
	}
	if _, err := chat.ParseID(string(message)); err != nil {
		return chat.Trace{}, chat.NotFound()
	}
	return d.store.Trace(ctx, actor.Lines, message)
}

// Pushed is told of a message that was offered to a screen of the side it is not from. It never waits.
func (d *Desk) Pushed(e *chat.Event) {
	if e.To&chat.ToCanary != 0 {
		return
	}
	if l, err := d.at(e.Line); err == nil {
		l.journal.pass(chat.Passage{Conversation: e.Conversation, Seq: e.Seq, Trace: e.Trace, Pushed: d.clock.Now()})
	}
}

// accepted takes down the hops of a message that was just written, and that its author has read what was before it.
func (d *Desk) accepted(l *line, draft *chat.Draft, w *chat.Appended) {
	m, now := &w.Message, d.clock.Now()
	if m.Kind == chat.KindNote || m.Kind == chat.KindCanary {
		return // private, and numbered apart; or nobody's
	}
	l.journal.pass(chat.Passage{
		Conversation: m.Conversation, Seq: m.Seq, Trace: m.Trace, Parent: draft.Parent, Node: d.node,
		Received: draft.Received, Queued: draft.Queued, Routed: draft.Routed, Committed: now,
	})
	var read int64
	switch m.Author.Kind {
	case chat.KindVisitor:
		read = w.Before.Visitor
	case chat.KindAgent:
		read = w.Before.Agent
	default:
		return
	}
	l.journal.reach(chat.Reach{Conversation: m.Conversation, By: m.Author.Kind, After: read, UpTo: m.Seq - 1, Read: true, At: now})
}

// noticed takes down that the desk itself wrote.
func (d *Desk) noticed(line string, m *chat.Message) {
	if l, err := d.at(line); err == nil {
		l.journal.pass(chat.Passage{Conversation: m.Conversation, Seq: m.Seq, Trace: m.Trace, Node: d.node, Committed: d.clock.Now()})
	}
}

// marked takes down how far the actor came by a mark, given the conversation before it.
func (d *Desk) marked(before chat.Conversation, r chat.Receipt) {
	l, err := d.at(before.Line)
	if err != nil {
		return
	}
	had, read := before.Read.Agent, before.Read.Agent // what an agent received is told by each, and by no mark of the conversation's
	if r.Kind == chat.KindVisitor {
		had, read = before.Read.VisitorDelivered, before.Read.Visitor
	}
	now := d.clock.Now()
	l.journal.reach(chat.Reach{Conversation: before.ID, By: r.Kind, After: had, UpTo: r.Delivered, At: now})
	l.journal.reach(chat.Reach{Conversation: before.ID, By: r.Kind, After: read, UpTo: r.Read, Read: true, At: now})
}
