package sql

import (
	"context"
	"time"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// settled is how old a text is when it is indexed: by then every transaction that had an earlier id is over, and what its author
	// took back is gone.
	settled = chat.RecallWithin + 30*time.Second
	// settledVisitor is the same for visitors, whose times are those of the nodes' clocks.
	settledVisitor = time.Minute
)

// Index makes the next texts and visitors of a line ready to be found, at most limit of each, and reports whether there is more to
// do. One node at a time does it: for another there is nothing to do meanwhile. It writes beside the log, never in it; where a text is
// deleted meanwhile it is all done again.
func (s *Store) Index(ctx context.Context, line string, limit int) (more bool, err error) {
	p, err := s.line(line)
	if err != nil {
		return false, err
	}
	now := time.Now()
	return more, p.tx(ctx, func(t *tx) error {
		more, err = index(t, idAt(now.Add(-settled)), now.Add(-settledVisitor), limit)
		return err
	})
}

// gramColumns are the columns of a statement that keeps grams.
type gramColumns struct{ ids, grams pq.StringArray }

func (c *gramColumns) add(id chat.ID, words string) {
	c.ids, c.grams = append(c.ids, string(id)), append(c.grams, array(grams(words, false)))
}

func (c *gramColumns) put(t *tx, name string) error {
	if len(c.ids) == 0 {
		return nil
	}
	_, err := t.exec(name, c.ids, c.grams)
	return err
}

// indexed is how far it has come.
type indexed struct {
	UpTo chat.ID   `db:"upto"`
	Seen time.Time `db:"seen"`
	Who  chat.ID   `db:"who"`
}

// index is Index up to an id and a time.
func index(t *tx, upto chat.ID, seen time.Time, limit int) (more bool, err error) {
	if _, err := t.exec("Search_First"); err != nil {
		return false, err
	}
	var at []indexed
	if err := t.selectAll(&at, "Search_Begin", upto); err != nil || len(at) == 0 {
		return false, err
	}
	was := at[0]
	texts, err := indexTexts(t, &at[0], upto, limit)
	if err != nil {
		return false, err
	}
	visitors, err := indexVisitors(t, &at[0], seen, limit)
	if err != nil || at[0] == was {
		return false, err
	}
	_, err = t.exec("Search_Pass", at[0].UpTo, at[0].Seen, at[0].Who)
	return texts == limit || visitors == limit, err
}

func indexTexts(t *tx, at *indexed, upto chat.ID, limit int) (n int, err error) {
	var found []struct {
		ID    chat.ID `db:"id"`
		Note  bool    `db:"note"`
		Words string  `db:"words"`
	}
	if err := t.selectAll(&found, "Search_Next", at.UpTo, upto, limit); err != nil {
		return 0, err
	}
	var messages, notes gramColumns
	for _, f := range found {
		switch at.UpTo = f.ID; {
		case f.Note:
			notes.add(f.ID, f.Words)
		case f.Words != "":
			messages.add(f.ID, f.Words)
		}
	}
	if err := messages.put(t, "Search_PutMessages"); err != nil {
		return 0, err
	}
	return len(found), notes.put(t, "Search_PutNotes")
}

func indexVisitors(t *tx, at *indexed, seen time.Time, limit int) (n int, err error) {
	var found []struct {
		ID    chat.ID   `db:"id"`
		Words string    `db:"words"`
		Seen  time.Time `db:"seen"`
	}
	if err := t.selectAll(&found, "Search_NextVisitors", at.Seen, at.Who, seen, limit); err != nil {
		return 0, err
	}
	var visitors gramColumns
	for _, f := range found {
		at.Seen, at.Who = f.Seen, f.ID
		if f.Words != "" {
			visitors.add(f.ID, f.Words)
		}
	}
	return len(found), visitors.put(t, "Search_PutVisitors")
}
