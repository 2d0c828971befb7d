package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/taadis/unique-support/core/chat"
)

// SSO says who may come by the company's own sign-in without being invited: whoever has an address of one of the domains. The zero value is nobody.
type SSO struct {
	Domains []string
	// Role, Lines and Capacity are what such a member begins with; no lines are all there are then.
	Role     string
	Lines    []string
	Capacity int
}

// joins reports whether an address is of one of the domains.
func (s SSO) joins(email string) bool {
	_, domain, _ := strings.Cut(email, "@")
	return slices.ContainsFunc(s.Domains, func(d string) bool { return strings.EqualFold(d, domain) && domain != "" })
}

// SignInBy returns the agent who came by the company's sign-in: the one whose it is, or whose address it has, else a new one who is invited, or
// whose domain may join. An agent who has come as somebody else before is not taken over by who has her address now.
func (d *Desk) SignInBy(ctx context.Context, id chat.SingleSignOn) (chat.Agent, error) {
	var who chat.ID
	now := chat.Time{Time: d.clock.Now()}
	err := d.store.ChangeTeam(ctx, func(t chat.TeamChange) error {
		agents, err := t.Agents()
		if err != nil {
			return err
		}
		if who, err = t.SingleSignOn(id.Issuer, id.Subject); err == nil || chat.CodeOf(err) != chat.CodeNotFound {
			return err
		}
		action, detail := "sso:link", map[string]string{"issuer": id.Issuer}
		i := slices.IndexFunc(agents, func(a chat.Agent) bool { return strings.EqualFold(a.Email, id.Email) })
		var a chat.Agent
		if i >= 0 {
			a = agents[i]
		} else {
			if a, err = d.newcomer(t, id); err != nil {
				return err
			}
			a.Created, action = now, "member:join"
			if err := t.PutAgent(a); err != nil {
				return err
			}
		}
		who = a.ID
		if err := t.PutSingleSignOn(id.Issuer, id.Subject, who); chat.CodeOf(err) == chat.CodeConflict {
			return &chat.Error{Code: chat.CodeForbidden, Key: "sso_other", Detail: "This address belongs to a member who signs in as somebody else there."}
		} else if err != nil {
			return err
		}
		return t.Record(chat.Deed{At: now, By: chat.AgentRef{ID: a.ID, Name: a.Name}, Action: action, Subject: a.Email, Detail: detail, Trace: chat.TraceFrom(ctx)})
	})
	if err != nil {
		return chat.Agent{}, err
	}
	a, err := d.Agent(ctx, who)
	if err != nil && chat.CodeOf(err) == chat.CodeNotFound { // locked out
		err = stranger()
	}
	return a, err
}

// newcomer is who joins by the company's sign-in: as she was invited, or as everybody of her domain is.
func (d *Desk) newcomer(t chat.TeamChange, id chat.SingleSignOn) (chat.Agent, error) {
	name := id.Name
	if chat.CheckText(name, 80) != nil {
		name, _, _ = strings.Cut(id.Email, "@")
	}
	a := chat.Agent{ID: chat.NewID(d.clock.Now()), Email: id.Email, Name: name, Presence: chat.Online}
	v, err := t.InvitationFor(id.Email)
	switch {
	case err == nil:
		a.Role, a.Lines, a.Capacity = v.Role, v.Lines, v.Capacity
		_, err = t.DropInvitation(v.ID)
		return a, err
	case chat.CodeOf(err) != chat.CodeNotFound:
		return a, err
	case !d.sso.joins(id.Email):
		return a, stranger()
	}
	a.Role, a.Lines, a.Capacity = cmp.Or(d.sso.Role, "agent"), d.sso.Lines, d.sso.Capacity
	if len(a.Lines) == 0 {
		for _, l := range d.store.Lines() {
			a.Lines = append(a.Lines, l.Name)
		}
	}
	return a, nil
}

func stranger() error {
	return &chat.Error{Code: chat.CodeForbidden, Key: "sso_stranger", Detail: "Nobody has invited you, or you are locked out. Please ask an administrator."}
}
