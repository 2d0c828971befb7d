package sql

import (
	"context"
	"fmt"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

// cannedRow has "" for no line and nobody; the statements know them as NULL.
type cannedRow struct {
	ID       chat.ID `db:"id"`
	Line     string  `db:"line"`
	Owner    chat.ID `db:"owner_id"`
	Shortcut string  `db:"shortcut"`
	Title    string  `db:"title"`
	Body     string  `db:"body"`
	Locale   string  `db:"locale"`
}

// CannedReplies returns what an agent of the lines may use, by shortcut: her own, the lines' and everybody's.
func (s *Store) CannedReplies(ctx context.Context, agent chat.ID, lines []string) ([]chat.Canned, error) {
	if lines == nil {
		lines = []string{} // NULL would be no list
	}
	var rows []cannedRow
	if err := s.main.selectAll(ctx, &rows, "Canned_List", agent, pq.StringArray(lines)); err != nil {
		return nil, fmt.Errorf("read canned replies: %w", err)
	}
	all := make([]chat.Canned, len(rows))
	for i, r := range rows {
		all[i] = chat.Canned(r)
	}
	return all, nil
}

// PutCanned creates or changes a reply. A shortcut that its owner, line and locale have already is chat.Conflict.
func (s *Store) PutCanned(ctx context.Context, c chat.Canned) error {
	if err := c.Check(); err != nil {
		return err
	}
	if _, err := s.main.exec(ctx, "Canned_Put", cannedRow(c)); err != nil {
		return fmt.Errorf("put canned reply: %w", err)
	}
	return nil
}
