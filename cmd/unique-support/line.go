package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

type lineCommand struct {
	Create   lineCreate   `cmd:"" help:"Create a business line, or change what is named of one."`
	Hours    lineHours    `cmd:"" help:"Say when a line works: its time zone, its usual week and its exceptions."`
	Asks     lineAsks     `cmd:"" help:"Say what a line asks before a visitor's first words."`
	Routing  lineRouting  `cmd:"" help:"Say how a line gives what waits to its agents."`
	Identity lineIdentity `cmd:"" help:"Say how a line knows who its visitors are, and set or change the secret their identities are signed with."`
	Queue    lineQueue    `cmd:"" help:"Say what a line does while visitors wait."`
	List     lineList     `cmd:"" help:"List the lines: where they are, whether they are well, how much is in them."`
	Escalate lineEscalate `cmd:"" help:"Say who is told by mail of a visitor whom nobody answers."`
	Push     linePush     `cmd:"" help:"Say where a line's host is told that a visitor has messages and no page open."`
	Jobs     lineJobs     `cmd:"" help:"List what a line told its host, or has to, and tell it once more."`
	Move     lineMove     `cmd:"" help:"Move a line to another database while it works; its messages are refused for a moment only."`
}

type lineCreate struct {
	Name   string   `arg:"" help:"The name in paths: a-z, 0-9 and -."`
	Title  string   `help:"What people read; needed for a new line."`
	Color  string   `help:"The accent, as #rrggbb; #176b87 for a new line."`
	DSN    string   `name:"dsn" help:"The own database of a new line; empty for the main one."`
	Origin []string `help:"A site that may show the chat page in a frame, such as https://shop.example.com."`
	Locale string   `help:"The language of a visitor who asks for none we have: zh-CN, the default, or en."`
}

// Run creates a line, or changes what is named of one that is there. Owners work for every line.
func (l lineCreate) Run(ctx context.Context, c *config) error {
	return c.with(ctx, func(db *database) error {
		line, err := db.Line(l.Name)
		switch {
		case chat.CodeOf(err) == chat.CodeNotFound && err != nil:
			line = chat.Line{Name: l.Name, Color: "#176b87", DSN: l.DSN, Locale: "zh-CN"}
			l.name(&line)
			return db.AddLine(ctx, line, deed("line:create", l.Name, map[string]string{"title": line.Title}))
		case err != nil:
			return err
		case l.DSN != "" && l.DSN != line.DSN:
			return errors.New("a line that is there keeps its database")
		}
		err = changeLine(ctx, db, l.Name, chat.SectionBrand, func(line *chat.Line) error {
			l.name(line)
			return nil
		})
		if err != nil {
			return err
		}
		return joinOwners(ctx, db, l.Name)
	})
}

// name changes of a line what was named.
func (l lineCreate) name(line *chat.Line) {
	line.Title = cmp.Or(l.Title, line.Title)
	line.Color = cmp.Or(l.Color, line.Color)
	line.Locale = cmp.Or(l.Locale, line.Locale)
	if len(l.Origin) > 0 {
		line.Origins = l.Origin
	}
}

// changeLine has f change a section of a line's settings, and writes into the audit log what was changed, by the program.
func changeLine(ctx context.Context, db *database, name string, s chat.Section, f func(l *chat.Line) error) error {
	return db.ChangeLine(ctx, name, func(l *chat.Line) (chat.Deed, error) {
		before := *l
		if err := f(l); err != nil {
			return chat.Deed{}, err
		}
		detail := before.Differences(*l)
		if len(detail) == 0 {
			return chat.Deed{}, l.CheckSettings()
		}
		return deed("line:"+string(s), name, detail), nil
	})
}

// deed is an entry of the audit log of what the program did: nobody was signed in.
func deed(action, subject string, detail map[string]string) chat.Deed {
	return chat.Deed{At: chat.Time{Time: time.Now()}, By: chat.AgentRef{Name: "unique-support"}, Action: action, Subject: subject, Detail: detail}
}

// joinOwners makes every owner work for the line.
func joinOwners(ctx context.Context, db *database, line string) error {
	agents, err := db.Agents(ctx)
	if err != nil {
		return err
	}
	for _, a := range agents {
		if a.Role != "owner" || a.Actor().At(line) {
			continue
		}
		if a, err = db.Agent(ctx, a.ID); err != nil {
			return err
		}
		a.Lines = append(a.Lines, line)
		if err := put(ctx, db, a, "member:change", map[string]string{"lines": strings.Join(a.Lines, " ")}); err != nil {
			return err
		}
	}
	return nil
}

type lineList struct{}

// Run lists the lines.
func (lineList) Run(ctx context.Context, c *config, out io.Writer) error {
	return c.with(ctx, func(db *database) error {
		w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "NAME\tTITLE\tDATABASE\tPING\tOPEN\tWAITING\tMESSAGES\tIDENTITY\tHEALTH")
		for _, l := range db.Health(ctx) {
			where, ping, size := l.Where, l.Ping.Round(10*time.Microsecond).String(), fmt.Sprintf("%d\t%d\t%d\t%s", l.Open, l.Waiting, l.Messages, proofs(l))
			if l.Line.DSN == "" {
				where = "main (" + where + ")"
			}
			if l.Err != nil {
				ping, size = "-", "-\t-\t-\t-"
			}
			health := l.Health
			if l.Left != "" {
				health += "; a read-only copy is left in " + l.Left
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", l.Line.Name, l.Line.Title, where, ping, size, health)
		}
		return w.Flush()
	})
}
