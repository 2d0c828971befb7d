package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/taadis/unique-support/core/chat"
)

type teamCommand struct {
	Set    teamSet    `cmd:"" help:"Make a team of agents, or say who is in it."`
	List   teamList   `cmd:"" help:"List the teams and who is in them."`
	Drop   teamDrop   `cmd:"" help:"Forget a team."`
	Skills teamSkills `cmd:"" help:"Say what an agent knows, and how much a line gives her."`
}

type teamSet struct {
	Name   string   `arg:"" help:"The team's name."`
	Agents []string `arg:"" optional:"" help:"The e-mails of all who are in it; nobody when none is named."`
}

// Run makes a team, or replaces who is in it.
func (t teamSet) Run(ctx context.Context, c *config) error {
	return c.with(ctx, func(db *database) error {
		team, err := teamNamed(ctx, db, t.Name)
		if err != nil {
			team = chat.Team{Name: t.Name}
		}
		team.Agents = nil
		for _, email := range t.Agents {
			a, err := db.AgentByEmail(ctx, email)
			if err != nil {
				return fmt.Errorf("find the agent %s: %w", email, err)
			}
			team.Agents = append(team.Agents, a.ID)
		}
		_, err = itself(db).SetTeam(asItself(ctx), team)
		return err
	})
}

type teamList struct{}

// Run lists the teams.
func (teamList) Run(ctx context.Context, c *config, out io.Writer) error {
	return c.with(ctx, func(db *database) error {
		teams, err := db.Teams(ctx)
		if err != nil {
			return err
		}
		agents, err := db.Agents(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "TEAM\tAGENTS")
		for _, t := range teams {
			var in []string
			for _, a := range agents {
				if slices.Contains(t.Agents, a.ID) {
					in = append(in, a.Email)
				}
			}
			fmt.Fprintf(w, "%s\t%s\n", t.Name, strings.Join(in, ", "))
		}
		return w.Flush()
	})
}

type teamDrop struct {
	Name string `arg:"" help:"The team's name."`
}

// Run forgets a team.
func (t teamDrop) Run(ctx context.Context, c *config) error {
	return c.with(ctx, func(db *database) error {
		team, err := teamNamed(ctx, db, t.Name)
		if err != nil {
			return err
		}
		return itself(db).DropTeam(asItself(ctx), team.ID)
	})
}

type teamSkills struct {
	Email  string         `arg:"" help:"The agent's e-mail."`
	Skills *string        `placeholder:"LIST" help:"All she knows, with commas between; empty is nothing."`
	Room   map[string]int `placeholder:"LINE=N" help:"How many conversations a line gives her at once, where that is not her capacity."`
}

// Run changes what is named, and says what she knows when nothing is.
func (t teamSkills) Run(ctx context.Context, c *config, out io.Writer) error {
	return c.with(ctx, func(db *database) error {
		a, err := db.AgentByEmail(ctx, t.Email)
		if err != nil {
			return fmt.Errorf("find the agent %s: %w", t.Email, err)
		}
		if t.Skills == nil && len(t.Room) == 0 {
			fmt.Fprintf(out, "skills    %s\n", strings.Join(a.Skills, ", "))
			for _, line := range a.Lines {
				fmt.Fprintf(out, "%-8s  %d at once\n", line, a.CapacityAt(line))
			}
			return nil
		}
		return itself(db).ChangeMember(asItself(ctx), a.ID, func(m *chat.Change) {
			if t.Skills != nil {
				m.Skills = chat.ParseSkills(*t.Skills)
			}
			if m.Room == nil {
				m.Room = map[string]int{}
			}
			for line, n := range t.Room {
				m.Room[line] = n
			}
		})
	})
}
