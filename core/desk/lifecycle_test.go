package desk_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

func TestDesk_End(t *testing.T) {
	t.Parallel()
	n := alone(t)
	lin, who := n.agent(t, "lin")

	t.Run("OK", func(t *testing.T) {
		v, w := n.waiting(t, "shop"), n.waiting(t, "shop")
		wantCode(t, n.End(v.ctx, v.conversation), "")
		wantCode(t, n.End(lin, w.conversation), "")
		for c, by := range map[caller]chat.Kind{v: chat.KindVisitor, w: chat.KindAgent} {
			ms := n.log(t, c.conversation)
			if said := noticeOf(t, ms[len(ms)-1]); said.Name != "closed" || said.By != by {
				t.Errorf("got %+v", said)
			}
			if told, _ := last[chat.Conversation](t, n.push, chat.EventConversation, c.conversation, chat.ToVisitor); told.Status != chat.StatusClosed {
				t.Errorf("told %+v", told)
			}
		}
	})
	t.Run("twice is once", func(t *testing.T) {
		v := n.waiting(t, "shop")
		wantCode(t, n.End(v.ctx, v.conversation), "")
		events := len(n.push.of(chat.EventConversation, v.conversation))
		wantCode(t, n.End(v.ctx, v.conversation), "")
		if got := len(n.push.of(chat.EventConversation, v.conversation)); got != events || len(n.log(t, v.conversation)) != 2 {
			t.Fatalf("%d events more", got-events)
		}
	})
	t.Run("its visitor takes it up again within a day", func(t *testing.T) {
		n := alone(t)
		v, other := n.waiting(t, "shop"), n.visitor(t, "shop")
		wantCode(t, n.End(v.ctx, v.conversation), "")
		wantCode(t, n.Reopen(other.ctx, v.conversation), chat.CodeNotFound)
		n.clock.move(chat.ReopenWithin - time.Minute)
		wantCode(t, n.Reopen(v.ctx, v.conversation), "")
		if c := n.now(t, v.conversation); c.Status != chat.StatusWaiting || c.Agent.ID != "" || c.LastSeq != 3 {
			t.Fatalf("got %+v", c)
		}
		wantCode(t, n.End(v.ctx, v.conversation), "")
		n.clock.move(2 * time.Minute)
		wantCode(t, n.Reopen(v.ctx, v.conversation), chat.CodeConflict)
	})
	t.Run("and again from the beginning", func(t *testing.T) {
		v := n.waiting(t, "shop")
		wantCode(t, n.Reopen(lin, v.conversation), "") // it has not ended: nothing happens
		if c := n.now(t, v.conversation); c.Status != chat.StatusWaiting {
			t.Fatalf("got %+v", c)
		}
		wantCode(t, n.End(v.ctx, v.conversation), "")
		wantCode(t, n.Reopen(lin, v.conversation), "")
		if c := n.now(t, v.conversation); c.Status != chat.StatusOpen || c.Agent.ID != who.ID || !c.Closed.IsZero() {
			t.Fatalf("got %+v", c)
		}
		wantCode(t, n.End(v.ctx, v.conversation), "")
		if _, err := n.store.Begin(t.Context(), "shop", v.id, time.Now()); err != nil {
			t.Fatal(err)
		}
		wantCode(t, n.Reopen(lin, v.conversation), chat.CodeConflict)
	})
}

func TestDesk_Recall(t *testing.T) {
	t.Parallel()
	n := alone(t)
	lin, _ := n.agent(t, "lin")
	v := n.waiting(t, "shop")

	t.Run("OK", func(t *testing.T) {
		m := n.say(t, lin, v.conversation, "写错了")
		wantCode(t, n.Recall(lin, v.conversation, m.Seq), "")
		told, _ := last[chat.Message](t, n.push, chat.EventMessage, v.conversation, chat.ToAll)
		if said := noticeOf(t, told); said.Name != "recalled" || said.Seq != m.Seq || said.By != chat.KindAgent || said.Agent == "" {
			t.Errorf("told %+v", said)
		}
		events := len(n.push.of(chat.EventMessage, v.conversation))
		wantCode(t, n.Recall(lin, v.conversation, m.Seq), "")
		if got := len(n.push.of(chat.EventMessage, v.conversation)); got != events {
			t.Errorf("the second time told %d more", got-events)
		}
	})
	t.Run("refused", func(t *testing.T) {
		wantCode(t, n.Recall(lin, v.conversation, 1), chat.CodeForbidden)
		wantCode(t, n.Recall(n.visitor(t, "shop").ctx, v.conversation, 1), chat.CodeNotFound)
		wantCode(t, n.Recall(t.Context(), v.conversation, 1), chat.CodeUnauthenticated)
	})
}

