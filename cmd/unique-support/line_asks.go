package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/taadis/unique-support/core/chat"
)

type lineAsks struct {
	Name string `arg:"" help:"The line."`
	Set  string `type:"existingfile" xor:"asks" help:"A file of questions, as the command prints them."`
	None bool   `xor:"asks" help:"Ask nothing."`
}

// Run changes what the line asks, and prints it when nothing is named.
func (l lineAsks) Run(ctx context.Context, c *config, out io.Writer) error {
	return c.with(ctx, func(db *database) error {
		line, err := db.Line(l.Name)
		if err != nil {
			return fmt.Errorf("find the line %s: %w", l.Name, err)
		}
		var q chat.Questions
		switch {
		case l.Set != "":
			b, err := os.ReadFile(l.Set)
			if err != nil {
				return err
			}
			if err := json.Unmarshal(b, &q); err != nil {
				return errors.New(l.Set + " is not a list of questions in JSON: " + err.Error())
			}
		case !l.None:
			e := json.NewEncoder(out)
			e.SetIndent("", "  ")
			return e.Encode(append(chat.Questions{}, line.Questions...))
		}
		return changeLine(ctx, db, line.Name, chat.SectionQuestions, func(line *chat.Line) error {
			line.Questions = q
			return nil
		})
	})
}
