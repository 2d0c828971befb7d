package main

import (
	"context"
	"fmt"
	"io"
)

type migrateCommand struct{}

// Run brings every database up to this version.
func (migrateCommand) Run(ctx context.Context, c *config, out io.Writer) error {
	db, err := c.ready(ctx, c.logger(), true)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "The databases are up to date.")
	return db.Close()
}
