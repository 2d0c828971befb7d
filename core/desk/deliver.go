package desk

import (
	"context"
	"encoding/json"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/router"
)

// deliver has a shard's batch written, together with those of other shards, and tells everybody who watches. Senders are
// answered after both.
func (d *Desk) deliver(ctx context.Context, l *line, batch []*router.Envelope) {
	ctx, cancel := context.WithTimeout(ctx, accept)
	defer cancel()
	now := d.clock.Now()
	drafts := make([]chat.Draft, len(batch))
	for i, e := range batch {
		drafts[i] = e.Draft
		drafts[i].Routed = now
	}
	for i, w := range l.commit.write(ctx, drafts) {
		batch[i].Result = w
		if w.Err == nil && !w.Repeat {
			d.accepted(l, &drafts[i], &w)
			d.announceMessage(l, w)
		}
	}
}

// announceMessage tells of a message that was just written, and of the conversation when the message changed where it stands.
func (d *Desk) announceMessage(l *line, w chat.Appended) {
	d.announce(messageEvent(l.name, w.Message))
	if w.Moved {
		d.announceConversation(w.Conversation)
		if w.Conversation.Status != chat.StatusWaiting { // a bot took it out of the queue
			l.shifted.Store(true)
		}
		l.ring()
	}
}

// announce hands an event to the streams of this node, then tells the others.
func (d *Desk) announce(e chat.Event) {
	d.hear(e)
	d.bus.Announce(e)
}

// wants reports whether a message that somebody wrote somewhere is news to the streams of this node.
func (d *Desk) wants(line string, conversation chat.ID, seq int64) bool {
	if !d.push.Watched(line, conversation) {
		return false
	}
	l, err := d.at(line)
	return err != nil || !l.told.knows(place{conversation, seq})
}

// hear hands an event to the streams of this node, unless they have it, or a newer one, already.
func (d *Desk) hear(e chat.Event) {
	l, err := d.at(e.Line)
	switch {
	case err != nil:
	case e.Kind == chat.EventLeft:
		var visitor chat.ID
		if json.Unmarshal(e.Data, &visitor) == nil {
			d.push.CutVisitor(visitor)
		}
		return
	case e.Kind == chat.EventConversation:
		l.stands.tell(e, d.push.Publish)
		return
	case !l.told.first(e):
		return
	}
	d.push.Publish(e)
}

// announceConversation tells of where a conversation stands: agents see all of it, its visitor what concerns her.
func (d *Desk) announceConversation(c chat.Conversation) {
	d.announce(conversationEvent(c, chat.ToAgents))
	d.announce(conversationEvent(ForVisitor(d.estimated(c)), chat.ToVisitor))
}

// announceMoved tells of a conversation that changed hands or state.
func (d *Desk) announceMoved(m chat.Moved) {
	if m.Notice != nil {
		d.noticed(m.Conversation.Line, m.Notice)
		d.announce(messageEvent(m.Conversation.Line, *m.Notice))
	}
	d.announceConversation(m.Conversation)
}

// ForVisitor returns what a visitor may know of her conversation: not its labels, nor why an agent has it or whom it asks for.
func ForVisitor(c chat.Conversation) chat.Conversation {
	c.Labels, c.Reason, c.VisitorName, c.Verified = nil, "", "", false
	c.Team, c.Skill = chat.TeamRef{}, ""
	return c
}

func messageEvent(line string, m chat.Message) chat.Event {
	e := chat.Event{Kind: chat.EventMessage, Line: line, Conversation: m.Conversation, Seq: m.Seq, By: m.Author.Kind, To: m.Kind.Audience(), Trace: m.Trace, Data: encode(m)}
	if m.Kind == chat.KindNote {
		e.Seq = 0
	}
	return e
}

func conversationEvent(c chat.Conversation, to chat.Audience) chat.Event {
	return chat.Event{Kind: chat.EventConversation, Line: c.Line, Conversation: c.ID, Agent: c.Agent.ID, To: to, Data: encode(c)}
}

// encode writes one line of JSON. The shapes of core/chat cannot fail to encode: their only raw part came out of jsonb.
func encode(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic("encode an event: " + err.Error())
	}
	return b
}
