package main

import (
	"context"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

type userFactor struct {
	Email string `arg:"" help:"The agent's e-mail."`
}

// Run takes an agent's second factor away: her password alone is enough again.
func (u userFactor) Run(ctx context.Context, c *config) error {
	return c.with(ctx, func(db *database) error {
		a, err := db.AgentByEmail(ctx, u.Email)
		if err != nil {
			return err
		}
		return db.ChangeTeam(ctx, func(t chat.TeamChange) error {
			if err := t.DropFactor(a.ID); err != nil {
				return err
			}
			return t.Record(chat.Deed{At: chat.Time{Time: time.Now()}, By: chat.AgentRef{Name: "unique-support"}, Action: "factor:reset", Subject: a.Email})
		})
	})
}
