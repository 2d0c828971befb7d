package sql

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

var hookOfTests = chat.Push{URL: "https://shop.example/push", Secrets: []string{"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"}, Preview: chat.PreviewWords, Delay: 0}

func setHook(t testing.TB, s *Store, h chat.Push) {
	t.Helper()
	wantCode(t, s.SetPush(t.Context(), "shop", h), "")
}

// takeAll takes all that is due at the shop.
func takeAll(t testing.TB, s *Store) []chat.Job {
	t.Helper()
	jobs, err := s.TakeJobs(t.Context(), "shop", chat.JobPush, 100, time.Minute)
	wantCode(t, err, "")
	return jobs
}

// oneDue takes the one job that is due.
func oneDue(t testing.TB, s *Store, event chat.PushEvent) chat.Job {
	t.Helper()
	jobs := takeAll(t, s)
	if len(jobs) != 1 || jobs[0].Event != event {
		t.Fatalf("due are %+v, not one %s", jobs, event)
	}
	return jobs[0]
}

func nothingDue(t testing.TB, s *Store) {
	t.Helper()
	if jobs := takeAll(t, s); len(jobs) > 0 {
		t.Fatalf("due are %+v", jobs)
	}
}

func endAs(t testing.TB, s *Store, j chat.Job, e chat.JobEnd) {
	t.Helper()
	wantCode(t, s.EndJob(t.Context(), "shop", j, e), "")
}

// decided is what a job sends.
func decided(t testing.TB, s *Store, j chat.Job) chat.PushBody {
	t.Helper()
	raw, end, err := s.DecidePush(t.Context(), "shop", j, "https://desk.example/c/shop")
	if wantCode(t, err, ""); end != nil {
		t.Fatalf("it ends as %+v", end)
	}
	var b chat.PushBody
	if err := json.Unmarshal(raw, &b); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return b
}

// calledFor delivers the one unread job that is due.
func calledFor(t testing.TB, s *Store) chat.Job {
	t.Helper()
	j := oneDue(t, s, chat.PushUnread)
	decided(t, s, j)
	endAs(t, s, j, chat.JobEnd{State: chat.JobDelivered, Attempt: &chat.JobAttempt{Status: 204}})
	return j
}

func markAs(t testing.TB, k talk, r chat.Receipt) {
	t.Helper()
	r.Conversation, r.Kind = k.id, chat.KindVisitor
	_, _, err := k.s.Mark(t.Context(), "shop", r, k.visitor.ID)
	wantCode(t, err, "")
}

