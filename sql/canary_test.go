package sql

import (
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// sings writes as a canary does.
func sings(t *testing.T, s *Store, node string) talk {
	t.Helper()
	k := beginAt(t, s, "shop", node)
	for range 3 {
		k.append(t, chat.Draft{Conversation: k.id, Author: chat.Author{Kind: chat.KindSystem}, Kind: chat.KindCanary, Text: node, Trace: chat.NewTrace()})
	}
	return k
}

func TestStore_DropCanaries(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	mine, theirs, dead := sings(t, s, "a:1"), sings(t, s, "b:1"), sings(t, s, "c:1")
	run(t, s, "shop", `UPDATE line_shop.conversations SET last_at = now() - interval '25 hours' WHERE id = $1`, string(dead.id))
	// People who call themselves like a node, one of whom has not written.
	person, silent := beginAt(t, s, "shop", "a:1"), beginAt(t, s, "shop", "a:1")
	person.say(t, person.visitor, "hello")
	lin := chat.Author{Kind: chat.KindAgent, ID: chat.NewID(time.Now()), Name: "Lin"}

	t.Run("no list, count or check knows of them", func(t *testing.T) {
		for _, view := range []chat.View{chat.ViewMine, chat.ViewQueue, chat.ViewAll, chat.ViewClosed} {
			page, err := s.Inbox(t.Context(), chat.InboxQuery{View: view, Agent: lin.ID, Lines: []string{"shop"}, Limit: 50})
			wantCode(t, err, "")
			for _, c := range page.Conversations {
				if c.ID != person.id {
					t.Errorf("%s has %+v", view, c)
				}
			}
		}
		counts, err := s.Counts(t.Context(), lin.ID, []string{"shop"})
		if wantCode(t, err, ""); counts.Queue != 1 || counts.All != 1 {
			t.Errorf("counted %+v", counts)
		}
		heads, err := s.Heads(t.Context(), []string{"shop"})
		if wantCode(t, err, ""); len(heads) != 1 {
			t.Errorf("heads are %v", heads)
		}
		recent, err := s.Recent(t.Context(), "shop", time.Hour)
		if wantCode(t, err, ""); len(recent) != 1 || recent[person.id] != 1 {
			t.Errorf("recent are %v", recent)
		}
		if c := mine.now(t); c.Status != chat.StatusNew || c.LastSeq != 3 {
			t.Errorf("a canary's conversation is %+v", c)
		}
	})
	wantCode(t, s.DropCanaries(t.Context(), "shop", "a:1"), "")
	t.Run("what the node's wrote is gone, and what a dead one left", func(t *testing.T) {
		for _, k := range []talk{mine, dead} {
			for _, table := range []string{"conversations WHERE id", "messages WHERE conversation_id", "inbox WHERE conversation_id", "traces WHERE conversation_id", "visitors WHERE id"} {
				id := k.id
				if table == "visitors WHERE id" {
					id = k.visitor.ID
				}
				shop, err := s.line("shop")
				wantCode(t, err, "")
				var n int
				if err := shop.db.GetContext(t.Context(), &n, "SELECT count(*) FROM "+table+" = $1", string(id)); err != nil || n != 0 {
					t.Errorf("%d left in %s (%v)", n, table, err)
				}
			}
		}
	})
	t.Run("what others wrote stays", func(t *testing.T) {
		for k, n := range map[*talk]int{&theirs: 3, &person: 1, &silent: 0} {
			if ms := k.messages(t); len(ms) != n {
				t.Errorf("%d messages are left, not %d", len(ms), n)
			}
			k.now(t)
		}
	})
	wantCode(t, s.DropCanaries(t.Context(), "nowhere", "a:1"), chat.CodeNotFound)
}
