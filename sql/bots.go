package sql

import (
	"context"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// refuseBot says why an assistant may not answer: a person has the conversation, another program has, or its visitor was sent on to
// people. The row is locked, so that nothing of it comes after that.
func refuseBot(r *row, by chat.Author) error {
	switch {
	case r.Human.Valid:
		return chat.Conflict("human", "The visitor was sent on to people: no assistant answers until the conversation has ended.")
	case r.Agent != "" && r.Agent != by.ID:
		return chat.Conflict("held", "Somebody else has this conversation.")
	}
	return nil
}

// assist is what an assistant's message changes: what waits is its conversation now, and it has read what stood before.
func (r *row) assist(by chat.Author, seq int64, now time.Time) {
	if r.Status == chat.StatusWaiting {
		r.give(chat.AgentRef{ID: by.ID, Name: by.Name}, chat.ReasonBot, now)
	}
	if r.Agent == by.ID {
		r.Reason = chat.ReasonBot
	}
	r.AgentRead = seq
	r.Bot = by.Name
}

// Release sends a conversation on to people: it waits, and no assistant answers in it until it ends. Its visitor may while an
// assistant has it or nobody, an agent while she has it herself. Releasing it again changes nothing, and Moved.Notice is nil.
func (s *Store) Release(ctx context.Context, line string, conversation chat.ID, by chat.Author, trace string) (chat.Moved, error) {
	return s.move(ctx, line, conversation, by, func(b *batch, r *row) (*chat.Message, error) {
		switch {
		case r.Status == chat.StatusClosed:
			return nil, chat.Conflict("closed", "This conversation has ended.")
		case r.Status == chat.StatusNew:
			return nil, chat.Conflict("not_begun", "The visitor has not written yet.")
		case by.Kind == chat.KindVisitor && r.Agent != "" && !r.assisted():
			return nil, nil // a person has it
		case r.Agent == "" && r.Human.Valid:
			return nil, nil
		case by.Kind != chat.KindVisitor && r.Agent != by.ID:
			return nil, chat.Conflict("held", "Somebody else has this conversation.")
		}
		now := b.time(r)
		n := chat.Notice{Name: "human", Agent: r.Bot, By: by.Kind}
		if r.Agent != "" && !r.assisted() {
			n.Name, n.Agent = "left", r.AgentName
		} else if by.Kind != chat.KindVisitor {
			n.By = chat.KindBot
		}
		if r.Status != chat.StatusWaiting {
			r.wait(now)
		}
		r.Agent, r.AgentName, r.Reason = "", "", ""
		r.Human = some(now)
		if _, err := b.t.exec("Conversation_Human", r.ID, now); err != nil {
			return nil, err
		}
		return b.notice(r, n, trace), nil
	})
}
