package sql

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/taadis/unique-support/core/chat"
)

// SetHours sets when the line works; the other nodes hear of it within seconds.
func (s *Store) SetHours(ctx context.Context, line string, h chat.Hours) error {
	if err := h.Check(); err != nil {
		return err
	}
	return s.setLine(ctx, "Line_Hours", line, h, func(l *chat.Line) { l.Hours = h })
}

// SetQuestions sets what the line asks before a visitor's first words; the other nodes hear of it within seconds.
func (s *Store) SetQuestions(ctx context.Context, line string, q chat.Questions) error {
	if err := q.Check(); err != nil {
		return err
	}
	return s.setLine(ctx, "Line_Questions", line, append(chat.Questions{}, q...), func(l *chat.Line) { l.Questions = q })
}

// SetQueue sets what the line does while visitors wait; the other nodes hear of it within seconds.
func (s *Store) SetQueue(ctx context.Context, line string, q chat.Queue) error {
	if err := q.Check(); err != nil {
		return err
	}
	return s.setLine(ctx, "Line_Queue", line, q, func(l *chat.Line) { l.Queue = q })
}

// setLine writes one of a line's settings, and changes what is known of the line here.
func (s *Store) setLine(ctx context.Context, statement, line string, setting any, change func(*chat.Line)) error {
	b, err := json.Marshal(setting)
	if err != nil {
		return fmt.Errorf("write a setting of %s: %w", line, err)
	}
	n, err := s.main.exec(ctx, statement, line, string(b))
	if err != nil {
		return fmt.Errorf("set %s of %s: %w", statement, line, err)
	}
	if n == 0 {
		return chat.NotFound()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.lines[line]; p != nil {
		change(&p.line)
	}
	return nil
}

// Leave marks a conversation that has not ended as a message that was left, and keeps where its visitor is to be answered.
func (s *Store) Leave(ctx context.Context, line string, conversation chat.ID, contact string, by chat.Author) (chat.Moved, error) {
	return s.move(ctx, line, conversation, by, func(b *batch, r *row) (*chat.Message, error) {
		if r.Status == chat.StatusClosed {
			return nil, chat.Conflict("closed", "This conversation has ended.")
		}
		now := b.time(r)
		if r.Contact = contact; !r.Left.Valid {
			r.Left = some(now)
		}
		_, err := b.t.exec("Conversation_Leave", conversation, now, contact)
		return nil, err
	})
}

// Answer keeps what a visitor said before her first words; what she said before is replaced.
func (s *Store) Answer(ctx context.Context, line string, conversation chat.ID, answers []chat.Answer, by chat.Author) (chat.Conversation, error) {
	p, err := s.line(line)
	if err != nil {
		return chat.Conversation{}, err
	}
	b, err := json.Marshal(append([]chat.Answer{}, answers...))
	if err != nil {
		return chat.Conversation{}, fmt.Errorf("write answers: %w", err)
	}
	n, err := p.exec(ctx, "Conversation_Answer", conversation, by.ID, string(b))
	if err == nil && n == 0 {
		err = chat.NotFound()
	}
	if err != nil {
		return chat.Conversation{}, err
	}
	return p.conversation(ctx, line, conversation)
}
