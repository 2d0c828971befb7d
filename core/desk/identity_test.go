package desk_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
)

var identitySecret = strings.Repeat("s", 32)

// identity is what the host's backend signs of a visitor.
func identity(sub, name string, expires time.Time) string {
	part := base64.RawURLEncoding.EncodeToString
	body := part([]byte(`{"alg":"HS256"}`)) + "." + part(fmt.Appendf(nil, `{"sub":%q,"name":%q,"exp":%d}`, sub, name, expires.Unix()))
	m := hmac.New(sha256.New, []byte(identitySecret))
	m.Write([]byte(body))
	return body + "." + part(m.Sum(nil))
}

func TestDesk_Enter_identity(t *testing.T) {
	t.Parallel()
	n := alone(t)
	lin, _ := n.agent(t, "lin")
	asks := func(t *testing.T, s chat.Signing) {
		t.Helper()
		wantCode(t, n.store.SetIdentity(t.Context(), "shop", chat.Identity{Signing: s, Secrets: []string{identitySecret}}), "")
	}
	soon := time.Now().Add(time.Hour)
	enter := func(t *testing.T, e desk.Entry) (chat.Visitor, chat.Conversation) {
		t.Helper()
		e.Line = "shop"
		v, c, err := n.Enter(t.Context(), e)
		wantCode(t, err, "")
		return v, c
	}
	proofs := func() map[string]uint64 { return n.Stats()["shop"].Proofs }

	t.Run("off passes over what it is shown", func(t *testing.T) {
		asks(t, chat.SigningOff)
		if v, _ := enter(t, desk.Entry{Identity: identity("off", "A", soon)}); v.Verified || v.External != "" {
			t.Fatalf("got %+v", v)
		}
		if got := proofs(); got["signed"]+got["unsigned"]+got["invalid"] != 0 {
			t.Fatalf("got %v", got)
		}
	})
	t.Run("report believes and counts", func(t *testing.T) {
		asks(t, chat.SigningReport)
		a, _ := enter(t, desk.Entry{Identity: identity("u-1", "周明玥", soon), Profile: chat.Profile{Name: "说的", Email: "said@example.com"}})
		if !a.Verified || a.External != "u-1" || a.Name != "周明玥" || a.Email != "" {
			t.Fatalf("got %+v", a)
		}
		if again, _ := enter(t, desk.Entry{Visitor: a.ID, Signed: true}); again.ID != a.ID {
			t.Fatalf("got %+v", again)
		}
		anybody, _ := enter(t, desk.Entry{})
		if liar, _ := enter(t, desk.Entry{Visitor: anybody.ID, Identity: identity("u-1", "x", time.Now().Add(-time.Hour))}); liar.Verified || liar.ID != anybody.ID {
			t.Fatalf("got %+v", liar)
		}
		if got := proofs(); got["signed"] != 2 || got["unsigned"] != 1 || got["invalid"] != 1 {
			t.Fatalf("got %v", got)
		}
	})
	t.Run("what she began before she signed in goes on, and agents hear of it", func(t *testing.T) {
		asks(t, chat.SigningReport)
		k := n.waiting(t, "shop")
		v, c := enter(t, desk.Entry{Visitor: k.id, Identity: identity("merge", "陈可", soon)})
		if c.ID != k.conversation || c.LastSeq == 0 || !v.Verified || v.ID == k.id {
			t.Fatalf("got %+v, %+v", v, c)
		}
		told := n.push.of(chat.EventConversation, c.ID)
		if last := string(told[len(told)-1].Data); told[len(told)-1].To != chat.ToAgents || !strings.Contains(last, "陈可") || !strings.Contains(last, `"visitor_verified":true`) {
			t.Fatalf("got %s", last)
		}
		if w, _, err := n.Visitor(lin, c.ID); err != nil || w.External != "merge" {
			t.Fatalf("got %+v, %v", w, err)
		}
		_, err := n.Conversation(k.ctx, c.ID)
		wantCode(t, err, chat.CodeNotFound) // the token from before the proof
	})
	t.Run("somebody else on the same device finds nothing", func(t *testing.T) {
		asks(t, chat.SigningReport)
		a, ac := enter(t, desk.Entry{Identity: identity("A", "A", soon)})
		n.say(t, visitorContext(t, "shop", a.ID), ac.ID, "A's secret")
		b, bc := enter(t, desk.Entry{Visitor: a.ID, Signed: true, Identity: identity("B", "B", soon)})
		if b.ID == a.ID || bc.ID == ac.ID || bc.LastSeq != 0 {
			t.Fatalf("got %+v, %+v", b, bc)
		}
		again, ac2 := enter(t, desk.Entry{Visitor: b.ID, Signed: true, Identity: identity("A", "A", soon)})
		if again.ID != a.ID || ac2.ID != ac.ID {
			t.Fatalf("got %+v, %+v", again, ac2)
		}
		// An identity that cannot be believed was meant for somebody: whoever was here before is not shown to her.
		if c, cc := enter(t, desk.Entry{Visitor: a.ID, Signed: true, Identity: "nonsense"}); c.ID == a.ID || cc.ID == ac.ID || c.Verified {
			t.Fatalf("got %+v", c)
		}
	})
	t.Run("what has expired proves nothing new, and takes nothing away", func(t *testing.T) {
		asks(t, chat.SigningReport)
		past := time.Now().Add(-time.Hour)
		a, ac := enter(t, desk.Entry{Identity: identity("left open", "A", soon)})
		if again, c := enter(t, desk.Entry{Visitor: a.ID, Signed: true, Identity: identity("left open", "A", past)}); again.ID != a.ID || c.ID != ac.ID {
			t.Fatalf("got %+v", again)
		}
		if b, _ := enter(t, desk.Entry{Visitor: a.ID, Signed: true, Identity: identity("another", "B", past)}); b.ID == a.ID || b.Verified {
			t.Fatalf("got %+v", b)
		}
		if c, _ := enter(t, desk.Entry{Identity: identity("left open", "A", past)}); c.ID == a.ID || c.Verified {
			t.Fatalf("got %+v", c)
		}
	})
	t.Run("enforce lets in nobody else", func(t *testing.T) {
		asks(t, chat.SigningReport)
		k := n.waiting(t, "shop")
		asks(t, chat.SigningEnforce)
		_, _, err := n.Enter(t.Context(), desk.Entry{Line: "shop"})
		wantCode(t, err, chat.CodeForbidden)
		_, _, err = n.Enter(t.Context(), desk.Entry{Line: "shop", Identity: identity("u", "", time.Now().Add(-61*time.Second))})
		wantCode(t, err, chat.CodeUnauthenticated)
		_, _, err = n.Send(k.ctx, draft(k.conversation, "from before"))
		wantCode(t, err, chat.CodeForbidden)
		_, err = n.Current(k.ctx)
		wantCode(t, err, chat.CodeNotFound)
		_, err = n.Unread(k.ctx)
		wantCode(t, err, chat.CodeForbidden)
		v, c := enter(t, desk.Entry{Visitor: k.id, Identity: identity("in", "I", soon)})
		if c.ID != k.conversation {
			t.Fatalf("got %+v", c)
		}
		signed := chat.WithActor(k.ctx, chat.Actor{Kind: chat.KindVisitor, ID: v.ID, Line: "shop", Signed: true})
		n.say(t, signed, c.ID, "signed in")
		enter(t, desk.Entry{Visitor: v.ID, Signed: true})
	})
}
