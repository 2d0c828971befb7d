package desk

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/taadis/unique-support/core/chat"
)

// SearchMax is how many characters what is looked for may have.
const SearchMax = 200

// Nobody is who has a conversation that no agent has.
const Nobody = "none"

// waitedMax is the longest wait that is asked for, in minutes: a week.
const waitedMax = 7 * 24 * 60

// Inbox returns a page of one of the agent's lists. Lines she does not work for are left out of what she asks.
func (d *Desk) Inbox(ctx context.Context, q chat.InboxQuery) (chat.InboxPage, error) {
	actor := chat.ActorFrom(ctx)
	if !actor.May(chat.ConversationRead) {
		return chat.InboxPage{}, chat.Forbidden()
	}
	switch q.View {
	case "":
		if q.View = chat.ViewMine; q.Q != "" {
			q.View = chat.ViewAny
		}
	case chat.ViewMine, chat.ViewQueue, chat.ViewAll, chat.ViewSnoozed, chat.ViewClosed, chat.ViewAny, chat.ViewMentions:
	default:
		return chat.InboxPage{}, chat.Invalid("view", "view is mine, queue, all, mentions, snoozed, closed or any.")
	}
	if utf8.RuneCountInString(q.Q) > SearchMax || !utf8.ValidString(q.Q) || strings.ContainsRune(q.Q, 0) {
		return chat.InboxPage{}, chat.Invalid("q", "q is a text of at most 200 characters.")
	}
	if q.Holder != "" && q.Holder != Nobody {
		if id, err := chat.ParseID(q.Holder); err == nil {
			q.Holder = string(id)
		} else {
			return chat.InboxPage{}, chat.Invalid("holder", "agent is an agent's id, or none.")
		}
	}
	if q.Waited < 0 || q.Waited > waitedMax {
		return chat.InboxPage{}, chat.Invalid("waited", "waiting_minutes is a number from 0 to 10080.")
	}
	if q.Limit == 0 {
		q.Limit = PageDefault
	}
	if q.Limit < 1 || q.Limit > PageMax {
		return chat.InboxPage{}, chat.Invalid("limit", "limit is a number from 1 to 200.")
	}
	q.Agent = actor.ID
	if len(q.Lines) == 0 {
		q.Lines = actor.Lines
	}
	q.Lines = slices.DeleteFunc(slices.Clone(q.Lines), func(l string) bool { return !actor.At(l) })
	if len(q.Lines) == 0 {
		return chat.InboxPage{Conversations: []chat.Conversation{}}, nil
	}
	return d.store.Inbox(ctx, q)
}

// Counts returns the numbers beside the agent's lists.
func (d *Desk) Counts(ctx context.Context) (chat.Counts, error) {
	actor := chat.ActorFrom(ctx)
	if !actor.May(chat.ConversationRead) {
		return chat.Counts{}, chat.Forbidden()
	}
	n, err := d.store.Counts(ctx, actor.ID, actor.Lines)
	if err != nil {
		return n, err
	}
	n.Mentions, err = d.store.Mentions(ctx, actor.ID, actor.Lines)
	return n, err
}

// Heads returns the last seq of every conversation of the agent's lines that has not ended.
func (d *Desk) Heads(ctx context.Context) (map[chat.ID]int64, error) {
	actor := chat.ActorFrom(ctx)
	if !actor.May(chat.ConversationRead) {
		return nil, chat.Forbidden()
	}
	return d.store.Heads(ctx, actor.Lines)
}

// Labels returns the labels in use on the agent's lines, by name.
func (d *Desk) Labels(ctx context.Context) ([]string, error) {
	actor := chat.ActorFrom(ctx)
	if !actor.May(chat.ConversationRead) {
		return nil, chat.Forbidden()
	}
	return d.store.Labels(ctx, actor.Lines)
}

// Mates returns who works on any of the agent's lines, herself included, by name.
func (d *Desk) Mates(ctx context.Context) ([]chat.AgentRef, error) {
	actor := chat.ActorFrom(ctx)
	if !actor.May(chat.ConversationRead) {
		return nil, chat.Forbidden()
	}
	agents, err := d.store.Agents(ctx)
	if err != nil {
		return nil, err
	}
	var mates []chat.AgentRef
	for _, a := range agents {
		if !a.Disabled && slices.ContainsFunc(a.Lines, actor.At) {
			mates = append(mates, chat.AgentRef{ID: a.ID, Name: a.Name})
		}
	}
	return mates, nil
}
