package desk

import (
	"context"

	"github.com/taadis/unique-support/core/chat"
)

// Leave says where the visitor is to be answered, because nobody is at work now: her conversation is marked as a message that was
// left, and waits like any other. Saying it again changes where.
func (d *Desk) Leave(ctx context.Context, id chat.ID, contact string) error {
	if err := chat.CheckContact(contact); err != nil {
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
	m, err := d.store.Leave(ctx, c.Line, id, contact, actor.Author())
	if err != nil {
		return err
	}
	d.announceMoved(m)
	return nil
}
