package sql

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// queueJob puts a job of a kind there, as a later kind might.
func queueJob(t testing.TB, s *Store, kind string, subject chat.ID) chat.ID {
	t.Helper()
	id := chat.NewID(time.Now())
	run(t, s, "shop", "INSERT INTO line_shop.jobs (id, kind, event, subject, body, due_at) VALUES ($1, $2, 'unread', $3, '{}', now())", string(id), kind, string(subject))
	return id
}

func TestStore_TakeJobs(t *testing.T) {
	t.Parallel()
	t.Run("OK: each to one only, whoever takes at once", func(t *testing.T) {
		t.Parallel()
		s := newStore(t)
		const n = 60
		for range n {
			queueJob(t, s, "push", chat.NewID(time.Now()))
		}
		var mu sync.Mutex
		seen := map[chat.ID]int{}
		var running sync.WaitGroup
		for range 6 {
			running.Go(func() {
				for {
					jobs, err := s.TakeJobs(t.Context(), "shop", chat.JobPush, 7, time.Minute)
					if err != nil {
						t.Error(err)
						return
					}
					if len(jobs) == 0 {
						return
					}
					mu.Lock()
					for _, j := range jobs {
						seen[j.ID]++
					}
					mu.Unlock()
				}
			})
		}
		running.Wait()
		for id, times := range seen {
			if times != 1 {
				t.Errorf("%s was taken %d times", id, times)
			}
		}
		// One whose row another was looking at is passed over, and found by the next look.
		if rest := takeAll(t, s); len(seen)+len(rest) != n {
			t.Errorf("%d were taken, and %d after", len(seen), len(rest))
		}
	})
	t.Run("of a subject one after the other, in order; of another kind all the same", func(t *testing.T) {
		t.Parallel()
		s := newStore(t)
		subject := chat.NewID(time.Now())
		first, second, other := queueJob(t, s, "push", subject), queueJob(t, s, "push", subject), queueJob(t, s, "mail", subject)
		j := oneDue(t, s, chat.PushUnread)
		if j.ID != first {
			t.Fatalf("first comes %s", j.ID)
		}
		nothingDue(t, s)
		if mails, err := s.TakeJobs(t.Context(), "shop", "mail", 9, time.Minute); err != nil || len(mails) != 1 || mails[0].ID != other {
			t.Errorf("mails are %+v (%v)", mails, err)
		}
		endAs(t, s, j, chat.JobEnd{State: chat.JobQueued, After: time.Hour, Attempt: &chat.JobAttempt{Status: 500}})
		nothingDue(t, s)
		run(t, s, "shop", "UPDATE line_shop.jobs SET due_at = now() WHERE id = $1", string(first))
		endAs(t, s, oneDue(t, s, chat.PushUnread), chat.JobEnd{State: chat.JobDelivered})
		if j := oneDue(t, s, chat.PushUnread); j.ID != second {
			t.Errorf("then comes %s", j.ID)
		}
	})
	t.Run("when the lease is over somebody else has it, and who had it ends nothing", func(t *testing.T) {
		t.Parallel()
		s := newStore(t)
		queueJob(t, s, "push", chat.NewID(time.Now()))
		late := oneDue(t, s, chat.PushUnread)
		run(t, s, "shop", "UPDATE line_shop.jobs SET due_at = now() - interval '1 ms'")
		j := oneDue(t, s, chat.PushUnread)
		if j.ID != late.ID || j.Tries != 2 || j.Lease == late.Lease {
			t.Fatalf("taken is %+v after %+v", j, late)
		}
		endAs(t, s, late, chat.JobEnd{State: chat.JobFailed, Attempt: &chat.JobAttempt{}})
		endAs(t, s, j, chat.JobEnd{State: chat.JobDelivered, Attempt: &chat.JobAttempt{Status: 200, Took: 12, Trace: "t", Answer: "ok\x00\xff"}})
		got, err := s.Job(t.Context(), "shop", j.ID)
		if wantCode(t, err, ""); got.State != chat.JobDelivered || len(got.Log) != 1 || got.Log[0].N != 2 || got.Log[0].Took != 12 || got.Log[0].Answer != "ok\uFFFD\uFFFD" {
			t.Errorf("the job is %+v", got)
		}
	})
	t.Run("its plan reads by the index", func(t *testing.T) {
		t.Parallel()
		s := newStore(t)
		run(t, s, "shop", `INSERT INTO line_shop.jobs (id, kind, event, subject, due_at, state, ended_at)
			SELECT gen_random_uuid(), 'push', 'unread', gen_random_uuid(), now() + interval '1 hour', CASE WHEN n % 2 = 0 THEN 'queued' ELSE 'delivered' END, now() FROM generate_series(1, 20000) AS n`)
		run(t, s, "shop", `ANALYZE line_shop.jobs`)
		shop, err := s.line("shop")
		wantCode(t, err, "")
		for name, args := range map[string][]any{"Job_Take": {"push", 8, 30.0, string(chat.NewSecretID())}, "Job_Sweep": {3600.0, 3600.0, 500}} {
			var rows []string
			wantCode(t, shop.selectRaw(&rows, "EXPLAIN "+shop.queries[name].text, args...), "")
			if plan := strings.Join(rows, "\n"); strings.Contains(plan, "Seq Scan") || !strings.Contains(plan, "jobs_due") && !strings.Contains(plan, "jobs_ended") {
				t.Errorf("%s: %s", name, plan)
			}
		}
	})
	t.Run("away", func(t *testing.T) {
		t.Parallel()
		s := newStore(t)
		cutOff(t, s, "mall")
		_, err := s.TakeJobs(t.Context(), "mall", chat.JobPush, 1, time.Minute)
		wantCode(t, err, chat.CodeLineUnavailable)
	})
}

