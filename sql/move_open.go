package sql

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/taadis/unique-support/core/chat"
)

// open takes the line's lock and opens both places.
func (m *mover) open(ctx context.Context) error {
	if m.Progress == nil {
		m.Progress = func(string, ...any) {}
	}
	if m.reached == nil {
		m.reached = func(string) error { return nil }
	}
	left, err := m.hold(ctx)
	if err != nil {
		return err
	}
	if left.Valid && m.was != m.To {
		err = fmt.Errorf("the copy that an earlier move left behind is still there; remove it first: line move %s --drop-old", m.Line)
	}
	if err == nil {
		m.source, err = m.s.sourceOf(chat.Line{Name: m.Line, DSN: m.was})
	}
	if err == nil {
		m.dest, err = m.s.sourceOf(chat.Line{Name: m.Line, DSN: m.To})
	}
	if err == nil {
		m.from, m.to = sqlx.NewDb(m.source.migrator(), "postgres"), sqlx.NewDb(m.dest.migrator(), "postgres")
		if err = reach(ctx, m.from.DB); err != nil {
			err = fmt.Errorf("reach the line's database: %w", err)
		}
	}
	if err != nil {
		m.close()
	}
	return err
}

// hold takes the line's lock and reads where the line is, and where an earlier move left a copy.
func (m *mover) hold(ctx context.Context) (left stdsql.NullString, err error) {
	m.main = sqlx.NewDb(m.s.main.migrator(), "postgres")
	m.main.SetMaxIdleConns(-1) // who gives the connection back gives back the lock
	var where struct {
		DSN  string            `db:"dsn"`
		Left stdsql.NullString `db:"left_dsn"`
	}
	var locked bool
	if m.lock, err = m.main.Connx(ctx); err == nil {
		err = m.lock.GetContext(ctx, &locked, m.s.main.queries["Line_Lock"].text, m.Line)
	}
	if err == nil && !locked {
		err = errors.New("somebody else is moving this line")
	}
	if err == nil {
		err = m.lock.GetContext(ctx, &where, m.s.main.queries["Line_Where"].text, m.Line)
	}
	if errors.Is(err, stdsql.ErrNoRows) {
		err = fmt.Errorf("there is no line %s", m.Line)
	}
	if err != nil {
		m.close()
	}
	m.was = where.DSN
	return where.Left, translate(err)
}

func (m *mover) close() {
	if m.lock != nil {
		// Postgres notices that a connection is gone when it gets to it: until then the lock would still be held.
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		_, _ = m.lock.ExecContext(ctx, "SELECT pg_advisory_unlock_all()") // or with the connection
		cancel()
		_ = m.lock.Close()
	}
	for _, db := range []*sqlx.DB{m.main, m.from, m.to} {
		if db != nil {
			_ = db.Close()
		}
	}
}
