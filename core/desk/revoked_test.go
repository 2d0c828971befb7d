package desk_test

import (
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/sql/sqltest"
)

// Whatever ends an agent's right to see something is said on one node and felt on every other.
func TestDesk_Attend_otherNode(t *testing.T) {
	t.Parallel()
	dsn := sqltest.Open(t)
	here, there := newNode(t, dsn, "a"), newNode(t, dsn, "b").run(t)
	boss, _ := here.owner(t, "gu")
	_, l := here.agent(t, "lin")
	change := func(f func(c *chat.Change)) func(t *testing.T) error {
		return func(*testing.T) error { return here.ChangeMember(boss, l.ID, f) }
	}
	for _, c := range []struct {
		name string
		do   func(t *testing.T) error
		stay bool
	}{
		{"another capacity, which changes nothing she sees", change(func(c *chat.Change) { c.Capacity = 9 }), true},
		{"other lines", change(func(c *chat.Change) { c.Lines = []string{"mall"} }), false},
		{"another role", change(func(c *chat.Change) { c.Role = "auditor" }), false},
		{"less in her role", func(*testing.T) error {
			return here.SetRole(boss, chat.Role{Name: "auditor", Permissions: []chat.Permission{chat.ConversationRead}})
		}, false},
		{"signed out everywhere", func(*testing.T) error { return here.SignOutMember(boss, l.ID) }, false},
		{"another password", func(t *testing.T) error {
			token, err := here.Reset(boss, l.ID)
			if err == nil {
				_, err = here.Join(t.Context(), token, "", "$another")
			}
			return err
		}, false},
		{"locked out", change(func(c *chat.Change) { c.Disabled = true }), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, _ := there.agent(t, "lin")
			leave, until, err := there.Attend(ctx, false)
			wantCode(t, err, "")
			defer leave()
			wantCode(t, c.do(t), "")
			if c.stay {
				eventually(t, soon, "the change", func() bool {
					_, now := there.agent(t, "lin")
					return now.Capacity == 9
				})
				if until.Err() != nil {
					t.Error("her streams ended")
				}
				return
			}
			select {
			case <-until.Done():
			case <-time.After(soon):
				t.Error("her streams go on")
			}
		})
	}
	t.Run("a key that is revoked", func(t *testing.T) {
		_, max := here.agent(t, "max")
		key := chat.APIKey{ID: chat.NewID(time.Now()), Agent: max.ID, Name: "k", Scopes: chat.Permissions()}
		wantCode(t, here.store.PutKey(t.Context(), key, "the hash"), "")
		actor := max.Actor()
		actor.Key = "the hash"
		leave, until, err := there.Attend(chat.WithActor(t.Context(), actor), false)
		wantCode(t, err, "")
		defer leave()
		wantCode(t, here.store.RevokeKey(t.Context(), key.ID), "")
		select {
		case <-until.Done():
		case <-time.After(soon):
			t.Error("its streams go on")
		}
	})
}
