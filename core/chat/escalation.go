package chat

import (
	"net/mail"
	"slices"
	"time"
)

// JobEscalation is a job that tells of a conversation nobody answers; its subject is the conversation.
const JobEscalation JobKind = "escalation"

// MailEscalation tells somebody of a conversation that nobody answers.
const MailEscalation MailKind = "escalation"

// Escalation is whom a line tells by mail of a visitor who waits for an answer. The zero value is nobody.
type Escalation struct {
	// After is how many minutes she has waited, in the queue or since her first words that nobody has answered.
	After int `json:"after_minutes,omitempty"`
	// Mail are the addresses.
	Mail []string `json:"mail,omitempty"`
}

const (
	escalationAfter = 24 * 60
	escalationMails = 10
)

// On reports whether anybody is told.
func (e Escalation) On() bool { return e.After > 0 && len(e.Mail) > 0 }

// Wait is After as a time.
func (e Escalation) Wait() time.Duration { return time.Duration(e.After) * time.Minute }

// Check reports what is wrong with it.
func (e Escalation) Check() error {
	if e.After == 0 && len(e.Mail) == 0 {
		return nil
	}
	if e.After < 1 || e.After > escalationAfter || len(e.Mail) == 0 || len(e.Mail) > escalationMails {
		return Invalid("escalation", "An escalation is after 1 to 1,440 minutes, to 1 to 10 addresses.")
	}
	if slices.ContainsFunc(e.Mail, func(to string) bool {
		parsed, err := mail.ParseAddress(to)
		return err != nil || parsed.Address != to || len(to) > 254
	}) {
		return Invalid("email", "This is not an e-mail address.")
	}
	return nil
}

// Unanswered is a conversation whose visitor waits for an answer, since when.
type Unanswered struct {
	Conversation ID
	Visitor      string
	Since        Time
}
