package sql

import (
	"context"
	stdsql "database/sql"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
)

// callWait is how long a call may take, whatever its caller would wait.
const callWait = 3 * time.Second

// pool is the connections to one schema of one database, and its prepared statements.
type pool struct {
	source
	db      *sqlx.DB
	queries map[string]query
	guard   *guard

	// heir is the pool of the place the line has moved to; whoever still holds this one is served by that one.
	heir atomic.Pointer[pool]
	// moved looks for the heir; nil for pools whose place never changes.
	moved func(ctx context.Context)

	mu    sync.Mutex
	stmts map[string]*sqlx.Stmt
}

// newPool opens nothing: connections are made as they are needed.
func newPool(from source, queries map[string]query, maxOpen int) *pool {
	db := sqlx.NewDb(stdsql.OpenDB(connector{cfg: from.cfg, wait: connectWait}), "postgres")
	db.SetMaxOpenConns(maxOpen)
	db.SetMaxIdleConns(maxOpen)
	db.SetConnMaxIdleTime(time.Minute)
	db.SetConnMaxLifetime(10 * time.Minute)
	return &pool{source: from, db: db, queries: queries, guard: newGuard(), stmts: map[string]*sqlx.Stmt{}}
}

// close lets calls that run end. A goodbye that nobody heard is no error.
func (p *pool) close() error {
	if err := p.db.Close(); err != nil && !unreachable(err) {
		return err
	}
	return nil
}

// call runs f bounded, guarded and with its error translated. A caller who leaves meanwhile changes nothing, lest a
// connection be thrown away and the database's health be judged by her patience; an earlier deadline of hers holds.
//
// A line that has moved refuses what is written to its old place, having done nothing of it: then f is called again at the new one.
func (p *pool) call(ctx context.Context, f func(ctx context.Context, p *pool) error) error {
	for h := p.heir.Load(); h != nil; h = p.heir.Load() {
		p = h
	}
	err := p.try(ctx, f)
	if p.moved == nil || !isAway(err) {
		return err
	}
	p.moved(ctx)
	if h := p.heir.Load(); h != nil {
		return h.try(ctx, f)
	}
	return err
}

func (p *pool) try(ctx context.Context, f func(ctx context.Context, p *pool) error) error {
	if err := ctx.Err(); err != nil {
		return translate(err)
	}
	until := time.Now().Add(callWait)
	if d, ok := ctx.Deadline(); ok && d.Before(until) {
		until = d
	}
	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), until)
	defer cancel()
	return p.guard.run(ctx, func() error { return translate(f(ctx, p)) })
}

// get reads the one row of a statement into dest: a scalar, or a struct with db tags. No row is chat.NotFound.
func (p *pool) get(ctx context.Context, dest any, name string, args ...any) error {
	return p.call(ctx, func(ctx context.Context, p *pool) error {
		s, bound, err := p.bound(ctx, name, args)
		if err != nil {
			return err
		}
		return s.GetContext(ctx, dest, bound...)
	})
}

// selectAll reads the rows of a statement into dest, a pointer to a slice.
func (p *pool) selectAll(ctx context.Context, dest any, name string, args ...any) error {
	return p.call(ctx, func(ctx context.Context, p *pool) error {
		s, bound, err := p.bound(ctx, name, args)
		if err != nil {
			return err
		}
		return s.SelectContext(ctx, dest, bound...)
	})
}

// exec runs a statement and returns how many rows it changed.
func (p *pool) exec(ctx context.Context, name string, args ...any) (n int64, err error) {
	err = p.call(ctx, func(ctx context.Context, p *pool) error {
		s, bound, err := p.bound(ctx, name, args)
		if err != nil {
			return err
		}
		n, err = affected(s.ExecContext(ctx, bound...))
		return err
	})
	return n, err
}

// tx runs f in one transaction, which is committed when f returns nil. What becomes of a commit that fails is unknown: that is
// chat.Unavailable, and the same call may be made again. Inside f only t is used: a call of the pool itself would
// want a second connection, and enough of those would wait for each other.
func (p *pool) tx(ctx context.Context, f func(t *tx) error) error {
	return p.call(ctx, func(ctx context.Context, p *pool) error {
		inner, err := p.db.BeginTxx(ctx, nil)
		if err != nil {
			return err
		}
		defer inner.Rollback() //nolint:errcheck // after a commit it does nothing; otherwise f's error says more
		t := &tx{ctx: ctx, pool: p, tx: inner}
		if err := f(t); err != nil {
			return err
		}
		if err := inner.Commit(); err != nil {
			return unknown(err)
		}
		for _, name := range t.late {
			_, _ = p.stmt(ctx, name) // the next transaction finds it; failing, it does what this one did
		}
		return nil
	})
}

// stmt returns the statement of that name, prepared once. Its errors are translated.
func (p *pool) stmt(ctx context.Context, name string) (*sqlx.Stmt, error) {
	if s := p.prepared(name); s != nil {
		return s, nil
	}
	q, ok := p.queries[name]
	if !ok {
		return nil, fmt.Errorf("there is no statement %s", name)
	}
	s, err := p.db.PreparexContext(ctx, q.text)
	if err != nil {
		return nil, translate(fmt.Errorf("prepare %s: %w", name, err))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if first := p.stmts[name]; first != nil {
		go s.Close() //nolint:errcheck // another call was faster; closing may wait for the network, the lock must not
		return first, nil
	}
	p.stmts[name] = s
	return s, nil
}

func (p *pool) prepared(name string) *sqlx.Stmt {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stmts[name]
}

func (p *pool) bound(ctx context.Context, name string, args []any) (*sqlx.Stmt, []any, error) {
	s, err := p.stmt(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	args, err = p.queries[name].bind(p.db.Mapper, args)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	return s, args, nil
}

// tx is a transaction; its methods are those of the pool.
type tx struct {
	ctx  context.Context // bounded; its deadline is the transaction's
	pool *pool
	tx   *sqlx.Tx
	late []string // statements met here for the first time
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
	q, ok := t.pool.queries[name]
	if !ok {
		return nil, nil, fmt.Errorf("there is no statement %s", name)
	}
	args, err := q.bind(t.pool.db.Mapper, args)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	if s := t.pool.prepared(name); s != nil {
		return t.tx.StmtxContext(t.ctx, s), args, nil
	}
	s, err := t.tx.PreparexContext(t.ctx, q.text)
	if err != nil {
		return nil, nil, translate(fmt.Errorf("prepare %s: %w", name, err))
	}
	t.late = append(t.late, name)
	return s, args, nil
}

func affected(r stdsql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}
