package desk

import (
	"cmp"
	"context"

	"github.com/taadis/unique-support/core/chat"
)

// Leave says where the visitor is to be answered, because nobody is at work now, or she would have to wait long: her conversation is marked as a message that was
// left, and waits like any other. Saying it again changes where.
func (d *Desk) Leave(ctx context.Context, id chat.ID, contact string) error {
	actor := chat.ActorFrom(ctx)
	if actor.Kind != chat.KindVisitor {
		return chat.Forbidden()
	}
	c, err := d.conversation(ctx, id, chat.ConversationReply)
	if err != nil {
		return err
	}
	if err := chat.CheckContact(contact); err != nil {
		return err
	}
	m, err := d.store.Leave(ctx, c.Line, id, contact, actor.Author())
	if err != nil {
		return err
	}
	d.announceMoved(m)
	return nil
}

// Reach is where the visitor can probably be answered: what she said last, or what is known of her; "" when nobody knows.
func (d *Desk) Reach(ctx context.Context, c chat.Conversation) (string, error) {
	actor := chat.ActorFrom(ctx)
	if c.Contact != "" || c.ID == "" || actor.Kind != chat.KindVisitor {
		return c.Contact, nil
	}
	v, err := d.store.Visitor(ctx, actor.Line, actor.ID)
	if err != nil {
		return "", err
	}
	return cmp.Or(v.Phone, v.Email), nil
}

// Answer keeps what the visitor was asked before her first words, in the language she was asked in. What tells who she is becomes part of what is known of
// her, unless her host has signed that. Of what is wrong the first is the error; see chat.Questions.Fill for all of it.
func (d *Desk) Answer(ctx context.Context, id chat.ID, given map[string]string, locale string) error {
	actor := chat.ActorFrom(ctx)
	if actor.Kind != chat.KindVisitor {
		return chat.Forbidden()
	}
	c, err := d.conversation(ctx, id, chat.ConversationReply)
	if err != nil {
		return err
	}
	line, err := d.store.Line(c.Line)
	if err != nil {
		return err
	}
	answers, wrong := line.Questions.Fill(given, locale)
	for _, q := range line.Questions {
		if err := wrong[q.Name]; err != nil {
			return err
		}
	}
	if c, err = d.store.Answer(ctx, c.Line, id, answers, actor.Author()); err != nil {
		return err
	}
	if p := chat.Profiled(answers); p.Name != "" || p.Email != "" || p.Phone != "" {
		if _, err := d.store.PutVisitor(ctx, c.Line, chat.Visitor{ID: actor.ID, Name: p.Name, Email: p.Email, Phone: p.Phone, Seen: chat.Time{Time: d.clock.Now()}}); err != nil {
			return err
		}
	}
	return nil
}
