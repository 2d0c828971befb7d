package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/taadis/unique-support/sql"
)

type lineMove struct {
	Name      string `arg:"" help:"The line."`
	To        string `help:"The database to move to, as a DSN; main for the main one." placeholder:"DSN"`
	DryRun    bool   `name:"dry-run" help:"Say what stands in the way, and change nothing."`
	Abort     bool   `help:"Undo a move that did not finish."`
	DropOld   bool   `name:"drop-old" help:"Remove the read-only copy that a finished move left in the old database."`
	ForgetOld bool   `name:"forget-old" help:"Only forget that copy: its database is no more."`
}

// Run moves the line, or does one of the things that belong to it.
func (l lineMove) Run(ctx context.Context, c *config, out io.Writer) error {
	asked := 0
	for _, one := range []bool{l.To != "", l.Abort, l.DropOld, l.ForgetOld} {
		if one {
			asked++
		}
	}
	if asked != 1 || l.DryRun && l.To == "" {
		return errors.New("give one of --to, --abort, --drop-old and --forget-old; --dry-run goes with --to")
	}
	return c.with(ctx, func(db *database) error {
		said := "The old copy is gone."
		var err error
		switch {
		case l.Abort:
			said, err = "The line is where it was; nothing of the move is left there.", db.AbortMove(ctx, l.Name)
		case l.DropOld, l.ForgetOld:
			err = db.DropOld(ctx, l.Name, l.ForgetOld)
		default:
			said, err = l.move(ctx, c, db)
		}
		if err == nil {
			_, err = fmt.Fprintln(out, said)
		}
		return err
	})
}

func (l lineMove) move(ctx context.Context, c *config, db *database) (said string, err error) {
	m := sql.Move{Line: l.Name, To: l.To, Progress: func(format string, args ...any) { fmt.Fprintf(c.log, format+"\n", args...) }}
	if m.To == "main" {
		m.To = ""
	}
	if l.DryRun {
		return "Nothing stands in the way.", db.CheckMove(ctx, m)
	}
	paused, err := db.MoveLine(ctx, m)
	if paused == 0 {
		return "The line is in that database.", err
	}
	return fmt.Sprintf("The line has moved. Its messages were refused for %s. The old copy takes no writes; --drop-old removes it.", paused.Round(time.Millisecond)), err
}
