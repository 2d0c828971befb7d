package desk_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// soon is a second, and what a busy machine adds to it.
const soon = 3 * time.Second

// has waits until the agent has the conversation.
func (n *node) told(t *testing.T, c caller) chat.Conversation {
	t.Helper()
	told, err := n.Conversation(c.ctx, c.conversation)
	if err != nil {
		t.Fatal(err)
	}
	return told
}

func (n *node) has(t *testing.T, c caller, agent chat.ID) chat.Conversation {
	t.Helper()
	eventually(t, soon, "assignment", func() bool { return n.now(t, c.conversation).Agent.ID == agent })
	return n.now(t, c.conversation)
}

func TestDesk_Run_assigns(t *testing.T) {
	t.Parallel()
	t.Run("to the least busy at once", func(t *testing.T) {
		t.Parallel()
		n := alone(t).run(t)
		_, lin := n.agent(t, "lin")
		_, max := n.agent(t, "max")
		n.attend(t, "lin")
		first := n.waiting(t, "shop")
		c := n.has(t, first, lin.ID)
		if c.Status != chat.StatusOpen || c.Reason != "least_busy" || c.Position != 0 {
			t.Fatalf("got %+v", c)
		}
		if ms := n.log(t, first.conversation); len(ms) != 2 || noticeOf(t, ms[1]) != (chat.Notice{Name: "joined", Agent: "lin", By: chat.KindSystem}) {
			t.Fatalf("got %+v", ms)
		}
		eventually(t, soon, "word of it", func() bool {
			c, _ := last[chat.Conversation](t, n.push, chat.EventConversation, first.conversation, chat.ToVisitor)
			return c.Status == chat.StatusOpen && c.Agent.Name == "lin" && len(n.push.of(chat.EventMessage, first.conversation)) == 2
		})
		n.attend(t, "max")
		n.has(t, n.waiting(t, "shop"), max.ID)
		far := n.waiting(t, "mall") // nobody of the mall is there
		n.waiting(t, "shop")
		n.waiting(t, "shop")
		eventually(t, soon, "four open", func() bool { return n.open(t) == 4 })
		if c, err := n.store.Conversation(t.Context(), "mall", far.conversation); err != nil || c.Status != chat.StatusWaiting {
			t.Fatalf("got %+v, %v", c, err)
		}
	})
	t.Run("when a place is free", func(t *testing.T) {
		t.Parallel()
		n := alone(t).run(t)
		ctx, lin := n.agent(t, "lin")
		var line []caller
		for i := range 6 {
			c := n.waiting(t, "shop")
			if at := n.now(t, c.conversation); at.Status != chat.StatusWaiting || at.Position != i+1 {
				t.Fatalf("%d: got %+v", i, at)
			}
			line = append(line, c)
		}
		hears := func(c caller, position int) {
			t.Helper()
			eventually(t, soon, "new place", func() bool {
				at, _ := last[chat.Conversation](t, n.push, chat.EventConversation, c.conversation, chat.ToVisitor)
				return at.Position == position
			})
		}
		n.attend(t, "lin") // somebody comes
		n.has(t, line[0], lin.ID)
		n.has(t, line[1], lin.ID)
		hears(line[2], 1)
		hears(line[5], 4)
		wantCode(t, n.End(line[0].ctx, line[0].conversation), "") // a conversation ends
		n.has(t, line[2], lin.ID)
		n.put(t, "lin", func(a *chat.Agent) { a.Capacity = 3 }) // she may have more
		n.has(t, line[3], lin.ID)
		wantCode(t, n.End(ctx, line[1].conversation), "")
		n.has(t, line[4], lin.ID)
		wantCode(t, n.SetPresence(ctx, chat.Away, ""), "")
		wantCode(t, n.End(ctx, line[2].conversation), "")
		hears(line[5], 1)
		if c := n.now(t, line[5].conversation); c.Status != chat.StatusWaiting {
			t.Fatalf("an agent who is away got %+v", c)
		}
		wantCode(t, n.SetPresence(ctx, chat.Online, ""), "") // she comes back
		n.has(t, line[5], lin.ID)
	})
	t.Run("who waits hears that somebody before her left", func(t *testing.T) {
		t.Parallel()
		n := alone(t).run(t)
		ctx, _ := n.agent(t, "lin")
		first, second, third := n.waiting(t, "shop"), n.waiting(t, "shop"), n.waiting(t, "shop")
		place := func(c caller) int {
			at, _ := last[chat.Conversation](t, n.push, chat.EventConversation, c.conversation, chat.ToVisitor)
			return at.Position
		}
		wantCode(t, n.End(first.ctx, first.conversation), "")
		eventually(t, soon, "new places after one gave up", func() bool { return place(second) == 1 && place(third) == 2 })
		n.say(t, ctx, second.conversation, "在的")
		eventually(t, soon, "new place after one was answered", func() bool { return place(third) == 1 })
	})
	t.Run("who waits hears how long it takes", func(t *testing.T) {
		t.Parallel()
		n := alone(t).run(t)
		ctx, _ := n.agent(t, "lin")
		for range 3 {
			c := n.waiting(t, "shop")
			if at := n.told(t, c); at.Wait != 0 {
				t.Fatalf("estimated after fewer than three waits: %+v", at)
			}
			n.say(t, ctx, c.conversation, "在的")
			eventually(t, soon, "answered", func() bool { return n.now(t, c.conversation).Status == chat.StatusOpen })
		}
		n.clock.move(time.Minute) // what was read before the third was served is believed no longer
		first, second := n.waiting(t, "shop"), n.waiting(t, "shop")
		if at := n.told(t, second); at.Wait != 1 || at.Position != 2 {
			t.Fatalf("got %+v", at)
		}
		if at, err := n.Conversation(ctx, second.conversation); err != nil || at.Wait != 0 {
			t.Fatalf("an agent is told %+v, %v", at, err)
		}
		wantCode(t, n.End(first.ctx, first.conversation), "")
		eventually(t, soon, "a new place with its estimate", func() bool {
			at, _ := last[chat.Conversation](t, n.push, chat.EventConversation, second.conversation, chat.ToVisitor)
			return at.Position == 1 && at.Wait == 1
		})
	})
	t.Run("when it is woken", func(t *testing.T) {
		t.Parallel()
		n := alone(t).run(t)
		ctx, lin := n.agent(t, "lin")
		v := n.waiting(t, "shop")
		wantCode(t, n.Assign(ctx, v.conversation, lin.ID, ""), "")
		wantCode(t, n.Snooze(ctx, v.conversation, time.Now().Add(300*time.Millisecond)), "")
		if c := n.now(t, v.conversation); c.Status != chat.StatusSnoozed {
			t.Fatalf("got %+v", c)
		}
		eventually(t, soon, "waking", func() bool {
			c, _ := last[chat.Conversation](t, n.push, chat.EventConversation, v.conversation, chat.ToAgents)
			return c.Status == chat.StatusOpen && n.now(t, v.conversation).Status == chat.StatusOpen
		})
	})
}

