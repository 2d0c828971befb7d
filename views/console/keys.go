package console

import (
	"slices"
	"strings"

	"github.com/taadis/unique-support/core/chat"
)

// TabKeys is the team's page of API keys.
const TabKeys = "keys"

// Keys are the API keys as their page shows them.
type Keys struct {
	All  []chat.APIKey
	Form KeyForm
	// Days is how long the next one is good for, "0" for ever.
	Days string
	// Made is a key that was made just now, under the name: it is shown this once.
	Made, MadeFor string
}

// KeyForm is what stands in the form of a new key.
type KeyForm struct {
	Name, Agent string
	Scopes      []string
}

// grantsKeys reports whether the reader may make and revoke keys.
func (p TeamPage) grantsKeys() bool { return p.Agent.Actor().May(chat.AdminWrite) }

// actors are the agents a key can act as: those whose lines are the reader's as well.
func (p TeamPage) actors() (all []Option) {
	me := p.Agent.Actor()
	for _, m := range p.Team.Members {
		if m.Disabled || !me.May(chat.TeamWrite) && slices.ContainsFunc(m.Agent.Lines, func(l string) bool { return !me.At(l) }) {
			continue
		}
		all = append(all, Option{Value: string(m.ID), Label: m.Name + " · " + m.Email, Chosen: string(m.ID) == p.Keys.Form.Agent})
	}
	return all
}

// scopes are what the reader may give.
func (p TeamPage) scopes() (all []Option) {
	for _, x := range p.Agent.Permissions {
		all = append(all, Option{Value: string(x), Label: p.Text.S(permissionKey(x)), Chosen: slices.Contains(p.Keys.Form.Scopes, string(x))})
	}
	return all
}

func (p TeamPage) lasting() (all []Option) {
	for _, days := range []string{"30", "90", "365", "0"} {
		all = append(all, Option{Value: days, Label: p.Text.S("console.keyring.days_" + days), Chosen: days == p.Keys.Days})
	}
	return all
}

// keyState says whether a key is good, and the class of its tag.
func (p TeamPage) keyState(k chat.APIKey) (label, class string) {
	switch {
	case k.Revoked:
		return p.Text.S("console.keyring.revoked"), ""
	case !k.Expires.IsZero() && !k.Expires.After(p.Now):
		return p.Text.S("console.keyring.expired"), ""
	case !k.Expires.IsZero():
		return p.Text.F("console.keyring.until", "When", p.moment(k.Expires)), "tag--ok"
	}
	return p.Text.S("console.keyring.valid"), "tag--ok"
}

func (p TeamPage) lastUsed(k chat.APIKey) string {
	if k.Used.IsZero() {
		return p.Text.S("console.team.never")
	}
	return p.moment(k.Used)
}

func (p TeamPage) actor(id chat.ID) string {
	for _, m := range p.Team.Members {
		if m.ID == id {
			return m.Name
		}
	}
	return "–"
}

// may says what a key may do.
func (p TeamPage) keyMay(k chat.APIKey) string {
	if len(k.Scopes) == len(chat.Permissions()) {
		return p.Text.S("console.keyring.scopes_all")
	}
	words := make([]string, len(k.Scopes))
	for i, x := range k.Scopes {
		words[i] = p.Text.S(permissionKey(x))
	}
	return strings.Join(words, p.Text.S("console.deed.comma"))
}

// good reports whether a key opens anything.
func (p TeamPage) good(k chat.APIKey) bool {
	return !k.Revoked && (k.Expires.IsZero() || k.Expires.After(p.Now))
}
