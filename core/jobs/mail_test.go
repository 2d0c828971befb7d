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

// sack is mail whose tries are due at times of the test's clock; sql's tests hold the real one.
type sack struct {
	mu    sync.Mutex
	mails []*sacked
}

type sacked struct {
	chat.Mail
	due time.Time
}

func (s *sack) put(m chat.Mail) *sacked {
	m.State = chat.JobQueued
	one := &sacked{m, time.Now()}
	s.mails = append(s.mails, one)
	return one
}

func (s *sack) TakeMails(_ context.Context, limit int, lease time.Duration) (taken []chat.Mail, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.mails {
		if m.State == chat.JobQueued && !m.due.After(time.Now()) && len(taken) < limit {
			m.due = time.Now().Add(lease)
			m.Tries++
			taken = append(taken, m.Mail)
		}
	}
	return taken, nil
}

func (s *sack) EndMail(_ context.Context, ended chat.Mail, e chat.MailEnd) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.mails {
		if m.ID == ended.ID {
			m.State, m.Error, m.due = e.State, e.Error, time.Now().Add(e.After)
			if e.Untried {
				m.Tries--
			}
		}
	}
	return nil
}

func (*sack) SweepMails(context.Context) error { return nil }

// desk writes what it is asked for, except for whom nobody knows; the post takes what take says.
type desk struct{}

func (desk) Letter(_ context.Context, m chat.Mail) (chat.Letter, error) {
	if m.To == "nobody" {
		return chat.Letter{}, chat.NotFound()
	}
	return chat.Letter{ID: m.ID, To: m.To}, nil
}

type post struct {
	mu   sync.Mutex
	sent map[chat.ID]int
	take func(n int) error
}

func (p *post) Send(_ context.Context, l chat.Letter) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent[l.ID]++
	return p.take(p.sent[l.ID])
}

func TestMailer_Run(t *testing.T) {
	t.Parallel()
	run := func(t *testing.T, m chat.Mail, take func(n int) error, lasts time.Duration) (*sacked, int) {
		var one *sacked
		p := &post{sent: map[chat.ID]int{}, take: take}
		synctest.Test(t, func(t *testing.T) {
			s := &sack{}
			m.ID = chat.NewID(time.Now())
			one = s.put(m)
			ctx, stop := context.WithTimeout(t.Context(), lasts)
			defer stop()
			if err := NewMailer(MailOptions{Mails: s, Writer: desk{}, Postman: p}).Run(ctx); err != nil {
				t.Error(err)
			}
		})
		return one, p.sent[one.ID]
	}
	t.Run("OK: sent once", func(t *testing.T) {
		if m, n := run(t, chat.Mail{To: "a@b.example"}, func(int) error { return nil }, time.Hour); m.State != chat.JobDelivered || n != 1 {
			t.Errorf("%s after %d", m.State, n)
		}
	})
	t.Run("again until it is taken", func(t *testing.T) {
		m, n := run(t, chat.Mail{To: "a@b.example"}, func(n int) error {
			if n < 4 {
				return errors.New("451 later")
			}
			return nil
		}, time.Hour)
		if m.State != chat.JobDelivered || n != 4 || m.Error != "" {
			t.Errorf("%s after %d: %s", m.State, n, m.Error)
		}
	})
	t.Run("given up, with the reason", func(t *testing.T) {
		m, n := run(t, chat.Mail{To: "a@b.example"}, func(int) error { return errors.New("451 later") }, 12*time.Hour)
		if m.State != chat.JobFailed || n != chat.MailTries || m.Error != "451 later" {
			t.Errorf("%s after %d: %s", m.State, n, m.Error)
		}
		m, n = run(t, chat.Mail{To: "a@b.example"}, func(int) error { return chat.Invalid("mail_refused", "550 nobody") }, time.Hour)
		if m.State != chat.JobFailed || n != 1 || m.Error != "550 nobody" {
			t.Errorf("%s after %d: %s", m.State, n, m.Error)
		}
	})
	t.Run("dropped when nobody needs it", func(t *testing.T) {
		if m, n := run(t, chat.Mail{To: "nobody"}, func(int) error { return nil }, time.Hour); m.State != chat.JobDropped || n != 0 {
			t.Errorf("%s after %d", m.State, n)
		}
	})
}
