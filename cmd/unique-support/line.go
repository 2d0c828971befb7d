package main

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

type lineCommand struct {
	Create lineCreate `cmd:"" help:"Create a business line, or change it."`
	List   lineList   `cmd:"" help:"List the lines with their health."`
}

type lineCreate struct {
	Name   string   `arg:"" help:"The name in paths: a-z, 0-9 and -."`
	Title  string   `required:"" help:"What people read."`
	Color  string   `default:"#176b87" help:"The accent, as #rrggbb."`
	DSN    string   `name:"dsn" help:"The line's own database; empty for the main one."`
	Origin []string `help:"A site that may show the chat page in a frame, such as https://shop.example.com."`
	Locale string   `default:"zh-CN" enum:"zh-CN,en" help:"The language of a visitor who asks for none we have."`
}

// Run creates or changes a line. Owners work for every line from then on.
func (l lineCreate) Run(ctx context.Context, c *config) error {
	return c.with(ctx, func(db *database) error {
		line := chat.Line{Name: l.Name, Title: l.Title, Color: l.Color, DSN: l.DSN, Origins: l.Origin, Locale: l.Locale}
		if err := line.Check(); err != nil {
			return err
		}
		if err := db.PutLine(ctx, line); err != nil {
			return err
		}
		return joinOwners(ctx, db, line.Name)
	})
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
		if err := db.PutAgent(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

type lineList struct{}

// Run lists the lines.
func (lineList) Run(ctx context.Context, c *config) error {
	return c.with(ctx, func(db *database) error {
		w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "NAME\tTITLE\tDATABASE\tHEALTH")
		for _, l := range db.Lines() {
			where, health := "main", "ok"
			if l.DSN != "" {
				where = "own"
			}
			ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
			if err := db.Ping(ctx, l.Name); err != nil {
				health = "unavailable"
			}
			cancel()
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", l.Name, l.Title, where, health)
		}
		return w.Flush()
	})
}
