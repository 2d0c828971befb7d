package sql

import (
	"context"
	"database/sql/driver"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/lib/pq"
)

const (
	// connectWait is a connector's wait where somebody waits for an answer.
	connectWait = 2 * time.Second
	// grace is how long an answer may still be on its way when a call's time is over.
	grace = 500 * time.Millisecond
)

// connector opens connections that obey the deadline of the context they are used with. lib/pq alone asks the server to cancel, over a
// second connection, and goes on waiting: when the network swallows packets it waits for ever.
type connector struct {
	cfg  pq.Config
	wait time.Duration // how long one host may take until a connection to it is ready
}

// Connect implements driver.Connector.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	d := &wire{wait: c.wait}
	cfg := c.cfg.Clone()
	if 0 < cfg.ConnectTimeout && cfg.ConnectTimeout < d.wait {
		d.wait = cfg.ConnectTimeout
	}
	cfg.ConnectTimeout = 0 // lib/pq would lift the deadline when it is done
	inner, err := pq.NewConnectorConfig(cfg)
	if err != nil {
		return nil, err
	}
	inner.Dialer(d)
	opened, err := inner.Connect(ctx)
	if err != nil {
		d.close()
		return nil, err
	}
	pc, ok := opened.(pqConn)
	if !ok {
		_ = opened.Close()
		return nil, fmt.Errorf("lib/pq's connection is a %T", opened)
	}
	return &conn{pqConn: pc, wire: d}, nil
}

// Driver implements driver.Connector.
func (c connector) Driver() driver.Driver { return &pq.Driver{} }

// wire is the network connection below one driver connection, and the dialer that makes it.
type wire struct {
	wait time.Duration
	net  *tap // the last that was dialed: lib/pq tries hosts and ways of encryption in turn
}

// tap is a network connection that is not used again once it failed: whoever reads on after a deadline gets the answer to the
// question before.
type tap struct {
	net.Conn
	broken atomic.Bool
}

func (t *tap) Read(b []byte) (int, error)  { return t.watch(t.Conn.Read, b) }
func (t *tap) Write(b []byte) (int, error) { return t.watch(t.Conn.Write, b) }

func (t *tap) watch(f func([]byte) (int, error), b []byte) (int, error) {
	if t.broken.Load() {
		return 0, net.ErrClosed
	}
	n, err := f(b)
	if err != nil {
		t.broken.Store(true)
	}
	return n, err
}

// DialContext implements pq.DialerContext. The deadline holds for the handshake that follows, too.
func (w *wire) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	until := time.Now().Add(w.wait)
	if d, ok := ctx.Deadline(); ok && d.Before(until) {
		until = d
	}
	ctx, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	c, err := (&net.Dialer{KeepAlive: 15 * time.Second}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	w.close() // an attempt that lib/pq has given up
	w.net = &tap{Conn: c}
	return w.net, c.SetDeadline(until)
}

// Dial implements pq.Dialer.
func (w *wire) Dial(network, address string) (net.Conn, error) {
	return w.DialContext(context.Background(), network, address)
}

// DialTimeout implements pq.Dialer.
func (w *wire) DialTimeout(network, address string, d time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	return w.DialContext(ctx, network, address)
}

// bound makes the network obey the context until the next call, and hides the context's end from lib/pq: the server ends
// a statement by its own statement_timeout, and a server that does not answer is not asked over another connection.
func (w *wire) bound(ctx context.Context) context.Context {
	var until time.Time
	if d, ok := ctx.Deadline(); ok {
		until = d.Add(grace)
	}
	_ = w.net.SetDeadline(until) // fails on a closed connection only, and so will what comes next
	return context.WithoutCancel(ctx)
}

func (w *wire) close() {
	if w.net != nil {
		_ = w.net.Close()
	}
}

// pqConn and pqStmt are what lib/pq's connections and statements can do.
type (
	pqConn interface {
		driver.Conn
		driver.ConnBeginTx
		driver.ConnPrepareContext
		driver.ExecerContext
		driver.QueryerContext
		driver.Pinger
		driver.SessionResetter
		driver.Validator
		driver.NamedValueChecker
	}
	pqStmt interface {
		driver.Stmt
		driver.StmtExecContext
		driver.StmtQueryContext
	}
)

// conn bounds every call of a connection. A transaction is bounded as a whole, its commit included, by the context it began with.
type conn struct {
	pqConn
	wire *wire
}

func (c *conn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return c.pqConn.BeginTx(c.wire.bound(ctx), o)
}

func (c *conn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	s, err := c.pqConn.PrepareContext(c.wire.bound(ctx), text)
	if err != nil {
		return nil, err
	}
	ps, ok := s.(pqStmt)
	if !ok {
		return nil, fmt.Errorf("lib/pq's statement is a %T", s)
	}
	return &stmt{pqStmt: ps, wire: c.wire}, nil
}

func (c *conn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	return c.pqConn.ExecContext(c.wire.bound(ctx), text, args)
}

func (c *conn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	return c.pqConn.QueryContext(c.wire.bound(ctx), text, args)
}

func (c *conn) Ping(ctx context.Context) error { return c.pqConn.Ping(c.wire.bound(ctx)) }

// IsValid and ResetSession keep a connection that failed out of the pool, whatever lib/pq made of the error.
func (c *conn) IsValid() bool { return !c.wire.net.broken.Load() && c.pqConn.IsValid() }

func (c *conn) ResetSession(ctx context.Context) error {
	if c.wire.net.broken.Load() {
		return driver.ErrBadConn
	}
	return c.pqConn.ResetSession(ctx)
}

// Close says goodbye, but not for long.
func (c *conn) Close() error {
	_ = c.wire.net.SetDeadline(time.Now().Add(grace / 2))
	return c.pqConn.Close()
}

type stmt struct {
	pqStmt
	wire *wire
}

func (s *stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return s.pqStmt.ExecContext(s.wire.bound(ctx), args)
}

func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.pqStmt.QueryContext(s.wire.bound(ctx), args)
}

// Close tells the server, and waits for its answer, but not for long: a connection that does not answer is not used again.
func (s *stmt) Close() error {
	_ = s.wire.net.SetDeadline(time.Now().Add(grace / 2))
	return s.pqStmt.Close()
}
