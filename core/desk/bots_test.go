package desk_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// program returns a context in which an agent's program acts, with an API key.
func (n *node) program(t *testing.T, name string) (context.Context, chat.Agent) {
	t.Helper()
	_, a := n.agent(t, name)
	actor := a.Actor()
	actor.Key = "a key's hash"
	return chat.WithTrace(chat.WithActor(t.Context(), actor), chat.NewTrace()), a
}

// answer is a text of an assistant.
func answer(conversation chat.ID, text string) chat.Draft {
	d := draft(conversation, text)
	d.Bot = true
	return d
}

// assisted lets a visitor in whom an assistant has answered.
func (n *node) assisted(t *testing.T, bot context.Context) caller {
	t.Helper()
	v := n.waiting(t, "shop")
	_, _, err := n.Send(bot, answer(v.conversation, "您好"))
	wantCode(t, err, "")
	return v
}

func TestDesk_Send_bot(t *testing.T) {
	t.Parallel()
	n := alone(t)
	bot, who := n.program(t, "lin")
	t.Run("OK", func(t *testing.T) {
		v := n.waiting(t, "shop")
		d := answer(v.conversation, "要退货吗？")
		d.Kind, d.Data = chat.KindChoices, json.RawMessage(`{"options":["要","不用了"]}`)
		m, repeat, err := n.Send(bot, d)
		if err != nil || repeat || m.Author != (chat.Author{Kind: chat.KindBot, ID: who.ID, Name: "lin"}) || m.Seq != 2 {
			t.Fatalf("got %+v, %v, %v", m, repeat, err)
		}
		c := n.now(t, v.conversation)
		if c.Status != chat.StatusOpen || c.Agent != (chat.AgentRef{ID: who.ID, Name: "lin", Bot: true}) || c.Bot != "lin" || c.PreviewBy != chat.KindBot || !c.Replied.IsZero() || c.Read.Agent != 2 {
			t.Fatalf("got %+v", c)
		}
		for _, to := range []chat.Audience{chat.ToAgents, chat.ToVisitor} {
			if told, heard := last[chat.Conversation](t, n.push, chat.EventConversation, v.conversation, to); !heard || !told.Agent.Bot || told.Position != 0 {
				t.Errorf("%d hears %+v", to, told)
			}
		}
		if waits, err := n.store.Waits(t.Context(), "shop", 10); err != nil || len(waits) > 0 {
			t.Errorf("what it waited for an assistant tells of %v (%v)", waits, err)
		}
		again, repeat, err := n.Send(bot, d)
		if err != nil || !repeat || again.ID != m.ID || again.Author != m.Author {
			t.Errorf("the repeat: %v, %v, %+v", repeat, err, again)
		}
		wantCode(t, n.Recall(bot, v.conversation, m.Seq), "")
	})
	t.Run("only programs, and no notes", func(t *testing.T) {
		v := n.waiting(t, "shop")
		lin, _ := n.agent(t, "lin")
		for _, ctx := range []context.Context{v.ctx, lin} {
			_, _, err := n.Send(ctx, answer(v.conversation, "您好"))
			wantCode(t, err, chat.CodeInvalid)
		}
		d := answer(v.conversation, "给同事")
		d.Kind = chat.KindNote
		_, _, err := n.Send(bot, d)
		wantCode(t, err, chat.CodeInvalid)
	})
	t.Run("not before the visitor, nor where somebody else is", func(t *testing.T) {
		v := n.visitor(t, "shop")
		_, _, err := n.Send(bot, answer(v.conversation, "您好"))
		wantCode(t, err, chat.CodeConflict)
		n.say(t, v.ctx, v.conversation, "在吗")
		max, _ := n.agent(t, "max")
		n.say(t, max, v.conversation, "在的")
		d := answer(v.conversation, "您好")
		_, _, err = n.Send(bot, d)
		wantCode(t, err, chat.CodeConflict)
		if c := n.now(t, v.conversation); c.Agent.Name != "max" || c.Bot != "" {
			t.Errorf("got %+v", c)
		}
	})
	t.Run("whoever answers takes it from the assistant", func(t *testing.T) {
		v := n.assisted(t, bot)
		max, _ := n.agent(t, "max")
		n.say(t, max, v.conversation, "我来")
		c := n.now(t, v.conversation)
		if c.Agent.Name != "max" || c.Agent.Bot || c.Bot != "lin" || c.Replied.IsZero() {
			t.Errorf("got %+v", c)
		}
		_, _, err := n.Send(bot, answer(v.conversation, "还在"))
		wantCode(t, err, chat.CodeConflict)
	})
	t.Run("whose key it is takes it herself", func(t *testing.T) {
		lin, _ := n.agent(t, "lin")
		for what, take := range map[string]func(v caller) error{
			"by answering": func(v caller) error { _, _, err := n.Send(lin, draft(v.conversation, "我来")); return err },
			"by taking it": func(v caller) error { return n.Assign(lin, v.conversation, who.ID, "") },
		} {
			v := n.assisted(t, bot)
			wantCode(t, take(v), "")
			if c := n.now(t, v.conversation); c.Agent.Name != "lin" || c.Agent.Bot || c.Reason != "taken" {
				t.Errorf("%s: got %+v", what, c)
			}
		}
	})
}

