package chat

// Presence is whether an agent takes conversations.
type Presence string

// What an agent chose, or what the desk saw.
const (
	Online  Presence = "online"
	Busy    Presence = "busy" // at work, and takes nothing new
	Away    Presence = "away"
	Offline Presence = "offline"
)

// AwayReasons are the reasons that pages offer and say in the reader's language; any other is said as it was written.
func AwayReasons() []string { return []string{"break", "lunch", "meeting", "training"} }

// CheckPresence reports what is wrong with what an agent chose.
func CheckPresence(p Presence, reason string) error {
	switch p {
	case Busy, Away:
	case Online, Offline:
		if reason != "" {
			return Invalid("presence_reason", "A reason is a text of at most 40 characters, for busy or away.")
		}
	default:
		return Invalid("presence", "Presence is online, busy, away or offline.")
	}
	if reason != "" && CheckText(reason, 40) != nil {
		return Invalid("presence_reason", "A reason is a text of at most 40 characters, for busy or away.")
	}
	return nil
}

// Agent is a person who answers.
type Agent struct {
	ID    ID     `json:"id"`
	Email string `json:"email"`
	Name  string `json:"name"`
	// Role names a row of the roles; see Role.
	Role   string `json:"role"`
	Locale string `json:"locale,omitempty"`
	// Presence is what she chose; the desk also wants to see her console open.
	Presence Presence `json:"presence"`
	// Reason is why she is busy or away, in her words or as one of AwayReasons; "" for none.
	Reason string `json:"presence_reason,omitempty"`
	// Lines are the lines she works for.
	Lines []string `json:"lines"`
	// Capacity is how many conversations a line gives her at once, Room the same by line where it is another number.
	Capacity int            `json:"capacity"`
	Room     map[string]int `json:"room,omitempty"`
	// Skills are what she knows, in the desk's own words, Teams those she is in.
	Skills   []string `json:"skills,omitempty"`
	Teams    []ID     `json:"teams,omitempty"`
	Disabled bool     `json:"disabled,omitempty"`
	Created  Time     `json:"created_at"`

	// Seen is when she last had a console open, to the minute; zero for never.
	Seen Time `json:"-"`
	// Since counts up whenever all her sessions are ended.
	Since int `json:"-"`
	// Notify is how she wants to be told of what visitors write.
	Notify Notify `json:"-"`
	// SecondFactor says that she also shows a code to sign in.
	SecondFactor bool `json:"-"`
	// PasswordHash is an argon2id hash; it never leaves the process.
	PasswordHash string `json:"-"`
	// Permissions are her role's.
	Permissions []Permission `json:"-"`
}

// Actor returns the agent as the one who acts.
func (a Agent) Actor() Actor {
	return Actor{Kind: KindAgent, ID: a.ID, Name: a.Name, Lines: a.Lines, Permissions: a.Permissions, Locale: a.Locale}
}

// CapacityAt returns how many conversations the line gives her at once.
func (a Agent) CapacityAt(line string) int {
	if n, other := a.Room[line]; other {
		return n
	}
	return a.Capacity
}

// Role is a named set of permissions.
type Role struct {
	Name        string       `json:"name"`
	Permissions []Permission `json:"permissions"`
}

// Team is a group of agents a conversation can be handed to.
type Team struct {
	ID     ID     `json:"id"`
	Name   string `json:"name"`
	Agents []ID   `json:"agents"`
}

// TeamRef names a team.
type TeamRef struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
}

// Seat is an agent's place at a line.
type Seat struct {
	Agent    AgentRef `json:"agent"`
	Capacity int      `json:"capacity"`
	// Teams she is in and Skills she has decide what she can be given.
	Teams  []ID     `json:"-"`
	Skills []string `json:"-"`
	// Open is how many conversations of the line she has now.
	Open int `json:"open"`
	// Online is whether she takes conversations now, Presence and Reason what she chose.
	Online   bool     `json:"online"`
	Presence Presence `json:"-"`
	Reason   string   `json:"-"`
}

// APIKey lets a program act as an agent.
type APIKey struct {
	ID      ID           `json:"id"`
	Agent   ID           `json:"agent_id"`
	Name    string       `json:"name"`
	Scopes  []Permission `json:"scopes"`
	Created Time         `json:"created_at"`
	// Expires is when it opens nothing any more by itself, zero for never; Used is when it was used last, to the minute.
	Expires Time `json:"expires_at,omitzero"`
	Used    Time `json:"used_at,omitzero"`
	// Revoked says that it opens nothing any more.
	Revoked bool `json:"revoked"`
}
