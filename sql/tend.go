package sql

import (
	"context"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// due is a conversation something is due of, as it was when that was seen.
type due struct {
	ID  chat.ID `db:"id"`
	Seq int64   `db:"last_seq"`
}

// Tend does what the line's routing says is due by now: what a lost agent had waits again, at the head of the queue; a visitor who was
// answered and says nothing is asked whether she is still there, and what she has left ends. Several nodes may do it at once.
func (s *Store) Tend(ctx context.Context, line string, trace string) (moved []chat.Moved, err error) {
	l, err := s.Line(line)
	if err != nil {
		return nil, err
	}
	r := l.Routing
	for _, task := range []struct {
		after     time.Duration
		statement string
		do        func(b *batch, r *row) (*chat.Message, error)
	}{
		{time.Duration(r.Lost) * time.Second, "Queue_Lost", func(b *batch, r *row) (*chat.Message, error) { return b.lose(r, trace) }},
		{time.Duration(r.Close-r.Remind) * time.Minute, "Queue_Left", func(b *batch, r *row) (*chat.Message, error) {
			r.end(b.time(r))
			return b.notice(r, chat.Notice{Name: "closed", By: chat.KindSystem}, trace), nil
		}},
		{time.Duration(r.Remind) * time.Minute, "Queue_Idle", func(b *batch, r *row) (*chat.Message, error) {
			n := chat.Notice{Name: "reminded", By: chat.KindSystem}
			if l.Routing.Close > 0 {
				n.Name, n.Minutes = "ending", l.Routing.Close-l.Routing.Remind
			}
			notice := b.notice(r, n, trace)
			_, err := b.t.exec("Queue_Remind", r.ID, notice.Seq)
			return notice, err
		}},
	} {
		if task.after <= 0 {
			continue
		}
		done, err := s.tend(ctx, line, task.statement, task.after, task.do)
		if moved = append(moved, done...); err != nil {
			return moved, err
		}
	}
	return moved, nil
}

func (s *Store) tend(ctx context.Context, line, statement string, after time.Duration, do func(b *batch, r *row) (*chat.Message, error)) (moved []chat.Moved, err error) {
	p, err := s.line(line)
	if err != nil {
		return nil, err
	}
	var all []due
	if err := p.selectAll(ctx, &all, statement, after.Seconds()); err != nil {
		return nil, err
	}
	for _, d := range all {
		m, err := s.move(ctx, line, d.ID, chat.Author{Kind: chat.KindSystem}, func(b *batch, r *row) (*chat.Message, error) {
			if r.Status != chat.StatusOpen || r.LastSeq != d.Seq {
				return nil, nil // somebody was quicker, or spoke
			}
			return do(b, r)
		})
		if err != nil {
			return moved, err
		}
		if m.Notice != nil {
			moved = append(moved, m)
		}
	}
	return moved, nil
}

// lose makes what a lost agent had wait for another.
func (b *batch) lose(r *row, trace string) (*chat.Message, error) {
	before := r.agent()
	if err := b.toPeople(r); err != nil {
		return nil, err
	}
	if _, err := b.t.exec("Queue_Return", r.ID, before.ID); err != nil {
		return nil, err
	}
	r.wait(b.time(r))
	r.Agent, r.AgentName, r.Reason = "", "", ""
	return b.notice(r, chat.Notice{Name: "left", Agent: before.Name, By: chat.KindSystem}, trace), nil
}

// toPeople says that no assistant answers the visitor any more: people had her already.
func (b *batch) toPeople(r *row) error {
	if r.Human.Valid {
		return nil
	}
	r.Human = some(b.time(r))
	_, err := b.t.exec("Conversation_Human", r.ID, r.Human.Time)
	return err
}