func TestDesk_Release(t *testing.T) {
	t.Parallel()
	n := alone(t)
	bot, who := n.program(t, "lin")
	t.Run("OK", func(t *testing.T) {
		v := n.assisted(t, bot)
		for range 2 {
			wantCode(t, n.Release(v.ctx, v.conversation), "")
		}
		c := n.now(t, v.conversation)
		if c.Status != chat.StatusWaiting || c.Agent.ID != "" || c.Bot != "lin" || c.Human.IsZero() || c.Position == 0 {
			t.Fatalf("got %+v", c)
		}
		if told, heard := last[chat.Conversation](t, n.push, chat.EventConversation, v.conversation, chat.ToVisitor); !heard || told.Status != chat.StatusWaiting || told.Position == 0 {
			t.Errorf("she hears %+v", told)
		}
		log := n.log(t, v.conversation)
		if len(log) != 3 || !strings.Contains(string(log[2].Data), `"human"`) || !strings.Contains(string(log[2].Data), `"visitor"`) {
			t.Errorf("the log is %+v", log)
		}
		_, _, err := n.Send(bot, answer(v.conversation, "再试试？"))
		wantCode(t, err, chat.CodeConflict)
	})
	t.Run("the assistant passes it on itself, and only what it has", func(t *testing.T) {
		v := n.assisted(t, bot)
		max, _ := n.agent(t, "max")
		wantCode(t, n.Release(max, v.conversation), chat.CodeConflict)
		wantCode(t, n.Release(bot, v.conversation), "")
		log := n.log(t, v.conversation)
		if c := n.now(t, v.conversation); c.Status != chat.StatusWaiting || !strings.Contains(string(log[len(log)-1].Data), `"by": "bot"`) {
			t.Errorf("got %+v, %s", c, log[len(log)-1].Data)
		}
	})
	t.Run("from a person's hands only she herself", func(t *testing.T) {
		v := n.waiting(t, "shop")
		max, _ := n.agent(t, "max")
		n.say(t, max, v.conversation, "在的")
		wantCode(t, n.Release(v.ctx, v.conversation), "")
		if c := n.now(t, v.conversation); c.Agent.Name != "max" {
			t.Errorf("got %+v", c)
		}
		wantCode(t, n.Release(max, v.conversation), "")
		log := n.log(t, v.conversation)
		if c := n.now(t, v.conversation); c.Status != chat.StatusWaiting || !strings.Contains(string(log[len(log)-1].Data), `"left"`) {
			t.Errorf("got %+v, %s", c, log[len(log)-1].Data)
		}
	})
	t.Run("not before it began, after it ended, nor another's", func(t *testing.T) {
		v, other := n.visitor(t, "shop"), n.assisted(t, bot)
		wantCode(t, n.Release(v.ctx, v.conversation), chat.CodeConflict)
		wantCode(t, n.Release(v.ctx, other.conversation), chat.CodeNotFound)
		wantCode(t, n.End(other.ctx, other.conversation), "")
		wantCode(t, n.Release(other.ctx, other.conversation), chat.CodeConflict)
	})
	t.Run("when it has ended assistants are welcome again", func(t *testing.T) {
		v := n.assisted(t, bot)
		wantCode(t, n.Release(v.ctx, v.conversation), "")
		wantCode(t, n.End(v.ctx, v.conversation), "")
		wantCode(t, n.Reopen(v.ctx, v.conversation), "")
		_, _, err := n.Send(bot, answer(v.conversation, "您好"))
		wantCode(t, err, "")
	})
	t.Run("whatever comes at once, no assistant's words come after that", func(t *testing.T) {
		for range 8 {
			v := n.assisted(t, bot)
			max, _ := n.agent(t, "max")
			var all sync.WaitGroup
			for i := range 4 {
				all.Go(func() { _, _, _ = n.Send(bot, answer(v.conversation, strings.Repeat("好", i+1))) })
			}
			all.Go(func() { _ = n.Release(v.ctx, v.conversation) })
			all.Go(func() { _, _, _ = n.Send(max, draft(v.conversation, "我来")) })
			all.Wait()
			passed := false
			for _, m := range n.log(t, v.conversation) {
				passed = passed || strings.Contains(string(m.Data), `"human"`) || strings.Contains(string(m.Data), `"transferred"`)
				if passed && m.Author.Kind == chat.KindBot {
					t.Fatalf("the log is %+v", n.log(t, v.conversation))
				}
			}
			if c := n.now(t, v.conversation); c.Agent.Bot || c.Agent.ID == who.ID || !passed {
				t.Fatalf("got %+v", c)
			}
		}
	})
}

