package sql

import (
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

func TestStore_Board(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lin := agent("林晓")
	wantCode(t, s.Seat(t.Context(), []string{"shop"}, chat.Seat{Agent: chat.AgentRef{ID: lin.ID, Name: lin.Name}, Capacity: 3}, time.Minute), "")
	waits, hers, answered := begin(t, s), begin(t, s), begin(t, s)
	for _, k := range []talk{waits, hers, answered} {
		k.say(t, k.visitor, "在吗")
	}
	hers.assign(t, lin)
	hers.say(t, hers.visitor, "还在吗")
	answered.assign(t, lin)
	answered.say(t, lin, "在的")
	look := func(queued, unanswered time.Duration) chat.BoardLine {
		t.Helper()
		board, away, err := s.Board(t.Context(), []string{"shop", "none"}, queued, unanswered)
		if wantCode(t, err, ""); len(board) != 1 || len(away) != 1 || away[0] != "none" {
			t.Fatalf("got %+v, %v", board, away)
		}
		return board[0]
	}
	b := look(0, 0)
	if b.Waiting != 1 || b.Open != 2 || b.Oldest.IsZero() || len(b.Seats) != 1 || b.Seats[0].Open != 2 || !b.Seats[0].Online {
		t.Fatalf("got %+v", b)
	}
	if len(b.Risks) != 2 || b.Risks[0].ID != waits.id || b.Risks[1].ID != hers.id || b.Risks[1].Agent.Name != "林晓" {
		t.Fatalf("got %+v", b.Risks)
	}
	if b := look(time.Minute, time.Minute); len(b.Risks) != 0 {
		t.Fatalf("got %+v", b.Risks)
	}
}
