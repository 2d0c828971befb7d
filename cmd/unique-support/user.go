package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/handlers/agent"
)

type userCommand struct {
	Create   userCreate   `cmd:"" help:"Create an agent; prints her password when none is given."`
	List     userList     `cmd:"" help:"List the agents."`
	Password userPassword `cmd:"" help:"Set an agent's password; prints it when none is given."`
	Join     userJoin     `cmd:"" help:"Make an agent work for more lines."`
	Disable  userDisable  `cmd:"" help:"Lock an agent out; her streams end within a second."`
	Enable   userEnable   `cmd:"" help:"Let an agent in again."`
	Factor   userFactor   `cmd:"" help:"Take an agent's second factor away, who has lost it."`
}

type userCreate struct {
	Email    string   `arg:"" help:"The agent's e-mail."`
	Name     string   `required:"" help:"What visitors read."`
	Role     string   `default:"agent" help:"owner, supervisor, agent or auditor."`
	Line     []string `help:"A line she works for; all lines when none is named."`
	Capacity int      `default:"6" help:"How many conversations a line gives her at once."`
	Password string   `help:"Her password; generated when empty."`
}

// Run creates an agent.
func (u userCreate) Run(ctx context.Context, c *config, out io.Writer) error {
	return c.with(ctx, func(db *database) error {
		password, err := create(ctx, db, agent.NewPasswords(), chat.Agent{Email: u.Email, Name: u.Name, Role: u.Role, Lines: u.Line, Capacity: u.Capacity}, u.Password)
		if err == nil && u.Password == "" {
			fmt.Fprintln(out, password)
		}
		return err
	})
}

// create checks and keeps a new agent, and returns her password.
func create(ctx context.Context, db *database, p *agent.Passwords, a chat.Agent, password string) (string, error) {
	if parsed, err := mail.ParseAddress(a.Email); err != nil || parsed.Address != a.Email {
		return "", chat.Invalid("email", "This is not an e-mail address.")
	}
	if err := chat.CheckText(a.Name, 80); err != nil {
		return "", chat.Invalid("name", "A name is a text of at most 80 characters.")
	}
	if _, err := db.AgentByEmail(ctx, a.Email); err == nil {
		return "", chat.Conflict("email_taken", "There is an agent with this e-mail already.")
	} else if chat.CodeOf(err) != chat.CodeNotFound {
		return "", err
	}
	if len(a.Lines) == 0 {
		for _, l := range db.Lines() {
			a.Lines = append(a.Lines, l.Name)
		}
	}
	if password == "" {
		password = newPassword()
	}
	hash, err := p.Hash(ctx, password, a.Email)
	if err != nil {
		return "", err
	}
	now := time.Now()
	a.ID, a.PasswordHash, a.Presence, a.Created = chat.NewID(now), hash, chat.Online, chat.Time{Time: now}
	return password, put(ctx, db, a, "member:create", map[string]string{"role": a.Role, "lines": strings.Join(a.Lines, " ")})
}

// put keeps an agent and writes into the audit log what was done, by the program: nobody was signed in.
func put(ctx context.Context, db *database, a chat.Agent, action string, detail map[string]string) error {
	return db.ChangeTeam(ctx, func(t chat.TeamChange) error {
		if err := t.PutAgent(a); err != nil {
			return err
		}
		return t.Record(chat.Deed{At: chat.Time{Time: time.Now()}, By: chat.AgentRef{Name: "unique-support"}, Action: action, Subject: a.Email, Detail: detail})
	})
}

// newPassword has 120 bits.
func newPassword() string {
	var b [15]byte
	_, _ = rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// firstAdmin creates the owner when there is no agent at all, and returns her password then.
func (c *config) firstAdmin(ctx context.Context, db *database, p *agent.Passwords) (string, error) {
	agents, err := db.Agents(ctx)
	if err != nil || len(agents) > 0 {
		return "", err
	}
	return create(ctx, db, p, chat.Agent{Email: c.AdminEmail, Name: "Admin", Role: "owner", Capacity: 6}, c.AdminPassword)
}

type userList struct{}

// Run lists the agents.
func (userList) Run(ctx context.Context, c *config, out io.Writer) error {
	return c.with(ctx, func(db *database) error {
		agents, err := db.Agents(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "EMAIL\tNAME\tROLE\tLINES\tCAPACITY\tSTATE")
		for _, a := range agents {
			state := string(a.Presence)
			if a.Disabled {
				state = "disabled"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\n", a.Email, a.Name, a.Role, strings.Join(a.Lines, ","), a.Capacity, state)
		}
		return w.Flush()
	})
}

type userPassword struct {
	Email    string `arg:"" help:"The agent's e-mail."`
	Password string `help:"Her new password; generated when empty."`
}

// Run sets a password.
func (u userPassword) Run(ctx context.Context, c *config, out io.Writer) error {
	return c.with(ctx, func(db *database) error {
		a, err := db.AgentByEmail(ctx, u.Email)
		if err != nil {
			return err
		}
		password := u.Password
		if password == "" {
			password = newPassword()
		}
		if a.PasswordHash, err = agent.NewPasswords().Hash(ctx, password, a.Email); err != nil {
			return err
		}
		if err := put(ctx, db, a, "password:set", nil); err != nil {
			return err
		}
		if u.Password == "" {
			fmt.Fprintln(out, password)
		}
		return nil
	})
}

type userJoin struct {
	Email string   `arg:"" help:"The agent's e-mail."`
	Lines []string `arg:"" help:"The lines she works for from now on, besides those she has."`
}

// Run makes an agent work for more lines.
func (u userJoin) Run(ctx context.Context, c *config) error {
	return c.with(ctx, func(db *database) error {
		a, err := db.AgentByEmail(ctx, u.Email)
		if err != nil {
			return err
		}
		for _, name := range u.Lines {
			if _, err := db.Line(name); err != nil {
				return fmt.Errorf("line %s: %w", name, err)
			}
			if !a.Actor().At(name) {
				a.Lines = append(a.Lines, name)
			}
		}
		return put(ctx, db, a, "member:change", map[string]string{"lines": strings.Join(a.Lines, " ")})
	})
}

type userDisable struct {
	Email string `arg:"" help:"The agent's e-mail."`
}

// Run locks an agent out.
func (u userDisable) Run(ctx context.Context, c *config) error { return c.disable(ctx, u.Email, true) }

type userEnable struct {
	Email string `arg:"" help:"The agent's e-mail."`
}

// Run lets an agent in again.
func (u userEnable) Run(ctx context.Context, c *config) error { return c.disable(ctx, u.Email, false) }

func (c *config) disable(ctx context.Context, email string, disabled bool) error {
	return c.with(ctx, func(db *database) error {
		a, err := db.AgentByEmail(ctx, email)
		if err != nil {
			return err
		}
		a.Disabled = disabled
		return put(ctx, db, a, "member:change", map[string]string{"disabled": strconv.FormatBool(disabled)})
	})
}

// with runs f on the database, beside a running server or alone.
func (c *config) with(ctx context.Context, f func(*database) error) error {
	db, err := c.ready(ctx, c.logger(), true)
	if err != nil {
		return err
	}
	return errors.Join(f(db), db.Close())
}
