package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

type lineQueue struct {
	Name string         `arg:"" help:"The line."`
	Bot  *time.Duration `help:"For how long a visitor's words are the line's assistant's to answer before agents are given them: up to 2m; 0s for no assistant."`
}

// Run changes what is named, and says how things are when nothing is.
func (l lineQueue) Run(ctx context.Context, c *config, out io.Writer) error {
	return c.with(ctx, func(db *database) error {
		line, err := db.Line(l.Name)
		if err != nil {
			return fmt.Errorf("find the line %s: %w", l.Name, err)
		}
		q := line.Queue
		if l.Bot == nil {
			printQueue(out, q)
			return nil
		}
		if q.BotSeconds = int(*l.Bot / time.Second); *l.Bot%time.Second != 0 {
			return errors.New("--bot is a whole number of seconds")
		}
		if err := db.SetQueue(ctx, line.Name, q); err != nil {
			return err
		}
		return record(ctx, db, "line:queue", line.Name, map[string]string{"bot": l.Bot.String()})
	})
}

// record writes into the audit log what the program did; nobody was signed in.
func record(ctx context.Context, db *database, action, subject string, detail map[string]string) error {
	return db.ChangeTeam(ctx, func(t chat.TeamChange) error {
		return t.Record(chat.Deed{At: chat.Time{Time: time.Now()}, By: chat.AgentRef{Name: "unique-support"}, Action: action, Subject: subject, Detail: detail})
	})
}

func printQueue(out io.Writer, q chat.Queue) {
	bot := "none"
	if q.BotSeconds > 0 {
		bot = "first to answer, for " + (time.Duration(q.BotSeconds) * time.Second).String()
	}
	fmt.Fprintln(out, "assistant: "+bot)
}
