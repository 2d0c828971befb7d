package jobs

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"golang.org/x/sync/errgroup"
)

// lookUnanswered is how often a node looks for visitors whom nobody answers, give or take a fifth.
const lookUnanswered = 10 * time.Second

// Escalations is where conversations are that nobody answers, and the jobs to tell of them: in the line's database.
type Escalations interface {
	Lines() []chat.Line
	Line(name string) (chat.Line, error)
	// RaiseEscalations queues a job for each conversation of the line whose visitor has waited that long for an answer, one for each
	// time she waits, whoever else does so at once.
	RaiseEscalations(ctx context.Context, line string, after time.Duration) error
	// Unanswered returns what a job is about, or chat.NotFound: she has been answered meanwhile.
	Unanswered(ctx context.Context, line string, j chat.Job) (chat.Unanswered, error)
	TakeJobs(ctx context.Context, line string, kind chat.JobKind, limit int, lease time.Duration) ([]chat.Job, error)
	EndJob(ctx context.Context, line string, j chat.Job, e chat.JobEnd) error
}

// EscalationOptions are what an Escalator is made of; Log may be nil.
type EscalationOptions struct {
	Store   Escalations
	Postman Postman
	Now     func() time.Time
	Log     *slog.Logger
}

// Escalator tells of conversations that nobody answers.
type Escalator struct{ o EscalationOptions }

// NewEscalator returns one; Run does the work.
func NewEscalator(o EscalationOptions) *Escalator {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Escalator{o}
}

// Run looks after every line, also those that are added later, until ctx ends.
func (e *Escalator) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	known := map[string]bool{}
	for {
		for _, l := range e.o.Store.Lines() {
			if !known[l.Name] {
				known[l.Name] = true
				g.Go(func() error { return e.tend(ctx, l.Name) })
			}
		}
		if !sleep(ctx, 2*time.Second) {
			return g.Wait()
		}
	}
}

func (e *Escalator) tend(ctx context.Context, line string) error {
	for sleep(ctx, lookUnanswered-lookUnanswered/5+rand.N(2*lookUnanswered/5)) {
		l, err := e.o.Store.Line(line)
		if err != nil || !l.Escalation.On() {
			continue
		}
		if open, _ := l.Hours.At(e.o.Now()); open { // nobody is expected to answer while it is closed
			e.complain(ctx, line, "escalations not raised", e.o.Store.RaiseEscalations(ctx, line, l.Escalation.Wait()))
		}
		due, err := e.o.Store.TakeJobs(ctx, line, chat.JobEscalation, slots, mailLease)
		e.complain(ctx, line, "escalations not taken", err)
		for _, j := range due {
			e.complain(ctx, line, "escalation not ended", e.o.Store.EndJob(context.WithoutCancel(ctx), line, j, e.tell(ctx, l, j)))
		}
	}
	return nil
}

// tell tells of one, and says what becomes of the job.
func (e *Escalator) tell(ctx context.Context, l chat.Line, j chat.Job) chat.JobEnd {
	u, err := e.o.Store.Unanswered(ctx, l.Name, j)
	switch {
	case err != nil && chat.CodeOf(err) == chat.CodeNotFound:
		return chat.JobEnd{State: chat.JobDropped, Reason: "answered"}
	case err != nil:
		return chat.JobEnd{State: chat.JobQueued, After: lookBad, Untried: true}
	}
	bounded, cancel := context.WithTimeout(ctx, mailPatience)
	defer cancel()
	began := time.Now()
	a := chat.JobAttempt{Trace: chat.NewTrace()}
	err = e.o.Postman.Send(bounded, chat.Letter{ID: j.ID, Kind: chat.MailEscalation, To: strings.Join(l.Escalation.Mail, ", "), Locale: l.Locale, Line: l.Title, Visitor: u.Visitor,
		Conversation: u.Conversation, Since: u.Since, Minutes: l.Escalation.After, Trace: a.Trace})
	a.Took = time.Since(began).Milliseconds()
	if err == nil {
		a.Status = 250 // what a mail server says to a letter that it takes
		return chat.JobEnd{State: chat.JobDelivered, Attempt: &a}
	}
	a.Error = reason(err)
	switch {
	case ctx.Err() != nil: // this node leaves
		return chat.JobEnd{State: chat.JobQueued, Attempt: &a, Untried: true}
	case j.Tries >= chat.MailTries || chat.CodeOf(err) == chat.CodeInvalid:
		e.o.Log.Warn("escalation given up", "line", l.Name, "job", j.ID, "error", err)
		return chat.JobEnd{State: chat.JobFailed, Attempt: &a}
	}
	return chat.JobEnd{State: chat.JobQueued, After: again(j.Tries, 0), Attempt: &a}
}

func (e *Escalator) complain(ctx context.Context, line, what string, err error) {
	if err != nil && ctx.Err() == nil && !errors.Is(err, chat.NotFound()) && chat.CodeOf(err) != chat.CodeLineUnavailable {
		e.o.Log.Warn(what, "line", line, "error", err)
	}
}
