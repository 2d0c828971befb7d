package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/sql"
)

// pushDelay is how long a page has to acknowledge a message, unless somebody says otherwise.
const pushDelay = 10 * time.Second

type linePush struct {
	Name    string         `arg:"" help:"The line."`
	URL     string         `name:"url" help:"Where it is told, such as https://shop.example.com/support/push. A new hook's secret is made and printed."`
	Preview string         `enum:",none,words" default:"" help:"none: nothing of what was written is told; words: the first words are."`
	Delay   *time.Duration `help:"How long an open page has to show a message before its visitor is called: 0s to 10m, 10s unless said."`
	Rotate  bool           `xor:"do" help:"Make a new secret and print only it; what is sent is signed with both until --retire."`
	Retire  bool           `xor:"do" help:"The older of two secrets signs nothing any more."`
	Test    bool           `xor:"do" help:"Have the running server tell the hook that this is a test; line jobs shows what came of it."`
	Off     bool           `xor:"do" help:"Tell nobody any more."`
}

// Run changes what is named, and says how things are when nothing is.
func (l linePush) Run(ctx context.Context, c *config, out io.Writer) error {
	return c.with(ctx, func(db *database) error {
		line, err := db.Line(l.Name)
		if err != nil {
			return fmt.Errorf("find the line %s: %w", l.Name, err)
		}
		if l.URL == "" && l.Preview == "" && l.Delay == nil && !l.Rotate && !l.Retire && !l.Off && !l.Test {
			return l.show(ctx, db, line.Push, out)
		}
		if l.Test {
			if _, _, err := l.changed(line.Push); err != nil {
				return err
			}
			id, err := db.TryPush(ctx, line.Name, chat.NewTrace())
			if err == nil {
				fmt.Fprintln(out, id)
			}
			return err
		}
		var fresh string
		err = changeLine(ctx, db, line.Name, chat.SectionPush, func(line *chat.Line) (err error) {
			line.Push, fresh, err = l.changed(line.Push)
			return err
		})
		if err != nil {
			return err
		}
		if fresh != "" {
			fmt.Fprintln(out, fresh)
		}
		return nil
	})
}

// changed is the hook with what was named; fresh is a secret that was made.
func (l linePush) changed(p chat.Push) (changed chat.Push, fresh string, err error) {
	if l.Off {
		return chat.Push{}, "", nil
	}
	if !p.On() {
		if l.URL == "" {
			return p, "", errors.New("there is no hook: name its --url")
		}
		p.Preview, p.Delay = chat.PreviewNone, pushDelay
	}
	p.URL = cmp.Or(l.URL, p.URL)
	p.Preview = cmp.Or(chat.PushPreview(l.Preview), p.Preview)
	if l.Delay != nil {
		p.Delay = *l.Delay
	}
	switch {
	case l.Retire && len(p.Secrets) < 2:
		return p, "", errors.New("there are no two secrets")
	case l.Retire:
		p, err = p.Retired()
		return p, "", err
	case l.Rotate && len(p.Secrets) == 2:
		return p, "", errors.New("two secrets sign already: end the older one with --retire first")
	case l.Rotate, len(p.Secrets) == 0:
		return p.Rotated()
	}
	return p, fresh, nil
}

func (l linePush) show(ctx context.Context, db *database, p chat.Push, out io.Writer) error {
	if !p.On() {
		_, err := fmt.Fprintln(out, "hook: none")
		return err
	}
	h, err := db.JobHealth(ctx, l.Name, chat.JobPush)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "hook:      %s\npreview:   %s\ndelay:     %s\nsecrets:   %d\nqueued:    %d\ndelivered: %d in 24 hours\nfailed:    %d in 24 hours\n", p.Address(), p.Preview, p.Delay, len(p.Secrets), h.Queued, h.Delivered, h.Failed)
	if h.Last != nil {
		fmt.Fprintf(out, "last try:  %s, %s\n", h.Last.At.Text(), outcome(h.Last))
	}
	return nil
}

