package desk_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
)

// Who is not an agent of the line changes and learns nothing by what only those may call.
func TestDesk_refusesOthers(t *testing.T) {
	t.Parallel()
	n := alone(t)
	_, lin := n.agent(t, "lin")
	v := n.waiting(t, "shop")
	stranger, far := n.visitor(t, "shop"), n.visitor(t, "mall")
	mo, _ := n.agent(t, "mo")
	before := n.now(t, v.conversation)

	agents := map[string]func(ctx context.Context) error{ // of one conversation
		"assign":  func(ctx context.Context) error { return n.Assign(ctx, v.conversation, lin.ID, "") },
		"take":    func(ctx context.Context) error { return n.Assign(ctx, v.conversation, chat.ActorFrom(ctx).ID, "") },
		"snooze":  func(ctx context.Context) error { return n.Snooze(ctx, v.conversation, time.Now().Add(time.Hour)) },
		"label":   func(ctx context.Context) error { return n.Label(ctx, v.conversation, []string{"x"}) },
		"notes":   func(ctx context.Context) error { _, err := n.Notes(ctx, v.conversation); return err },
		"visitor": func(ctx context.Context) error { _, _, err := n.Visitor(ctx, v.conversation); return err },
	}
	theirs := map[string]func(ctx context.Context) error{ // the conversation's own people's too
		"read": func(ctx context.Context) error { _, err := n.Conversation(ctx, v.conversation); return err },
		"messages": func(ctx context.Context) error {
			_, _, err := n.Messages(ctx, v.conversation, desk.Range{})
			return err
		},
		"watch":  func(ctx context.Context) error { _, err := n.Watch(ctx, v.conversation); return err },
		"mark":   func(ctx context.Context) error { return n.Mark(ctx, v.conversation, 1, 1) },
		"typing": func(ctx context.Context) error { return n.Typing(ctx, v.conversation) },
		"end":    func(ctx context.Context) error { return n.End(ctx, v.conversation) },
		"reopen": func(ctx context.Context) error { return n.Reopen(ctx, v.conversation) },
	}
	own := map[string]func(ctx context.Context) error{ // of an agent herself
		"inbox":      func(ctx context.Context) error { _, err := n.Inbox(ctx, chat.InboxQuery{}); return err },
		"counts":     func(ctx context.Context) error { _, err := n.Counts(ctx); return err },
		"heads":      func(ctx context.Context) error { _, err := n.Heads(ctx); return err },
		"colleagues": func(ctx context.Context) error { _, err := n.Colleagues(ctx, "shop"); return err },
		"canned":     func(ctx context.Context) error { _, err := n.CannedReplies(ctx); return err },
		"presence":   func(ctx context.Context) error { return n.SetPresence(ctx, chat.Away, "") },
		"attend":     func(ctx context.Context) error { _, _, err := n.Attend(ctx, true); return err },
	}
	refused := func(t *testing.T, calls map[string]func(context.Context) error, ctx context.Context, codes ...chat.Code) {
		t.Helper()
		for name, call := range calls {
			if err := call(ctx); err == nil || !slices.Contains(codes, chat.CodeOf(err)) {
				t.Errorf("%s: got %v", name, err)
			}
		}
	}
	t.Run("the visitor", func(t *testing.T) {
		refused(t, agents, v.ctx, chat.CodeNotFound)
		refused(t, own, v.ctx, chat.CodeNotFound, chat.CodeForbidden)
	})
	t.Run("other visitors, other lines' agents", func(t *testing.T) {
		for _, ctx := range []context.Context{stranger.ctx, far.ctx, mo} {
			refused(t, agents, ctx, chat.CodeNotFound)
			refused(t, theirs, ctx, chat.CodeNotFound)
		}
		if got, err := n.Inbox(mo, chat.InboxQuery{View: chat.ViewAll, Lines: []string{"shop"}}); err != nil || len(got.Conversations) != 0 {
			t.Errorf("got %+v, %v", got, err)
		}
		if heads, err := n.Heads(mo); err != nil || len(heads) != 0 {
			t.Errorf("got %v, %v", heads, err)
		}
	})
	t.Run("an auditor", func(t *testing.T) {
		audit, _ := n.agent(t, "audit")
		for _, name := range []string{"assign", "take", "snooze", "label"} {
			wantCode(t, agents[name](audit), chat.CodeForbidden)
		}
		for _, name := range []string{"typing", "end", "reopen"} {
			wantCode(t, theirs[name](audit), chat.CodeForbidden)
		}
		wantCode(t, theirs["messages"](audit), "")
		wantCode(t, n.Rate(audit, v.conversation, chat.Rating{Score: 5}), chat.CodeForbidden)
	})
	t.Run("nobody", func(t *testing.T) {
		nobody := t.Context()
		codes := []chat.Code{chat.CodeUnauthenticated, chat.CodeForbidden, chat.CodeNotFound, chat.CodeInvalid}
		refused(t, agents, nobody, codes...)
		refused(t, theirs, nobody, codes...)
		refused(t, own, nobody, codes...)
	})
	t.Run("nothing changed", func(t *testing.T) {
		after := n.now(t, v.conversation)
		if after.Status != before.Status || after.LastSeq != before.LastSeq || after.Read != before.Read || len(after.Labels) != 0 {
			t.Fatalf("got %+v", after)
		}
		if c := n.now(t, stranger.conversation); c.Status != chat.StatusNew {
			t.Fatalf("got %+v", c)
		}
	})
}
