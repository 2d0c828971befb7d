package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/chat/sample"
	"github.com/taadis/unique-support/handlers/agent"
)

type seedCommand struct {
	Week bool `help:"With two more lines, three more agents and some 450 conversations of the last seven days, in a database where nobody has written yet."`
}

// Run creates what the demo shows.
func (k seedCommand) Run(ctx context.Context, c *config, out io.Writer) error {
	return c.with(ctx, func(db *database) error {
		err := error(nil)
		if k.Week {
			err = seedWeek(ctx, c, db, agent.NewPasswords())
		} else {
			err = seed(ctx, db, agent.NewPasswords())
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "The demo is there. Its agents sign in as %s and %s with %q.\n", sample.Agents()[0].Email, sample.Agents()[1].Email, sample.Password)
		return nil
	})
}

// seed creates the demo line, its agents, canned replies and stories, each only when the line is not there yet.
func seed(ctx context.Context, db *database, p *agent.Passwords) error {
	line := sample.Line()
	if _, err := db.Line(line.Name); err == nil {
		return nil
	} else if !errors.Is(err, chat.NotFound()) {
		return err
	}
	agents := sample.Agents()
	// The line comes last, so that a seed that was interrupted begins again; what it finds, it leaves.
	stories := sample.Stories()
	if err := db.PutLine(ctx, line); err != nil {
		return err
	}
	if err := joinOwners(ctx, db, line.Name); err != nil {
		return err
	}
	for i := range agents {
		agents[i].Lines = []string{line.Name}
		if _, err := create(ctx, db, p, agents[i], sample.Password); err != nil && chat.CodeOf(err) != chat.CodeConflict {
			return fmt.Errorf("seed agents: %w", err)
		}
		kept, err := db.AgentByEmail(ctx, agents[i].Email)
		if err != nil {
			return err
		}
		agents[i] = kept
	}
	for _, r := range sample.Canned() {
		r.ID, r.Line = chat.NewID(time.Now()), line.Name
		if err := db.PutCanned(ctx, r); err != nil {
			return fmt.Errorf("seed canned replies: %w", err)
		}
	}
	for i := len(stories) - 1; i >= 0; i-- {
		if err := tell(ctx, db, line.Name, stories[i], agents); err != nil {
			return fmt.Errorf("seed a conversation: %w", err)
		}
	}
	return nil
}

// tell plays one story through the store, as if it had happened when it says it did.
func tell(ctx context.Context, db *database, line string, s sample.Story, agents []chat.Agent) error {
	end := time.Now().Add(-s.Ago)
	s.Visitor.ID = chat.NewID(end)
	s.Visitor.Created, s.Visitor.Seen = chat.Time{Time: end}, chat.Time{Time: end}
	v, err := db.PutVisitor(ctx, line, s.Visitor)
	if err != nil {
		return err
	}
	c, err := db.Begin(ctx, line, v.ID, end)
	if err != nil {
		return err
	}
	visitor := chat.Author{Kind: chat.KindVisitor, ID: v.ID, Name: v.Name}
	var who chat.Author
	if s.Agent >= 0 {
		who = agents[s.Agent].Actor().Author()
	}
	say := func(author chat.Author, kind chat.MessageKind, text string) error {
		now := time.Now()
		written, err := db.Append(ctx, line, []chat.Draft{{Conversation: c.ID, ClientID: chat.NewID(now), Author: author, Kind: kind, Text: text, Trace: chat.NewTrace(), Received: now, Queued: now, Routed: now}})
		if err != nil {
			return err
		}
		return written[0].Err
	}
	for i, l := range s.Lines {
		author := visitor
		if l.Agent {
			author = who
		}
		if err := say(author, chat.KindText, l.Text); err != nil {
			return err
		}
		if i == 0 && s.Agent >= 0 {
			a := chat.Assignment{Conversation: c.ID, To: chat.AgentRef{ID: who.ID, Name: who.Name}, By: chat.Author{Kind: chat.KindSystem}, Reason: "least_busy", Trace: chat.NewTrace()}
			if _, err := db.Assign(ctx, line, a); err != nil {
				return err
			}
		}
	}
	if s.Note != "" {
		if err := say(who, chat.KindNote, s.Note); err != nil {
			return err
		}
	}
	if len(s.Labels) > 0 {
		if _, err := db.Label(ctx, line, c.ID, s.Labels); err != nil {
			return err
		}
	}
	if s.Closed {
		if _, err := db.End(ctx, line, c.ID, who, chat.NewTrace()); err != nil {
			return err
		}
	}
	if s.Score > 0 {
		if _, err := db.Rate(ctx, line, c.ID, chat.Rating{Score: s.Score}, visitor, chat.NewTrace()); err != nil {
			return err
		}
	}
	return db.Age(ctx, line, c.ID, end, s.Pace)
}