// outcome says what came of a try.
func outcome(a *chat.JobAttempt) string {
	switch {
	case a.Status != 0 && a.Error != "":
		return fmt.Sprintf("status %d: %s", a.Status, a.Error)
	case a.Status != 0:
		return fmt.Sprintf("status %d", a.Status)
	}
	return a.Error
}

// failing reports whether the line's hook does not take what it is told.
func failing(h chat.JobHealth) bool {
	return h.Failed > 0 || h.Last != nil && h.Last.Status/100 != 2
}

// diagnoseHook says when a line's hook does not take what it is told.
func diagnoseHook(ctx context.Context, db *database, h sql.LineHealth) []finding {
	if !h.Line.Push.On() || h.Err != nil {
		return nil
	}
	what := "push hook of line " + h.Line.Name
	jobs, err := db.JobHealth(ctx, h.Line.Name, chat.JobPush)
	const why = "Visitors who closed the page do not hear that they were answered."
	switch {
	case err != nil:
		return []finding{minor(what, "it cannot be read how it does: "+err.Error(), "", "")}
	case failing(jobs):
		trouble := fmt.Sprintf("%d jobs were given up in 24 hours", jobs.Failed)
		if jobs.Last != nil && jobs.Last.Status/100 != 2 {
			trouble += "; the last try: " + outcome(jobs.Last)
		}
		return []finding{bad(what, trouble, why, "Look at `unique-support line jobs "+h.Line.Name+" --state failed` and at the receiver; when it is mended, tell it once more with --replay.")}
	case jobs.Oldest > 5*time.Minute:
		return []finding{bad(what, fmt.Sprintf("nothing was told for %s though %d jobs are queued", jobs.Oldest.Round(time.Second), jobs.Queued), why, "Look whether the server runs, and what it logs.")}
	}
	return []finding{well(what)}
}

type lineJobs struct {
	Name   string `arg:"" help:"The line."`
	ID     string `arg:"" optional:"" help:"One of its jobs, which is shown with all its tries."`
	State  string `enum:",queued,delivered,failed,dropped" default:"" help:"Only those that stand there."`
	Limit  int    `default:"50" help:"How many, 1 to 200."`
	Replay bool   `help:"Queue the job, or those that failed, once more."`
}

// Run lists jobs, the newest first, shows one, or queues some once more.
func (l lineJobs) Run(ctx context.Context, c *config, out io.Writer) error {
	if l.Limit < 1 || l.Limit > 200 {
		return errors.New("--limit is 1 to 200")
	}
	return c.with(ctx, func(db *database) error {
		switch {
		case l.ID != "" && l.Replay:
			return db.ReplayJob(ctx, l.Name, chat.ID(l.ID))
		case l.ID != "":
			j, err := db.Job(ctx, l.Name, chat.ID(l.ID))
			if err != nil {
				return err
			}
			e := json.NewEncoder(out)
			e.SetEscapeHTML(false)
			e.SetIndent("", "  ")
			return e.Encode(j)
		case l.Replay:
			l.State = string(chat.JobFailed)
		}
		jobs, err := db.Jobs(ctx, l.Name, chat.JobQuery{State: chat.JobState(l.State), Limit: l.Limit})
		if err != nil {
			return err
		}
		if l.Replay {
			for _, j := range jobs {
				if err := db.ReplayJob(ctx, l.Name, j.ID); err != nil && chat.CodeOf(err) != chat.CodeConflict {
					return err
				}
			}
		}
		w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tCREATED\tKIND\tEVENT\tSTATE\tTRIES\tABOUT")
		for _, j := range jobs {
			state := string(j.State)
			if j.Reason != "" {
				state += " (" + j.Reason + ")"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\t%s\n", j.ID, j.Created.Text(), j.Kind, j.Event, state, j.Attempts, j.Subject)
		}
		return w.Flush()
	})
}
