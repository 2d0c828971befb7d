package main

import (
	"context"
	"fmt"
	"os"
)

type migrateCommand struct{}

// Run brings every database up to this version.
func (migrateCommand) Run(ctx context.Context, c *config) error {
	db, err := c.ready(ctx, c.logger(os.Stderr), true)
	if err != nil {
		return err
	}
	fmt.Println("The databases are up to date.")
	return db.Close()
}
