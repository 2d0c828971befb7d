package sql

import (
	"context"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// SetEscalation sets whom the line tells of visitors whom nobody answers; the other nodes hear of it within seconds.
func (s *Store) SetEscalation(ctx context.Context, line string, e chat.Escalation) error {
	if err := e.Check(); err != nil {
		return err
	}
	return s.setLine(ctx, "Line_Escalation", line, e, func(l *chat.Line) { l.Escalation = e })
}

// RaiseEscalations queues a job for each conversation of the line whose visitor has waited that long for an answer, one for each time
// she waits, whoever else does so at once.
func (s *Store) RaiseEscalations(ctx context.Context, line string, after time.Duration) error {
	p, err := s.line(line)
	if err != nil {
		return err
	}
	_, err = p.exec(ctx, "Escalation_Raise", after.Seconds())
	return err
}

// Unanswered returns what an escalation is about, or chat.NotFound: she has been answered meanwhile.
func (s *Store) Unanswered(ctx context.Context, line string, j chat.Job) (chat.Unanswered, error) {
	p, err := s.line(line)
	if err != nil {
		return chat.Unanswered{}, err
	}
	var r struct {
		ID      chat.ID   `db:"id"`
		Visitor string    `db:"visitor_name"`
		Since   time.Time `db:"since"`
	}
	if err := p.get(ctx, &r, "Escalation_Stands", j.Subject, j.ID); err != nil {
		return chat.Unanswered{}, err
	}
	return chat.Unanswered{Conversation: r.ID, Visitor: r.Visitor, Since: at(r.Since)}, nil
}
