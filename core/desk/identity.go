package desk

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// identityMax is how long a signed identity may be, in bytes: twice what it may say, and some.
	identityMax = 32 << 10
	// identitySkew is how far the clock of the host's backend may be from ours.
	identitySkew = 60 * time.Second
	// subjectMax is how long the host's own id of a visitor may be, in characters.
	subjectMax = 200
)

// claims are what a host has signed of its visitor.
type claims struct {
	Subject string
	Profile chat.Profile
	Card    json.RawMessage
}

// prove finds out who comes, as far as she has proof. Nil claims are somebody without: whoever was somebody else until now
// is nobody in particular then, for what came was meant to say that it is another person.
func (d *Desk) prove(ctx context.Context, line chat.Line, in *Entry, now time.Time) (*claims, error) {
	if line.Identity.Signing == chat.SigningOff {
		return nil, nil
	}
	proof, c := chat.ProofUnsigned, (*claims)(nil)
	var err error
	switch {
	case in.Identity != "":
		c, err = readIdentity(in.Identity, line.Identity.Secrets, now)
		if err != nil && c != nil && d.still(ctx, in, c.Subject) {
			c, err = nil, nil
		}
		if err == nil {
			proof = chat.ProofSigned
			break
		}
		c, proof = nil, chat.ProofInvalid
		d.log.InfoContext(ctx, "identity not believed", "line", line.Name, "error", err, "trace_id", chat.TraceFrom(ctx))
		if in.Signed {
			in.Visitor, in.Signed = "", false
		}
	case in.Signed:
		proof = chat.ProofSigned
	}
	if l, err := d.at(line.Name); err == nil {
		l.count.proofs[proof].Add(1)
	}
	if proof == chat.ProofSigned || line.Identity.Signing != chat.SigningEnforce {
		return c, nil
	}
	if err == nil {
		err = unsigned()
	}
	return nil, err
}

// still says whether an identity that has expired names the one whose session is gone on with: a page that was left open
// shows what it was given once, and proves nothing that the session does not.
func (d *Desk) still(ctx context.Context, in *Entry, subject string) bool {
	if !in.Signed {
		return false
	}
	v, err := d.store.Visitor(ctx, in.Line, in.Visitor)
	return err == nil && v.External == subject
}

// admitted says whether the visitor may be here at all: where identities are enforced, one from before, or of a session that
// was not signed, may not.
func (d *Desk) admitted(a chat.Actor) error {
	if a.Signed {
		return nil
	}
	line, err := d.store.Line(a.Line)
	if err == nil && line.Identity.Signing == chat.SigningEnforce {
		err = unsigned()
	}
	return err
}

func unsigned() error {
	return &chat.Error{Code: chat.CodeForbidden, Key: "identity_required", Detail: "Please sign in first."}
}

// identify makes the visitor the person she has proved to be, and tells the agents.
func (d *Desk) identify(ctx context.Context, in Entry, v chat.Visitor, c *claims) (chat.Visitor, error) {
	anonymous := in.Visitor
	v.ID, v.External, v.Verified, v.Card = chat.NewID(v.Seen.Time), c.Subject, true, c.Card
	v.Name, v.Email, v.Phone, v.Attributes = c.Profile.Name, c.Profile.Email, c.Profile.Phone, c.Profile.Attributes
	if in.Signed {
		anonymous = ""
	}
	found, err := d.store.Identify(ctx, in.Line, v, anonymous, chat.TraceFrom(ctx))
	if err != nil {
		return chat.Visitor{}, err
	}
	if found.Ended.Notice != nil {
		if err := d.moved(found.Before, found.Ended); err != nil {
			return chat.Visitor{}, err
		}
	}
	for _, c := range found.Merged {
		if c.LastSeq > 0 {
			d.announce(conversationEvent(c, chat.ToAgents))
		}
	}
	return found.Visitor, nil
}

// readIdentity reads a JWT (RFC 7519) that one of the secrets signed with HS256, the only algorithm there is here. The header
// chooses nothing: it has to say what we do anyway. Of one that is good but has expired it returns the claims with the error.
func readIdentity(token string, secrets []string, now time.Time) (*claims, error) {
	parts := strings.Split(token, ".")
	if len(token) > identityMax || len(parts) != 3 {
		return nil, unbelieved("It is not a JWT of at most 32 KB.")
	}
	sum, err := base64.RawURLEncoding.Strict().DecodeString(parts[2])
	if err != nil || !signed(token[:len(parts[0])+1+len(parts[1])], sum, secrets) {
		return nil, unbelieved("Its signature is not of this line's identity secret.")
	}
	head, err := members(parts[0])
	if err != nil || string(head["alg"]) != `"HS256"` || head["crit"] != nil {
		return nil, unbelieved("Its header does not say HS256, or asks for more.")
	}
	said, err := members(parts[1])
	if err != nil {
		return nil, unbelieved("Its claims are not a JSON object.")
	}
	return readClaims(said, now)
}

func signed(what string, sum []byte, secrets []string) bool {
	for _, secret := range secrets {
		m := hmac.New(sha256.New, []byte(secret))
		m.Write([]byte(what))
		if hmac.Equal(sum, m.Sum(nil)) {
			return true
		}
	}
	return false
}

// members decodes a part as an object. Its names are compared as they are: encoding/json would take "SUB" for "sub".
func members(part string) (map[string]json.RawMessage, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(part)
	if err != nil {
		return nil, err
	}
	var m map[string]json.RawMessage
	return m, json.Unmarshal(b, &m)
}

func readClaims(said map[string]json.RawMessage, now time.Time) (*claims, error) {
	var c claims
	var expires, begins *float64
	for name, to := range map[string]any{"sub": &c.Subject, "exp": &expires, "nbf": &begins, "name": &c.Profile.Name, "email": &c.Profile.Email, "phone": &c.Profile.Phone} {
		if raw := said[name]; raw != nil && json.Unmarshal(raw, to) != nil {
			return nil, unbelieved("Its " + name + " has another type.")
		}
	}
	at := float64(now.UnixMilli()) / 1000
	switch {
	case c.Subject == "" || chat.CheckText(c.Subject, subjectMax) != nil:
		return nil, unbelieved("Its sub is not a text of 1 to 200 characters.")
	case expires == nil:
		return nil, unbelieved("It has no exp.")
	case at >= *expires+identitySkew.Seconds():
		return &claims{Subject: c.Subject}, &chat.Error{Code: chat.CodeUnauthenticated, Key: "identity_expired", Detail: "This sign-in has expired. Please open the chat anew."}
	case begins != nil && at < *begins-identitySkew.Seconds():
		return nil, unbelieved("Its nbf is yet to come.")
	}
	c.Profile.Attributes, c.Card = said["attributes"], said["card"]
	for _, object := range []*json.RawMessage{&c.Profile.Attributes, &c.Card} {
		if string(*object) == "null" {
			*object = nil
		}
	}
	if err := c.Profile.Check(); err != nil {
		return nil, err
	}
	if err := (chat.Profile{Attributes: c.Card}).Check(); err != nil {
		return nil, err
	}
	return &c, nil
}

func unbelieved(why string) error {
	return &chat.Error{Code: chat.CodeUnauthenticated, Key: "identity", Detail: "This sign-in cannot be believed. " + why}
}
