package console

import (
	"github.com/taadis/unique-support/views/i18n"
	"github.com/taadis/unique-support/views/ui"
)

// Account is the page of what is the agent's own.
type Account struct {
	Reader
	Rail Rail
	// Name and Locale are what is, or was typed.
	Name, Locale string
	// Refused is the form that was refused, Error why; Typed is what was typed into it.
	Refused, Error, Typed string
	// Owes says that a second factor has to be set up before anything else; Next is where she was going.
	Owes bool
	Next string
	// Secret is that of a second factor to confirm, Code the same for a camera; empty when there is none.
	Secret string
	Code   QR
	// Left is how many recovery codes she has, Codes those that were made just now: they are shown this once.
	Left  int
	Codes []string
}

// Code is the page that asks for a second factor.
type Code struct {
	Text  i18n.Text
	Theme string
	// Typed is what was typed before, Error why it was refused, Next where to go after.
	Typed, Error, Next string
}

func (p Account) meta() ui.Head {
	h := head(p.Text, p.Theme, p.Text.S("console.account.title"))
	h.Styles = append(h.Styles, "css/admin.css")
	h.Links, h.Scripts = []string{"/console/lines.css"}, []string{"widget/admin.js", "widget/notify.js"}
	return h
}

// spaced is the secret as people type it: in fours.
func (p Account) spaced() (s string) {
	for i, r := range p.Secret {
		if i > 0 && i%4 == 0 {
			s += " "
		}
		s += string(r)
	}
	return s
}

// wrong reports whether the form was refused.
func (p Account) wrong(form string) bool { return p.Refused == form }
