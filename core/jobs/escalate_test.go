package jobs

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// waiters are a line's visitors whom nobody answers; sql's tests hold the real ones.
type waiters struct {
	*outbox
	mu       sync.Mutex
	raised   int
	after    time.Duration
	answered bool
}

func (w *waiters) RaiseEscalations(_ context.Context, line string, after time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.after = after; w.raised == 0 {
		w.put(line, 1)
	}
	w.raised++
	return nil
}

func (w *waiters) Unanswered(context.Context, string, chat.Job) (chat.Unanswered, error) {
	if w.answered {
		return chat.Unanswered{}, chat.NotFound()
	}
	return chat.Unanswered{Conversation: "c", Visitor: "周"}, nil
}

func TestEscalator_Run(t *testing.T) {
	t.Parallel()
	run := func(t *testing.T, lasts time.Duration, change func(*waiters), take func(n int) error) (w *waiters, last chat.Letter, sent int) {
		synctest.Test(t, func(t *testing.T) {
			w = &waiters{outbox: newOutbox("shop")}
			w.lines[0].Title, w.lines[0].Escalation = "禾木", chat.Escalation{After: 5, Mail: []string{"a@b.example", "c@d.example"}}
			change(w)
			p := &letters{take: take}
			ctx, stop := context.WithTimeout(t.Context(), lasts)
			defer stop()
			if err := NewEscalator(EscalationOptions{Store: w, Postman: p, Now: time.Now}).Run(ctx); err != nil {
				t.Error(err)
			}
			last, sent = p.last, p.n
		})
		return w, last, sent
	}
	same, well := func(*waiters) {}, func(int) error { return nil }
	t.Run("OK: told once", func(t *testing.T) {
		w, l, n := run(t, 10*time.Minute, same, well)
		if n != 1 || l.To != "a@b.example, c@d.example" || l.Line != "禾木" || l.Visitor != "周" || l.Conversation != "c" || l.Minutes != 5 || w.after != 5*time.Minute || w.ends[0].State != chat.JobDelivered {
			t.Errorf("got %d, %+v, %+v", n, l, w.ends)
		}
	})
	t.Run("again until it is taken", func(t *testing.T) {
		w, _, n := run(t, time.Hour, same, func(n int) error {
			if n < 3 {
				return errors.New("451 later")
			}
			return nil
		})
		if n != 3 || w.ends[2].State != chat.JobDelivered || w.ends[0].Attempt.Error != "451 later" {
			t.Errorf("got %d, %+v", n, w.ends)
		}
	})
	t.Run("nobody is told of who has been answered", func(t *testing.T) {
		if w, _, n := run(t, 10*time.Minute, func(w *waiters) { w.answered = true }, well); n != 0 || w.ends[0].State != chat.JobDropped {
			t.Errorf("got %d, %+v", n, w.ends)
		}
	})
	t.Run("nor while the line is closed, or tells nobody", func(t *testing.T) {
		shut := func(w *waiters) { w.lines[0].Hours = chat.Hours{Week: map[string][]chat.Span{"mon": {}}} }
		for name, change := range map[string]func(*waiters){"closed": shut, "nobody": func(w *waiters) { w.lines[0].Escalation = chat.Escalation{} }} {
			if w, _, n := run(t, 10*time.Minute, change, well); n != 0 || w.raised != 0 {
				t.Errorf("%s: got %d, %d", name, n, w.raised)
			}
		}
	})
}

// letters keeps the last letter.
type letters struct {
	mu   sync.Mutex
	n    int
	last chat.Letter
	take func(n int) error
}

func (p *letters) Send(_ context.Context, l chat.Letter) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n++
	p.last = l
	return p.take(p.n)
}
