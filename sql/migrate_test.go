package sql

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/sql/sqltest"
)

func TestStore_Migrate(t *testing.T) {
	t.Parallel()
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		s := openStore(t, sqltest.Open(t))
		wantCode(t, s.Migrate(t.Context()), "")
		if n := len(s.Lines()); n != 2 {
			t.Fatalf("got %d lines", n)
		}
		for _, schema := range []string{"public", "line_shop", "line_mall"} {
			var n int
			if err := s.main.db.GetContext(t.Context(), &n, `SELECT count(*) FROM pg_tables WHERE schemaname = $1 AND tablename = 'goose_db_version'`, schema); err != nil || n != 1 {
				t.Errorf("%s has %d histories (%v)", schema, n, err)
			}
		}
	})
	t.Run("eight at once on an empty database", func(t *testing.T) {
		t.Parallel()
		dsn := emptyDatabase(t)
		errs := make([]error, 8)
		var all sync.WaitGroup
		for i := range errs {
			s := openStore(t, dsn)
			all.Go(func() {
				errs[i] = errors.Join(s.Migrate(t.Context()), s.PutLine(t.Context(), chat.Line{Name: "shop", Title: "Shop"}))
			})
		}
		all.Wait()
		wantCode(t, errors.Join(errs...), "")
		s := openStore(t, dsn)
		wantCode(t, s.Load(t.Context()), "")
		shop, err := s.line("shop")
		wantCode(t, err, "")
		var epochs int
		if err := shop.db.GetContext(t.Context(), &epochs, `SELECT count(*) FROM epoch`); err != nil || epochs != 1 {
			t.Fatalf("there are %d epochs (%v)", epochs, err)
		}
	})
	t.Run("a line whose database is away is left to Refresh", func(t *testing.T) {
		t.Parallel()
		other := emptyDatabase(t)
		p := sqltest.NewProxy(t, other)
		s := newStore(t)
		// Another process made the line, and its database has been emptied since.
		if _, err := s.main.exec(t.Context(), "Line_Put", lineRow{Name: "toys", Title: "Toys", Color: "#176b87", DSN: p.DSN, Origins: []string{}, Greeting: []byte("{}")}); err != nil {
			t.Fatal(err)
		}
		p.Silent.Store(true)
		within(t, 9*time.Second, func() { wantCode(t, s.Migrate(t.Context()), "") })
		if _, err := s.Line("toys"); err != nil {
			t.Fatal(err)
		}
		wantCode(t, s.Ping(t.Context(), "toys"), chat.CodeLineUnavailable)
		_, err := s.Epoch(t.Context(), "shop")
		wantCode(t, err, "")

		p.Silent.Store(false)
		wantCode(t, s.Refresh(t.Context()), "")
		eventually(t, "the migration", func() bool {
			_, err := s.Epoch(t.Context(), "toys")
			return err == nil
		})
		toys, err := s.place("toys")
		wantCode(t, err, "")
		eventually(t, "its end", func() bool {
			s.mu.RLock()
			defer s.mu.RUnlock()
			return !toys.behind && !toys.mending
		})
	})
}
