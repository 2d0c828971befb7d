package sql

import (
	"context"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/sql/sqltest"
)

// within fails t when f takes longer.
func within(t *testing.T, limit time.Duration, f func()) {
	t.Helper()
	began := time.Now()
	f()
	if d := time.Since(began); d > limit {
		t.Errorf("it took %v", d)
	}
}

// A host that accepts connections and never says a word.
func TestStore_Ping_silentHost(t *testing.T) {
	t.Parallel()
	p := sqltest.NewProxy(t, "host=127.0.0.1 port=1")
	p.Silent.Store(true)
	s := openStore(t, p.DSN)
	within(t, 4*time.Second, func() { wantCode(t, s.Ping(t.Context(), ""), chat.CodeLineUnavailable) })
	t.Run("Migrate", func(t *testing.T) {
		within(t, 7*time.Second, func() { wantCode(t, s.Migrate(t.Context()), chat.CodeLineUnavailable) })
	})
}

// The network swallows everything in the middle of a call.
func TestPool_silentNetwork(t *testing.T) {
	t.Parallel()
	for what, call := range map[string]func(ctx context.Context, s *Store) error{
		"query": func(ctx context.Context, s *Store) error { return s.Ping(ctx, "") },
		"statement": func(ctx context.Context, s *Store) error {
			return s.main.selectAll(ctx, new([]lineRow), "Line_List")
		},
		"exec": func(ctx context.Context, s *Store) error {
			_, err := s.main.exec(ctx, "Session_Sweep")
			return err
		},
		"transaction": func(ctx context.Context, s *Store) error {
			return s.main.tx(ctx, func(t *tx) error { return t.selectAll(new([]lineRow), "Line_List") })
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			p := sqltest.NewProxy(t, sqltest.Open(t))
			s := openStore(t, p.DSN)
			for range 3 {
				wantCode(t, call(t.Context(), s), "")
			}
			dialed := p.Dialed.Load()
			p.Silent.Store(true)
			within(t, 4200*time.Millisecond, func() { wantCode(t, call(t.Context(), s), chat.CodeLineUnavailable) })
			if n := p.Dialed.Load() - dialed; n > 2 {
				t.Errorf("dialed %d times", n)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			within(t, 1200*time.Millisecond, func() { wantCode(t, call(ctx, s), chat.CodeLineUnavailable) })
			p.Silent.Store(false)
			time.Sleep(10 * time.Millisecond)
			wantCode(t, call(t.Context(), s), "")
		})
	}
	t.Run("before commit", func(t *testing.T) {
		t.Parallel()
		p := sqltest.NewProxy(t, sqltest.Open(t))
		s := openStore(t, p.DSN)
		within(t, 4200*time.Millisecond, func() {
			err := s.main.tx(t.Context(), func(tx *tx) error {
				if err := tx.selectAll(new([]lineRow), "Line_List"); err != nil {
					t.Error(err)
				}
				p.Silent.Store(true)
				return nil
			})
			wantCode(t, err, chat.CodeLineUnavailable)
		})
	})
}

// Postgres ends what takes too long, and the connection is as good as before.
func TestPool_statementTimeout(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.main.db.SetMaxOpenConns(1)
	pid := func() (n int) {
		if err := s.main.db.GetContext(t.Context(), &n, "SELECT pg_backend_pid()"); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := pid()
	within(t, 4*time.Second, func() {
		err := s.main.call(t.Context(), func(ctx context.Context, _ *pool) error {
			_, err := s.main.db.ExecContext(ctx, "SELECT pg_sleep(30)")
			return err
		})
		wantCode(t, err, chat.CodeLineUnavailable)
	})
	if pid() != before {
		t.Error("the connection was thrown away")
	}
}

// A caller who leaves does not cost a connection, nor her neighbour's patience.
func TestPool_call_callerLeaves(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := s.main.call(ctx, func(ctx context.Context, _ *pool) error {
		cancel()
		return s.main.db.PingContext(ctx)
	})
	wantCode(t, err, "")
	wantCode(t, s.Ping(ctx, ""), chat.CodeLineUnavailable) // but nobody begins for her
}

// The first use of a statement inside transactions asks for no second connection.
func TestPool_tx_oneConnection(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.main.db.SetMaxOpenConns(1)
	for range 3 {
		err := s.main.tx(t.Context(), func(t *tx) error {
			if err := t.selectAll(new([]lineRow), "Line_List"); err != nil {
				return err
			}
			_, err := t.exec("Session_Delete", "x")
			return err
		})
		wantCode(t, err, "")
	}
	if s.main.prepared("Line_List") == nil || s.main.prepared("Session_Delete") == nil {
		t.Error("the statements were not kept")
	}
}

func TestSourceOf(t *testing.T) {
	t.Parallel()
	for dsn, want := range map[string]string{
		"postgres://u:p@h/d":                          "postgres://u:p@h/d?sslmode=prefer",
		"postgres://u:p@h:1,i:2/d?application_name=x": "postgres://u:p@h:1,i:2/d?application_name=x&sslmode=prefer",
		"host=h user=u":                               "host=h user=u sslmode=prefer",
		"host=h user=u sslmode=verify-full":           "host=h user=u sslmode=verify-full",
	} {
		t.Run(dsn, func(t *testing.T) {
			from, err := sourceOf(dsn, "line_shop-2")
			if err != nil || from.dsn != want || from.cfg.Runtime["search_path"] != `"line_shop-2"` || from.cfg.Runtime["statement_timeout"] != "3s" {
				t.Fatalf("got %+v, %v", from, err)
			}
		})
	}
	t.Run("refusals keep the password", func(t *testing.T) {
		if _, err := sourceOf("postgres://u:secret@h:x/d", ""); err == nil || err.Error() != errDSN.Error() {
			t.Fatal(err)
		}
	})
}
