package desk

import (
	"context"
	"slices"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// commentsShown is how many visitors' comments a report has.
const commentsShown = 50

// Report says what conversations were like. Lines the agent does not work for are left out of what she asks; no line named is all of hers.
func (d *Desk) Report(ctx context.Context, q chat.ReportQuery) (chat.Report, error) {
	actor := chat.ActorFrom(ctx)
	if !actor.May(chat.ReportsRead) {
		return chat.Report{}, chat.Forbidden()
	}
	if q.Label != "" {
		if err := chat.CheckText(q.Label, 40); err != nil {
			return chat.Report{}, chat.Invalid("labels", "A label is a text of at most 40 characters.")
		}
	}
	if len(q.Lines) == 0 {
		q.Lines = actor.Lines
	}
	q.Lines = slices.DeleteFunc(slices.Clone(q.Lines), func(l string) bool { return !actor.At(l) })
	lines, away, err := d.store.Figures(ctx, q)
	if err != nil {
		return chat.Report{}, err
	}
	r := chat.NewReport(q, lines, commentsShown)
	r.Unavailable = away
	agents, err := d.store.Agents(ctx)
	if err != nil {
		return chat.Report{}, err
	}
	for _, a := range agents {
		if _, counted := r.ByAgent[a.ID]; counted || slices.ContainsFunc(a.Lines, actor.At) && a.Actor().May(chat.ConversationReply) {
			r.Names[a.ID] = a.Name
		}
	}
	return r, nil
}

const (
	// riskQueued and riskUnanswered are from when on a conversation stands on the board as one that has waited too long.
	riskQueued     = 3 * time.Minute
	riskUnanswered = 5 * time.Minute
)

// Board says how the agent's lines stand now; those that do not answer are unavailable.
func (d *Desk) Board(ctx context.Context) (board []chat.BoardLine, unavailable []string, err error) {
	actor := chat.ActorFrom(ctx)
	if !actor.May(chat.ReportsRead) {
		return nil, nil, chat.Forbidden()
	}
	return d.store.Board(ctx, actor.Lines, riskQueued, riskUnanswered)
}
