package chat

import "time"

// MailKind says what a mail is about.
type MailKind string

// Somebody is invited; somebody is to choose a new password, because an administrator said so; somebody, perhaps no agent at all, asked
// for a new one herself.
const (
	MailInvite MailKind = "invite"
	MailReset  MailKind = "reset"
	MailForgot MailKind = "forgot"
)

const (
	// MailTries is how often a mail is tried before it has failed for good, over some two hours.
	MailTries = 16
	// MailsKept is how long it is known of a mail what became of it.
	MailsKept = 30 * 24 * time.Hour
)

// Mail is one that is to be sent. What it says is made when it is sent: no link, and nothing that opens anything, is kept with it.
type Mail struct {
	ID   ID
	Kind MailKind
	// To is the address, Locale the language its reader is believed to read.
	To, Locale string
	// Invitation is what its link leads to; empty for MailForgot, for which there may be none.
	Invitation ID
	Trace      string
	// Tries counts those that were made; State says what came of them, Error why the last one failed.
	Tries   int
	State   JobState
	Error   string
	Created Time
	// Lease is the right of whoever has it now to end it.
	Lease ID
}

// MailEnd is what becomes of a mail that somebody holds.
type MailEnd struct {
	// State is what it ends as; JobQueued is another try, After from now. Error says why.
	State JobState
	After time.Duration
	Error string
	// Untried says that the try does not count, because it never came to one.
	Untried bool
}

// Letter is what a mail says.
type Letter struct {
	ID         ID
	Kind       MailKind
	To, Locale string
	// By is who invites, empty where nobody in particular does.
	By string
	// Line, Visitor, Conversation, Since and Minutes are of MailEscalation: who waits, where, since when, and how long that is at least.
	Line, Visitor string
	Conversation  ID
	Since         Time
	Minutes       int
	// Token opens the link, until Expires.
	Token   string
	Expires Time
	Trace   string
}
