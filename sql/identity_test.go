package sql

import (
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

func TestStore_Identify(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	signed := func(sub, name string) chat.Visitor {
		now := chat.Time{Time: time.Now()}
		return chat.Visitor{ID: chat.NewID(now.Time), External: sub, Name: name, Verified: true, Card: json.RawMessage(`{"order": "7"}`), Created: now, Seen: now}
	}
	identify := func(t *testing.T, v chat.Visitor, anonymous chat.ID) chat.Identified {
		t.Helper()
		found, err := s.Identify(t.Context(), "shop", v, anonymous, chat.NewTrace())
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	gone := func(t *testing.T, id chat.ID) {
		t.Helper()
		_, err := s.Visitor(t.Context(), "shop", id)
		wantCode(t, err, chat.CodeNotFound)
	}

	t.Run("somebody new", func(t *testing.T) {
		v := identify(t, signed("new", "周"), "").Visitor
		if v.External != "new" || !v.Verified || v.Name != "周" || string(v.Card) != `{"order": "7"}` {
			t.Fatalf("got %+v", v)
		}
		if again := identify(t, signed("new", ""), "").Visitor; again.ID != v.ID || again.Name != "周" {
			t.Fatalf("got %+v", again)
		}
	})
	t.Run("her anonymous conversation goes on, under an id that no earlier token names", func(t *testing.T) {
		k := begin(t, s)
		mug := k.draft(k.visitor, "杯子裂了")
		first := append1(t, s, mug)
		found := identify(t, signed("merged", "陈可"), k.visitor.ID)
		if len(found.Merged) != 1 || found.Merged[0].ID != k.id || found.Merged[0].VisitorName != "陈可" || !found.Merged[0].Verified || found.Ended.Notice != nil {
			t.Fatalf("got %+v", found)
		}
		c := k.now(t)
		if c.Visitor != found.Visitor.ID || c.Visitor == k.visitor.ID || c.VisitorName != "陈可" || !c.Verified || c.Status != chat.StatusWaiting {
			t.Fatalf("got %+v", c)
		}
		gone(t, k.visitor.ID)
		// The answer to her message was lost: sent again, it is the same one.
		mug.Author.ID = found.Visitor.ID
		if again := append1(t, s, mug); !again.Repeat || again.Message.ID != first.Message.ID {
			t.Fatalf("got %+v", again)
		}
		if n, err := s.Unread(t.Context(), "shop", found.Visitor.ID); err != nil || n != 0 {
			t.Fatalf("got %d, %v", n, err)
		}
		// Who has only the old token writes nothing there.
		if got := append1(t, s, k.draft(k.visitor, "wer")); chat.CodeOf(got.Err) != chat.CodeNotFound {
			t.Fatalf("got %+v", got)
		}
	})
	t.Run("of two the anonymous one goes on", func(t *testing.T) {
		v := identify(t, signed("two", "A"), "").Visitor
		c, err := s.Begin(t.Context(), "shop", v.ID, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		hers := talk{s: s, id: c.ID, visitor: chat.Author{Kind: chat.KindVisitor, ID: v.ID}}
		hers.say(t, hers.visitor, "旧的")
		k := begin(t, s)
		k.say(t, k.visitor, "新的")
		found := identify(t, signed("two", "A"), k.visitor.ID)
		if found.Ended.Conversation.ID != c.ID || found.Ended.Conversation.Status != chat.StatusClosed || found.Before != chat.StatusWaiting || found.Ended.Notice == nil || len(found.Merged) != 1 {
			t.Fatalf("got %+v", found)
		}
		if now, err := s.Current(t.Context(), "shop", v.ID); err != nil || now.ID != k.id {
			t.Fatalf("got %+v, %v", now, err)
		}
	})
	t.Run("an empty one gives way", func(t *testing.T) {
		v := identify(t, signed("empty", "B"), "").Visitor
		c, err := s.Begin(t.Context(), "shop", v.ID, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		hers := talk{s: s, id: c.ID, visitor: chat.Author{Kind: chat.KindVisitor, ID: v.ID}}
		hers.say(t, hers.visitor, "在")
		k := begin(t, s)
		found := identify(t, signed("empty", "B"), k.visitor.ID)
		if found.Ended.Notice != nil || len(found.Merged) != 0 {
			t.Fatalf("got %+v", found)
		}
		if now, err := s.Current(t.Context(), "shop", v.ID); err != nil || now.ID != c.ID || now.Status != chat.StatusWaiting {
			t.Fatalf("got %+v, %v", now, err)
		}
		_, err = s.Conversation(t.Context(), "shop", k.id)
		wantCode(t, err, chat.CodeNotFound)
	})
	t.Run("what somebody else has proved to be hers is never given away", func(t *testing.T) {
		a := identify(t, signed("a", "A"), "").Visitor
		c, err := s.Begin(t.Context(), "shop", a.ID, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		b := identify(t, signed("b", "B"), a.ID)
		if b.Visitor.ID == a.ID || len(b.Merged) != 0 {
			t.Fatalf("got %+v", b)
		}
		if now, err := s.Conversation(t.Context(), "shop", c.ID); err != nil || now.Visitor != a.ID {
			t.Fatalf("got %+v, %v", now, err)
		}
	})
	t.Run("what is proven nobody changes without proof", func(t *testing.T) {
		v := identify(t, signed("kept", "真名"), "").Visitor
		got, err := s.PutVisitor(t.Context(), "shop", chat.Visitor{ID: v.ID, Name: "假名", Email: "x@example.com", Attributes: json.RawMessage(`{"vip":1}`)})
		if err != nil || got.Name != "真名" || got.Email != "" || got.Attributes != nil || !got.Verified {
			t.Fatalf("got %+v, %v", got, err)
		}
	})
	t.Run("at once", func(t *testing.T) {
		k := begin(t, s)
		k.say(t, k.visitor, "在吗")
		ids := make([]chat.ID, 8)
		var running sync.WaitGroup
		for i := range ids {
			running.Go(func() {
				found, err := s.Identify(t.Context(), "shop", signed("race", "R"), k.visitor.ID, "")
				if err != nil {
					t.Error(err)
				}
				ids[i] = found.Visitor.ID
			})
		}
		running.Wait()
		for _, id := range ids {
			if id != ids[0] || id != k.now(t).Visitor {
				t.Fatalf("got %v", ids)
			}
		}
	})
}

func TestStore_SetIdentity(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	secret := "0123456789abcdef0123456789abcdef"
	want := chat.Identity{Signing: chat.SigningReport, Secrets: []string{secret}}
	wantCode(t, s.SetIdentity(t.Context(), "shop", want), "")
	check := func(t *testing.T) {
		t.Helper()
		l, err := s.Line("shop")
		if err != nil || l.Identity.Signing != want.Signing || len(l.Identity.Secrets) != 1 || l.Identity.Secrets[0] != secret {
			t.Fatalf("got %v, %v", l.Identity, err)
		}
	}
	check(t)
	wantCode(t, s.Load(t.Context()), "") // what another node reads
	check(t)
	l, err := s.Line("shop")
	if err != nil {
		t.Fatal(err)
	}
	l.Title, l.Identity = "New", chat.Identity{}
	wantCode(t, s.PutLine(t.Context(), l), "") // who changes the title does not mean the secret
	check(t)
	if b, err := json.Marshal(l); err != nil || len(b) == 0 || json.Valid(b) == false {
		t.Fatal(err)
	}
	for _, bad := range []chat.Identity{{Signing: "maybe"}, {Signing: chat.SigningEnforce}, {Signing: chat.SigningOff, Secrets: []string{"short"}}, {Signing: chat.SigningReport, Secrets: []string{secret, secret, secret}}} {
		wantCode(t, s.SetIdentity(t.Context(), "shop", bad), chat.CodeInvalid)
	}
	wantCode(t, s.SetIdentity(t.Context(), "nowhere", want), chat.CodeNotFound)
}

// append1 writes one draft and says what became of it.
func append1(t *testing.T, s *Store, d chat.Draft) chat.Appended {
	t.Helper()
	all, err := s.Append(t.Context(), "shop", []chat.Draft{d})
	if err != nil {
		t.Fatal(err)
	}
	return all[0]
}
