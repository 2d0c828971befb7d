package sql

import (
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

func TestStore_RaiseEscalations(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	a := lin()
	wantCode(t, s.PutAgent(t.Context(), a), "")
	lin := chat.Author{Kind: chat.KindAgent, ID: a.ID, Name: a.Name}
	raise := func(t *testing.T, after time.Duration) []chat.Job {
		t.Helper()
		for range 2 { // as two nodes do
			wantCode(t, s.RaiseEscalations(t.Context(), "shop", after), "")
		}
		jobs, err := s.TakeJobs(t.Context(), "shop", chat.JobEscalation, 10, time.Minute)
		wantCode(t, err, "")
		return jobs
	}
	stands := func(t *testing.T, j chat.Job) error {
		t.Helper()
		_, err := s.Unanswered(t.Context(), "shop", j)
		return err
	}
	k := begin(t, s)
	k.say(t, k.visitor, "在吗")
	t.Run("not before its time", func(t *testing.T) {
		if got := raise(t, time.Hour); len(got) != 0 {
			t.Errorf("got %+v", got)
		}
	})
	var first chat.Job
	t.Run("OK: once for who waits in the queue", func(t *testing.T) {
		got := raise(t, 0)
		if len(got) != 1 || got[0].Subject != k.id {
			t.Fatalf("got %+v", got)
		}
		first = got[0]
		u, err := s.Unanswered(t.Context(), "shop", first)
		if err != nil || u.Conversation != k.id || u.Since.IsZero() {
			t.Errorf("got %+v, %v", u, err)
		}
		wantCode(t, s.EndJob(t.Context(), "shop", first, chat.JobEnd{State: chat.JobDelivered}), "")
		if got := raise(t, 0); len(got) != 0 {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("an agent alone is no answer, and her writing more no other wait", func(t *testing.T) {
		k.assign(t, lin)
		k.say(t, k.visitor, "？")
		wantCode(t, stands(t, first), "")
		if more := raise(t, 0); len(more) != 0 {
			t.Errorf("got %+v", more)
		}
		k.say(t, lin, "在的")
		wantCode(t, stands(t, first), chat.CodeNotFound)
		if more := raise(t, 0); len(more) != 0 {
			t.Errorf("got %+v", more)
		}
	})
	t.Run("again when she waits again", func(t *testing.T) {
		k.say(t, k.visitor, "还有一个问题")
		if got := raise(t, 0); len(got) != 1 {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("what is older than a day, or was left, is nobody's hurry", func(t *testing.T) {
		for _, statement := range []string{"UPDATE line_shop.conversations SET left_at = now()", "UPDATE line_shop.conversations SET left_at = NULL, last_at = now() - interval '25 hours'"} {
			old := beginAt(t, s, "shop", "old")
			old.say(t, old.visitor, "在吗")
			run(t, s, "shop", statement)
			if got := raise(t, 0); len(got) != 0 {
				t.Errorf("%s: got %+v", statement, got)
			}
			run(t, s, "shop", "UPDATE line_shop.conversations SET status = 'closed', closed_at = now()")
		}
	})
}

func TestStore_SetEscalation(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	e := chat.Escalation{After: 5, Mail: []string{"lead@example.com"}}
	wantCode(t, s.SetEscalation(t.Context(), "shop", e), "")
	wantCode(t, s.Load(t.Context()), "")
	if l, err := s.Line("shop"); err != nil || !l.Escalation.On() || l.Escalation.Mail[0] != "lead@example.com" {
		t.Errorf("got %+v, %v", l.Escalation, err)
	}
	for _, bad := range []chat.Escalation{{After: 5}, {Mail: e.Mail}, {After: 1441, Mail: e.Mail}, {After: 5, Mail: []string{"a, b@example.com"}}, {After: 5, Mail: []string{"x"}}} {
		wantCode(t, s.SetEscalation(t.Context(), "shop", bad), chat.CodeInvalid)
	}
	wantCode(t, s.SetEscalation(t.Context(), "moon", e), chat.CodeNotFound)
}
