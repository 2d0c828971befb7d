package sql

import (
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

func TestTail_wants(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	p, err := s.line("shop")
	if err != nil {
		t.Fatal(err)
	}
	watched, other := begin(t, s), begin(t, s)
	tl := &tail{pool: p, wants: func(conversation chat.ID, seq int64) bool { return conversation == watched.id && seq > 1 }}
	look := func(t *testing.T, places int, texts ...string) {
		t.Helper()
		found, rows, _, err := tl.look(t.Context(), time.Now())
		if err != nil || len(found) != places || len(rows) != len(texts) {
			t.Fatalf("found %d, read %d, %v", len(found), len(rows), err)
		}
		for i, want := range texts {
			if rows[i].Text != want {
				t.Errorf("read %q, want %q", rows[i].Text, want)
			}
		}
	}
	watched.say(t, watched.visitor, "told already")
	other.say(t, other.visitor, "watched by nobody")
	watched.say(t, watched.visitor, "news")
	look(t, 3, "news")
	other.say(t, other.visitor, "again")
	look(t, 1)
	look(t, 0)
	t.Run("what could not be read is found again", func(t *testing.T) {
		watched.say(t, watched.visitor, "later")
		whole := p.queries["Tail_Read"]
		delete(p.queries, "Tail_Read")
		clear(p.stmts)
		if _, _, _, err := tl.look(t.Context(), time.Now()); err == nil {
			t.Fatal("it was read without its statement")
		}
		p.queries["Tail_Read"] = whole
		look(t, 1, "later")
	})
}
