package chat

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

// Invitation lets somebody join, or, with an agent's id, choose a new password.
type Invitation struct {
	ID       ID       `json:"id"`
	Email    string   `json:"email"`
	Role     string   `json:"role"`
	Lines    []string `json:"lines"`
	Capacity int      `json:"capacity"`
	// Agent is whose password it is for; empty for a new agent.
	Agent ID `json:"agent_id,omitempty"`
	// By is who made it.
	By      AgentRef `json:"by"`
	Created Time     `json:"created_at"`
	Expires Time     `json:"expires_at"`
	// Mail is what became of the mail with its link, empty when there is none; MailError says why the last try failed.
	Mail      JobState `json:"-"`
	MailError string   `json:"-"`
}

// Member is somebody of the team, as those who run the desk see her.
type Member struct {
	Agent
	// Open is how many conversations she has on the line that gives her most, Seated whether she takes any now.
	Open   int  `json:"open"`
	Seated bool `json:"seated"`
}

// Change is what becomes of a member.
type Change struct {
	Role     string
	Lines    []string
	Capacity int
	// Room is her capacity by line where it is another number.
	Room     map[string]int
	Skills   []string
	Disabled bool
}

// Deed is an entry of the audit log: what was changed, by whom.
type Deed struct {
	Seq int64 `json:"seq"`
	At  Time  `json:"at"`
	// By is who did it, with the name as it was then; without an id it is the command line.
	By AgentRef `json:"by"`
	// Action is "noun:verb", Subject what it was done to, as people call it.
	Action  string            `json:"action"`
	Subject string            `json:"subject"`
	Detail  map[string]string `json:"detail,omitempty"`
	Trace   string            `json:"trace_id,omitempty"`
	// Hash is what Chain returned for the entry before it.
	Hash string `json:"hash"`
}

// Chain returns the hash of the deed after one whose hash is before: SHA-256, in hex, of that and of all the deed says.
func (d Deed) Chain(before string) string {
	d.Hash = before
	said, _ := json.Marshal(d) // strings, a number and a time
	sum := sha256.Sum256(said)
	return hex.EncodeToString(sum[:])
}

// TeamChange is a change of the team that is under way: it sees the team as it is, nobody else changes it meanwhile, and what it
// did is written together, or not at all. It is good until the function it was handed to returns.
type TeamChange interface {
	Agents() ([]Agent, error)
	Roles() ([]Role, error)
	// PutAgent creates an agent or changes everything about her, lines included; another password ends her sessions.
	PutAgent(a Agent) error
	// SignOut ends every session the agent has.
	SignOut(agent ID) error
	PutRole(r Role) error
	// DropRole deletes a role that nobody has and no invitation names.
	DropRole(name string) error
	// PutInvitation keeps a new one by the SHA-256 of its token, in hex, for so long; it takes the place of an older one for the same address.
	PutInvitation(v Invitation, hash string, lasts time.Duration) error
	// InvitationOf returns the one that an agent may follow, for at least so long, or NotFound.
	InvitationOf(agent ID, lasts time.Duration) (Invitation, error)
	// InvitationFor returns the one to join that was made for an address, or NotFound.
	InvitationFor(email string) (Invitation, error)
	// SingleSignOn returns the agent who is the subject of an issuer, or NotFound; PutSingleSignOn says who is, or is CodeConflict where she is
	// another subject of it already.
	SingleSignOn(issuer, subject string) (ID, error)
	PutSingleSignOn(issuer, subject string, agent ID) error
	// TakeInvitation uses up the one whose token has this hash, DropInvitation one nobody shall use; both are NotFound where there is none.
	TakeInvitation(hash string) (Invitation, error)
	DropInvitation(id ID) (Invitation, error)
	// Factor returns an agent's second factor, confirmed or not, or NotFound.
	Factor(agent ID) (SecondFactor, error)
	// PutFactor keeps an agent's second factor in place of the one she has, DropFactor takes it away.
	PutFactor(agent ID, f SecondFactor) error
	DropFactor(agent ID) error
	// PutMail has a mail sent, when what was changed is written.
	PutMail(m Mail) error
	// Teams returns the teams, by name; PutTeam makes one or changes its name and who is in it, DropTeam forgets it.
	Teams() ([]Team, error)
	PutTeam(t Team) error
	DropTeam(id ID) error
	// PutRouting sets how a line gives what waits to its agents.
	PutRouting(line string, r Routing) error
	// PutKey keeps a new API key by the SHA-256 of its secret, in hex; RevokeKey makes one open nothing any more, or is NotFound.
	PutKey(k APIKey, hash string) error
	RevokeKey(id ID) error
	// Record adds a deed to the end of the audit log, under the next number.
	Record(d Deed) error
}
