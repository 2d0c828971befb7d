package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

type lineEscalate struct {
	Name  string         `arg:"" help:"The line."`
	After *time.Duration `help:"How long a visitor has waited for an answer: 1m to 24h."`
	Mail  []string       `help:"An address that is told; up to ten."`
	Off   bool           `help:"Tell nobody any more."`
}

// Run changes what is named, and says how things are when nothing is.
func (l lineEscalate) Run(ctx context.Context, c *config, out io.Writer) error {
	return c.with(ctx, func(db *database) error {
		line, err := db.Line(l.Name)
		if err != nil {
			return fmt.Errorf("find the line %s: %w", l.Name, err)
		}
		e := line.Escalation
		switch {
		case l.Off:
			e = chat.Escalation{}
		case l.After == nil && len(l.Mail) == 0:
			if !e.On() {
				_, err = fmt.Fprintln(out, "escalation: none")
				return err
			}
			_, err = fmt.Fprintf(out, "escalation: after %d minutes to %s\n", e.After, strings.Join(e.Mail, ", "))
			return err
		default:
			if l.After != nil {
				if e.After = int(*l.After / time.Minute); *l.After%time.Minute != 0 {
					return errors.New("--after is a whole number of minutes")
				}
			}
			if len(l.Mail) > 0 {
				e.Mail = l.Mail
			}
		}
		if err := db.SetEscalation(ctx, line.Name, e); err != nil {
			return err
		}
		if e.On() && c.SMTPURL == "" {
			fmt.Fprintln(out, "SUPPORT_SMTP_URL is not set here: a server without it sends nothing.")
		}
		return record(ctx, db, "line:escalation", line.Name, map[string]string{"after_minutes": strconv.Itoa(e.After), "mail": strings.Join(e.Mail, " ")})
	})
}
