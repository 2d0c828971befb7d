package sql

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/taadis/unique-support/core/chat"
)

func TestStore_Inbox_filters(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lin, max := agent("林晓"), agent("Max")
	hers, his, set := opened(t, s, lin), opened(t, s, max), opened(t, s, max)
	if _, err := s.Snooze(t.Context(), "shop", set.id, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	waits, long := begin(t, s), begin(t, s)
	waits.say(t, waits.visitor, "在吗")
	long.say(t, long.visitor, "等好久了")
	run(t, s, "shop", `UPDATE conversations SET waiting_since = now() - interval '11 minutes' WHERE id = $1`, long.id)
	if _, err := s.Label(t.Context(), "shop", his.id, []string{"物流", "VIP"}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Mark(t.Context(), "shop", chat.Receipt{Conversation: hers.id, Kind: chat.KindAgent, Read: 1000}, lin.ID); err != nil {
		t.Fatal(err)
	}
	want := func(q chat.InboxQuery, talks ...talk) {
		t.Helper()
		q.Agent, q.Lines, q.Limit = lin.ID, []string{"shop"}, 50
		page, err := s.Inbox(t.Context(), q)
		wantCode(t, err, "")
		var ids []chat.ID
		for _, k := range talks {
			ids = append(ids, k.id)
		}
		got := idsOf(page.Conversations)
		slices.Sort(ids)
		slices.Sort(got)
		if diff := cmp.Diff(ids, got); diff != "" {
			t.Error(q, diff)
		}
	}
	want(chat.InboxQuery{View: chat.ViewSnoozed}, set)
	want(chat.InboxQuery{View: chat.ViewAny}, hers, his, set, waits, long)
	want(chat.InboxQuery{View: chat.ViewAll, Holder: string(max.ID)}, his)
	want(chat.InboxQuery{View: chat.ViewAll, Holder: "none"}, waits, long)
	want(chat.InboxQuery{View: chat.ViewAll, Unread: true}, his, waits, long)
	want(chat.InboxQuery{View: chat.ViewMine, Unread: true})
	want(chat.InboxQuery{View: chat.ViewQueue, Waited: 10}, long)
	want(chat.InboxQuery{View: chat.ViewAll, Waited: 12})
	want(chat.InboxQuery{View: chat.ViewAll, Label: "VIP", Holder: string(max.ID), Unread: true}, his)
	want(chat.InboxQuery{View: chat.ViewAny, Q: "在吗", Holder: "none"}, waits)
	want(chat.InboxQuery{View: chat.ViewAll, Holder: "none", Conversation: his.id})
	labels, err := s.Labels(t.Context(), []string{"shop", "mall", "gone"})
	if diff := cmp.Diff([]string{"VIP", "物流"}, labels); diff != "" || err != nil {
		t.Error(diff, err)
	}
}
