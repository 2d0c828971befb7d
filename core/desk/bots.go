package desk

import (
	"context"

	"github.com/taadis/unique-support/core/chat"
)

// Release sends a conversation on to people: to the queue, where no assistant answers it any more until it ends. Its visitor asks for
// that while an assistant has it, or whoever has it says so herself. Asking again changes nothing, nor does it where a person has it.
func (d *Desk) Release(ctx context.Context, id chat.ID) error {
	c, err := d.conversation(ctx, id, chat.ConversationReply)
	if err != nil {
		return err
	}
	m, err := d.store.Release(ctx, c.Line, id, chat.ActorFrom(ctx).Author(), chat.TraceFrom(ctx))
	if err != nil || m.Notice == nil {
		return err
	}
	return d.moved(c.Status, m)
}

// assistant makes a draft an assistant's: that of the program whose key it came with.
func assistant(actor chat.Actor, draft *chat.Draft) error {
	if actor.Kind != chat.KindAgent || actor.Key == "" {
		return chat.Invalid("bot", "Only a program with an API key sends as an assistant.")
	}
	if draft.Kind == chat.KindNote {
		return chat.Invalid("kind", "This kind of message cannot be sent.")
	}
	draft.Author.Kind = chat.KindBot
	return nil
}
