package sql

import (
	"context"
	stdsql "database/sql"
	"sync/atomic"
	"time"
)

// callWait is how long a call may take, whatever its caller would wait.
const callWait = 3 * time.Second

// acceptOpen is how many connections a pool keeps for accepting messages: as many as a line's committer uses at once, and
// one more for whoever comes in between.
const acceptOpen = 3

// pool is the connections to one schema of one database: those of every day, and a few that messages are accepted with, so
// that however much is read, who writes has one.
type pool struct {
	source
	*conns
	accepts *conns
	queries map[string]query
	guard   *guard

	// heir is the pool of the place the line has moved to; whoever still holds this one is served by that one.
	heir atomic.Pointer[pool]
	// moved looks for the heir; nil for pools whose place never changes.
	moved func(ctx context.Context)
}

// newPool opens nothing: connections are made as they are needed.
func newPool(from source, queries map[string]query, maxOpen int) *pool {
	return &pool{
		source: from, queries: queries, guard: newGuard(),
		conns: newConns(from.cfg, queries, maxOpen), accepts: newConns(planned(from.cfg), queries, acceptOpen),
	}
}

// close lets calls that run end. A goodbye that nobody heard is no error.
func (p *pool) close() error {
	for _, c := range []*conns{p.conns, p.accepts} {
		if err := c.db.Close(); err != nil && !unreachable(err) {
			return err
		}
	}
	return nil
}

// call runs f bounded, guarded and with its error translated. A caller who leaves meanwhile changes nothing, lest a
// connection be thrown away and the database's health be judged by her patience; an earlier deadline of hers holds.
//
// A line that has moved refuses what is written to its old place, having done nothing of it: then f is called again at the new one.
func (p *pool) call(ctx context.Context, f func(ctx context.Context, p *pool) error) error {
	return p.through(ctx, (*guard).run, f)
}

// through is call by one of the guard's ways.
func (p *pool) through(ctx context.Context, way way, f func(ctx context.Context, p *pool) error) error {
	for h := p.heir.Load(); h != nil; h = p.heir.Load() {
		p = h
	}
	err := p.try(ctx, way, f)
	if p.moved == nil || !isAway(err) {
		return err
	}
	p.moved(ctx)
	if h := p.heir.Load(); h != nil {
		return h.try(ctx, way, f)
	}
	return err
}

// way is how the guard lets a call through.
type way func(g *guard, ctx context.Context, f func() error) error

func (p *pool) try(ctx context.Context, way way, f func(ctx context.Context, p *pool) error) error {
	if err := ctx.Err(); err != nil {
		return translate(err)
	}
	until := time.Now().Add(callWait)
	if d, ok := ctx.Deadline(); ok && d.Before(until) {
		until = d
	}
	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), until)
	defer cancel()
	return way(p.guard, ctx, func() error { return translate(f(ctx, p)) })
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
	return p.call(ctx, func(ctx context.Context, p *pool) error { return p.conns.tx(ctx, f) })
}

// accept is tx on a connection that is kept for it, in room that is kept for it.
func (p *pool) accept(ctx context.Context, f func(t *tx) error) error {
	return p.through(ctx, (*guard).accept, func(ctx context.Context, p *pool) error { return p.accepts.tx(ctx, f) })
}

// acceptEach is accept without a transaction around the statements.
func (p *pool) acceptEach(ctx context.Context, f func(t *each) error) error {
	return p.through(ctx, (*guard).accept, func(ctx context.Context, p *pool) error { return f(&each{ctx, p.accepts}) })
}

func affected(r stdsql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}
