package desk_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
)

func TestDesk_Mark(t *testing.T) {
	t.Parallel()
	n := alone(t)
	lin, _ := n.agent(t, "lin")
	v := n.waiting(t, "shop")
	for i := range 4 {
		n.say(t, lin, v.conversation, fmt.Sprint(i)) // 2, 4, 5, 6; the notice that she joined is 3
	}
	receipts := func() int { return len(n.push.of(chat.EventReceipt, v.conversation)) }

	t.Run("OK", func(t *testing.T) {
		wantCode(t, n.Mark(v.ctx, v.conversation, 5, 3), "")
		want := chat.Receipt{Conversation: v.conversation, Kind: chat.KindVisitor, Delivered: 5, Read: 3}
		if got, _ := last[chat.Receipt](t, n.push, chat.EventReceipt, v.conversation, chat.ToAll); got != want || receipts() != 1 {
			t.Fatalf("got %+v", got)
		}
		n.say(t, v.ctx, v.conversation, "好") // 7: whoever writes has read
		wantCode(t, n.Mark(lin, v.conversation, 0, 7), "")
		if got, _ := last[chat.Receipt](t, n.push, chat.EventReceipt, v.conversation, chat.ToAll); got.Kind != chat.KindAgent || got.Read != 7 {
			t.Fatalf("got %+v", got)
		}
		if got := n.now(t, v.conversation).Read; got != (chat.Marks{VisitorDelivered: 7, Visitor: 7, Agent: 7}) {
			t.Fatalf("got %+v", got)
		}
	})
	t.Run("never back, and told only when it is news", func(t *testing.T) {
		before, told := n.now(t, v.conversation).Read, receipts()
		for _, mark := range [][2]int64{{0, 0}, {3, 2}, {7, 7}, {7, 0}} {
			wantCode(t, n.Mark(v.ctx, v.conversation, mark[0], mark[1]), "")
			wantCode(t, n.Mark(lin, v.conversation, mark[0], mark[1]), "")
		}
		if after := n.now(t, v.conversation).Read; after != before || receipts() != told {
			t.Fatalf("got %+v, %d receipts", after, receipts()-told)
		}
	})
	t.Run("never past the end", func(t *testing.T) {
		wantCode(t, n.Mark(v.ctx, v.conversation, 1<<60, 1<<60), "")
		if got := n.now(t, v.conversation); got.Read.Visitor != got.LastSeq {
			t.Fatalf("got %+v", got.Read)
		}
	})
	t.Run("refused", func(t *testing.T) {
		wantCode(t, n.Mark(v.ctx, v.conversation, -1, 0), chat.CodeInvalid)
		wantCode(t, n.Mark(v.ctx, v.conversation, 0, -1), chat.CodeInvalid)
		wantCode(t, n.Mark(n.visitor(t, "shop").ctx, v.conversation, 1, 1), chat.CodeNotFound)
		mo, _ := n.agent(t, "mo")
		wantCode(t, n.Mark(mo, v.conversation, 1, 1), chat.CodeNotFound)
	})
}

func TestDesk_Typing(t *testing.T) {
	t.Parallel()
	n := alone(t)
	lin, who := n.agent(t, "lin")
	v := n.waiting(t, "shop")

	t.Run("OK", func(t *testing.T) {
		wantCode(t, n.Typing(v.ctx, v.conversation), "")
		wantCode(t, n.Typing(lin, v.conversation), "")
		es := n.push.of(chat.EventTyping, v.conversation)
		if len(es) != 2 || es[0].To != chat.ToAgents || es[1].To != chat.ToVisitor || !es[0].Ephemeral() {
			t.Fatalf("got %+v", es)
		}
		for i, id := range []chat.ID{v.id, who.ID} {
			var said chat.Typing
			if err := json.Unmarshal(es[i].Data, &said); err != nil || said.Author.ID != id || said.Conversation != v.conversation {
				t.Fatalf("got %s, %v", es[i].Data, err)
			}
		}
		if c := n.now(t, v.conversation); c.LastSeq != 1 {
			t.Fatalf("it was written down: %+v", c)
		}
	})
	t.Run("refused", func(t *testing.T) {
		audit, _ := n.agent(t, "audit")
		wantCode(t, n.Typing(audit, v.conversation), chat.CodeForbidden)
		wantCode(t, n.Typing(n.visitor(t, "shop").ctx, v.conversation), chat.CodeNotFound)
	})
}

