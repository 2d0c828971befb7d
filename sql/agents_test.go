package sql

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/taadis/unique-support/core/chat"
)

func lin() chat.Agent {
	return chat.Agent{
		ID: chat.NewID(time.Now()), Email: "Lin@example.com", Name: "Lin", Role: "agent", Locale: "zh-CN", Presence: chat.Online, Capacity: 4,
		Lines: []string{"mall", "shop"}, PasswordHash: "$argon2id$x", Notify: chat.DefaultNotify(), Created: chat.Time{Time: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)},
		Permissions: []chat.Permission{chat.ConversationRead, chat.ConversationReply, chat.ConversationAssign},
	}
}

func TestStore_PutAgent(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	a := lin()
	wantCode(t, s.PutAgent(t.Context(), a), "")
	same := func(t *testing.T, want chat.Agent) {
		t.Helper()
		got, err := s.Agent(t.Context(), want.ID)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
	}
	t.Run("OK", func(t *testing.T) { same(t, a) })
	t.Run("twice", func(t *testing.T) {
		wantCode(t, s.PutAgent(t.Context(), a), "")
		same(t, a)
	})
	t.Run("by e-mail, whatever its case", func(t *testing.T) {
		got, err := s.AgentByEmail(t.Context(), "lin@EXAMPLE.com")
		if diff := cmp.Diff(a, got); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
	})
	t.Run("changed, lines included", func(t *testing.T) {
		b := a
		b.Name, b.Role, b.Lines, b.Capacity, b.Disabled = "林", "auditor", []string{"shop"}, 0, true
		b.Permissions = []chat.Permission{chat.ConversationRead, chat.AdminRead, chat.ReportsRead}
		wantCode(t, s.PutAgent(t.Context(), b), "")
		same(t, b)
		b.Lines = []string{}
		wantCode(t, s.PutAgent(t.Context(), b), "")
		same(t, b)
		b.Lines = nil
		wantCode(t, s.PutAgent(t.Context(), b), "")
		wantCode(t, s.PutAgent(t.Context(), a), "")
		same(t, a)
	})
	for what, c := range map[string]struct {
		change func(*chat.Agent)
		code   chat.Code
	}{
		"somebody else's e-mail":  {func(a *chat.Agent) { a.ID, a.Email = chat.NewID(time.Now()), strings.ToUpper(a.Email) }, chat.CodeConflict},
		"a role that is none":     {func(a *chat.Agent) { a.Role = "king" }, chat.CodeInvalid},
		"a line that is none":     {func(a *chat.Agent) { a.Lines = []string{"shop", "nowhere"} }, chat.CodeInvalid},
		"no room at all":          {func(a *chat.Agent) { a.Capacity = -1 }, chat.CodeInvalid},
		"a presence that is none": {func(a *chat.Agent) { a.Presence = "asleep" }, chat.CodeInvalid},
		"an id that is none":      {func(a *chat.Agent) { a.ID = "x" }, chat.CodeInvalid},
	} {
		t.Run(what, func(t *testing.T) {
			b := a
			c.change(&b)
			wantCode(t, s.PutAgent(t.Context(), b), c.code)
			same(t, a)
		})
	}
	t.Run("nobody", func(t *testing.T) {
		_, err := s.Agent(t.Context(), chat.NewID(time.Now()))
		wantCode(t, err, chat.CodeNotFound)
		_, err = s.AgentByEmail(t.Context(), "nobody@example.com")
		wantCode(t, err, chat.CodeNotFound)
	})
}

func TestStore_Agents(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	a, b := lin(), lin()
	b.ID, b.Name, b.Email, b.Lines = chat.NewID(time.Now()), "Ada", "ada@example.com", []string{}
	wantCode(t, s.PutAgent(t.Context(), a), "")
	wantCode(t, s.PutAgent(t.Context(), b), "")
	got, err := s.Agents(t.Context())
	if diff := cmp.Diff([]chat.Agent{b, a}, got); err != nil || diff != "" {
		t.Fatal(err, diff)
	}
}

func TestStore_SetPresence(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	a := lin()
	wantCode(t, s.PutAgent(t.Context(), a), "")
	wantCode(t, s.SetPresence(t.Context(), a.ID, chat.Away, ""), "")
	if got, err := s.Agent(t.Context(), a.ID); err != nil || got.Presence != chat.Away {
		t.Fatalf("got %v, %v", got.Presence, err)
	}
	wantCode(t, s.SetPresence(t.Context(), a.ID, "asleep", ""), chat.CodeInvalid)
	wantCode(t, s.SetPresence(t.Context(), chat.NewID(time.Now()), chat.Away, ""), chat.CodeNotFound)
}

