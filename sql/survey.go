package sql

import (
	"context"
	"time"
)

// Survey is how a database is set up, as far as messages can be lost or be late by it.
type Survey struct {
	// Fsync and FullPages off mean that a crash of the machine may take what was accepted, or all of it.
	Fsync     bool `db:"fsync"`
	FullPages bool `db:"full_pages"`
	// SynchronousCommit is that of this program's connections, which ask for on.
	SynchronousCommit string `db:"synchronous_commit"`
	// Standby says that it takes no writes.
	Standby bool `db:"standby"`
	// MaxConnections is for everybody, Connections how many there are.
	MaxConnections int `db:"max_connections"`
	Connections    int `db:"connections"`
	// Now is its clock; Took is how long the answer took.
	Now  time.Time `db:"now"`
	Took time.Duration
}

// Survey asks a line's database, or with "" the main one, how it is set up.
func (s *Store) Survey(ctx context.Context, line string) (v Survey, err error) {
	p := s.main
	if line != "" {
		if p, err = s.line(line); err != nil {
			return v, err
		}
	}
	if err := p.get(ctx, &v, "Survey_Get"); err != nil { // makes the connection, and prepares
		return v, err
	}
	began := time.Now()
	err = p.get(ctx, &v, "Survey_Get")
	v.Took = time.Since(began)
	return v, err
}
