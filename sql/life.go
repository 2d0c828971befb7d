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
