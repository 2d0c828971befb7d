// Package letter draws what is mailed: as text, and as simple HTML for those whose reader shows it.
package letter

import (
	"strings"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
)

// Letter is a mail as its reader sees it.
type Letter struct {
	chat.Letter
	Text i18n.Text
	// Link is where it leads.
	Link string
}

// Subject is its subject.
func (l Letter) Subject() string { return l.say("subject") }

// say is one of the letter's sentences: those of its kind, or of all.
func (l Letter) say(what string) string {
	kind := l.Kind
	if kind == chat.MailForgot {
		kind = chat.MailReset
	}
	visitor := l.Visitor
	if visitor == "" {
		visitor = l.Text.S("console.notify.visitor")
	}
	return l.Text.F("mail."+string(kind)+"."+what, "By", l.By, "Product", l.Text.S("console.product"), "Line", l.Line, "Visitor", visitor, "Minutes", l.Minutes)
}

// until says how long the link is good, or since when somebody waits, in UTC: nobody knows where the letter is read.
func (l Letter) until() string {
	if l.Kind == chat.MailEscalation {
		return l.Text.F("mail.since", "When", l.Since.UTC().Format("2006-01-02 15:04")+" UTC")
	}
	return l.Text.F("mail.until", "When", l.Expires.UTC().Format("2006-01-02 15:04")+" UTC")
}

// Plain is the letter as text.
func (l Letter) Plain() string {
	return strings.Join([]string{l.say("lead"), l.Link, l.until(), l.say("unasked")}, "\n\n") + "\n"
}
