package desk_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/taadis/unique-support/core/chat"
)

func TestDesk_Send(t *testing.T) {
	t.Parallel()
	n := alone(t)
	lin, who := n.agent(t, "lin")

	t.Run("OK", func(t *testing.T) {
		v := n.visitor(t, "shop")
		d := draft(v.conversation, "我的杯子碎了 <b>")
		m, repeat, err := n.Send(v.ctx, d)
		if err != nil || repeat {
			t.Fatal(repeat, err)
		}
		if m.Seq != 1 || m.ClientID != d.ClientID || m.Text != d.Text || m.Author.Kind != chat.KindVisitor || m.Author.ID != v.id || m.Trace != chat.TraceFrom(v.ctx) || m.Conversation != v.conversation {
			t.Fatalf("got %+v", m)
		}
		if diff := cmp.Diff([]chat.Message{m}, n.log(t, v.conversation)); diff != "" {
			t.Fatal(diff)
		}
		es := n.push.of(chat.EventMessage, v.conversation)
		if len(es) != 1 || es[0].Seq != 1 || es[0].To != chat.ToAll || es[0].Line != "shop" || es[0].Trace != m.Trace {
			t.Fatalf("got %+v", es)
		}
		var told chat.Message
		if err := json.Unmarshal(es[0].Data, &told); err != nil || told.ID != m.ID || told.Text != d.Text {
			t.Fatalf("got %s, %v", es[0].Data, err)
		}
		for _, to := range []chat.Audience{chat.ToAgents, chat.ToVisitor} {
			if c, _ := last[chat.Conversation](t, n.push, chat.EventConversation, v.conversation, to); c.Status != chat.StatusWaiting || c.Position == 0 {
				t.Fatalf("got %+v", c)
			}
		}
	})
	t.Run("what the sender says of herself does not count", func(t *testing.T) {
		v := n.visitor(t, "shop")
		d := draft(v.conversation, "在吗")
		d.Author, d.Trace = who.Actor().Author(), "forged"
		m, _, err := n.Send(v.ctx, d)
		if err != nil || m.Author.ID != v.id || m.Author.Kind != chat.KindVisitor || m.Trace != chat.TraceFrom(v.ctx) {
			t.Fatalf("got %+v, %v", m, err)
		}
	})
	t.Run("a repeat", func(t *testing.T) {
		v := n.visitor(t, "shop")
		d := draft(v.conversation, "在吗")
		first, _, err := n.Send(v.ctx, d)
		wantCode(t, err, "")
		for _, id := range []chat.ID{d.ClientID, chat.ID(strings.ToUpper(string(d.ClientID)))} {
			d.ClientID = id
			again, repeat, err := n.Send(v.ctx, d)
			if err != nil || !repeat || cmp.Diff(first, again) != "" {
				t.Fatalf("got %v, %v: %s", repeat, err, cmp.Diff(first, again))
			}
		}
		if n := len(n.push.of(chat.EventMessage, v.conversation)); n != 1 {
			t.Fatalf("told %d times", n)
		}
	})
	t.Run("an answer takes a conversation that waits", func(t *testing.T) {
		v := n.waiting(t, "shop")
		n.say(t, lin, v.conversation, "在的")
		c := n.now(t, v.conversation)
		if c.Status != chat.StatusOpen || c.Agent.ID != who.ID || c.Reason != "taken" || c.Replied.IsZero() || c.LastSeq != 3 {
			t.Fatalf("got %+v", c)
		}
		if es := n.push.of(chat.EventMessage, v.conversation); len(es) != 3 || !strings.Contains(string(es[2].Data), `"notice":"joined"`) {
			t.Fatalf("got %+v", es)
		}
		if c, _ := last[chat.Conversation](t, n.push, chat.EventConversation, v.conversation, chat.ToVisitor); c.Status != chat.StatusOpen || c.Agent.Name != "lin" || c.Reason != "" {
			t.Fatalf("got %+v", c)
		}
		n.say(t, lin, v.conversation, "请说")
		if c := n.now(t, v.conversation); c.LastSeq != 4 {
			t.Fatalf("the second answer moved it: %+v", c)
		}
	})
	t.Run("a note does not", func(t *testing.T) {
		v := n.waiting(t, "shop")
		if _, _, err := n.Send(lin, note(v.conversation, "VIP")); err != nil {
			t.Fatal(err)
		}
		if c := n.now(t, v.conversation); c.Status != chat.StatusWaiting || c.LastSeq != 1 {
			t.Fatalf("got %+v", c)
		}
	})
	t.Run("other content under the same client id", func(t *testing.T) {
		v := n.visitor(t, "shop")
		d := draft(v.conversation, "在吗")
		_, _, err := n.Send(v.ctx, d)
		wantCode(t, err, "")
		d.Text = "在么"
		_, _, err = n.Send(v.ctx, d)
		wantCode(t, err, chat.CodeConflict)
	})
	t.Run("words and kinds", func(t *testing.T) {
		v := n.waiting(t, "shop")
		for text, key := range map[string]string{"": "text_empty", " \n\t　": "text_empty", "a\x00b": "text_nul", "a\xff": "text_encoding", strings.Repeat("言", chat.MaxText+1): "text_long"} {
			if _, _, err := n.Send(v.ctx, draft(v.conversation, text)); !is(err, chat.Invalid(key, "")) {
				t.Errorf("%.10q: got %v", text, err)
			}
		}
		if _, _, err := n.Send(v.ctx, draft(v.conversation, strings.Repeat("言", chat.MaxText))); err != nil {
			t.Error(err)
		}
		for _, kind := range []chat.MessageKind{"", chat.KindNotice, chat.KindNote, chat.KindChoices, "nonsense"} {
			d := draft(v.conversation, "x")
			d.Kind = kind
			if _, _, err := n.Send(v.ctx, d); !is(err, chat.Invalid("kind", "")) {
				t.Errorf("%q: got %v", kind, err)
			}
		}
		card := draft(v.conversation, "x")
		card.Kind = chat.KindCard
		if _, _, err := n.Send(v.ctx, card); !is(err, chat.Invalid("card", "")) {
			t.Errorf("a card that nobody signed: got %v", err)
		}
		d := draft(v.conversation, "x")
		d.ClientID = "1"
		_, _, err := n.Send(v.ctx, d)
		wantCode(t, err, chat.CodeInvalid)
	})
	t.Run("not hers", func(t *testing.T) {
		v, w, far := n.waiting(t, "shop"), n.visitor(t, "shop"), n.visitor(t, "mall")
		mo, _ := n.agent(t, "mo")
		for what, who := range map[string]context.Context{"visitor": w.ctx, "other line's visitor": far.ctx, "other line's agent": mo} {
			if _, _, err := n.Send(who, draft(v.conversation, "x")); !is(err, chat.NotFound()) {
				t.Errorf("%s: got %v", what, err)
			}
		}
		for _, id := range []chat.ID{"", "x", chat.NewID(time.Now()), v.conversation + "'"} {
			for _, who := range []context.Context{v.ctx, lin} {
				if _, _, err := n.Send(who, draft(id, "x")); !is(err, chat.NotFound()) {
					t.Errorf("%q: got %v", id, err)
				}
			}
		}
		audit, _ := n.agent(t, "audit")
		_, _, err := n.Send(audit, draft(v.conversation, "x"))
		wantCode(t, err, chat.CodeForbidden)
		_, _, err = n.Send(t.Context(), draft(v.conversation, "x"))
		wantCode(t, err, chat.CodeUnauthenticated)
		if ms := n.log(t, v.conversation); len(ms) != 1 {
			t.Fatalf("got %v", ms)
		}
	})
	t.Run("an unknown line", func(t *testing.T) {
		_, _, err := n.Send(visitorContext(t, "nowhere", chat.NewID(time.Now())), draft(chat.NewID(time.Now()), "x"))
		wantCode(t, err, chat.CodeNotFound)
	})
	t.Run("not begun", func(t *testing.T) {
		v := n.visitor(t, "shop")
		_, _, err := n.Send(lin, draft(v.conversation, "x"))
		wantCode(t, err, chat.CodeConflict)
	})
	t.Run("closed", func(t *testing.T) {
		v := n.waiting(t, "shop")
		wantCode(t, n.End(v.ctx, v.conversation), "")
		for _, who := range []context.Context{v.ctx, lin} {
			if _, _, err := n.Send(who, draft(v.conversation, "x")); !is(err, chat.Conflict("closed", "")) {
				t.Errorf("got %v", err)
			}
		}
	})
}
