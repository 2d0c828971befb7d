package sql

import (
	"context"
	stdsql "database/sql"
	"fmt"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// conns are connections of one kind, and the statements that were prepared on them.
type conns struct {
	db      *sqlx.DB
	queries map[string]query

	mu    sync.Mutex
	stmts map[string]*sqlx.Stmt
}

func newConns(cfg pq.Config, queries map[string]query, maxOpen int) *conns {
	db := sqlx.NewDb(stdsql.OpenDB(connector{cfg: cfg, wait: connectWait}), "postgres")
	db.SetMaxOpenConns(maxOpen)
	db.SetMaxIdleConns(maxOpen)
	db.SetConnMaxIdleTime(time.Minute)
	db.SetConnMaxLifetime(10 * time.Minute)
	return &conns{db: db, queries: queries, stmts: map[string]*sqlx.Stmt{}}
}

// planned has statements planned once, for any arguments, by their indexes. Postgres would plan a statement with arrays anew each time, because
// it thinks of a table as it is and of arrays as long as they are; for one message that takes twice as long as writing it.
// A plan that is kept must be right for a table that has grown: so it never reads all of one.
func planned(cfg pq.Config) pq.Config {
	return with(cfg, map[string]string{
		"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off", "jit": "off",
	})
}

// tx runs f in a transaction; see pool.tx.
func (c *conns) tx(ctx context.Context, f func(t *tx) error) error {
	inner, err := c.db.BeginTxx(ctx, nil)
	if err != nil {
		return translateBegin(err)
	}
	defer inner.Rollback() //nolint:errcheck // after a commit it does nothing; otherwise f's error says more
	t := &tx{ctx: ctx, conns: c, tx: inner}
	if err := f(t); err != nil {
		return err
	}
	if err := inner.Commit(); err != nil {
		return unknown(err)
	}
	for _, name := range t.late {
		_, _ = c.stmt(ctx, name) // the next transaction finds it; failing, it does what this one did
	}
	return nil
}

// stmt returns the statement of that name, prepared once. Its errors are translated.
func (c *conns) stmt(ctx context.Context, name string) (*sqlx.Stmt, error) {
	if s := c.prepared(name); s != nil {
		return s, nil
	}
	q, ok := c.queries[name]
	if !ok {
		return nil, fmt.Errorf("there is no statement %s", name)
	}
	s, err := c.db.PreparexContext(ctx, q.text)
	if err != nil {
		return nil, translate(fmt.Errorf("prepare %s: %w", name, err))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if first := c.stmts[name]; first != nil {
		go s.Close() //nolint:errcheck // another call was faster; closing may wait for the network, the lock must not
		return first, nil
	}
	c.stmts[name] = s
	return s, nil
}

func (c *conns) prepared(name string) *sqlx.Stmt {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stmts[name]
}

func (c *conns) bound(ctx context.Context, name string, args []any) (*sqlx.Stmt, []any, error) {
	s, err := c.stmt(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	args, err = c.queries[name].bind(c.db.Mapper, args)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	return s, args, nil
}

// statements are what a batch is read and written with.
type statements interface {
	get(dest any, name string, args ...any) error
	selectAll(dest any, name string, args ...any) error
	exec(name string, args ...any) (int64, error)
}

// each runs every statement in a transaction of its own.
type each struct {
	ctx   context.Context // bounded; its deadline is the statements'
	conns *conns
}

func (e *each) get(dest any, name string, args ...any) error {
	s, bound, err := e.conns.bound(e.ctx, name, args)
	if err != nil {
		return err
	}
	return translate(s.GetContext(e.ctx, dest, bound...))
}

func (e *each) selectAll(dest any, name string, args ...any) error {
	s, bound, err := e.conns.bound(e.ctx, name, args)
	if err != nil {
		return err
	}
	return translate(s.SelectContext(e.ctx, dest, bound...))
}

func (e *each) exec(name string, args ...any) (int64, error) {
	s, bound, err := e.conns.bound(e.ctx, name, args)
	if err != nil {
		return 0, err
	}
	n, err := affected(s.ExecContext(e.ctx, bound...))
	return n, translate(err)
}

// tx is a transaction; its methods are those of the pool.
type tx struct {
	ctx   context.Context // bounded; its deadline is the transaction's
	conns *conns
	tx    *sqlx.Tx
	late  []string // statements met here for the first time
}

func (t *tx) get(dest any, name string, args ...any) error {
	s, bound, err := t.bound(name, args)
	if err != nil {
		return err
	}
	return translate(s.GetContext(t.ctx, dest, bound...))
}

func (t *tx) selectAll(dest any, name string, args ...any) error {
	s, bound, err := t.bound(name, args)
	if err != nil {
		return err
	}
	return translate(s.SelectContext(t.ctx, dest, bound...))
}

func (t *tx) exec(name string, args ...any) (int64, error) {
	s, bound, err := t.bound(name, args)
	if err != nil {
		return 0, err
	}
	n, err := affected(s.ExecContext(t.ctx, bound...))
	return n, translate(err)
}

// bound never asks the pool for a connection: the transaction has one.
func (t *tx) bound(name string, args []any) (*sqlx.Stmt, []any, error) {
	q, ok := t.conns.queries[name]
	if !ok {
		return nil, nil, fmt.Errorf("there is no statement %s", name)
	}
	args, err := q.bind(t.conns.db.Mapper, args)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	if s := t.conns.prepared(name); s != nil {
		return t.tx.StmtxContext(t.ctx, s), args, nil
	}
	s, err := t.tx.PreparexContext(t.ctx, q.text)
	if err != nil {
		return nil, nil, translate(fmt.Errorf("prepare %s: %w", name, err))
	}
	t.late = append(t.late, name)
	return s, args, nil
}
