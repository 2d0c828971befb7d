package sql

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/sql/local"
)

// standby makes a store's database one that follows another, which is what is left of an installation after a failover that
// nobody finished: Postgres in recovery, which answers whoever asks and writes nothing.
func standby(t *testing.T) (*Store, talk) {
	t.Helper()
	dir, err := os.MkdirTemp("", "sql-standby-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // Postgres may run as another user
		t.Fatal(err)
	}
	start := func() *local.Server {
		s, err := local.Options{FastUnsafe: true}.Start(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	first := start()
	if err := prepare(t.Context(), first.DSN()); err != nil {
		t.Fatal(errors.Join(err, first.Stop()))
	}
	before, err := Open(t.Context(), Options{DSN: first.DSN()})
	if err == nil {
		err = before.Load(t.Context())
	}
	if err != nil {
		t.Fatal(errors.Join(err, first.Stop()))
	}
	k := begin(t, before)
	k.say(t, k.visitor, "在吗")
	if err := errors.Join(before.Close(), first.Stop(), os.WriteFile(filepath.Join(dir, "pg", "standby.signal"), nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	follower := start()
	t.Cleanup(func() {
		if err := follower.Stop(); err != nil {
			t.Error(err)
		}
	})
	s := openStore(t, follower.DSN())
	if err := s.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	k.s = s
	return s, k
}

// What Postgres says of each statement of accepting when it is in recovery is ours to mend, and nobody's who wrote.
func TestStore_Append_standby(t *testing.T) {
	t.Parallel()
	s, k := standby(t)
	if ms := k.messages(t); len(ms) != 1 {
		t.Fatalf("it reads %s", seqs(ms))
	}
	p, err := s.line("shop")
	if err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]any{
		"Conversation_Lock": {texts([]chat.ID{k.id})}, "Conversation_Hold": {k.id},
		"Batch_Write": {writeColumns{Row: rowColumnsOf([]*row{{ID: k.id}}), Message: &messageColumns{}, Note: &messageColumns{}, Share: &shareColumns{}}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := p.exec(t.Context(), name, args...)
			wantCode(t, err, chat.CodeLineUnavailable)
			if !outage(err) {
				t.Errorf("%v is no outage", err)
			}
			p.guard.breaker.Close()
		})
	}
	for name, statement := range map[string]string{
		"LOCK":   `LOCK TABLE line_shop.messages IN SHARE ROW EXCLUSIVE MODE`,
		"NOTIFY": `NOTIFY line_shop`,
		"asking": `SELECT pg_current_wal_lsn()`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := p.conns.db.ExecContext(context.Background(), statement)
			if err = translate(err); !outage(err) {
				t.Errorf("%v is no outage", err)
			}
		})
	}
	t.Run("accepting", func(t *testing.T) {
		p.guard.row.Store(0)
		for i := range inRow {
			_, err := s.Append(t.Context(), "shop", []chat.Draft{k.draft(k.visitor, "好的")})
			wantCode(t, err, chat.CodeLineUnavailable)
			if r, ok := asRefusal(err); !ok || !follows(r) {
				t.Fatalf("the answer %d is %v", i+1, err)
			}
		}
		if p.guard.breaker.IsClosed() {
			t.Error("the breaker is closed")
		}
		if h := reason(unavailable(&refusal{code: codeReadOnly})); !strings.Contains(h, "follows another") {
			t.Errorf("health says: %s", h)
		}
	})
}
