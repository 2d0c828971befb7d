package sql

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/taadis/unique-support/core/chat"
)

func TestStore_Mentions(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	now := time.Now()
	lin := chat.Agent{ID: chat.NewID(now), Email: "lin@x.example", Name: "林晓", Role: "agent", Lines: []string{"shop", "mall"}, Presence: chat.Online}
	wantCode(t, s.PutAgent(t.Context(), lin), "")
	a, b := opened(t, s, agent("Max")), opened(t, s, agent("Max"))
	lines := []string{"shop", "mall"}
	listed := func(q chat.InboxQuery) (ids []chat.ID, unseen []int) {
		t.Helper()
		q.Agent, q.View, q.Limit, q.Lines = lin.ID, chat.ViewMentions, 50, lines
		page, err := s.Inbox(t.Context(), q)
		wantCode(t, err, "")
		for _, c := range page.Conversations {
			ids, unseen = append(ids, c.ID), append(unseen, c.Mentions)
		}
		return ids, unseen
	}
	count := func(want int) {
		t.Helper()
		if n, err := s.Mentions(t.Context(), lin.ID, lines); n != want || err != nil {
			t.Errorf("%d, not %d (%v)", n, want, err)
		}
	}
	if ids, _ := listed(chat.InboxQuery{}); len(ids) != 0 {
		t.Error(ids)
	}
	for _, note := range []int64{1, 2, 2} {
		wantCode(t, s.PutMentions(t.Context(), "shop", a.id, note, []chat.ID{lin.ID}), "")
	}
	wantCode(t, s.PutMentions(t.Context(), "shop", b.id, 1, []chat.ID{lin.ID}), "")
	count(2)
	ids, unseen := listed(chat.InboxQuery{})
	if diff := cmp.Diff([]chat.ID{b.id, a.id}, ids) + cmp.Diff([]int{1, 2}, unseen); diff != "" {
		t.Error(diff)
	}
	if ids, _ := listed(chat.InboxQuery{Status: chat.StatusClosed}); len(ids) != 0 {
		t.Error(ids)
	}
	if ids, _ := listed(chat.InboxQuery{Conversation: a.id}); len(ids) != 1 {
		t.Error(ids)
	}
	for _, want := range []bool{true, false} {
		if changed, err := s.SeeMentions(t.Context(), lin.ID, a.id, 1); changed != want || err != nil {
			t.Error(changed, err)
		}
	}
	count(2)
	if _, err := s.SeeMentions(t.Context(), lin.ID, a.id, 2); err != nil {
		t.Error(err)
	}
	count(1)
	if ids, unseen := listed(chat.InboxQuery{}); len(ids) != 2 || unseen[1] != 0 {
		t.Error(ids, unseen)
	}
}
