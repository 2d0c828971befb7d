package sql

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"testing"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/sql/sqltest"
)

func TestMain(m *testing.M) { os.Exit(sqltest.Run(m, prepare)) }

// prepare leaves what every test begins with: two lines in the main database.
func prepare(ctx context.Context, dsn string) (err error) {
	s, err := Open(ctx, Options{DSN: dsn})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.Migrate(ctx); err != nil {
		return err
	}
	for _, l := range []chat.Line{{Name: "shop", Title: "Shop"}, {Name: "mall", Title: "Mall"}} {
		if err := s.PutLine(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

// newStore returns a store of a database for t alone, as prepare left it.
func newStore(t testing.TB) *Store {
	t.Helper()
	s := openStore(t, sqltest.Open(t))
	if err := s.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// openStore opens a store that ends with t; it has not read its lines.
func openStore(t testing.TB, dsn string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{DSN: dsn, MaxOpen: 8, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// wantCode fails t unless err carries the code; "" wants no error.
func wantCode(t testing.TB, err error, code chat.Code) {
	t.Helper()
	if code == "" {
		if err != nil {
			t.Fatalf("got error %v", err)
		}
		return
	}
	if err == nil || chat.CodeOf(err) != code {
		t.Fatalf("got error %v, want code %s", err, code)
	}
}
