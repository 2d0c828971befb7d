package sql

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/sql/sqltest"
)

// emptyDatabase makes another database beside a test's own, with nothing in it.
func emptyDatabase(t *testing.T) (dsn string) {
	t.Helper()
	dsn = sqltest.Open(t)
	s := openStore(t, dsn)
	for _, schema := range []string{"public", "line_shop", "line_mall"} {
		if _, err := s.main.db.ExecContext(t.Context(), "DROP SCHEMA "+schema+" CASCADE"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.main.db.ExecContext(t.Context(), "CREATE SCHEMA public"); err != nil {
		t.Fatal(err)
	}
	return dsn
}

func TestStore_PutLine(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	t.Run("OK", func(t *testing.T) {
		want := chat.Line{
			Name: "my-toys", Title: "玩具", Color: "#2e6e52", Origins: []string{"https://toys.example"}, Locale: "en",
			Greeting: map[string]string{"en": "Hello", "zh-CN": "您好"}, ReplyTime: 5, Identity: chat.Identity{Signing: chat.SigningOff, Secrets: []string{}},
		}
		wantCode(t, s.PutLine(t.Context(), want), "")
		for range 2 { // as kept, and as read again
			got, err := s.Line("my-toys")
			wantCode(t, err, "")
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatal(diff)
			}
			wantCode(t, s.Load(t.Context()), "")
		}
		wantCode(t, s.Ping(t.Context(), "my-toys"), "")
	})
	t.Run("again, changed", func(t *testing.T) {
		before, err := s.line("my-toys")
		wantCode(t, err, "")
		wantCode(t, s.PutLine(t.Context(), chat.Line{Name: "my-toys", Title: "Toys"}), "")
		got, err := s.Line("my-toys")
		want := chat.Line{Name: "my-toys", Title: "Toys", Color: "#176b87", Locale: "zh-CN", Origins: []string{}, Greeting: map[string]string{}, Identity: chat.Identity{Signing: chat.SigningOff, Secrets: []string{}}}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
		if after, _ := s.line("my-toys"); after != before {
			t.Error("its pool was replaced")
		}
	})
	t.Run("in a database of its own", func(t *testing.T) {
		dsn := emptyDatabase(t)
		wantCode(t, s.PutLine(t.Context(), chat.Line{Name: "books", Title: "Books", DSN: dsn}), "")
		epoch, err := s.Epoch(t.Context(), "books")
		wantCode(t, err, "")
		other := openStore(t, dsn)
		var there string
		if err := other.main.db.GetContext(t.Context(), &there, `SELECT value FROM line_books.epoch`); err != nil || there != epoch {
			t.Fatalf("got %q, want %q (%v)", there, epoch, err)
		}
		var here bool
		if err := s.main.db.GetContext(t.Context(), &here, `SELECT to_regnamespace('line_books') IS NOT NULL`); err != nil || here {
			t.Fatalf("the main database has the schema, too (%v)", err)
		}
	})
	t.Run("changed without its database", func(t *testing.T) {
		dsn := emptyDatabase(t)
		wantCode(t, s.PutLine(t.Context(), chat.Line{Name: "films", Title: "Films", DSN: dsn}), "")
		before, err := s.Line("films")
		wantCode(t, err, "")
		wantCode(t, s.PutLine(t.Context(), chat.Line{Name: "films", Title: "Films!"}), "")
		wantCode(t, s.Load(t.Context()), "")
		if l, err := s.Line("films"); err != nil || l.DSN != before.DSN || l.Title != "Films!" {
			t.Errorf("got %+v, %v", l, err)
		}
	})
	for what, l := range map[string]chat.Line{
		"a name that is none":     {Name: "My shop", Title: "x"},
		"no title":                {Name: "x"},
		"a color that is none":    {Name: "x", Title: "x", Color: "red"},
		"an address that is none": {Name: "x", Title: "x", DSN: "postgres://u:secret@h:port/d"},
	} {
		t.Run(what, func(t *testing.T) {
			err := s.PutLine(t.Context(), l)
			wantCode(t, err, chat.CodeInvalid)
			if strings.Contains(err.Error(), "secret") {
				t.Error("the password got out")
			}
			if _, err := s.Line(l.Name); err == nil {
				t.Error("the line is there")
			}
		})
	}
	t.Run("a database that is away", func(t *testing.T) {
		wantCode(t, s.PutLine(t.Context(), chat.Line{Name: "gone", Title: "x", DSN: "host=127.0.0.1 port=1 sslmode=disable"}), chat.CodeLineUnavailable)
		_, err := s.Line("gone")
		wantCode(t, err, chat.CodeNotFound)
	})
}

func TestStore_Lines(t *testing.T) {
	t.Parallel()
	p := sqltest.NewProxy(t, sqltest.Open(t))
	s, other := openStore(t, p.DSN), openStore(t, p.DSN)
	wantCode(t, s.Load(t.Context()), "")
	names := func() (all []string) {
		for _, l := range s.Lines() {
			all = append(all, l.Name)
		}
		return all
	}
	want := func(want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, names()); diff != "" {
			t.Fatal(diff)
		}
	}
	want("mall", "shop")
	t.Run("another process makes one", func(t *testing.T) {
		wantCode(t, other.PutLine(t.Context(), chat.Line{Name: "toys", Title: "Toys"}), "")
		wantCode(t, s.Refresh(t.Context()), "")
		want("mall", "shop", "toys")
		wantCode(t, s.Ping(t.Context(), "toys"), "")
	})
	t.Run("one is removed", func(t *testing.T) {
		if _, err := other.main.db.ExecContext(t.Context(), `DELETE FROM lines WHERE name = 'toys'`); err != nil {
			t.Fatal(err)
		}
		wantCode(t, s.Refresh(t.Context()), "")
		want("mall", "shop")
		wantCode(t, s.Ping(t.Context(), "toys"), chat.CodeNotFound)
	})
	t.Run("none is forgotten while the database is away", func(t *testing.T) {
		epoch, err := s.Epoch(t.Context(), "shop")
		wantCode(t, err, "")
		p.Silent.Store(true)
		wantCode(t, s.Refresh(t.Context()), chat.CodeLineUnavailable)
		want("mall", "shop")
		place, _ := s.place("shop")
		place.epochAt = place.epochAt.Add(-epochKeep)
		if again, err := s.Epoch(t.Context(), "shop"); err != nil || again != epoch {
			t.Fatalf("got epoch %q, %v", again, err)
		}
		_, err = s.Epoch(t.Context(), "mall")
		wantCode(t, err, chat.CodeLineUnavailable)
	})
}

