package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

type lineQueue struct {
	Name    string         `arg:"" help:"The line."`
	Bot     *time.Duration `help:"For how long a visitor's words are the line's assistant's to answer before agents are given them: up to 2m; 0s for no assistant."`
	After   *time.Duration `name:"leave-after" help:"After how long a visitor who waits may leave a message instead: up to 2h; 0s for never."`
	Waiting *int           `name:"leave-waiting" help:"With how many before her she may at once: up to 500; 0 for never."`
}

// Run changes what is named, and says how things are when nothing is.
func (l lineQueue) Run(ctx context.Context, c *config, out io.Writer) error {
	return c.with(ctx, func(db *database) error {
		line, err := db.Line(l.Name)
		if err != nil {
			return fmt.Errorf("find the line %s: %w", l.Name, err)
		}
		q := line.Queue
		if l.Bot == nil && l.After == nil && l.Waiting == nil {
			printQueue(out, q)
			return nil
		}
		detail, err := l.change(&q)
		if err != nil {
			return err
		}
		if err := db.SetQueue(ctx, line.Name, q); err != nil {
			return err
		}
		return record(ctx, db, "line:queue", line.Name, detail)
	})
}

// change sets what is named, and says so for the audit log.
func (l lineQueue) change(q *chat.Queue) (detail map[string]string, err error) {
	detail = map[string]string{}
	if l.Bot != nil {
		if q.BotSeconds = int(*l.Bot / time.Second); *l.Bot%time.Second != 0 {
			return nil, errors.New("--bot is a whole number of seconds")
		}
		detail["bot"] = l.Bot.String()
	}
	if l.After != nil {
		if q.LeaveMinutes = int(*l.After / time.Minute); *l.After%time.Minute != 0 {
			return nil, errors.New("--leave-after is a whole number of minutes")
		}
		detail["leave_after"] = l.After.String()
	}
	if l.Waiting != nil {
		q.LeaveWaiting = *l.Waiting
		detail["leave_waiting"] = strconv.Itoa(*l.Waiting)
	}
	return detail, nil
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
	leave := "never"
	switch {
	case q.LeaveMinutes > 0 && q.LeaveWaiting > 0:
		leave = fmt.Sprintf("after %d min, or with more than %d before her", q.LeaveMinutes, q.LeaveWaiting)
	case q.LeaveMinutes > 0:
		leave = fmt.Sprintf("after %d min", q.LeaveMinutes)
	case q.LeaveWaiting > 0:
		leave = fmt.Sprintf("with more than %d before her", q.LeaveWaiting)
	}
	fmt.Fprintln(out, "leaving a message is offered: "+leave)
}
