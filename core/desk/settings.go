package desk

import (
	"cmp"
	"context"
	"strings"

	"github.com/taadis/unique-support/core/chat"
)

// Settings are a line's settings, as whoever runs it changes them, and what her host was told.
type Settings interface {
	// ChangeLine runs f with a line as it stands, all but its name and its database being f's to change. What it changed and the
	// deed it returns are written together, nothing where the deed has no action. Nobody changes the line meanwhile; the other
	// nodes hear of it at once.
	ChangeLine(ctx context.Context, name string, f func(l *chat.Line) (chat.Deed, error)) error
	// AddLine makes a new line, for which owners work and whoever made it. A name that is taken is chat.Conflict.
	AddLine(ctx context.Context, l chat.Line, d chat.Deed) error
	// Health looks at every line at once, LineHealth at one.
	Health(ctx context.Context) []chat.LineHealth
	LineHealth(ctx context.Context, line string) (chat.LineHealth, error)
	// Jobs returns a line's jobs, the newest first; Job returns one with its tries, or chat.NotFound.
	Jobs(ctx context.Context, line string, q chat.JobQuery) ([]chat.Job, error)
	Job(ctx context.Context, line string, id chat.ID) (chat.Job, error)
	JobHealth(ctx context.Context, line string, kind chat.JobKind) (chat.JobHealth, error)
	// ReplayJob queues a job that has ended once more, TryPush a try of the line's push hook.
	ReplayJob(ctx context.Context, line string, id chat.ID) error
	TryPush(ctx context.Context, line, trace string) (chat.ID, error)
}

// sees reports whether somebody may look at a line's settings: she works for it, or may work for any.
func sees(a chat.Actor, line string) bool {
	return a.May(chat.AdminRead) && (a.At(line) || a.May(chat.TeamWrite))
}

// runs is sees for somebody who changes them.
func runs(a chat.Actor, line string) bool {
	return a.May(chat.AdminWrite) && (a.At(line) || a.May(chat.TeamWrite))
}

// allowed returns the actor where she may see a line's settings, or, to write, change them. A line she may not see is not found.
func (d *Desk) allowed(ctx context.Context, line string, write bool) (chat.Actor, error) {
	a := chat.ActorFrom(ctx)
	switch _, err := d.store.Line(line); {
	case !a.May(chat.AdminRead):
		return a, chat.Forbidden()
	case err != nil:
		return a, err
	case !sees(a, line):
		return a, chat.NotFound()
	case write && !runs(a, line):
		return a, chat.Forbidden()
	}
	return a, nil
}

// Settings returns a line with how it is.
func (d *Desk) Settings(ctx context.Context, line string) (chat.LineHealth, error) {
	if _, err := d.allowed(ctx, line, false); err != nil {
		return chat.LineHealth{}, err
	}
	return d.store.LineHealth(ctx, line)
}

// AllSettings returns the lines whose settings the actor may see, with how they are.
func (d *Desk) AllSettings(ctx context.Context) ([]chat.LineHealth, error) {
	a := chat.ActorFrom(ctx)
	if !a.May(chat.AdminRead) {
		return nil, chat.Forbidden()
	}
	var seen []chat.LineHealth
	for _, h := range d.store.Health(ctx) {
		if sees(a, h.Line.Name) {
			seen = append(seen, h)
		}
	}
	return seen, nil
}

// SetLine has f change a section of a line's settings. was is the section's mark as it was when the change was thought of: where
// it is another by now the change is chat.Conflict; empty does not ask.
func (d *Desk) SetLine(ctx context.Context, line string, s chat.Section, was string, f func(l *chat.Line) error) error {
	by, err := d.allowed(ctx, line, true)
	if err != nil {
		return err
	}
	return d.store.ChangeLine(ctx, line, func(l *chat.Line) (chat.Deed, error) {
		if was != "" && was != l.Mark(s) {
			return chat.Deed{}, chat.Conflict("line_changed", "Somebody else has changed this meanwhile. Save once more to keep what you typed.")
		}
		before := *l
		if err := f(l); err != nil {
			return chat.Deed{}, err
		}
		if err := l.CheckSettings(); err != nil {
			return chat.Deed{}, err
		}
		detail := before.Differences(*l)
		if len(detail) == 0 {
			return chat.Deed{}, nil
		}
		return d.deed(ctx, by, "line:"+string(s), line, detail), nil
	})
}

// AddLine makes a new line, which begins in the main database. Who may give lines may make them.
func (d *Desk) AddLine(ctx context.Context, l chat.Line) error {
	by := chat.ActorFrom(ctx)
	if !by.May(chat.AdminWrite) || !by.May(chat.TeamWrite) {
		return chat.Forbidden()
	}
	l.Title, l.DSN = strings.TrimSpace(l.Title), ""
	l.Color, l.Locale = cmp.Or(l.Color, "#176b87"), cmp.Or(l.Locale, "zh-CN")
	return d.store.AddLine(ctx, l, d.deed(ctx, by, "line:create", l.Name, map[string]string{"title": l.Title}))
}

// Told returns what a line's host was told or is to be, the newest first, and how that does.
func (d *Desk) Told(ctx context.Context, line string, q chat.JobQuery) ([]chat.Job, chat.JobHealth, error) {
	if _, err := d.allowed(ctx, line, false); err != nil {
		return nil, chat.JobHealth{}, err
	}
	jobs, err := d.store.Jobs(ctx, line, q)
	if err != nil {
		return nil, chat.JobHealth{}, err
	}
	h, err := d.store.JobHealth(ctx, line, chat.JobPush)
	return jobs, h, err
}

// ToldOne returns one of them, with its tries.
func (d *Desk) ToldOne(ctx context.Context, line string, job chat.ID) (chat.Job, error) {
	if _, err := d.allowed(ctx, line, false); err != nil {
		return chat.Job{}, err
	}
	return d.store.Job(ctx, line, job)
}

// TellAgain has the host told once more of what it was not, or did not take.
func (d *Desk) TellAgain(ctx context.Context, line string, job chat.ID) error {
	by, err := d.allowed(ctx, line, true)
	if err != nil {
		return err
	}
	if err := d.store.ReplayJob(ctx, line, job); err != nil {
		return err
	}
	return d.note(ctx, d.deed(ctx, by, "push:replay", line, map[string]string{"job": string(job)}))
}

// TryPush has the host told that this is a test, and returns the job that does.
func (d *Desk) TryPush(ctx context.Context, line string) (chat.ID, error) {
	by, err := d.allowed(ctx, line, true)
	if err != nil {
		return "", err
	}
	l, err := d.store.Line(line)
	if err != nil {
		return "", err
	}
	if !l.Push.On() {
		return "", chat.Conflict("push_none", "There is no hook. Save its address first.")
	}
	id, err := d.store.TryPush(ctx, line, chat.TraceFrom(ctx))
	if err != nil {
		return "", err
	}
	return id, d.note(ctx, d.deed(ctx, by, "push:test", line, map[string]string{"job": string(id)}))
}

func (d *Desk) deed(ctx context.Context, by chat.Actor, action, subject string, detail map[string]string) chat.Deed {
	return chat.Deed{At: chat.Time{Time: d.clock.Now()}, By: chat.AgentRef{ID: by.ID, Name: by.Name}, Action: action, Subject: subject, Detail: detail, Trace: chat.TraceFrom(ctx)}
}

// note writes a deed that changed nothing the store keeps beside it.
func (d *Desk) note(ctx context.Context, deed chat.Deed) error {
	return d.store.ChangeTeam(ctx, func(t chat.TeamChange) error { return t.Record(deed) })
}
