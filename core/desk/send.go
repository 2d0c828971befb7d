package desk

import (
	"context"
	"errors"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/router"
)

// accept bounds the wait for a batch that is past the point of no return.
const accept = 3 * time.Second

// Send accepts a message of the actor: it is written when Send returns without an error. The same client id again is
// answered with the first message and repeat true, or with chat.Conflict when the content differs.
// An error of chat.CodeLineUnavailable or chat.CodeQueueFull asks for the same message again.
func (d *Desk) Send(ctx context.Context, draft chat.Draft) (m chat.Message, repeat bool, err error) {
	arrived := time.Now()
	actor := chat.ActorFrom(ctx)
	draft.Author, draft.Trace, draft.Parent, draft.Received = actor.Author(), chat.TraceFrom(ctx), chat.ParentFrom(ctx), d.clock.Now()
	if draft.Bot {
		if err := assistant(actor, &draft); err != nil {
			return m, false, err
		}
	}
	if draft.Kind == chat.KindCard && actor.Kind == chat.KindVisitor {
		if err := d.present(ctx, &draft); err != nil {
			return m, false, err
		}
	}
	if err := draft.Check(); err != nil {
		return m, false, err
	}
	if draft.Kind == chat.KindNote && actor.Kind != chat.KindAgent {
		return m, false, chat.Invalid("kind", "This kind of message cannot be sent.")
	}
	if draft.Data, err = chat.ReadData(draft.Kind, draft.Author.Kind, draft.Data); err != nil {
		return m, false, err
	}
	where, err := d.where(ctx, draft.Conversation, chat.ConversationReply)
	if err != nil {
		return m, false, err
	}
	l, err := d.at(where)
	if err != nil {
		return m, false, err
	}
	if draft.Attachment != "" {
		if err := d.name(ctx, where, &draft); err != nil {
			return m, false, err
		}
	}
	done, err := d.append(ctx, l, draft)
	l.count.sent(arrived, done.Repeat, err)
	if err != nil {
		return m, false, err
	}
	if draft.Kind == chat.KindNote {
		if err := d.mention(ctx, where, done.Message); err != nil {
			return m, false, err
		}
	}
	// A repeat may come because what follows the first failed; taking what does not wait changes nothing.
	if draft.Author.Kind == chat.KindAgent && draft.Kind != chat.KindNote && (done.Repeat || done.Conversation.Status == chat.StatusWaiting || done.Conversation.Agent.Bot) {
		d.take(ctx, l, draft.Conversation, actor)
	}
	return done.Message, done.Repeat, nil
}

// append puts a draft on its shard's queue and waits for the batch it becomes part of. From there on a caller who goes
// away changes nothing any more: the message is written or not, and its client id tells.
func (d *Desk) append(ctx context.Context, l *line, draft chat.Draft) (chat.Appended, error) {
	draft.Queued = d.clock.Now()
	e := router.NewEnvelope(draft)
	defer e.Release()
	if err := l.router.Dispatch(ctx, e); err != nil {
		switch {
		case errors.Is(err, router.ErrQueueFull):
			return chat.Appended{}, chat.QueueFull(err)
		case errors.Is(err, router.ErrWorkerNotFound):
			return chat.Appended{}, chat.Unavailable(time.Second, err)
		}
		return chat.Appended{}, chat.Unavailable(time.Second, err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), accept+time.Second)
	defer cancel()
	err := e.Wait(ctx)
	if err == nil {
		if err = e.Result.Err; err == nil {
			return e.Result, nil
		}
	}
	if _, known := errors.AsType[*chat.Error](err); known {
		return chat.Appended{}, err
	}
	return chat.Appended{}, chat.Unavailable(time.Second, err)
}

// where says on which line a conversation is, for an actor who may do the thing there. A visitor's is her own line: that
// the conversation is hers is checked where it is read or written.
func (d *Desk) where(ctx context.Context, conversation chat.ID, p chat.Permission) (string, error) {
	if _, err := chat.ParseID(string(conversation)); err != nil {
		return "", chat.NotFound()
	}
	actor := chat.ActorFrom(ctx)
	switch actor.Kind {
	case chat.KindVisitor:
		return actor.Line, d.admitted(actor)
	case chat.KindAgent:
		name, err := d.store.Locate(ctx, conversation)
		if err != nil {
			return "", err
		}
		if !actor.At(name) {
			return "", chat.NotFound()
		}
		if !actor.May(p) {
			return "", chat.Forbidden()
		}
		return name, nil
	}
	return "", chat.Unauthenticated()
}

// conversation returns a conversation the actor may see, and do the thing with.
func (d *Desk) conversation(ctx context.Context, id chat.ID, p chat.Permission) (chat.Conversation, error) {
	name, err := d.where(ctx, id, p)
	if err != nil {
		return chat.Conversation{}, err
	}
	c, err := d.store.Conversation(ctx, name, id)
	if err != nil {
		return chat.Conversation{}, err
	}
	if a := chat.ActorFrom(ctx); a.Kind == chat.KindVisitor && c.Visitor != a.ID {
		return chat.Conversation{}, chat.NotFound()
	}
	return c, nil
}