// A private note never reaches a visitor: not in what she reads, not in what her stream is told.
func TestDesk_Notes(t *testing.T) {
	t.Parallel()
	n := alone(t)
	lin, _ := n.agent(t, "lin")
	v := n.waiting(t, "shop")
	const secret = "canary-of-a-note"
	d := note(v.conversation, secret)
	m, _, err := n.Send(lin, d)
	wantCode(t, err, "")
	n.say(t, lin, v.conversation, "在的")
	_, repeat, err := n.Send(lin, d)
	if err != nil || !repeat {
		t.Fatal(repeat, err)
	}

	t.Run("OK", func(t *testing.T) {
		notes, err := n.Notes(lin, v.conversation)
		if err != nil || cmp.Diff([]chat.Message{m}, notes) != "" || m.Seq != 1 {
			t.Fatalf("got %+v, %v", notes, err)
		}
		var told int
		for _, e := range n.push.of(chat.EventMessage, v.conversation) {
			if !bytes.Contains(e.Data, []byte(secret)) {
				continue
			}
			if told++; e.To != chat.ToAgents || e.Seq != 0 {
				t.Errorf("told %+v", e)
			}
		}
		if told != 1 {
			t.Errorf("told %d times", told)
		}
	})
	t.Run("nothing of it for the visitor", func(t *testing.T) {
		wantCode(t, n.End(v.ctx, v.conversation), "")
		n.push.mu.Lock()
		for _, e := range n.push.events {
			if e.To&chat.ToVisitor != 0 && bytes.Contains(e.Data, []byte(secret)) {
				t.Errorf("told %+v", e)
			}
		}
		n.push.mu.Unlock()
		ms, _, err := n.Messages(v.ctx, v.conversation, desk.Range{})
		wantCode(t, err, "")
		w, err := n.Watch(v.ctx, v.conversation)
		wantCode(t, err, "")
		pulled, err := n.Pull(t.Context(), "shop", v.conversation, 0)
		wantCode(t, err, "")
		c, err := n.Conversation(v.ctx, v.conversation)
		wantCode(t, err, "")
		for _, seen := range []any{ms, pulled, c, w.Conversation} {
			b, err := json.Marshal(seen)
			if err != nil || bytes.Contains(b, []byte(secret)) {
				t.Errorf("she sees %s, %v", b, err)
			}
		}
		_, err = n.Notes(v.ctx, v.conversation)
		wantCode(t, err, chat.CodeNotFound)
		mo, _ := n.agent(t, "mo")
		_, err = n.Notes(mo, v.conversation)
		wantCode(t, err, chat.CodeNotFound)
	})
}

func TestDesk_Messages(t *testing.T) {
	t.Parallel()
	n := alone(t)
	v := n.visitor(t, "shop")
	for i := range 10 {
		n.say(t, v.ctx, v.conversation, fmt.Sprint(i+1))
	}
	t.Run("OK", func(t *testing.T) {
		for _, ask := range []struct {
			r           desk.Range
			first, last int64
			more        bool
		}{
			{desk.Range{}, 1, 10, false},
			{desk.Range{Limit: 4}, 1, 4, true},
			{desk.Range{After: 6, Limit: 4}, 7, 10, false},
			{desk.Range{After: 6, Limit: 3}, 7, 9, true},
			{desk.Range{Last: true, Limit: 3}, 8, 10, true},
			{desk.Range{Before: 4, Limit: 3}, 1, 3, false},
			{desk.Range{Before: 5, Limit: 3}, 2, 4, true},
			{desk.Range{After: 10}, 1, 0, false},
		} {
			ms, more, err := n.Messages(v.ctx, v.conversation, ask.r)
			if err != nil || more != ask.more || len(ms) != int(ask.last-ask.first+1) {
				t.Fatalf("%+v: got %d, %v, %v", ask.r, len(ms), more, err)
			}
			if len(ms) > 0 && (ms[0].Seq != ask.first || ms[len(ms)-1].Seq != ask.last) {
				t.Fatalf("%+v: got %+v", ask.r, ms)
			}
		}
	})
	t.Run("what a stream begins with", func(t *testing.T) {
		w, err := n.Watch(v.ctx, v.conversation)
		if wantCode(t, err, ""); w.Conversation.LastSeq != 10 || w.Conversation.Read.Visitor != 10 || w.Epoch == "" {
			t.Fatalf("got %+v", w)
		}
	})
	t.Run("refused", func(t *testing.T) {
		for _, limit := range []int{-1, desk.PageMax + 1} {
			_, _, err := n.Messages(v.ctx, v.conversation, desk.Range{Limit: limit})
			wantCode(t, err, chat.CodeInvalid)
		}
		other := n.visitor(t, "shop")
		_, _, err := n.Messages(other.ctx, v.conversation, desk.Range{})
		wantCode(t, err, chat.CodeNotFound)
		_, err = n.Watch(other.ctx, v.conversation)
		wantCode(t, err, chat.CodeNotFound)
		_, err = n.Locate(t.Context(), chat.NewID(time.Now()))
		wantCode(t, err, chat.CodeNotFound)
	})
}
