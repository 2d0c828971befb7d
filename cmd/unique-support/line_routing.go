package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
)

// nobody takes a setting back.
const nobody = "none"

type lineRouting struct {
	Name         string  `arg:"" help:"The line."`
	Order        string  `enum:",least_busy,round_robin" default:"" help:"Who comes first among those with room: least_busy, as every new line, or round_robin."`
	LastAgent    *bool   `negatable:"" help:"Prefer whoever had the visitor before, while she has room."`
	Agent        string  `placeholder:"EMAIL" help:"Prefer this agent before anybody, while she has room; none takes it back."`
	VIP          *string `name:"vip" placeholder:"ATTRIBUTE" help:"The attribute of a signed identity that puts a visitor ahead: vip, or level=gold,platinum; empty takes it back."`
	Team         string  `help:"Give only to agents of this team; none takes it back."`
	Skill        *string `help:"Give only to agents who have this skill; empty takes it back."`
	Overflow     *int    `placeholder:"SECONDS" help:"After how many seconds of waiting others help out; 0 is never."`
	OverflowTeam string  `placeholder:"TEAM" help:"Who helps out then; anybody when none."`
	Lost         *int    `placeholder:"SECONDS" help:"After how many seconds without a console an agent's conversations go back to the head of the queue; 0 is never."`
	Remind       *int    `placeholder:"MINUTES" help:"After how many minutes without a word a visitor who was answered is asked whether she is still there; 0 is never."`
	Close        *int    `placeholder:"MINUTES" help:"After how many minutes her conversation ends then; 0 is never."`
}

// Run changes what is named, and says how things are when nothing is.
func (l lineRouting) Run(ctx context.Context, c *config, out io.Writer) error {
	return c.with(ctx, func(db *database) error {
		line, err := db.Line(l.Name)
		if err != nil {
			return fmt.Errorf("find the line %s: %w", l.Name, err)
		}
		r, err := l.change(ctx, db, line.Routing)
		if err != nil {
			return err
		}
		if r == line.Routing {
			return printRouting(ctx, db, out, r)
		}
		return itself(db).SetRouting(asItself(ctx), line.Name, r)
	})
}

// itself is a desk for what the commands change as administrators do.
func itself(db *database) *desk.Desk {
	return desk.New(desk.Options{Store: db.Store, Clock: clock{}})
}

// asItself has the program act: it may do everything, and the audit log names it.
func asItself(ctx context.Context) context.Context {
	return chat.WithActor(ctx, chat.Actor{Kind: chat.KindAgent, Name: "unique-support", Permissions: chat.Permissions()})
}

// change returns the routing with what is named changed.
func (l lineRouting) change(ctx context.Context, db *database, r chat.Routing) (chat.Routing, error) {
	r.Order = cmp.Or(chat.Order(l.Order), r.Order)
	set(&r.LastAgent, l.LastAgent)
	set(&r.VIP, l.VIP)
	set(&r.Skill, l.Skill)
	set(&r.Overflow, l.Overflow)
	set(&r.Lost, l.Lost)
	set(&r.Remind, l.Remind)
	set(&r.Close, l.Close)
	switch l.Agent {
	case "":
	case nobody:
		r.Agent = ""
	default:
		a, err := db.AgentByEmail(ctx, l.Agent)
		if err != nil {
			return r, fmt.Errorf("find the agent %s: %w", l.Agent, err)
		}
		r.Agent = a.ID
	}
	for _, of := range []struct {
		to   *chat.ID
		name string
	}{{&r.Team, l.Team}, {&r.OverflowTeam, l.OverflowTeam}} {
		switch of.name {
		case "":
		case nobody:
			*of.to = ""
		default:
			t, err := teamNamed(ctx, db, of.name)
			if err != nil {
				return r, err
			}
			*of.to = t.ID
		}
	}
	return r, r.Check()
}

// set changes what was named.
func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

func printRouting(ctx context.Context, db *database, out io.Writer, r chat.Routing) error {
	agent, err := agentOf(ctx, db, r.Agent)
	if err != nil {
		return err
	}
	team, err := teamOf(ctx, db, r.Team)
	if err != nil {
		return err
	}
	helpers, err := teamOf(ctx, db, r.OverflowTeam)
	if err != nil {
		return err
	}
	after := "never"
	if r.Overflow > 0 {
		after = strconv.Itoa(r.Overflow) + " s, " + cmp.Or(helpers, "anybody")
	}
	for _, row := range [][2]string{
		{"order", string(cmp.Or(r.Order, chat.LeastBusy))}, {"last agent", strconv.FormatBool(r.LastAgent)}, {"named agent", cmp.Or(agent, nobody)},
		{"vip", cmp.Or(r.VIP, nobody)}, {"team", cmp.Or(team, nobody)}, {"skill", cmp.Or(r.Skill, nobody)}, {"overflow", after},
		{"agent lost", period(r.Lost, "s")}, {"remind", period(r.Remind, "min")}, {"close", period(r.Close, "min")},
	} {
		fmt.Fprintf(out, "%-13s  %s\n", row[0], row[1])
	}
	return nil
}

func period(n int, unit string) string {
	if n == 0 {
		return "never"
	}
	return strconv.Itoa(n) + " " + unit
}

func agentOf(ctx context.Context, db *database, id chat.ID) (string, error) {
	if id == "" {
		return "", nil
	}
	a, err := db.Agent(ctx, id)
	return a.Email, err
}

func teamOf(ctx context.Context, db *database, id chat.ID) (string, error) {
	if id == "" {
		return "", nil
	}
	teams, err := db.Teams(ctx)
	for _, t := range teams {
		if t.ID == id {
			return t.Name, err
		}
	}
	return string(id), err
}

func teamNamed(ctx context.Context, db *database, name string) (chat.Team, error) {
	teams, err := db.Teams(ctx)
	if err != nil {
		return chat.Team{}, err
	}
	for _, t := range teams {
		if strings.EqualFold(t.Name, name) {
			return t, nil
		}
	}
	return chat.Team{}, fmt.Errorf("there is no team %q; teams are made on the team page, or with team set", name)
}
