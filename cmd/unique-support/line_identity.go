package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/sql"
)

type lineIdentity struct {
	Name   string `arg:"" help:"The line."`
	Mode   string `enum:",off,report,enforce" default:"" help:"off: nobody is asked; report: who is signed is believed, who is not is counted; enforce: nobody else is let in."`
	Rotate bool   `xor:"secret" help:"Make a new secret and print only it; the one before stays valid until --retire."`
	Secret string `name:"set" xor:"secret" help:"Take this secret, of 32 to 200 characters; the one before stays valid until --retire."`
	Retire bool   `xor:"secret" help:"The older of two secrets signs nothing any more."`
}

// Run changes what is named, and says how things are when nothing is.
func (l lineIdentity) Run(ctx context.Context, c *config, out io.Writer) error {
	return c.with(ctx, func(db *database) error {
		line, err := db.Line(l.Name)
		if err != nil {
			return fmt.Errorf("find the line %s: %w", l.Name, err)
		}
		if l.Mode == "" && l.Secret == "" && !l.Rotate && !l.Retire {
			fmt.Fprintf(out, "identities: %s\nsecrets:    %d\n", line.Identity.Signing, len(line.Identity.Secrets))
			return nil
		}
		var secret string
		err = changeLine(ctx, db, line.Name, chat.SectionIdentity, func(line *chat.Line) (err error) {
			line.Identity, secret, err = l.changed(line.Identity)
			return err
		})
		if err != nil {
			return err
		}
		if l.Rotate {
			fmt.Fprintln(out, secret)
		}
		return nil
	})
}

// changed is the identity with what was named; secret is one that was made.
func (l lineIdentity) changed(i chat.Identity) (changed chat.Identity, secret string, err error) {
	if l.Mode != "" {
		i.Signing = chat.Signing(l.Mode)
	}
	switch {
	case l.Retire && len(i.Secrets) < 2:
		return i, "", errors.New("there are no two secrets")
	case l.Retire:
		changed, err = i.Retired()
		return changed, "", err
	case (l.Rotate || l.Secret != "") && len(i.Secrets) == 2:
		return i, "", errors.New("two secrets are valid already: end the older one with --retire first")
	case l.Rotate:
		return i.Rotated()
	case l.Secret != "":
		i.Secrets = append([]string{l.Secret}, i.Secrets...)
	}
	return i, "", nil
}

// proofs says whether the line looks at identities, and, where it does, how many of a week's visitors were signed.
func proofs(l sql.LineHealth) string {
	if l.Line.Identity.Signing == chat.SigningOff {
		return string(chat.SigningOff)
	}
	return fmt.Sprintf("%s: %d signed, %d not", l.Line.Identity.Signing, l.Signed, l.Unsigned)
}
