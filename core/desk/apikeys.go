package desk

import (
	"context"
	"strings"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// keyLongest is how long a key may be good for, when it ends at all.
const keyLongest = 5 * 366 * 24 * time.Hour

// Keys returns the API keys of agents whose lines the actor runs, the newest last.
func (d *Desk) Keys(ctx context.Context) ([]chat.APIKey, error) {
	by := chat.ActorFrom(ctx)
	if !by.May(chat.AdminRead) {
		return nil, chat.Forbidden()
	}
	agents, err := d.store.Agents(ctx)
	if err != nil {
		return nil, err
	}
	over := map[chat.ID]bool{}
	for _, a := range agents {
		over[a.ID] = reaches(by, a)
	}
	keys, err := d.store.Keys(ctx)
	if err != nil {
		return nil, err
	}
	mine := make([]chat.APIKey, 0, len(keys))
	for _, k := range keys {
		if over[k.Agent] {
			mine = append(mine, k)
		}
	}
	return mine, nil
}

// reaches reports whether an agent works for no line that the actor does not run.
func reaches(by chat.Actor, a chat.Agent) bool {
	if by.May(chat.TeamWrite) {
		return true
	}
	for _, line := range a.Lines {
		if !by.At(line) {
			return false
		}
	}
	return true
}

// AddKey keeps a new API key by the SHA-256 of its secret, in hex. It acts as an agent whose lines the actor runs, and may do nothing
// that the actor may not do herself.
func (d *Desk) AddKey(ctx context.Context, k chat.APIKey, hash string) error {
	by, now := chat.ActorFrom(ctx), d.clock.Now()
	k.Name = strings.TrimSpace(k.Name)
	switch {
	case !by.May(chat.AdminWrite):
		return chat.Forbidden()
	case chat.CheckText(k.Name, 80) != nil:
		return chat.Invalid("key_name", "A key's name is a text of at most 80 characters.")
	case len(k.Scopes) == 0:
		return chat.Invalid("key_scopes", "A key needs something that it may do.")
	case !k.Expires.IsZero() && (!k.Expires.After(now) || k.Expires.Sub(now) > keyLongest):
		return chat.Invalid("key_expires", "A key ends in the future, and within five years.")
	}
	k.ID, k.Created, k.Revoked = chat.NewID(now), chat.Time{Time: now}, false
	return d.store.ChangeTeam(ctx, func(c chat.TeamChange) error {
		t := change{TeamChange: c, by: by, now: now, trace: chat.TraceFrom(ctx)}
		if err := t.within(k.Scopes); err != nil {
			return err
		}
		a, err := t.agent(k.Agent)
		if chat.CodeOf(err) == chat.CodeNotFound && err != nil || err == nil && a.Disabled {
			return chat.Invalid("key_agent", "There is no such agent.")
		}
		if err != nil {
			return err
		}
		if !reaches(by, a) {
			return &chat.Error{Code: chat.CodeForbidden, Key: "beyond_own", Detail: "You cannot give what you may not do yourself."}
		}
		if err := t.PutKey(k, hash); err != nil {
			return err
		}
		detail := map[string]string{"agent": a.Email, "scopes": scopes(k.Scopes)}
		if !k.Expires.IsZero() {
			detail["expires"] = k.Expires.Text()
		}
		return t.record("key:create", k.Name, detail)
	})
}

func scopes(ps []chat.Permission) string {
	words := make([]string, len(ps))
	for i, p := range ps {
		words[i] = string(p)
	}
	return strings.Join(words, " ")
}

// RevokeKey makes a key open nothing any more; its streams end within seconds.
func (d *Desk) RevokeKey(ctx context.Context, id chat.ID) error {
	by := chat.ActorFrom(ctx)
	if !by.May(chat.AdminWrite) {
		return chat.Forbidden()
	}
	keys, err := d.Keys(ctx)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if k.ID == id {
			return d.store.ChangeTeam(ctx, func(c chat.TeamChange) error {
				if err := c.RevokeKey(id); err != nil {
					return err
				}
				return c.Record(d.deed(ctx, by, "key:revoke", k.Name, nil))
			})
		}
	}
	return chat.NotFound()
}
