package desk

import (
	"context"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// End closes a conversation; its visitor may, and an agent of the line. Closing a closed one is no error.
func (d *Desk) End(ctx context.Context, id chat.ID) error {
	c, err := d.conversation(ctx, id, chat.ConversationReply)
	if err != nil {
		return err
	}
	m, err := d.store.End(ctx, c.Line, id, chat.ActorFrom(ctx).Author(), chat.TraceFrom(ctx))
	if err != nil {
		return err
	}
	if m.Notice == nil {
		return nil
	}
	return d.moved(c.Status, m)
}

// Reopen takes a closed conversation up again: it is the agent's who does it, and waits when its visitor does, who may
// within chat.ReopenWithin. She must have no newer one open.
func (d *Desk) Reopen(ctx context.Context, id chat.ID) error {
	c, err := d.conversation(ctx, id, chat.ConversationReply)
	if err != nil {
		return err
	}
	if c.Status != chat.StatusClosed {
		return nil
	}
	if chat.ActorFrom(ctx).Kind == chat.KindVisitor && d.clock.Now().Sub(c.Closed.Time) > chat.ReopenWithin {
		return chat.Conflict("reopen_late", "This conversation ended too long ago. Please begin a new one.")
	}
	m, err := d.store.Reopen(ctx, c.Line, id, chat.ActorFrom(ctx).Author(), chat.TraceFrom(ctx))
	if err != nil {
		return err
	}
	return d.moved(c.Status, m)
}

// Snooze sets a conversation aside until a time within 90 days, or until its visitor writes.
func (d *Desk) Snooze(ctx context.Context, id chat.ID, until time.Time) error {
	now := d.clock.Now()
	if !until.After(now) || until.After(now.AddDate(0, 0, 90)) {
		return chat.Invalid("until", "until is a time within the next 90 days.")
	}
	c, err := d.agentsConversation(ctx, id, chat.ConversationReply)
	if err != nil {
		return err
	}
	before := c.Status
	if c, err = d.store.Snooze(ctx, c.Line, id, until); err != nil {
		return err
	}
	return d.moved(before, chat.Moved{Conversation: c})
}

// Label replaces a conversation's labels, at most 20 of at most 40 characters.
func (d *Desk) Label(ctx context.Context, id chat.ID, labels []string) error {
	if len(labels) > 20 {
		return chat.Invalid("labels", "A conversation has at most 20 labels.")
	}
	for _, l := range labels {
		if err := chat.CheckText(l, 40); err != nil {
			return chat.Invalid("labels", "A label is a text of at most 40 characters.")
		}
	}
	c, err := d.agentsConversation(ctx, id, chat.ConversationReply)
	if err != nil {
		return err
	}
	if c, err = d.store.Label(ctx, c.Line, id, labels); err != nil {
		return err
	}
	d.announceConversation(c)
	return nil
}

// Rate keeps what the visitor thought of her conversation.
func (d *Desk) Rate(ctx context.Context, id chat.ID, r chat.Rating) error {
	if err := r.Check(); err != nil {
		return err
	}
	actor := chat.ActorFrom(ctx)
	if actor.Kind != chat.KindVisitor {
		return chat.Forbidden()
	}
	c, err := d.conversation(ctx, id, chat.ConversationReply)
	if err != nil {
		return err
	}
	if c.LastSeq == 0 {
		return chat.Conflict("rate_empty", "There is nothing to rate yet.")
	}
	m, err := d.store.Rate(ctx, c.Line, id, r, actor.Author(), chat.TraceFrom(ctx))
	if err != nil {
		return err
	}
	d.announceMoved(m)
	return nil
}

// Recall takes back a message its author wrote less than chat.RecallWithin ago.
func (d *Desk) Recall(ctx context.Context, id chat.ID, seq int64) error {
	c, err := d.conversation(ctx, id, chat.ConversationReply)
	if err != nil {
		return err
	}
	m, err := d.store.Recall(ctx, c.Line, id, seq, chat.ActorFrom(ctx).Author(), chat.TraceFrom(ctx))
	if err != nil || m.Notice == nil {
		return err
	}
	d.announceMoved(m)
	return nil
}

// Rating returns what the visitor thought of her conversation, or chat.NotFound.
func (d *Desk) Rating(ctx context.Context, id chat.ID) (chat.Rating, error) {
	c, err := d.conversation(ctx, id, chat.ConversationRead)
	if err != nil {
		return chat.Rating{}, err
	}
	return d.store.Rating(ctx, c.Line, id)
}

// agentsConversation is conversation for what only agents may do; to a visitor there is no such thing.
func (d *Desk) agentsConversation(ctx context.Context, id chat.ID, p chat.Permission) (chat.Conversation, error) {
	if chat.ActorFrom(ctx).Kind == chat.KindVisitor {
		return chat.Conversation{}, chat.NotFound()
	}
	return d.conversation(ctx, id, p)
}

// moved tells of a move, given where the conversation stood before, and looks for the next to serve: it may have freed a
// place, filled the queue, or left it.
func (d *Desk) moved(before chat.Status, m chat.Moved) error {
	d.announceMoved(m)
	l, err := d.at(m.Conversation.Line)
	if err != nil {
		return err
	}
	if before == chat.StatusWaiting {
		l.shifted.Store(true)
	}
	l.ring()
	return nil
}
