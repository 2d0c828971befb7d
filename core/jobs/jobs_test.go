package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

var hook = chat.Push{URL: "https://shop.example/push", Secrets: []string{"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"}, Preview: chat.PreviewNone}

// outbox is a store whose jobs are due at times of the test's clock; sql's tests hold the real one.
type outbox struct {
	mu    sync.Mutex
	lines []chat.Line
	jobs  map[string][]*entry // by line
	ends  []chat.JobEnd
	swept map[string]int
	away  bool
	// counted are how far back each look for figures went.
	counted map[string][]time.Duration
}

type entry struct {
	chat.Job
	due time.Time
}

func newOutbox(lines ...string) *outbox {
	o := &outbox{jobs: map[string][]*entry{}, swept: map[string]int{}, counted: map[string][]time.Duration{}}
	for _, l := range lines {
		o.lines = append(o.lines, chat.Line{Name: l, Push: hook})
	}
	return o
}

func (o *outbox) put(line string, n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for range n {
		o.jobs[line] = append(o.jobs[line], &entry{Job: chat.Job{ID: chat.NewID(time.Now()), Kind: chat.JobPush, Event: chat.PushUnread, State: chat.JobQueued}, due: time.Now()})
	}
}

func (o *outbox) Lines() []chat.Line {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.lines
}

func (o *outbox) Line(name string) (chat.Line, error) {
	for _, l := range o.Lines() {
		if l.Name == name {
			return l, nil
		}
	}
	return chat.Line{}, chat.NotFound()
}

func (o *outbox) TakeJobs(_ context.Context, line string, _ chat.JobKind, limit int, lease time.Duration) (jobs []chat.Job, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.away {
		return nil, chat.Unavailable(time.Second, errors.New("away"))
	}
	for _, e := range o.jobs[line] {
		if e.State == chat.JobQueued && !e.due.After(time.Now()) && len(jobs) < limit {
			e.due = time.Now().Add(lease)
			e.Attempts++
			e.Tries++
			jobs = append(jobs, e.Job)
		}
	}
	return jobs, nil
}

func (o *outbox) EndJob(_ context.Context, line string, j chat.Job, end chat.JobEnd) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.away {
		return chat.Unavailable(time.Second, errors.New("away"))
	}
	o.ends = append(o.ends, end)
	for _, e := range o.jobs[line] {
		if e.ID == j.ID {
			e.State, e.due = end.State, time.Now().Add(end.After)
			if end.Untried {
				e.Tries--
			}
		}
	}
	return nil
}

func (o *outbox) DecidePush(_ context.Context, line string, j chat.Job, link string) (json.RawMessage, *chat.JobEnd, error) {
	return json.RawMessage(fmt.Sprintf(`{"line":%q,"link":%q}`, line, link)), nil, nil
}

func (o *outbox) JobHealth(_ context.Context, line string, _ chat.JobKind) (h chat.JobHealth, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range o.jobs[line] {
		if e.State == chat.JobQueued {
			h.Queued++
		}
	}
	return h, nil
}

func (o *outbox) SweepJobs(_ context.Context, line string, _ int) (bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.swept[line]++
	return o.swept[line]%2 == 1, nil
}

func (o *outbox) AbandonPushes(_ context.Context, line string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.jobs[line] = nil
	return nil
}

func (o *outbox) CountFigures(_ context.Context, line string, back time.Duration) (bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.counted[line] = append(o.counted[line], back)
	return len(o.counted[line])%2 == 1, nil
}

func (o *outbox) states(line string) map[chat.JobState]int {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := map[chat.JobState]int{}
	for _, e := range o.jobs[line] {
		n[e.State]++
	}
	return n
}

// receiver answers as its function says, and keeps when it was told.
type receiver struct {
	mu     sync.Mutex
	at     []time.Time
	atOnce int
	most   int
	answer func(ctx context.Context, c Call) (chat.JobAttempt, time.Duration)
}

func (r *receiver) Post(ctx context.Context, c Call) (chat.JobAttempt, time.Duration) {
	r.mu.Lock()
	r.at = append(r.at, time.Now())
	r.atOnce++
	r.most = max(r.most, r.atOnce)
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		r.atOnce--
		r.mu.Unlock()
	}()
	return r.answer(ctx, c)
}

func (r *receiver) told() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.at)
}

func status(n int) func(context.Context, Call) (chat.JobAttempt, time.Duration) {
	return func(context.Context, Call) (chat.JobAttempt, time.Duration) { return chat.JobAttempt{Status: n}, 0 }
}