func TestStore_DecidePush(t *testing.T) {
	t.Parallel()
	by := agent("林晓")
	hooked := func(t *testing.T) (*Store, talk) {
		t.Parallel()
		s := newStore(t)
		setHook(t, s, hookOfTests)
		return s, opened(t, s, by)
	}
	t.Run("OK: one call for a burst, with what waits when it is made", func(t *testing.T) {
		s, k := hooked(t)
		nothingDue(t, s) // she wrote, and a notice came: nobody calls her for those
		first := k.say(t, by, "您好")
		k.say(t, by, "订单已经发出，\n明天到。")
		j := oneDue(t, s, chat.PushUnread)
		if j.Trace != first.Message.Trace || j.Subject != k.id {
			t.Errorf("the job is %+v", j)
		}
		b := decided(t, s, j)
		want := chat.PushData{Line: "shop", Conversation: k.id, Visitor: &chat.PushVisitor{ID: k.visitor.ID}, Unread: 2, LastSeq: 4, Kind: chat.KindText,
			Author: "林晓", Preview: "订单已经发出， 明天到。", Link: "https://desk.example/c/shop", Trace: first.Message.Trace}
		if same, _ := json.Marshal(want); string(same) != string(mustJSON(t, b.Data)) || b.Type != chat.PushUnread || b.Timestamp.IsZero() {
			t.Errorf("told is %+v", b)
		}
		endAs(t, s, j, chat.JobEnd{State: chat.JobDelivered, Attempt: &chat.JobAttempt{Status: 200}})
		k.say(t, by, "还有什么可以帮您？")
		nothingDue(t, s)
	})
	t.Run("nothing of the words where the line tells none; who she is where her host said so", func(t *testing.T) {
		s, k := hooked(t)
		h := hookOfTests
		h.Preview = chat.PreviewNone
		setHook(t, s, h)
		_, err := s.Identify(t.Context(), "shop", chat.Visitor{ID: chat.NewID(time.Now()), External: "u-42", Name: "周明玥", Verified: true}, k.visitor.ID, "")
		wantCode(t, err, "")
		k.say(t, by, "您的密码是 1234")
		b := decided(t, s, oneDue(t, s, chat.PushUnread))
		if b.Data.Preview != "" || b.Data.Author != "" || b.Data.Visitor.Sub != "u-42" || b.Data.Unread != 1 {
			t.Errorf("told is %+v", b.Data)
		}
	})
	t.Run("what a page acknowledged in time calls nobody, and the next message begins anew", func(t *testing.T) {
		s, k := hooked(t)
		m := k.say(t, by, "您好").Message
		markAs(t, k, chat.Receipt{Delivered: m.Seq})
		j := oneDue(t, s, chat.PushUnread)
		_, e, err := s.DecidePush(t.Context(), "shop", j, "")
		if wantCode(t, err, ""); e == nil || e.State != chat.JobDropped || e.Reason != "acknowledged" {
			t.Fatalf("it ends as %+v", e)
		}
		endAs(t, s, j, *e)
		k.say(t, by, "您还在吗")
		if b := decided(t, s, oneDue(t, s, chat.PushUnread)); b.Data.Unread != 2 {
			t.Errorf("told is %+v", b.Data)
		}
	})
	t.Run("a message has the whole delay, though an earlier one was acknowledged", func(t *testing.T) {
		s, k := hooked(t)
		m := k.say(t, by, "一").Message
		h := hookOfTests
		h.Delay = 5 * time.Minute
		setHook(t, s, h)
		markAs(t, k, chat.Receipt{Delivered: m.Seq})
		k.say(t, by, "二")
		j := oneDue(t, s, chat.PushUnread)
		_, e, err := s.DecidePush(t.Context(), "shop", j, "")
		if wantCode(t, err, ""); e == nil || e.State != chat.JobQueued || !e.Untried || e.After > h.Delay || e.After < h.Delay-time.Minute {
			t.Fatalf("it ends as %+v", e)
		}
		endAs(t, s, j, *e)
		if j, err = s.Job(t.Context(), "shop", j.ID); err != nil || j.State != chat.JobQueued || j.Attempts != 0 || len(j.Log) != 0 {
			t.Errorf("the job is %+v (%v)", j, err)
		}
	})
	t.Run("the delay is waited for", func(t *testing.T) {
		s, k := hooked(t)
		h := hookOfTests
		h.Delay = time.Minute
		setHook(t, s, h)
		k.say(t, by, "您好")
		nothingDue(t, s)
	})
	t.Run("she has read: who was called is told, once; who was not, is not", func(t *testing.T) {
		s, k := hooked(t)
		first := k.say(t, by, "您好").Message
		markAs(t, k, chat.Receipt{Read: first.Seq})
		nothingDue(t, s)
		k.say(t, by, "一")
		last := k.say(t, by, "二").Message
		calledFor(t, s)
		markAs(t, k, chat.Receipt{Read: last.Seq - 1})
		nothingDue(t, s)
		markAs(t, k, chat.Receipt{Read: last.Seq})
		j := oneDue(t, s, chat.PushRead)
		if b := decided(t, s, j); b.Type != chat.PushRead || b.Data.Unread != 0 || b.Data.Conversation != k.id || b.Data.Visitor.ID != k.visitor.ID || b.Data.LastSeq != last.Seq {
			t.Errorf("told is %+v", b)
		}
		endAs(t, s, j, chat.JobEnd{State: chat.JobDelivered, Attempt: &chat.JobAttempt{Status: 200}})
		markAs(t, k, chat.Receipt{Read: last.Seq})
		nothingDue(t, s)
		k.say(t, by, "三")
		calledFor(t, s)
	})
	t.Run("whoever writes has read", func(t *testing.T) {
		s, k := hooked(t)
		k.say(t, by, "您好")
		calledFor(t, s)
		k.append(t, k.draft(by, "在吗"), k.draft(k.visitor, "在"), k.draft(by, "好的"))
		jobs := takeAll(t, s)
		if len(jobs) != 1 || jobs[0].Event != chat.PushRead {
			t.Fatalf("due are %+v", jobs)
		}
		endAs(t, s, jobs[0], chat.JobEnd{State: chat.JobDelivered})
		if b := decided(t, s, oneDue(t, s, chat.PushUnread)); b.Data.Unread != 1 || b.Data.Preview != "好的" {
			t.Errorf("told is %+v", b.Data)
		}
	})
	t.Run("she reads while the receiver is being told: it is not tried again, and is told that she has", func(t *testing.T) {
		s, k := hooked(t)
		m := k.say(t, by, "您好").Message
		j := oneDue(t, s, chat.PushUnread)
		decided(t, s, j)
		markAs(t, k, chat.Receipt{Read: m.Seq})
		nothingDue(t, s) // one after the other
		endAs(t, s, j, chat.JobEnd{State: chat.JobQueued, Attempt: &chat.JobAttempt{Error: "no answer in time"}})
		if j, _ = s.Job(t.Context(), "shop", j.ID); j.State != chat.JobDropped || j.Reason != "read" || len(j.Log) != 1 {
			t.Errorf("the job is %+v", j)
		}
		oneDue(t, s, chat.PushRead)
	})
	t.Run("she reads while it waits for another try", func(t *testing.T) {
		s, k := hooked(t)
		m := k.say(t, by, "您好").Message
		j := oneDue(t, s, chat.PushUnread)
		decided(t, s, j)
		endAs(t, s, j, chat.JobEnd{State: chat.JobQueued, After: time.Hour, Attempt: &chat.JobAttempt{Status: 500}})
		markAs(t, k, chat.Receipt{Read: m.Seq})
		if j, _ = s.Job(t.Context(), "shop", j.ID); j.State != chat.JobDropped || j.Ended.IsZero() {
			t.Errorf("the job is %+v", j)
		}
		oneDue(t, s, chat.PushRead)
	})
	t.Run("given up, the next message begins anew", func(t *testing.T) {
		s, k := hooked(t)
		k.say(t, by, "您好")
		j := oneDue(t, s, chat.PushUnread)
		decided(t, s, j)
		endAs(t, s, j, chat.JobEnd{State: chat.JobFailed, Attempt: &chat.JobAttempt{Status: 500}})
		k.say(t, by, "在吗")
		if b := decided(t, s, oneDue(t, s, chat.PushUnread)); b.Data.Unread != 2 {
			t.Errorf("told is %+v", b.Data)
		}
	})
	t.Run("a repeat and a refusal write no job; nor does a line without a hook", func(t *testing.T) {
		s, k := hooked(t)
		setHook(t, s, chat.Push{})
		d := k.draft(by, "您好")
		k.append(t, d)
		setHook(t, s, hookOfTests)
		if again := k.append(t, d); !again[0].Repeat {
			t.Fatalf("got %+v", again)
		}
		nothingDue(t, s)
	})
	t.Run("the hook goes, and with it what was to be told", func(t *testing.T) {
		s, k := hooked(t)
		k.say(t, by, "您好")
		j := oneDue(t, s, chat.PushUnread)
		setHook(t, s, chat.Push{})
		if _, e, err := s.DecidePush(t.Context(), "shop", j, ""); err != nil || e == nil || e.State != chat.JobDropped {
			t.Errorf("it ends as %+v (%v)", e, err)
		}
		wantCode(t, s.AbandonPushes(t.Context(), "shop"), "")
		if j, _ = s.Job(t.Context(), "shop", j.ID); j.State != chat.JobDropped || j.Reason != "removed" {
			t.Errorf("the job is %+v", j)
		}
		setHook(t, s, hookOfTests)
		k.say(t, by, "在吗")
		oneDue(t, s, chat.PushUnread)
	})
}

func mustJSON(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestStore_SetPush(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	t.Run("OK", func(t *testing.T) {
		h := hookOfTests
		h.Delay = 30 * time.Second
		setHook(t, s, h)
		wantCode(t, s.PutLine(t.Context(), chat.Line{Name: "shop", Title: "Another"}), "")
		other := openStore(t, s.o.DSN)
		wantCode(t, other.Load(t.Context()), "")
		for _, store := range []*Store{s, other} {
			l, err := store.Line("shop")
			if wantCode(t, err, ""); string(mustJSON(t, l.Push)) != string(mustJSON(t, h)) {
				t.Errorf("the hook is %v", l.Push)
			}
		}
		setHook(t, s, chat.Push{})
		if l, _ := s.Line("shop"); l.Push.On() {
			t.Errorf("the hook is %v", l.Push)
		}
	})
	t.Run("refused", func(t *testing.T) {
		h := hookOfTests
		h.URL = "ftp://shop.example"
		wantCode(t, s.SetPush(t.Context(), "shop", h), chat.CodeInvalid)
		wantCode(t, s.SetPush(t.Context(), "nowhere", hookOfTests), chat.CodeNotFound)
	})
}
