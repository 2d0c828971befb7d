package desk_test

import (
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// closes makes the shop work from three hours ago until an hour from now, today only.
func (n *node) closes(t *testing.T) {
	t.Helper()
	zone, err := chat.ParseZone("UTC")
	if err != nil {
		t.Fatal(err)
	}
	at := n.clock.Now().UTC()
	from := at.Truncate(time.Hour).Add(-3 * time.Hour)
	begins := from.Hour()*60 + from.Minute()
	h := chat.Hours{Zone: zone, Week: map[string][]chat.Span{}}
	for _, day := range chat.Weekdays() {
		h.Week[day] = []chat.Span{{From: begins, To: begins + 5*60}}
	}
	if err := n.store.SetHours(t.Context(), "shop", h); err != nil {
		t.Fatal(err)
	}
}

func TestDesk_Hours(t *testing.T) {
	t.Parallel()
	n := alone(t)
	n.closes(t)
	t.Run("while it works nothing is said of it", func(t *testing.T) {
		v := n.waiting(t, "shop")
		c, err := n.Conversation(v.ctx, v.conversation)
		wantCode(t, err, "")
		if c.Shut || !c.Opens.IsZero() {
			t.Errorf("got %+v", c)
		}
	})
	n.clock.move(4 * time.Hour)
	t.Run("while it does not she is told until when, and waits", func(t *testing.T) {
		v := n.waiting(t, "shop")
		c, err := n.Conversation(v.ctx, v.conversation)
		wantCode(t, err, "")
		if now := n.clock.Now(); c.Status != chat.StatusWaiting || !c.Shut || !c.Opens.After(now) || c.Opens.Sub(now) > 24*time.Hour || c.Wait != 0 {
			t.Errorf("got %+v", c)
		}
		if told, heard := last[chat.Conversation](t, n.push, chat.EventConversation, v.conversation, chat.ToVisitor); !heard || !told.Shut {
			t.Errorf("her stream says %+v", told)
		}
	})
	t.Run("agents answer all the same", func(t *testing.T) {
		v := n.waiting(t, "shop")
		lin, _ := n.agent(t, "lin")
		n.say(t, lin, v.conversation, "还在")
		if c := n.now(t, v.conversation); c.Status != chat.StatusOpen {
			t.Errorf("it is %s", c.Status)
		}
	})
	t.Run("a line without hours never closes", func(t *testing.T) {
		v := n.waiting(t, "mall")
		if c, err := n.Conversation(v.ctx, v.conversation); err != nil || c.Shut {
			t.Errorf("got %+v, %v", c, err)
		}
	})
}

func TestDesk_Leave(t *testing.T) {
	t.Parallel()
	n := alone(t)
	t.Run("OK", func(t *testing.T) {
		v := n.waiting(t, "shop")
		wantCode(t, n.Leave(v.ctx, v.conversation, "zhou@example.com"), "")
		c := n.now(t, v.conversation)
		if c.Status != chat.StatusWaiting || c.Left.IsZero() || c.Contact != "zhou@example.com" {
			t.Fatalf("got %+v", c)
		}
		for _, to := range []chat.Audience{chat.ToVisitor, chat.ToAgents} {
			if told, heard := last[chat.Conversation](t, n.push, chat.EventConversation, v.conversation, to); !heard || told.Left.IsZero() {
				t.Errorf("%d hears %+v", to, told)
			}
		}
		n.say(t, v.ctx, v.conversation, "还有")
		wantCode(t, n.Leave(v.ctx, v.conversation, "138 0013 8000"), "")
		if again := n.now(t, v.conversation); !again.Left.Equal(c.Left.Time) || again.Contact != "138 0013 8000" {
			t.Errorf("got %+v", again)
		}
	})
	t.Run("before her words have come", func(t *testing.T) {
		v := n.visitor(t, "shop")
		wantCode(t, n.Leave(v.ctx, v.conversation, "zhou@example.com"), "")
		n.say(t, v.ctx, v.conversation, "在吗")
		if c := n.now(t, v.conversation); c.Status != chat.StatusWaiting || c.Left.IsZero() {
			t.Errorf("got %+v", c)
		}
	})
	t.Run("its end takes the mark away, and leaves the contact", func(t *testing.T) {
		v := n.waiting(t, "shop")
		wantCode(t, n.Leave(v.ctx, v.conversation, "zhou@example.com"), "")
		wantCode(t, n.End(v.ctx, v.conversation), "")
		if told, _ := last[chat.Conversation](t, n.push, chat.EventConversation, v.conversation, chat.ToAgents); !told.Left.IsZero() {
			t.Errorf("agents hear %+v", told)
		}
		wantCode(t, n.Leave(v.ctx, v.conversation, "zhou@example.com"), chat.CodeConflict)
		wantCode(t, n.Reopen(v.ctx, v.conversation), "")
		if c := n.now(t, v.conversation); !c.Left.IsZero() || c.Contact == "" {
			t.Errorf("got %+v", c)
		}
	})
	t.Run("refused", func(t *testing.T) {
		v, other := n.waiting(t, "shop"), n.waiting(t, "shop")
		lin, _ := n.agent(t, "lin")
		wantCode(t, n.Leave(other.ctx, v.conversation, "zhou@example.com"), chat.CodeNotFound)
		wantCode(t, n.Leave(lin, v.conversation, "zhou@example.com"), chat.CodeForbidden)
		for _, contact := range []string{"", " ", "1234", "@example.com", "zhou@example", "a b@example.com", "zhou@example.com\n"} {
			wantCode(t, n.Leave(v.ctx, v.conversation, contact), chat.CodeInvalid)
		}
		if c := n.now(t, v.conversation); !c.Left.IsZero() || c.Contact != "" {
			t.Errorf("got %+v", c)
		}
	})
}