func TestStore_Epoch(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	shop, err := s.Epoch(t.Context(), "shop")
	wantCode(t, err, "")
	mall, err := s.Epoch(t.Context(), "mall")
	wantCode(t, err, "")
	if len(shop) != 12 || shop == mall {
		t.Fatalf("got %q and %q", shop, mall)
	}
	t.Run("a restored backup gets another", func(t *testing.T) {
		p, err := s.place("shop")
		wantCode(t, err, "")
		if _, err := p.pool.db.ExecContext(t.Context(), `UPDATE epoch SET value = 'another'`); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Epoch(t.Context(), "shop"); err != nil || got != shop {
			t.Fatalf("not from memory: %q, %v", got, err)
		}
		p.epochAt = p.epochAt.Add(-epochKeep)
		if got, err := s.Epoch(t.Context(), "shop"); err != nil || got != "another" {
			t.Fatalf("got %q, %v", got, err)
		}
	})
	t.Run("no such line", func(t *testing.T) {
		_, err := s.Epoch(t.Context(), "nowhere")
		wantCode(t, err, chat.CodeNotFound)
	})
}

// What a session of ours is like, whatever the server's own settings are.
func TestPool_settings(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	shop, err := s.line("shop")
	wantCode(t, err, "")
	for name, want := range map[string]string{
		"statement_timeout": "3s", "lock_timeout": "1s", "idle_in_transaction_session_timeout": "5s", "synchronous_commit": "on",
		"TimeZone": "UTC", "application_name": "unique-support", "search_path": pq.QuoteIdentifier("line_shop"),
	} {
		var got string
		if err := shop.db.GetContext(t.Context(), &got, "SELECT current_setting($1)", name); err != nil || got != want {
			t.Errorf("%s is %q, want %q (%v)", name, got, want, err)
		}
	}
}
