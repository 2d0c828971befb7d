package desk

import (
	"context"

	"github.com/taadis/unique-support/core/chat"
)

// Page is how much of a log one call may ask for.
const (
	PageDefault = 50
	PageMax     = 200
	// PullMax is how much of its log a stream reads at a time.
	PullMax = 500
)

// Conversation returns a conversation the actor may see, with its place in the queue while it waits.
func (d *Desk) Conversation(ctx context.Context, id chat.ID) (chat.Conversation, error) {
	c, err := d.conversation(ctx, id, chat.ConversationRead)
	if err == nil && chat.ActorFrom(ctx).Kind == chat.KindVisitor {
		c = d.forVisitor(ctx, c)
	}
	return c, err
}

// Range asks for a part of a log: what follows After, or, when Before is not 0 or Last is set, the newest before it.
type Range struct {
	After, Before int64
	// Last asks for the end of the log.
	Last  bool
	Limit int
}

// Messages returns a part of a conversation's log, ascending, and whether there is more in the direction asked.
func (d *Desk) Messages(ctx context.Context, id chat.ID, r Range) (ms []chat.Message, more bool, err error) {
	c, err := d.conversation(ctx, id, chat.ConversationRead)
	if err != nil {
		return nil, false, err
	}
	if r.Limit == 0 {
		r.Limit = PageDefault
	}
	if r.Limit < 1 || r.Limit > PageMax {
		return nil, false, chat.Invalid("limit", "limit is a number from 1 to 200.")
	}
	if r.Before > 0 || r.Last {
		ms, err = d.store.MessagesBefore(ctx, c.Line, id, r.Before, r.Limit+1)
		if more = len(ms) > r.Limit; more {
			ms = ms[1:]
		}
		return ms, more, err
	}
	ms, err = d.store.Messages(ctx, c.Line, id, r.After, r.Limit+1)
	if more = len(ms) > r.Limit; more {
		ms = ms[:r.Limit]
	}
	return ms, more, err
}

// Notes returns the private notes of a conversation, for agents.
func (d *Desk) Notes(ctx context.Context, id chat.ID) ([]chat.Message, error) {
	if chat.ActorFrom(ctx).Kind != chat.KindAgent {
		return nil, chat.NotFound()
	}
	name, err := d.where(ctx, id, chat.ConversationRead)
	if err != nil {
		return nil, err
	}
	return d.store.Notes(ctx, name, id)
}

// Watch is what a stream of one conversation needs.
type Watch struct {
	Conversation chat.Conversation
	Epoch        string
}

// Watch returns what a stream of the conversation needs, for an actor who may see it.
func (d *Desk) Watch(ctx context.Context, id chat.ID) (Watch, error) {
	c, err := d.conversation(ctx, id, chat.ConversationRead)
	if err != nil {
		return Watch{}, err
	}
	epoch, err := d.store.Epoch(ctx, c.Line)
	if err != nil {
		return Watch{}, err
	}
	return Watch{Conversation: c, Epoch: epoch}, nil
}

// Pull reads the log behind a stream: at most PullMax messages with after < seq. Who may see them was asked by Watch.
func (d *Desk) Pull(ctx context.Context, line string, conversation chat.ID, after int64) ([]chat.Message, error) {
	return d.store.Messages(ctx, line, conversation, after, PullMax)
}

// Epoch names the history of a line's database.
func (d *Desk) Epoch(ctx context.Context, line string) (string, error) {
	return d.store.Epoch(ctx, line)
}

// Mark says how far the actor has received and read, and tells the others when that is news.
func (d *Desk) Mark(ctx context.Context, id chat.ID, delivered, read int64) error {
	if delivered < 0 || read < 0 {
		return chat.Invalid("seq", "seq is the number of a message.")
	}
	c, err := d.conversation(ctx, id, chat.ConversationRead)
	if err != nil {
		return err
	}
	actor := chat.ActorFrom(ctx)
	r := chat.Receipt{Conversation: id, Kind: actor.Kind, Delivered: min(max(delivered, read), c.LastSeq), Read: min(read, c.LastSeq)}
	marks, changed, err := d.store.Mark(ctx, c.Line, r, actor.ID)
	if err != nil || !changed {
		return err
	}
	r.Read = marks.Agent
	if actor.Kind == chat.KindVisitor {
		r.Read, r.Delivered = marks.Visitor, marks.VisitorDelivered
	}
	d.marked(c, r)
	d.announce(chat.Event{Kind: chat.EventReceipt, Line: c.Line, Conversation: id, To: chat.ToAll, Trace: chat.TraceFrom(ctx), Data: encode(r)})
	return nil
}

// Typing tells the other side that the actor is writing. It is never stored.
func (d *Desk) Typing(ctx context.Context, id chat.ID) error {
	c, err := d.conversation(ctx, id, chat.ConversationReply)
	if err != nil {
		return err
	}
	actor, to := chat.ActorFrom(ctx), chat.ToVisitor
	if actor.Kind == chat.KindVisitor {
		to = chat.ToAgents
	}
	t := chat.Typing{Conversation: id, Author: actor.Author()}
	d.announce(chat.Event{Kind: chat.EventTyping, Line: c.Line, Conversation: id, To: to, Data: encode(t)})
	return nil
}

// Locate says on which line a conversation is. It tells nothing else, so anybody may ask.
func (d *Desk) Locate(ctx context.Context, id chat.ID) (string, error) {
	if _, err := chat.ParseID(string(id)); err != nil {
		return "", chat.NotFound()
	}
	return d.store.Locate(ctx, id)
}
