package sql

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

// undo makes the line's database what it was before the move began.
func (m *mover) undo(ctx context.Context) error {
	err := m.removeTriggers(ctx)
	if err == nil {
		_, err = m.from.ExecContext(ctx, m.text("Move_Forget"))
	}
	if err == nil {
		_, err = m.from.ExecContext(ctx, m.text("Move_End"), "source")
	}
	if err != nil {
		return fmt.Errorf("undo what the move did; --abort does it later: %w", translate(err))
	}
	return nil
}

// tidy does what can wait until the line has moved: nothing is recorded any more at the old place, and what the new one was
// given unchecked is checked. It may be done again.
func (m *mover) tidy(ctx context.Context) error {
	var left stdsql.NullString
	if err := m.lock.GetContext(ctx, &left, "SELECT left_dsn FROM lines WHERE name = $1", m.Line); err != nil {
		return translate(err)
	}
	all, err := m.references(ctx, m.to)
	if err != nil {
		return translate(err)
	}
	for _, r := range all {
		if r.Valid {
			continue
		}
		if _, err := m.to.ExecContext(ctx, "ALTER TABLE "+pq.QuoteIdentifier(r.Table)+" VALIDATE CONSTRAINT "+pq.QuoteIdentifier(r.Name)); err != nil {
			return translate(err)
		}
	}
	if _, err := m.to.ExecContext(ctx, m.text("Move_End"), "target"); err != nil {
		return translate(err)
	}
	if !left.Valid {
		m.Progress("the line is in that database already")
		return nil
	}
	old, err := m.s.sourceOf(chat.Line{Name: m.Line, DSN: left.String})
	if err != nil {
		return err
	}
	_ = m.from.Close()
	m.from = sqlx.NewDb(old.migrator(), "postgres")
	if err := m.removeTriggers(ctx, "move_record"); err != nil {
		return fmt.Errorf("the line has moved; at its old place changes are still recorded: %w", translate(err))
	}
	_, err = m.from.ExecContext(ctx, m.text("Move_Forget"))
	return translate(err)
}

// DropOld removes the copy of a line that a move left behind. With forget it only removes the note of it, for a copy whose
// database is no more.
func (s *Store) DropOld(ctx context.Context, line string, forget bool) error {
	m := &mover{Move: Move{Line: line}, s: s}
	left, err := m.hold(ctx)
	if err != nil {
		return err
	}
	defer m.close()
	if !left.Valid {
		return errors.New("no move of this line has left a copy behind")
	}
	if !forget {
		if err := m.drop(ctx, left.String); err != nil {
			return err
		}
	}
	_, err = m.lock.ExecContext(ctx, s.main.queries["Line_Forget"].text, line)
	return translate(err)
}

// drop removes a schema, unless it is one that takes writes.
func (m *mover) drop(ctx context.Context, dsn string) error {
	old, err := m.s.sourceOf(chat.Line{Name: m.Line, DSN: dsn})
	if err != nil {
		return err
	}
	m.from = sqlx.NewDb(old.migrator(), "postgres")
	if err := reach(ctx, m.from.DB); err != nil {
		return fmt.Errorf("reach the database of the old copy: %w", err)
	}
	var there bool
	schema := pq.QuoteIdentifier(schemaOf(m.Line))
	if err := m.from.GetContext(ctx, &there, "SELECT to_regnamespace($1) IS NOT NULL", schema); err != nil || !there {
		return translate(err)
	}
	gate, err := m.gate(ctx, m.from)
	if err != nil {
		return err
	}
	if gate.Role != "source" || !gate.Away {
		return errors.New("what is there is not a copy that a move left behind")
	}
	_, err = m.from.ExecContext(ctx, "DROP SCHEMA "+schema+" CASCADE")
	return translate(err)
}