func TestStore_PutKey(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	a := lin()
	wantCode(t, s.PutAgent(t.Context(), a), "")
	hash := strings.Repeat("ab", 32)
	k := chat.APIKey{ID: chat.NewID(time.Now()), Agent: a.ID, Name: "bot", Scopes: []chat.Permission{chat.ConversationRead, chat.AdminWrite}}
	wantCode(t, s.PutKey(t.Context(), k, hash), "")
	t.Run("narrows her permissions, and widens none", func(t *testing.T) {
		want := a
		want.Permissions = []chat.Permission{chat.ConversationRead}
		got, err := s.AgentByKey(t.Context(), hash)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
	})
	t.Run("twice", func(t *testing.T) { wantCode(t, s.PutKey(t.Context(), k, hash), "") })
	t.Run("another under its id", func(t *testing.T) {
		wantCode(t, s.PutKey(t.Context(), k, strings.Repeat("cd", 32)), chat.CodeConflict)
	})
	t.Run("its secret under another id", func(t *testing.T) {
		other := k
		other.ID = chat.NewID(time.Now())
		wantCode(t, s.PutKey(t.Context(), other, hash), chat.CodeConflict)
	})
	t.Run("for nobody", func(t *testing.T) {
		wantCode(t, s.PutKey(t.Context(), chat.APIKey{ID: chat.NewID(time.Now()), Agent: chat.NewID(time.Now())}, "x"), chat.CodeInvalid)
	})
	t.Run("no such key", func(t *testing.T) {
		_, err := s.AgentByKey(t.Context(), "no such hash")
		wantCode(t, err, chat.CodeNotFound)
	})
	t.Run("is listed, and revoked for good", func(t *testing.T) {
		revoked := k
		revoked.ID = chat.NewID(time.Now())
		wantCode(t, s.PutKey(t.Context(), revoked, strings.Repeat("ef", 32)), "")
		for range 2 {
			wantCode(t, s.RevokeKey(t.Context(), revoked.ID), "")
		}
		_, err := s.AgentByKey(t.Context(), strings.Repeat("ef", 32))
		wantCode(t, err, chat.CodeNotFound)
		keys, err := s.Keys(t.Context())
		if err != nil || len(keys) != 2 || keys[0].ID != k.ID || keys[0].Revoked || keys[1].ID != revoked.ID || !keys[1].Revoked || keys[1].Name != "bot" {
			t.Fatalf("got %+v, %v", keys, err)
		}
		for _, id := range []chat.ID{chat.NewID(time.Now()), "x"} {
			wantCode(t, s.RevokeKey(t.Context(), id), chat.CodeNotFound)
		}
	})
	t.Run("a disabled agent's", func(t *testing.T) {
		a.Disabled = true
		wantCode(t, s.PutAgent(t.Context(), a), "")
		_, err := s.AgentByKey(t.Context(), hash)
		wantCode(t, err, chat.CodeNotFound)
	})
}

func TestStore_Roles(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	a := lin()
	wantCode(t, s.PutAgent(t.Context(), a), "")
	got, err := s.Roles(t.Context())
	wantCode(t, err, "")
	var names []string
	for _, r := range got {
		names = append(names, r.Name)
	}
	if diff := cmp.Diff([]string{"admin", "agent", "auditor", "owner", "supervisor"}, names); diff != "" {
		t.Fatal(diff)
	}
	if diff := cmp.Diff(slices.Sorted(slices.Values(chat.Permissions())), slices.Sorted(slices.Values(got[3].Permissions))); diff != "" {
		t.Error("an owner may everything:", diff)
	}
	put := func(r chat.Role) error {
		return s.ChangeTeam(t.Context(), func(c chat.TeamChange) error { return c.PutRole(r) })
	}
	t.Run("changed", func(t *testing.T) {
		wantCode(t, put(chat.Role{Name: "agent", Permissions: []chat.Permission{chat.ConversationRead}}), "")
		got, err := s.Agent(t.Context(), a.ID)
		if diff := cmp.Diff([]chat.Permission{chat.ConversationRead}, got.Permissions); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
	})
	t.Run("new, and gone", func(t *testing.T) {
		wantCode(t, put(chat.Role{Name: "guest"}), "")
		wantCode(t, s.ChangeTeam(t.Context(), func(c chat.TeamChange) error { return c.DropRole("guest") }), "")
	})
	t.Run("not gone while somebody has it", func(t *testing.T) {
		wantCode(t, s.ChangeTeam(t.Context(), func(c chat.TeamChange) error { return c.DropRole("agent") }), chat.CodeInvalid)
	})
}