func TestStore_ReplayJob(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	setHook(t, s, hookOfTests)
	by := agent("林晓")
	k := opened(t, s, by)
	m := k.say(t, by, "您好").Message
	j := calledFor(t, s)
	before, err := s.Job(t.Context(), "shop", j.ID)
	wantCode(t, err, "")
	markAs(t, k, chat.Receipt{Read: m.Seq})
	endAs(t, s, oneDue(t, s, chat.PushRead), chat.JobEnd{State: chat.JobDropped, Reason: "removed"})
	t.Run("OK: the same again, though she has read since", func(t *testing.T) {
		wantCode(t, s.ReplayJob(t.Context(), "shop", j.ID), "")
		again := oneDue(t, s, chat.PushUnread)
		if again.ID != j.ID || again.Tries != 1 || again.Attempts != 2 {
			t.Fatalf("taken is %+v", again)
		}
		body, e, err := s.DecidePush(t.Context(), "shop", again, "")
		if wantCode(t, err, ""); e != nil || string(body) != string(before.Body) {
			t.Errorf("told is %s, not %s (%+v)", body, before.Body, e)
		}
		endAs(t, s, again, chat.JobEnd{State: chat.JobDelivered, Attempt: &chat.JobAttempt{Status: 200}})
		if again, _ = s.Job(t.Context(), "shop", j.ID); len(again.Log) != 2 || !again.Replayed {
			t.Errorf("the job is %+v", again)
		}
	})
	t.Run("refused", func(t *testing.T) {
		wantCode(t, s.ReplayJob(t.Context(), "shop", chat.NewID(time.Now())), chat.CodeNotFound)
		k.say(t, by, "在吗")
		jobs, err := s.Jobs(t.Context(), "shop", chat.JobQuery{State: chat.JobQueued, Limit: 10})
		if wantCode(t, err, ""); len(jobs) != 1 {
			t.Fatalf("queued are %+v", jobs)
		}
		wantCode(t, s.ReplayJob(t.Context(), "shop", jobs[0].ID), chat.CodeConflict)
	})
}

func TestStore_Jobs(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	var ids []chat.ID
	for range 5 {
		ids = append(ids, queueJob(t, s, "push", chat.NewID(time.Now())))
	}
	slices.Reverse(ids)
	var got []chat.ID
	for before := chat.ID(""); ; {
		page, err := s.Jobs(t.Context(), "shop", chat.JobQuery{Before: before, Limit: 2})
		wantCode(t, err, "")
		for _, j := range page {
			got = append(got, j.ID)
		}
		if len(page) < 2 {
			break
		}
		before = page[1].ID
	}
	if fmt.Sprint(got) != fmt.Sprint(ids) {
		t.Errorf("the pages read %v, not %v", got, ids)
	}
	if some, err := s.Jobs(t.Context(), "shop", chat.JobQuery{State: chat.JobFailed, Limit: 9}); err != nil || len(some) != 0 {
		t.Errorf("failed are %+v (%v)", some, err)
	}
}

func TestStore_JobHealth(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	health := func() chat.JobHealth {
		t.Helper()
		h, err := s.JobHealth(t.Context(), "shop", chat.JobPush)
		wantCode(t, err, "")
		return h
	}
	if h := health(); h != (chat.JobHealth{}) {
		t.Errorf("of nothing it is %+v", h)
	}
	for range 3 {
		queueJob(t, s, "push", chat.NewID(time.Now()))
	}
	jobs := takeAll(t, s)
	endAs(t, s, jobs[0], chat.JobEnd{State: chat.JobDelivered, Attempt: &chat.JobAttempt{Status: 200}})
	endAs(t, s, jobs[1], chat.JobEnd{State: chat.JobFailed, Attempt: &chat.JobAttempt{Status: 500, Answer: "no"}})
	run(t, s, "shop", "UPDATE line_shop.jobs SET due_at = now() - interval '1 hour' WHERE id = $1", string(jobs[2].ID))
	h := health()
	if h.Queued != 1 || h.Delivered != 1 || h.Failed != 1 || h.Oldest < time.Hour || h.Oldest > 2*time.Hour || h.Last == nil || h.Last.Status != 500 || h.LastJob != jobs[1].ID {
		t.Errorf("it is %+v", h)
	}
}

func TestStore_SweepJobs(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	kept := map[string]bool{}
	for what, age := range map[string]time.Duration{
		"delivered old": chat.JobsKept + time.Hour, "delivered young": chat.JobsKept - time.Hour, "failed old": chat.JobsFailedKept + time.Hour,
		"failed young": chat.JobsKept + time.Hour, "queued old": chat.JobsFailedKept * 2,
	} {
		id, state := queueJob(t, s, "push", chat.NewID(time.Now())), strings.Fields(what)[0]
		run(t, s, "shop", "UPDATE line_shop.jobs SET state = $2, ended_at = CASE WHEN $2 <> 'queued' THEN now() - $3 * interval '1 second' END, reason = $4 WHERE id = $1", string(id), state, age.Seconds(), what)
		run(t, s, "shop", "INSERT INTO line_shop.job_attempts VALUES ($1, 1, now(), 1, 200, '', '', '')", string(id))
		kept[what] = !strings.HasSuffix(what, "old") || state == "queued"
	}
	for more := true; more; {
		var err error
		more, err = s.SweepJobs(t.Context(), "shop", 1)
		wantCode(t, err, "")
	}
	jobs, err := s.Jobs(t.Context(), "shop", chat.JobQuery{Limit: 10})
	wantCode(t, err, "")
	left := map[string]bool{}
	for _, j := range jobs {
		left[j.Reason] = true
	}
	for what, want := range kept {
		if left[what] != want {
			t.Errorf("%s: left is %v", what, left[what])
		}
	}
}
