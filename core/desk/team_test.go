package desk_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// owner makes somebody who may everything, and returns her context.
func (n *node) owner(t *testing.T, name string) (context.Context, chat.Agent) {
	t.Helper()
	a := chat.Agent{ID: chat.NewID(time.Now()), Email: name + "@example.com", Name: name, Role: "owner", Lines: []string{"shop"}, Capacity: 2, Presence: chat.Online}
	if err := n.store.PutAgent(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	return n.agent(t, name)
}

func TestDesk_ChangeMember(t *testing.T) {
	t.Parallel()
	n := alone(t)
	boss, gu := n.owner(t, "gu")
	lin, l := n.agent(t, "lin")
	as := func(role string) chat.Change { return chat.Change{Role: role, Lines: []string{"shop"}, Capacity: 3} }
	to := func(is chat.Change) func(*chat.Change) { return func(c *chat.Change) { *c = is } }

	t.Run("OK", func(t *testing.T) {
		c := as("supervisor")
		c.Lines = []string{"mall", "shop"}
		wantCode(t, n.ChangeMember(boss, l.ID, to(c)), "")
		_, now := n.agent(t, "lin")
		if now.Role != "supervisor" || len(now.Lines) != 2 || now.Capacity != 3 || !now.Actor().May(chat.LibraryWrite) {
			t.Errorf("got %+v", now)
		}
		deeds, more, err := n.Deeds(boss, 0, 1)
		if err != nil || more || len(deeds) != 1 || deeds[0].Action != "member:change" || deeds[0].By.ID != gu.ID || deeds[0].Subject != l.Email ||
			deeds[0].Detail["role"] != "agent → supervisor" || deeds[0].Detail["lines"] != "shop → mall shop" || deeds[0].Detail["capacity"] != "2 → 3" || deeds[0].Trace != chat.TraceFrom(boss) {
			t.Errorf("got %+v, %v", deeds, err)
		}
	})
	t.Run("the same again is no deed", func(t *testing.T) {
		c := as("supervisor")
		c.Lines = []string{"shop", "mall"}
		wantCode(t, n.ChangeMember(boss, l.ID, to(c)), "")
		if deeds, _, err := n.Deeds(boss, 0, 10); err != nil || len(deeds) != 1 {
			t.Errorf("got %+v, %v", deeds, err)
		}
	})
	for name, c := range map[string]struct {
		ctx    context.Context
		id     chat.ID
		change chat.Change
		want   *chat.Error
	}{
		"somebody who may not":       {lin, gu.ID, as("agent"), chat.Forbidden()},
		"nobody":                     {boss, chat.NewID(time.Now()), as("agent"), chat.NotFound()},
		"no such role":               {boss, l.ID, as("king"), chat.Invalid("role", "")},
		"no such line":               {boss, l.ID, chat.Change{Role: "agent", Lines: []string{"moon"}}, chat.Invalid("line", "")},
		"more than anybody can take": {boss, l.ID, chat.Change{Role: "agent", Capacity: 201}, chat.Invalid("capacity", "")},
		"her own role":               {boss, gu.ID, as("agent"), chat.Conflict("own_role", "")},
		"herself out":                {boss, gu.ID, chat.Change{Role: "owner", Disabled: true}, chat.Conflict("own_role", "")},
	} {
		t.Run(name, func(t *testing.T) {
			if err := n.ChangeMember(c.ctx, c.id, to(c.change)); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	t.Run("what one may not do oneself, one cannot give or take", func(t *testing.T) {
		wantCode(t, n.SetRole(boss, chat.Role{Name: "lead", Permissions: []chat.Permission{chat.ConversationRead, chat.AdminRead, chat.TeamWrite}}), "")
		n.put(t, "max", func(a *chat.Agent) { a.Role = "lead" })
		lead, m := n.agent(t, "max")
		wantCode(t, n.ChangeMember(lead, l.ID, to(as("owner"))), chat.CodeForbidden)
		wantCode(t, n.ChangeMember(lead, gu.ID, to(as("agent"))), chat.CodeForbidden)
		wantCode(t, n.SetRole(lead, chat.Role{Name: "lead", Permissions: chat.Permissions()}), chat.CodeForbidden)
		wantCode(t, n.SetRole(lead, chat.Role{Name: "owner"}), chat.CodeForbidden)
		_, err := n.Reset(lead, gu.ID)
		wantCode(t, err, chat.CodeForbidden)
		wantCode(t, n.DropRole(boss, "lead"), chat.CodeConflict)
		wantCode(t, n.ChangeMember(boss, m.ID, to(as("agent"))), "")
		wantCode(t, n.DropRole(boss, "lead"), "")
	})
	t.Run("somebody stays who may change the team", func(t *testing.T) {
		wantCode(t, n.SetRole(boss, chat.Role{Name: "owner", Permissions: chat.Permissions()[:6]}), chat.CodeConflict)
		if _, now := n.agent(t, "gu"); !now.Actor().May(chat.TeamWrite) {
			t.Error("nobody is left")
		}
	})
}

func TestDesk_Invite(t *testing.T) {
	t.Parallel()
	n := alone(t)
	boss, _ := n.owner(t, "gu")
	lin, l := n.agent(t, "lin")
	ask := chat.Invitation{Email: " New@example.com ", Role: "agent", Lines: []string{"mall"}, Capacity: 4}

	t.Run("who may not", func(t *testing.T) {
		_, err := n.Invite(lin, ask)
		wantCode(t, err, chat.CodeForbidden)
		_, err = n.Invitations(lin)
		wantCode(t, err, chat.CodeForbidden)
	})
	for name, email := range map[string]string{"no address": "x", "a name with it": "Li <li@example.com>", "taken": "LIN@example.com"} {
		t.Run(name, func(t *testing.T) {
			bad := ask
			bad.Email = email
			if _, err := n.Invite(boss, bad); chat.CodeOf(err) != chat.CodeInvalid && chat.CodeOf(err) != chat.CodeConflict {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("joins once, as she was invited", func(t *testing.T) {
		token, err := n.Invite(boss, ask)
		if err != nil || len(token) < 40 {
			t.Fatal(token, err)
		}
		if v, err := n.Invited(t.Context(), token); err != nil || v.Email != "New@example.com" {
			t.Errorf("got %+v, %v", v, err)
		}
		_, err = n.Join(t.Context(), token, " ", "$hash")
		wantCode(t, err, chat.CodeInvalid)
		a, err := n.Join(t.Context(), token, "新人", "$hash") // what was refused used nothing up
		if err != nil || a.Name != "新人" || a.Role != "agent" || len(a.Lines) != 1 || a.Lines[0] != "mall" || a.Capacity != 4 || a.PasswordHash != "$hash" {
			t.Errorf("got %+v, %v", a, err)
		}
		_, err = n.Join(t.Context(), token, "x", "$hash")
		wantCode(t, err, chat.CodeNotFound)
	})
	t.Run("taken back", func(t *testing.T) {
		other := ask
		other.Email = "other@example.com"
		token, err := n.Invite(boss, other)
		wantCode(t, err, "")
		all, err := n.Invitations(boss)
		if err != nil || len(all) != 1 {
			t.Fatalf("got %+v, %v", all, err)
		}
		wantCode(t, n.Uninvite(boss, all[0].ID), "")
		_, err = n.Join(t.Context(), token, "x", "$hash")
		wantCode(t, err, chat.CodeNotFound)
	})
	t.Run("a new password ends what was", func(t *testing.T) {
		token, err := n.Reset(boss, l.ID)
		wantCode(t, err, "")
		a, err := n.Join(t.Context(), token, "", "$new")
		if err != nil || a.ID != l.ID || a.PasswordHash != "$new" || a.Name != "lin" || a.Since != l.Since+1 {
			t.Errorf("got %+v, %v", a, err)
		}
	})
	t.Run("none for whom is locked out", func(t *testing.T) {
		token, err := n.Reset(boss, l.ID)
		wantCode(t, err, "")
		n.put(t, "lin", func(a *chat.Agent) { a.Disabled = true })
		_, err = n.Join(t.Context(), token, "", "$new")
		wantCode(t, err, chat.CodeNotFound)
	})
}

func TestDesk_EachDeed(t *testing.T) {
	t.Parallel()
	n := alone(t)
	boss, _ := n.owner(t, "gu")
	_, l := n.agent(t, "lin")
	for range 3 {
		wantCode(t, n.SignOutMember(boss, l.ID), "")
	}
	sound := func() (all []bool) {
		wantCode(t, n.EachDeed(boss, func(_ chat.Deed, sound bool) error {
			all = append(all, sound)
			return nil
		}), "")
		return all
	}
	if got := sound(); len(got) != 3 || !got[2] {
		t.Fatalf("got %v", got)
	}
	n.exec(t, "UPDATE audit SET subject = 'max@example.com' WHERE seq = 2")
	if got := sound(); len(got) != 3 || !got[0] || got[1] || got[2] {
		t.Errorf("a changed entry: got %v", got)
	}
	n.exec(t, "UPDATE audit SET subject = 'lin@example.com' WHERE seq = 2")
	n.exec(t, "DELETE FROM audit WHERE seq = 2")
	if got := sound(); len(got) != 2 || !got[0] || got[1] {
		t.Errorf("one left out: got %v", got)
	}
}

func TestDesk_SignOutMember(t *testing.T) {
	t.Parallel()
	n := alone(t).run(t)
	boss, _ := n.owner(t, "gu")
	lin, l := n.agent(t, "lin")
	leave, until, err := n.Attend(lin, true)
	if err != nil {
		t.Fatal(err)
	}
	defer leave()
	eventually(t, soon, "she was seen", func() bool {
		_, now := n.agent(t, "lin")
		return !now.Seen.IsZero()
	})
	wantCode(t, n.SignOutMember(boss, l.ID), "")
	select {
	case <-until.Done():
	case <-time.After(soon):
		t.Error("her streams go on")
	}
}