// A line's assistant is the first to answer; when it does not, or its visitor does not want it, agents are given the conversation.
func TestDesk_BotFirst(t *testing.T) {
	t.Parallel()
	n := alone(t)
	wantCode(t, n.store.SetQueue(t.Context(), "shop", chat.Queue{BotSeconds: 121}), chat.CodeInvalid)
	wantCode(t, n.store.SetQueue(t.Context(), "shop", chat.Queue{BotSeconds: 60}), "")
	bot, _ := n.program(t, "lin")
	n.attend(t, "max")
	waits, wants := n.waiting(t, "shop"), n.assisted(t, bot)
	_, err := n.store.AssignNext(t.Context(), "shop", chat.NewTrace())
	wantCode(t, err, chat.CodeNotFound)
	if c, err := n.Conversation(waits.ctx, waits.conversation); err != nil || c.Position != 0 || c.Status != chat.StatusWaiting {
		t.Errorf("she who waits for the assistant sees %+v (%v)", c, err)
	}
	wantCode(t, n.Release(wants.ctx, wants.conversation), "")
	m, err := n.store.AssignNext(t.Context(), "shop", chat.NewTrace())
	if err != nil || m.Conversation.ID != wants.conversation || m.Conversation.Agent.Name != "max" {
		t.Fatalf("got %+v, %v", m, err)
	}
	wantCode(t, n.store.SetQueue(t.Context(), "shop", chat.Queue{BotSeconds: 1}), "")
	for deadline := time.Now().Add(20 * time.Second); ; {
		if m, err = n.store.AssignNext(t.Context(), "shop", chat.NewTrace()); chat.CodeOf(err) != chat.CodeNotFound || time.Now().After(deadline) {
			break
		}
	}
	if err != nil || m.Conversation.ID != waits.conversation {
		t.Errorf("got %+v, %v", m, err)
	}
}
