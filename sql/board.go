package sql

import (
	"context"
	stdsql "database/sql"
	"slices"
	"strings"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// Board returns how lines stand now, by name, with what has waited longer than given: in the queue, and for an answer.
func (s *Store) Board(ctx context.Context, lines []string, queued, unanswered time.Duration) (board []chat.BoardLine, unavailable []string, err error) {
	for a := range ask(ctx, s, lines, func(ctx context.Context, p *pool) (b chat.BoardLine, err error) {
		var n struct {
			Waiting int             `db:"waiting"`
			Open    int             `db:"open"`
			Snoozed int             `db:"snoozed"`
			Oldest  stdsql.NullTime `db:"oldest"`
		}
		if err := p.get(ctx, &n, "Board_Counts"); err != nil {
			return b, err
		}
		b.Waiting, b.Open, b.Snoozed, b.Oldest = n.Waiting, n.Open, n.Snoozed, at(n.Oldest.Time)
		var risks []row
		if err := p.selectAll(ctx, &risks, "Board_Risks", queued.Seconds(), unanswered.Seconds()); err != nil {
			return b, err
		}
		for i := range risks {
			b.Risks = append(b.Risks, risks[i].conversation(""))
		}
		b.Seats, err = p.seats(ctx)
		return b, err
	}) {
		switch code := chat.CodeOf(a.err); {
		case a.err == nil:
			a.value.Line = a.line
			for i := range a.value.Risks {
				a.value.Risks[i].Line = a.line
			}
			board = append(board, a.value)
		case code == chat.CodeLineUnavailable, code == chat.CodeQueueFull, code == chat.CodeNotFound:
			unavailable = append(unavailable, a.line)
		default:
			return nil, nil, a.err
		}
	}
	slices.Sort(unavailable)
	slices.SortFunc(board, func(a, b chat.BoardLine) int { return strings.Compare(a.Line, b.Line) })
	return board, unavailable, nil
}
