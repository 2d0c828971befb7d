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