func TestDesk_Snooze(t *testing.T) {
	t.Parallel()
	n := alone(t)
	lin, who := n.agent(t, "lin")
	v := n.waiting(t, "shop")
	wantCode(t, n.Snooze(lin, v.conversation, time.Now().Add(time.Hour)), chat.CodeConflict) // nobody has it
	wantCode(t, n.Assign(lin, v.conversation, who.ID, ""), "")
	t.Run("OK", func(t *testing.T) {
		wantCode(t, n.Snooze(lin, v.conversation, time.Now().Add(time.Hour)), "")
		if told, _ := last[chat.Conversation](t, n.push, chat.EventConversation, v.conversation, chat.ToAgents); told.Status != chat.StatusSnoozed {
			t.Fatalf("told %+v", told)
		}
		n.say(t, v.ctx, v.conversation, "还在吗")
		if c := n.now(t, v.conversation); c.Status != chat.StatusOpen || c.Agent.ID != who.ID {
			t.Fatalf("got %+v", c)
		}
	})
	t.Run("refused", func(t *testing.T) {
		for _, until := range []time.Duration{0, -time.Hour, 91 * 24 * time.Hour} {
			wantCode(t, n.Snooze(lin, v.conversation, time.Now().Add(until)), chat.CodeInvalid)
		}
	})
}

func TestDesk_Label(t *testing.T) {
	t.Parallel()
	n := alone(t)
	lin, _ := n.agent(t, "lin")
	v := n.waiting(t, "shop")
	t.Run("OK", func(t *testing.T) {
		for _, labels := range [][]string{{"退款", "VIP"}, {"VIP"}, nil} {
			wantCode(t, n.Label(lin, v.conversation, labels), "")
			if c := n.now(t, v.conversation); !slices.Equal(c.Labels, labels) {
				t.Fatalf("got %v", c.Labels)
			}
			told, _ := last[chat.Conversation](t, n.push, chat.EventConversation, v.conversation, chat.ToAgents)
			hers, _ := last[chat.Conversation](t, n.push, chat.EventConversation, v.conversation, chat.ToVisitor)
			if !slices.Equal(told.Labels, labels) || len(hers.Labels) != 0 {
				t.Fatalf("told %v, her %v", told.Labels, hers.Labels)
			}
		}
	})
	t.Run("refused", func(t *testing.T) {
		for _, labels := range [][]string{{""}, {"a\x00"}, {strings.Repeat("言", 41)}, make([]string, 21)} {
			wantCode(t, n.Label(lin, v.conversation, labels), chat.CodeInvalid)
		}
	})
}

func TestDesk_Rate(t *testing.T) {
	t.Parallel()
	n := alone(t)
	v, silent := n.waiting(t, "shop"), n.visitor(t, "shop")
	wantCode(t, n.End(v.ctx, v.conversation), "")
	t.Run("OK", func(t *testing.T) {
		for _, score := range []int{2, 5} { // she thinks again
			wantCode(t, n.Rate(v.ctx, v.conversation, chat.Rating{Score: score, Tags: []string{"快"}, Comment: "谢谢"}), "")
			ms := n.log(t, v.conversation)
			if c := n.now(t, v.conversation); c.Score != score || len(ms) != 3 {
				t.Fatalf("got %+v, %+v", c, ms)
			}
			if said := noticeOf(t, ms[2]); said.Name != "rated" || said.Score != 2 {
				t.Fatalf("got %+v", said)
			}
		}
	})
	t.Run("refused", func(t *testing.T) {
		for _, r := range []chat.Rating{{}, {Score: 6}, {Score: -1}, {Score: 1, Tags: make([]string, 13)}, {Score: 1, Tags: []string{"\x00"}}, {Score: 1, Comment: strings.Repeat("言", 2001)}} {
			wantCode(t, n.Rate(v.ctx, v.conversation, r), chat.CodeInvalid)
		}
		wantCode(t, n.Rate(silent.ctx, silent.conversation, chat.Rating{Score: 1}), chat.CodeConflict)
		wantCode(t, n.Rate(silent.ctx, v.conversation, chat.Rating{Score: 1}), chat.CodeNotFound)
	})
}