// runs has a runner work in a bubble until the returned function is called.
func runs(t *testing.T, o *outbox, to Poster) (*Runner, func()) {
	t.Helper()
	r := New(Options{Store: o, Poster: to, Link: func(line string) string { return "https://desk.example/c/" + line }})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	return r, func() {
		t.Helper()
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

func TestRunner_Run(t *testing.T) {
	t.Run("OK: what is due is told, once, and counted", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			o, to := newOutbox("shop"), &receiver{}
			var said Call
			to.answer = func(_ context.Context, c Call) (chat.JobAttempt, time.Duration) {
				said = c
				return chat.JobAttempt{Status: 204}, 0
			}
			r, stop := runs(t, o, to)
			defer stop()
			o.put("shop", 1)
			time.Sleep(time.Hour)
			if to.told() != 1 || o.states("shop")[chat.JobDelivered] != 1 {
				t.Errorf("told %d times, and there are %v", to.told(), o.states("shop"))
			}
			if said.URL != hook.URL || string(said.Body) != `{"line":"shop","link":"https://desk.example/c/shop"}` || len(said.Secrets) != 1 {
				t.Errorf("told was %+v", said)
			}
			if s := r.Stats()["shop"]; s.Told != 1 || s.Delivered != 1 || s.Refused != 0 || s.Health.Queued != 0 {
				t.Errorf("counted is %+v", s)
			}
		})
	})
	t.Run("a receiver that refuses is asked less and less often, and in the end no more", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			o, to := newOutbox("shop"), &receiver{answer: status(500)}
			r, stop := runs(t, o, to)
			defer stop()
			o.put("shop", 1)
			time.Sleep(24 * time.Hour)
			if to.told() != chat.JobTries || o.states("shop")[chat.JobFailed] != 1 {
				t.Fatalf("told %d times, and there are %v", to.told(), o.states("shop"))
			}
			for i := range chat.JobTries - 1 {
				least, most := again0(i+1)/2, again0(i+1)+2*look
				if gap := to.at[i+1].Sub(to.at[i]); gap < least || gap > most {
					t.Errorf("try %d came after %s, not %s to %s", i+2, gap, least, most)
				}
			}
			if s := r.Stats()["shop"]; s.Refused != chat.JobTries || s.Failed != 1 {
				t.Errorf("counted is %+v", s)
			}
		})
	})
	t.Run("not before the receiver wants it", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			o, to := newOutbox("shop"), &receiver{answer: func(context.Context, Call) (chat.JobAttempt, time.Duration) {
				return chat.JobAttempt{Status: 429}, 5 * time.Minute
			}}
			_, stop := runs(t, o, to)
			defer stop()
			o.put("shop", 1)
			time.Sleep(7 * time.Minute)
			if to.told() != 2 || to.at[1].Sub(to.at[0]) < 5*time.Minute {
				t.Errorf("told at %v", to.at)
			}
		})
	})
	t.Run("a dead receiver has a few of its line's jobs, and no other line notices", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			o := newOutbox("shop", "mall")
			dead, other := &receiver{answer: func(ctx context.Context, _ Call) (chat.JobAttempt, time.Duration) {
				select {
				case <-time.After(patience):
				case <-ctx.Done():
				}
				return chat.JobAttempt{Error: "no answer in time"}, 0
			}}, &receiver{answer: status(200)}
			_, stop := runs(t, o, split{"shop": dead, "mall": other})
			defer stop()
			o.put("shop", 1000)
			o.put("mall", 100)
			time.Sleep(20 * time.Second)
			if n := o.states("mall")[chat.JobDelivered]; n != 100 {
				t.Errorf("of the other line's %d were told", n)
			}
			dead.mu.Lock()
			defer dead.mu.Unlock()
			if dead.most != slots {
				t.Errorf("%d were under way at once", dead.most)
			}
		})
	})
	t.Run("a node that leaves cuts its calls short; they do not count", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			o, to := newOutbox("shop"), &receiver{answer: func(ctx context.Context, _ Call) (chat.JobAttempt, time.Duration) {
				<-ctx.Done()
				return chat.JobAttempt{Error: "cut short"}, 0
			}}
			_, stop := runs(t, o, to)
			o.put("shop", 1)
			time.Sleep(10 * time.Second)
			stop()
			if len(o.ends) != 1 || o.ends[0].State != chat.JobQueued || !o.ends[0].Untried || o.ends[0].After != 0 {
				t.Errorf("the jobs ended as %+v", o.ends)
			}
		})
	})
	t.Run("while the database is away nothing is lost", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			o, to := newOutbox("shop"), &receiver{}
			to.answer = func(context.Context, Call) (chat.JobAttempt, time.Duration) {
				if to.told() == 1 {
					o.mu.Lock()
					o.away = true
					o.mu.Unlock()
				}
				return chat.JobAttempt{Status: 200}, 0
			}
			_, stop := runs(t, o, to)
			defer stop()
			o.put("shop", 1)
			time.Sleep(time.Minute)
			o.mu.Lock()
			o.away = false
			o.mu.Unlock()
			time.Sleep(time.Minute)
			if o.states("shop")[chat.JobDelivered] != 1 || to.told() != 2 {
				t.Errorf("told %d times, and there are %v", to.told(), o.states("shop"))
			}
		})
	})
	t.Run("a line without a hook is left alone, but for what is old", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			o, to := newOutbox("shop"), &receiver{answer: status(200)}
			o.lines[0].Push = chat.Push{}
			_, stop := runs(t, o, to)
			defer stop()
			o.put("shop", 3)
			time.Sleep(40 * time.Minute)
			if to.told() != 0 || len(o.states("shop")) != 0 || o.swept["shop"] < 2 || o.swept["shop"]%2 != 0 {
				t.Errorf("told %d times, swept %d times, and there are %v", to.told(), o.swept["shop"], o.states("shop"))
			}
		})
	})
	t.Run("a line that comes later", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			o, to := newOutbox(), &receiver{answer: status(200)}
			_, stop := runs(t, o, to)
			defer stop()
			time.Sleep(time.Minute)
			o.mu.Lock()
			o.lines = []chat.Line{{Name: "shop", Push: hook}}
			o.mu.Unlock()
			o.put("shop", 1)
			time.Sleep(time.Minute)
			if to.told() != 1 {
				t.Errorf("told %d times", to.told())
			}
		})
	})
}

// again0 is the longest wait after so many tries.
func again0(tries int) time.Duration { return min(mostAgain, firstAgain<<(tries-1)) }

// split has a receiver for each line, by what stands in the body.
type split map[string]*receiver

func (s split) Post(ctx context.Context, c Call) (chat.JobAttempt, time.Duration) {
	var b struct{ Line string }
	if err := json.Unmarshal(c.Body, &b); err != nil {
		return chat.JobAttempt{Error: err.Error()}, 0
	}
	return s[b.Line].Post(ctx, c)
}