// noticeOf reads what a notice says.
func noticeOf(t *testing.T, m chat.Message) (n chat.Notice) {
	t.Helper()
	if m.Kind != chat.KindNotice || m.Author.Kind != chat.KindSystem {
		t.Fatalf("no notice: %+v", m)
	}
	if err := json.Unmarshal(m.Data, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// open counts the shop's conversations that somebody has.
func (n *node) open(t *testing.T) (all int) {
	t.Helper()
	seats, err := n.store.Seats(t.Context(), "shop")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range seats {
		if s.Open > s.Capacity {
			t.Fatalf("%s has %d of %d", s.Agent.Name, s.Open, s.Capacity)
		}
		all += s.Open
	}
	return all
}

func TestDesk_Assign(t *testing.T) {
	t.Parallel()
	n := alone(t)
	ctx, lin := n.agent(t, "lin")
	_, max := n.agent(t, "max")

	t.Run("OK", func(t *testing.T) {
		v := n.waiting(t, "shop")
		for _, step := range []struct {
			to     chat.Agent
			reason string
			says   chat.Notice
		}{
			{lin, "taken", chat.Notice{Name: "joined", Agent: "lin", By: chat.KindAgent}},
			{max, "transferred", chat.Notice{Name: "transferred", Agent: "max", From: "lin", By: chat.KindAgent}},
			{lin, "taken", chat.Notice{Name: "transferred", Agent: "lin", From: "max", By: chat.KindAgent}},
		} {
			wantCode(t, n.Assign(ctx, v.conversation, step.to.ID, ""), "")
			c, ms := n.now(t, v.conversation), n.log(t, v.conversation)
			if said := noticeOf(t, ms[len(ms)-1]); c.Agent.ID != step.to.ID || c.Reason != step.reason || c.Status != chat.StatusOpen || said != step.says {
				t.Fatalf("got %+v, %+v", c, said)
			}
			if told, _ := last[chat.Conversation](t, n.push, chat.EventConversation, v.conversation, chat.ToAgents); told.Agent.ID != step.to.ID || told.Reason != step.reason {
				t.Fatalf("told %+v", told)
			}
		}
		w := n.waiting(t, "shop")
		wantCode(t, n.Assign(ctx, w.conversation, max.ID, ""), "")
		if c := n.now(t, w.conversation); c.Reason != "assigned" || c.Agent.ID != max.ID {
			t.Fatalf("got %+v", c)
		}
	})
	t.Run("words become a note", func(t *testing.T) {
		v := n.waiting(t, "shop")
		wantCode(t, n.Assign(ctx, v.conversation, max.ID, "她要发票"), "")
		notes, err := n.Notes(ctx, v.conversation)
		if err != nil || len(notes) != 1 || notes[0].Text != "她要发票" || notes[0].Author.ID != lin.ID {
			t.Fatalf("got %+v, %v", notes, err)
		}
	})
	t.Run("over her capacity, for a person chose it", func(t *testing.T) {
		for range 4 {
			v := n.waiting(t, "shop")
			wantCode(t, n.Assign(ctx, v.conversation, lin.ID, ""), "")
		}
	})
	t.Run("refused", func(t *testing.T) {
		_, mo := n.agent(t, "mo")
		audit, _ := n.agent(t, "audit")
		far, _ := n.agent(t, "mo")
		v, fresh := n.waiting(t, "shop"), n.visitor(t, "shop")
		for _, to := range []chat.ID{mo.ID, chat.NewID(time.Now()), "", "x"} {
			wantCode(t, n.Assign(ctx, v.conversation, to, ""), chat.CodeInvalid)
		}
		n.put(t, "max", func(a *chat.Agent) { a.Disabled = true })
		wantCode(t, n.Assign(ctx, v.conversation, max.ID, ""), chat.CodeInvalid)
		wantCode(t, n.Assign(ctx, v.conversation, lin.ID, "a\x00"), chat.CodeInvalid)
		wantCode(t, n.Assign(ctx, fresh.conversation, lin.ID, ""), chat.CodeConflict)
		wantCode(t, n.Assign(audit, v.conversation, lin.ID, ""), chat.CodeForbidden)
		wantCode(t, n.Assign(far, v.conversation, mo.ID, ""), chat.CodeNotFound)
		wantCode(t, n.Assign(v.ctx, v.conversation, lin.ID, ""), chat.CodeNotFound)
		if c := n.now(t, v.conversation); c.Status != chat.StatusWaiting || c.LastSeq != 1 {
			t.Fatalf("got %+v", c)
		}
		wantCode(t, n.End(v.ctx, v.conversation), "")
		wantCode(t, n.Assign(ctx, v.conversation, lin.ID, ""), chat.CodeConflict)
	})
}
