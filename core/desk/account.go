package desk

import (
	"context"
	"strings"

	"github.com/taadis/unique-support/core/chat"
)

// SetProfile changes the agent's own name, which visitors read, and the language she reads: "zh-CN", "en", or "" for that of her browser.
func (d *Desk) SetProfile(ctx context.Context, name, locale string) error {
	name = strings.TrimSpace(name)
	if chat.CheckText(name, 80) != nil {
		return chat.Invalid("name", "A name is a text of at most 80 characters.")
	}
	if locale != "" && locale != "zh-CN" && locale != "en" {
		return chat.Invalid("locale", "A language is zh-CN or en.")
	}
	return d.self(ctx, func(t chat.TeamChange, a chat.Agent) error {
		was := a
		a.Name, a.Locale = name, locale
		if was.Name == a.Name && was.Locale == a.Locale {
			return nil
		}
		if err := t.PutAgent(a); err != nil || was.Name == a.Name {
			return err
		}
		return t.Record(chat.Deed{At: chat.Time{Time: d.clock.Now()}, By: chat.AgentRef{ID: a.ID, Name: a.Name}, Action: "member:change", Subject: a.Email,
			Detail: map[string]string{"name": was.Name + " → " + a.Name}, Trace: chat.TraceFrom(ctx)})
	})
}

// SetNotify keeps how the agent wants to be told of what visitors write.
func (d *Desk) SetNotify(ctx context.Context, n chat.Notify) error {
	actor := chat.ActorFrom(ctx)
	if actor.Kind != chat.KindAgent {
		return chat.Forbidden()
	}
	return d.store.SetNotify(ctx, actor.ID, n)
}

// SetPassword gives the agent another password, by its hash, which ends all her sessions, and returns her as she is then.
func (d *Desk) SetPassword(ctx context.Context, hash string) (chat.Agent, error) {
	err := d.self(ctx, func(t chat.TeamChange, a chat.Agent) error {
		a.PasswordHash = hash
		if err := t.PutAgent(a); err != nil {
			return err
		}
		return d.own(ctx, t, a, "password:change")
	})
	if err != nil {
		return chat.Agent{}, err
	}
	return d.Agent(ctx, chat.ActorFrom(ctx).ID)
}

// self changes something of the agent who acts, as she is now.
func (d *Desk) self(ctx context.Context, f func(t chat.TeamChange, a chat.Agent) error) error {
	actor := chat.ActorFrom(ctx)
	if actor.Kind != chat.KindAgent {
		return chat.Forbidden()
	}
	return d.store.ChangeTeam(ctx, func(t chat.TeamChange) error {
		a, err := change{TeamChange: t}.agent(actor.ID)
		if err != nil {
			return err
		}
		return f(t, a)
	})
}

// own records what an agent did about herself.
func (d *Desk) own(ctx context.Context, t chat.TeamChange, a chat.Agent, action string) error {
	return t.Record(chat.Deed{At: chat.Time{Time: d.clock.Now()}, By: chat.AgentRef{ID: a.ID, Name: a.Name}, Action: action, Subject: a.Email, Trace: chat.TraceFrom(ctx)})
}
