package chat

import "slices"

// Kind says what somebody is in a conversation.
type Kind string

// Who can write an entry.
const (
	KindVisitor Kind = "visitor"
	KindAgent   Kind = "agent"
	KindBot     Kind = "bot"
	KindSystem  Kind = "system"
)

// Actor is whoever a call comes from. The zero value is nobody.
type Actor struct {
	Kind Kind
	ID   ID
	Name string
	// Line is the only line of a visitor; empty for agents.
	Line string
	// Lines are the lines an agent works for.
	Lines []string
	// Permissions are what an agent's role and, for an API key, its scopes both allow.
	Permissions []Permission
	// Signed says that a visitor's session began with an identity her host had signed.
	Signed bool
	// Locale is the language the actor reads: "zh-CN" or "en".
	Locale string
	// Key is the SHA-256, in hex, of the API key an agent's call came with; empty otherwise.
	Key string
	// Owes says that an agent has to set up a second factor before she does anything else.
	Owes bool
}

// May reports whether the actor has the permission.
func (a Actor) May(p Permission) bool { return slices.Contains(a.Permissions, p) }

// At reports whether the actor belongs to the line: a visitor to her own, an agent to those she works for.
func (a Actor) At(line string) bool {
	if a.Kind == KindVisitor {
		return a.Line == line
	}
	return slices.Contains(a.Lines, line)
}

// Author returns the actor as the author of a message.
func (a Actor) Author() Author { return Author{Kind: a.Kind, ID: a.ID, Name: a.Name} }

// Author is who wrote an entry, with the name as it was then.
type Author struct {
	Kind Kind   `json:"kind"`
	ID   ID     `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// Permission is one thing a role allows, written "noun:verb".
type Permission string

// The permissions; handlers/routes.go says which one each path asks for.
const (
	ConversationRead   Permission = "conversation:read"      // see conversations of one's lines
	ConversationReply  Permission = "conversation:reply"     // answer, note, take, close, label
	ConversationAssign Permission = "conversation:assign"    // give a conversation to somebody else
	LibraryWrite       Permission = "library:write"          // change canned replies
	Supervise          Permission = "conversation:supervise" // hand over many conversations at once, whoever has them
	AdminRead          Permission = "admin:read"             // see lines, agents and settings
	AdminWrite         Permission = "admin:write"            // change lines and settings
	TeamWrite          Permission = "team:write"             // change agents and roles
	ReportsRead        Permission = "reports:read"           // see how the lines do, and what visitors thought
)

// Permissions lists every permission there is, in the order of a grid.
func Permissions() []Permission {
	return []Permission{ConversationRead, ConversationReply, ConversationAssign, Supervise, LibraryWrite, AdminRead, AdminWrite, TeamWrite, ReportsRead}
}
