package jobs

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// mailSlots is how many mails a node sends at once; mailLease how long one is a node's: longer than sending it can take.
	mailSlots = 4
	mailLease = 2 * time.Minute
	// mailPatience is how long the mail server has for one.
	mailPatience = 45 * time.Second
)

// Mails is where mail stands: in the main database, written with what causes it.
type Mails interface {
	// TakeMails leases at most so many mails that are due to whoever calls and returns them. One that is not ended in time is due again.
	TakeMails(ctx context.Context, limit int, lease time.Duration) ([]chat.Mail, error)
	// EndMail says what became of a mail that was taken; it changes nothing when the lease has gone to somebody else.
	EndMail(ctx context.Context, m chat.Mail, e chat.MailEnd) error
	// SweepMails removes those that ended long ago.
	SweepMails(ctx context.Context) error
}

// Writer says what a mail says, as things stand now; chat.NotFound means that nobody needs it any more.
type Writer interface {
	Letter(ctx context.Context, m chat.Mail) (chat.Letter, error)
}

// Postman hands a letter to the mail server. A chat.CodeInvalid means that it will never be taken, any other error that it may be later.
type Postman interface {
	Send(ctx context.Context, l chat.Letter) error
}

// MailOptions are what a Mailer is made of; Log may be nil.
type MailOptions struct {
	Mails   Mails
	Writer  Writer
	Postman Postman
	Log     *slog.Logger
}

// Mailer sends the mail of the main database.
type Mailer struct{ o MailOptions }

// NewMailer returns one; Run does the work.
func NewMailer(o MailOptions) *Mailer {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Mailer{o}
}

// Run sends what is due until ctx ends; then it waits for what is under way, which is cut short.
func (m *Mailer) Run(ctx context.Context) error {
	sweep := time.Now().Add(rand.N(sweepEvery))
	for {
		wait := look - look/5 + rand.N(2*look/5)
		due, err := m.o.Mails.TakeMails(ctx, mailSlots, mailLease)
		m.complain(ctx, "mail not taken", err)
		if err != nil {
			wait = lookBad
		}
		var sent sync.WaitGroup
		for _, one := range due {
			sent.Go(func() { m.send(ctx, one) })
		}
		sent.Wait()
		if !time.Now().Before(sweep) {
			m.complain(ctx, "old mail not removed", m.o.Mails.SweepMails(ctx))
			sweep = time.Now().Add(sweepEvery/2 + rand.N(sweepEvery))
		}
		if len(due) == mailSlots { // there may be more
			wait = 0
		}
		if !sleep(ctx, wait) {
			return nil
		}
	}
}

// send sends one and says what became of it. What cannot be said is sent again, by whoever takes it when the lease is over.
func (m *Mailer) send(ctx context.Context, one chat.Mail) {
	end := m.try(ctx, one)
	if err := m.o.Mails.EndMail(context.WithoutCancel(ctx), one, end); err != nil {
		m.complain(ctx, "mail not ended", err)
	}
}

func (m *Mailer) try(ctx context.Context, one chat.Mail) chat.MailEnd {
	letter, err := m.o.Writer.Letter(ctx, one)
	switch {
	case err != nil && chat.CodeOf(err) == chat.CodeNotFound:
		return chat.MailEnd{State: chat.JobDropped}
	case err != nil:
		m.complain(ctx, "mail not written", err)
		return chat.MailEnd{State: chat.JobQueued, After: lookBad, Untried: true}
	}
	bounded, cancel := context.WithTimeout(ctx, mailPatience)
	defer cancel()
	err = m.o.Postman.Send(bounded, letter)
	log := m.o.Log.With("mail", one.ID, "kind", one.Kind, "tries", one.Tries, "trace_id", one.Trace) // no address: it is a person's
	switch {
	case err == nil:
		log.Debug("mail sent")
		return chat.MailEnd{State: chat.JobDelivered}
	case ctx.Err() != nil: // this node leaves
		return chat.MailEnd{State: chat.JobQueued, Untried: true}
	case one.Tries >= chat.MailTries || chat.CodeOf(err) == chat.CodeInvalid:
		log.Warn("mail given up", "error", err)
		return chat.MailEnd{State: chat.JobFailed, Error: reason(err)}
	}
	log.Info("mail not sent yet", "error", err)
	return chat.MailEnd{State: chat.JobQueued, After: again(one.Tries, 0), Error: reason(err)}
}

// reason is an error as those who run the desk read it.
func reason(err error) string {
	if e, ok := errors.AsType[*chat.Error](err); ok {
		return e.Detail
	}
	return err.Error()
}

func (m *Mailer) complain(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil && chat.CodeOf(err) != chat.CodeLineUnavailable {
		m.o.Log.Warn(what, "error", err)
	}
}
