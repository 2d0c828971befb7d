package chat

import (
	"slices"
	"strings"
)

// Routing is how a line gives what waits to its agents. The zero value gives what has waited longest to who has least to do.
type Routing struct {
	// Order is who comes first among those who could have it: least_busy, also when empty, or round_robin.
	Order Order `json:"order,omitempty"`
	// LastAgent prefers who had the visitor before, Agent somebody in particular: before anybody else while she has room.
	LastAgent bool `json:"last_agent,omitempty"`
	Agent     ID   `json:"agent_id,omitempty"`
	// VIP is the attribute of a signed identity that puts a visitor ahead of the others: "vip" or "level=gold,platinum".
	VIP string `json:"vip,omitempty"`
	// Team and Skill narrow who is given anything, unless a conversation asks for another team or skill.
	Team  ID     `json:"team_id,omitempty"`
	Skill string `json:"skill,omitempty"`
	// Overflow is after how many seconds of waiting somebody else may have it: who is in OverflowTeam or, without one, anybody. 0 is never.
	Overflow     int `json:"overflow_seconds,omitempty"`
	OverflowTeam ID  `json:"overflow_team_id,omitempty"`
	// Lost is after how many seconds without a console an agent's conversations go back to the head of the queue; 0 is never.
	Lost int `json:"lost_seconds,omitempty"`
	// Remind and Close are after how many minutes without a word a visitor who was answered is asked whether she is still there, and
	// her conversation ends; 0 is never. Nothing ends before she was asked.
	Remind int `json:"remind_minutes,omitempty"`
	Close  int `json:"close_minutes,omitempty"`
}

// Order is who comes first among agents who could be given a conversation.
type Order string

// The orders there are.
const (
	LeastBusy  Order = "least_busy"
	RoundRobin Order = "round_robin"
)

// The reasons an agent has a conversation for, besides an Order: Conversation.Reason is one of them.
const (
	ReasonLast        = "last_agent"
	ReasonNamed       = "named_agent"
	ReasonOverflow    = "overflow"
	ReasonTaken       = "taken"
	ReasonAssigned    = "assigned"
	ReasonTransferred = "transferred"
)

const (
	// skillMax is how many characters a skill has, skillsMost how many of them one agent.
	skillMax   = 40
	skillsMost = 30
	// overflowMost is a day, in seconds; idleMost a week, in minutes.
	overflowMost = 24 * 3600
	idleMost     = 7 * 24 * 60
)

// CheckSkills reports what is wrong with an agent's skills.
func CheckSkills(skills []string) error {
	for _, s := range skills {
		if CheckText(s, skillMax) != nil || strings.ContainsAny(s, ",，、\n") {
			return Invalid("skills", "A skill is a word or two, at most 40 characters; an agent has at most 30.")
		}
	}
	if len(skills) > skillsMost {
		return Invalid("skills", "A skill is a word or two, at most 40 characters; an agent has at most 30.")
	}
	return nil
}

// ParseSkills reads skills that are written one after the other, with commas between; each is kept once.
func ParseSkills(s string) []string {
	var skills []string
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune(",，、\n", r) }) {
		if part = strings.Join(strings.Fields(part), " "); part != "" && !slices.Contains(skills, part) {
			skills = append(skills, part)
		}
	}
	return skills
}

// Check reports what is wrong with a line's routing.
func (r Routing) Check() error {
	if r.Order != "" && r.Order != LeastBusy && r.Order != RoundRobin {
		return Invalid("routing_order", "The order is least_busy or round_robin.")
	}
	if r.Skill != "" {
		if err := CheckSkills([]string{r.Skill}); err != nil {
			return err
		}
	}
	for _, id := range []ID{r.Agent, r.Team, r.OverflowTeam} {
		if id == "" {
			continue
		}
		if _, err := ParseID(string(id)); err != nil {
			return err
		}
	}
	if name, values := r.Ahead(); r.VIP != "" && (name == "" || len(values) == 0 || CheckText(r.VIP, 200) != nil) {
		return Invalid("routing_vip", "The visitors who come first are named by an attribute: vip, or level=gold,platinum.")
	}
	for _, within := range []struct{ n, least, most int }{{r.Overflow, 5, overflowMost}, {r.Lost, 30, 3600}, {r.Remind, 1, idleMost}, {r.Close, 1, idleMost}} {
		if within.n != 0 && (within.n < within.least || within.n > within.most) {
			return Invalid("routing_limit", "Others help out after 5 to 86,400 seconds, an agent is lost after 30 to 3,600; minutes are 1 to 10,080. 0 is never.")
		}
	}
	switch {
	case r.OverflowTeam != "" && r.Overflow == 0:
		return Invalid("routing_overflow", "Say after how many seconds the other team helps out.")
	case r.Close > 0 && (r.Remind == 0 || r.Remind >= r.Close):
		return Invalid("routing_idle", "A visitor is asked before her conversation ends: it has to end later than she is reminded.")
	}
	return nil
}

// Ahead returns the attribute that puts a visitor ahead, and the values that do; "" for none.
func (r Routing) Ahead() (attribute string, values []string) {
	name, list, named := strings.Cut(r.VIP, "=")
	if !named {
		return strings.TrimSpace(name), []string{"true", "1", "yes"}
	}
	for part := range strings.SplitSeq(list, ",") {
		if part = strings.TrimSpace(part); part != "" {
			values = append(values, part)
		}
	}
	return strings.TrimSpace(name), values
}

// Decision is why an agent was given a conversation.
type Decision struct {
	// Seq is the number of the notice that says she has it.
	Seq   int64    `json:"seq"`
	Agent AgentRef `json:"agent"`
	// By is who decided, with the name of a person.
	By     Kind   `json:"by"`
	ByName string `json:"by_name,omitempty"`
	// Reason is an Order or one of the Reason constants.
	Reason  string `json:"reason"`
	Created Time   `json:"created_at"`
	Grounds
}

// Grounds are what a decision of the desk rests on.
type Grounds struct {
	// Team and Skill are what was asked for; the team's name may be left out.
	Team  TeamRef `json:"team,omitzero"`
	Skill string  `json:"skill,omitempty"`
	// VIP says that the visitor was put ahead, Returned that it had come back to the queue: it was passed on, or its agent was lost.
	VIP      bool `json:"vip,omitempty"`
	Returned bool `json:"returned,omitempty"`
	// Open of Capacity conversations the agent had then.
	Open     int `json:"open"`
	Capacity int `json:"capacity,omitempty"`
	// Waited is how many seconds the visitor had.
	Waited int `json:"waited_seconds,omitempty"`
}
