package desk_test

import (
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

func TestDesk_AddKey(t *testing.T) {
	t.Parallel()
	n := alone(t)
	boss, gu := n.owner(t, "gu")
	lin, l := n.agent(t, "lin") // of shop
	admin := n.somebody(t, "ad", "admin", "mall")
	key := func(a chat.Agent, ps ...chat.Permission) chat.APIKey {
		return chat.APIKey{Agent: a.ID, Name: " orders ", Scopes: ps}
	}

	t.Run("OK, until it is revoked", func(t *testing.T) {
		wantCode(t, n.AddKey(boss, key(l, chat.ConversationRead), "hash"), "")
		if a, err := n.AgentByKey(t.Context(), "hash"); err != nil || a.ID != l.ID || len(a.Permissions) != 1 {
			t.Errorf("got %+v, %v", a, err)
		}
		keys, err := n.Keys(boss)
		if err != nil || len(keys) != 1 || keys[0].Name != "orders" || keys[0].Used.IsZero() || !keys[0].Expires.IsZero() {
			t.Fatalf("got %+v, %v", keys, err)
		}
		wantCode(t, n.RevokeKey(boss, keys[0].ID), "")
		_, err = n.store.AgentByKey(t.Context(), "hash")
		wantCode(t, err, chat.CodeNotFound)
		deeds, _, err := n.Deeds(boss, 0, 5)
		if err != nil || len(deeds) != 2 || deeds[0].Action != "key:revoke" || deeds[1].Action != "key:create" || deeds[1].Detail["agent"] != l.Email || deeds[1].Detail["scopes"] != "conversation:read" {
			t.Errorf("got %+v, %v", deeds, err)
		}
	})
	t.Run("it ends by itself", func(t *testing.T) {
		k := key(l, chat.ConversationRead)
		k.Expires = chat.Time{Time: time.Now().Add(time.Hour)}
		wantCode(t, n.AddKey(boss, k, "soon"), "")
		_, err := n.store.AgentByKey(t.Context(), "soon")
		wantCode(t, err, "")
		ended := chat.APIKey{ID: chat.NewID(time.Now()), Agent: l.ID, Name: "x", Scopes: chat.Permissions(), Expires: chat.Time{Time: time.Now().Add(-time.Second)}}
		wantCode(t, n.store.PutKey(t.Context(), ended, "ended"), "")
		_, err = n.store.AgentByKey(t.Context(), "ended")
		wantCode(t, err, chat.CodeNotFound)
	})
	t.Run("nobody gives what she may not do", func(t *testing.T) {
		wantCode(t, n.AddKey(lin, key(l, chat.ConversationRead), "a"), chat.CodeForbidden)
		wantCode(t, n.AddKey(admin, key(l, chat.ConversationRead), "b"), chat.CodeForbidden)  // whose line is another's
		wantCode(t, n.AddKey(admin, key(gu, chat.ConversationRead), "c"), chat.CodeForbidden) // who works for more than she does
		wantCode(t, n.AddKey(boss, key(l), "d"), chat.CodeInvalid)
		wantCode(t, n.AddKey(boss, key(chat.Agent{ID: chat.NewID(time.Now())}, chat.ConversationRead), "e"), chat.CodeInvalid)
		k := key(l, chat.ConversationRead)
		k.Expires = chat.Time{Time: time.Now().Add(-time.Minute)}
		wantCode(t, n.AddKey(boss, k, "f"), chat.CodeInvalid)
		_, ad := n.agent(t, "ad")
		wantCode(t, n.AddKey(admin, key(ad, chat.TeamWrite), "g"), chat.CodeForbidden)
		wantCode(t, n.AddKey(admin, key(ad, chat.AdminWrite), "h"), "")
		if keys, err := n.Keys(admin); err != nil || len(keys) != 1 {
			t.Errorf("she sees %+v, %v", keys, err)
		}
		all, err := n.Keys(boss)
		if err != nil {
			t.Fatal(err)
		}
		wantCode(t, n.RevokeKey(admin, all[0].ID), chat.CodeNotFound)
		wantCode(t, n.RevokeKey(lin, all[0].ID), chat.CodeForbidden)
	})
}
