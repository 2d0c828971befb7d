package desk

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// forgotWithin is how long a link can be followed that somebody asked for herself.
	forgotWithin = time.Hour
	// forgotAgain is how much of that is left, at least, of one that is sent once more.
	forgotAgain = 30 * time.Minute
)

// token makes the token of an invitation's link: what nobody guesses, and, with a key, the same each time it is asked for. So a link
// can be mailed without being kept: only its hash is.
func (d *Desk) token(invitation chat.ID) string {
	if len(d.joinKey) == 0 {
		var b [sha256.Size]byte
		_, _ = rand.Read(b[:]) // it never fails
		return base64.RawURLEncoding.EncodeToString(b[:])
	}
	m := hmac.New(sha256.New, d.joinKey)
	_, _ = m.Write([]byte("join " + invitation))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// Forgot has a link to a new password sent to whoever has the address, should she be an agent. Whether she is, is found out when it is
// sent: until then all addresses are alike.
func (d *Desk) Forgot(ctx context.Context, email string) error {
	email = strings.TrimSpace(email)
	if !d.mail || chat.CheckText(email, 254) != nil || strings.ContainsAny(email, "\r\n") {
		return nil
	}
	return d.store.PutMail(ctx, chat.Mail{ID: chat.NewID(d.clock.Now()), Kind: chat.MailForgot, To: email, Locale: chat.ActorFrom(ctx).Locale, Trace: chat.TraceFrom(ctx)})
}

// Letter says what a mail says, as things stand now, or is chat.NotFound when nobody needs it any more.
func (d *Desk) Letter(ctx context.Context, m chat.Mail) (chat.Letter, error) {
	l := chat.Letter{ID: m.ID, Kind: m.Kind, To: m.To, Locale: m.Locale, Trace: m.Trace}
	var v chat.Invitation
	var err error
	if m.Kind == chat.MailForgot {
		v, err = d.forgotten(ctx, &l)
	} else {
		v, err = d.store.InvitationByID(ctx, m.Invitation)
	}
	if err != nil {
		return chat.Letter{}, err
	}
	l.Token, l.By, l.Expires = d.token(v.ID), v.By.Name, v.Expires
	return l, nil
}

// forgotten makes the link of somebody who asked for a new password, or returns the one she has: who asks twice, or has an
// administrator's, may follow the first.
func (d *Desk) forgotten(ctx context.Context, l *chat.Letter) (chat.Invitation, error) {
	var v chat.Invitation
	err := d.store.ChangeTeam(ctx, func(t chat.TeamChange) error {
		agents, err := t.Agents()
		if err != nil {
			return err
		}
		i := slices.IndexFunc(agents, func(a chat.Agent) bool { return strings.EqualFold(a.Email, l.To) && !a.Disabled })
		if i < 0 {
			return chat.NotFound()
		}
		a := agents[i]
		l.To = a.Email // where she has it, not how somebody wrote it
		if a.Locale != "" {
			l.Locale = a.Locale
		}
		if v, err = t.InvitationOf(a.ID, forgotAgain); err == nil || chat.CodeOf(err) != chat.CodeNotFound {
			return err
		}
		now := d.clock.Now()
		v = chat.Invitation{ID: chat.NewID(now), Email: a.Email, Role: a.Role, Lines: a.Lines, Capacity: a.Capacity, Agent: a.ID, Expires: chat.Time{Time: now.Add(forgotWithin)}}
		if err := t.PutInvitation(v, hashed(d.token(v.ID)), forgotWithin); err != nil {
			return err
		}
		return t.Record(chat.Deed{At: chat.Time{Time: now}, By: chat.AgentRef{Name: "unique-support"}, Action: "password:forgot", Subject: a.Email, Trace: l.Trace})
	})
	return v, err
}
