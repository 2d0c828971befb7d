package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/handlers"
)

type apikeyCommand struct {
	Create apikeyCreate `cmd:"" help:"Create a key that acts as an agent; prints only the key, once."`
	List   apikeyList   `cmd:"" help:"List the keys; never their secrets."`
	Revoke apikeyRevoke `cmd:"" help:"Make a key open nothing any more; its streams end within seconds."`
}

type apikeyCreate struct {
	User  string   `required:"" help:"The e-mail of the agent it acts as."`
	Name  string   `required:"" help:"What it is for."`
	Days  int      `help:"After how many days it opens nothing any more by itself; 0 for never."`
	Scope []string `help:"A permission it has, such as conversation:read; all of the agent's when none is named."`
}

// Run creates a key.
func (k apikeyCreate) Run(ctx context.Context, c *config, out io.Writer) error {
	return c.with(ctx, func(db *database) error {
		a, err := db.AgentByEmail(ctx, k.User)
		if err != nil {
			return fmt.Errorf("find %s: %w", k.User, err)
		}
		scopes, err := permissions(k.Scope)
		if err != nil {
			return err
		}
		var b [32]byte
		_, _ = rand.Read(b[:])
		key := handlers.KeyPrefix + base64.RawURLEncoding.EncodeToString(b[:])
		now := time.Now()
		made := chat.APIKey{ID: chat.NewID(now), Agent: a.ID, Name: k.Name, Scopes: scopes, Created: chat.Time{Time: now}}
		if k.Days < 0 {
			return errors.New("--days is 0 or more")
		}
		if k.Days > 0 {
			made.Expires = chat.Time{Time: now.AddDate(0, 0, k.Days)}
		}
		err = db.ChangeTeam(ctx, func(t chat.TeamChange) error {
			if err := t.PutKey(made, handlers.HashKey(key)); err != nil {
				return err
			}
			return t.Record(deed("key:create", k.Name, map[string]string{"agent": a.Email}))
		})
		if err != nil {
			return err
		}
		fmt.Fprintln(out, key)
		return nil
	})
}

type apikeyList struct{}

// Run lists the keys.
func (apikeyList) Run(ctx context.Context, c *config, out io.Writer) error {
	return c.with(ctx, func(db *database) error {
		agents, err := db.Agents(ctx)
		if err != nil {
			return err
		}
		emails := map[chat.ID]string{}
		for _, a := range agents {
			emails[a.ID] = a.Email
		}
		keys, err := db.Keys(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tAGENT\tNAME\tCREATED\tUSED\tSTATE\tSCOPES")
		for _, k := range keys {
			state := "valid"
			switch {
			case k.Revoked:
				state = "revoked"
			case !k.Expires.IsZero() && k.Expires.Before(time.Now()):
				state = "expired"
			case !k.Expires.IsZero():
				state = "until " + k.Expires.UTC().Format(time.DateOnly)
			}
			used := "-"
			if !k.Used.IsZero() {
				used = k.Used.UTC().Format(time.DateOnly)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, emails[k.Agent], k.Name, k.Created.UTC().Format(time.DateOnly), used, state, scopes(k.Scopes))
		}
		return w.Flush()
	})
}

// scopes says what a key may do.
func scopes(ps []chat.Permission) string {
	if len(ps) == len(chat.Permissions()) {
		return "all of the agent's"
	}
	words := make([]string, len(ps))
	for i, p := range ps {
		words[i] = string(p)
	}
	return strings.Join(words, ",")
}

type apikeyRevoke struct {
	ID string `arg:"" help:"The key's id, from apikey list."`
}

// Run revokes a key.
func (k apikeyRevoke) Run(ctx context.Context, c *config) error {
	return c.with(ctx, func(db *database) error {
		return db.ChangeTeam(ctx, func(t chat.TeamChange) error {
			if err := t.RevokeKey(chat.ID(k.ID)); err != nil {
				return err
			}
			return t.Record(deed("key:revoke", k.ID, nil))
		})
	})
}

// permissions reads scopes; none means all there are, which the agent's role then narrows.
func permissions(scopes []string) ([]chat.Permission, error) {
	if len(scopes) == 0 {
		return chat.Permissions(), nil
	}
	var ps []chat.Permission
	for _, s := range scopes {
		found := false
		for _, p := range chat.Permissions() {
			found = found || string(p) == s
		}
		if !found {
			return nil, fmt.Errorf("there is no scope %q; there are %v", s, chat.Permissions())
		}
		ps = append(ps, chat.Permission(s))
	}
	return ps, nil
}
