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
	Category string  `db:"category"`
	Shortcut string  `db:"shortcut"`
	Title    string  `db:"title"`
	Body     string  `db:"body"`
	Locale   string  `db:"locale"`
}

func canned(rows []cannedRow) []chat.Canned {
	all := make([]chat.Canned, len(rows))
	for i, r := range rows {
		all[i] = chat.Canned(r)
	}
	return all
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
	return canned(rows), nil
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

// ChangeLibrary runs f with the replies as they are; what f changes is written together, or not at all, and nobody changes them meanwhile.
func (s *Store) ChangeLibrary(ctx context.Context, f func(t chat.LibraryChange) error) error {
	err := s.main.tx(ctx, func(t *tx) error {
		if _, err := t.exec("Team_Lock"); err != nil { // the audit log's, too
			return err
		}
		return f(library{team{t: t}})
	})
	if err != nil {
		return fmt.Errorf("change canned replies: %w", err)
	}
	return nil
}

// library is a change of the replies that is under way.
type library struct{ team }

func (c library) Replies() ([]chat.Canned, error) {
	var rows []cannedRow
	err := c.t.selectAll(&rows, "Canned_All")
	return canned(rows), err
}

func (c library) Reply(id chat.ID) (chat.Canned, error) {
	var r cannedRow
	err := c.t.get(&r, "Canned_Get", id)
	return chat.Canned(r), err
}

func (c library) Put(x chat.Canned) error {
	if err := x.Check(); err != nil {
		return err
	}
	_, err := c.t.exec("Canned_Put", cannedRow(x))
	return err
}

func (c library) Drop(id chat.ID) error {
	_, err := c.t.exec("Canned_Drop", id)
	return err
}
