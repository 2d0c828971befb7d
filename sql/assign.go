package sql

import (
	"context"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// Assign gives a conversation that has not ended to an agent, whoever has it now, and may go over her capacity: a person
// chose it. So it does not wait for AssignNext, which may count her places just then: that is as if the person had chosen a
// moment later. Giving her what she has changes nothing.
func (s *Store) Assign(ctx context.Context, line string, a chat.Assignment) (chat.Moved, error) {
	p, err := s.line(line)
	if err != nil {
		return chat.Moved{}, err
	}
	var m chat.Moved
	err = p.tx(ctx, func(t *tx) error {
		m, err = assignIn(t, line, a)
		return err
	})
	if err != nil {
		return chat.Moved{}, err
	}
	s.located.put(line, a.Conversation)
	return m, nil
}

// AssignNext gives a waiting conversation to an online agent with room, as the line's routing says: see chat.Routing. It
// returns chat.NotFound when nothing waits or nobody has room who could be given it.
func (s *Store) AssignNext(ctx context.Context, line string, trace string) (chat.Moved, error) {
	l, err := s.Line(line)
	if err != nil {
		return chat.Moved{}, err
	}
	p, err := s.line(line)
	if err != nil {
		return chat.Moved{}, err
	}
	// Nearly always there is nothing to do: that is found out without making everybody else wait.
	var waiting []chat.ID
	if err := p.selectAll(ctx, &waiting, "Conversation_Ready", l.Queue.BotSeconds); err != nil {
		return chat.Moved{}, err
	}
	if len(waiting) == 0 {
		return chat.Moved{}, chat.NotFound()
	}
	var m chat.Moved
	err = p.tx(ctx, func(t *tx) error {
		if err := oneAtATime(t); err != nil {
			return err
		}
		for range 5 { // one that was closed, or taken, since it was looked for is left where it is
			n, err := nextIn(t, l)
			if err != nil {
				return err
			}
			if m, err = assignIn(t, line, n.assignment(l.Routing, trace)); err != nil || m.Notice != nil {
				return err
			}
		}
		return chat.NotFound()
	})
	if err != nil {
		return chat.Moved{}, err
	}
	s.located.put(line, m.Conversation.ID)
	return m, nil
}

// oneAtATime is held until the transaction ends. It comes before the lock of any conversation's row.
func oneAtATime(t *tx) error {
	_, err := t.exec("Seat_Lock")
	return err
}

func assignIn(t *tx, line string, a chat.Assignment) (chat.Moved, error) {
	return moveIn(t, line, a.Conversation, a.By, func(b *batch, r *row) (*chat.Message, error) {
		if a.Waiting && r.Status != chat.StatusWaiting && (a.By.Kind == chat.KindSystem || !r.assisted()) {
			return nil, nil
		}
		switch r.Status {
		case chat.StatusClosed:
			return nil, chat.Conflict("closed", "This conversation has ended.")
		case chat.StatusNew:
			return nil, chat.Conflict("not_begun", "The visitor has not written yet.")
		}
		before := r.agent()
		if before.ID == a.To.ID {
			if r.Status != chat.StatusOpen || r.assisted() { // she takes up what she had set aside, or her program had
				if r.assisted() {
					r.Reason = a.Reason
				}
				r.open()
				b.touch(r)
			}
			return nil, nil
		}
		if now := b.time(r); r.Status == chat.StatusWaiting {
			if _, err := t.exec("Wait_Put", r.ID, r.Waiting.Time, now); err != nil {
				return nil, err
			}
		}
		if err := b.given(r, a); err != nil {
			return nil, err
		}
		n := chat.Notice{Name: "joined", Agent: a.To.Name, By: a.By.Kind}
		if before.ID != "" {
			n.Name, n.From = "transferred", before.Name
		}
		notice := b.notice(r, n, a.Trace)
		return notice, decide(t, notice, a)
	})
}

// give opens the conversation for an agent.
func (r *row) give(to chat.AgentRef, reason string, now time.Time) {
	r.open()
	r.Agent, r.AgentName, r.Reason, r.Assigned = to.ID, to.Name, reason, some(now)
}

// handOver counts anew what the agent who now has the conversation has not read: what no agent had, and she had not.
func (b *batch) handOver(r *row) error {
	i := inboxRow{Participant: r.Agent, Conversation: r.ID}
	if err := b.inbox(&i); err != nil {
		return err
	}
	i.Read = max(i.Read, r.AgentRead)
	return b.putInbox(r, i)
}
