package chat

import (
	"strings"
	"time"
	"unicode"
)

// Status is where a conversation stands.
type Status string

// A conversation is new until its visitor wrote, then waits for an agent, is open while one has it, and ends closed.
const (
	StatusNew     Status = "new"
	StatusWaiting Status = "waiting"
	StatusOpen    Status = "open"
	StatusSnoozed Status = "snoozed"
	StatusClosed  Status = "closed"
)

// Conversation is one thread between a visitor and a line.
type Conversation struct {
	ID      ID     `json:"id"`
	Line    string `json:"line"`
	Visitor ID     `json:"visitor_id"`
	// VisitorName is what agents call the visitor.
	VisitorName string `json:"visitor_name,omitempty"`
	// Verified says that the visitor has proved who she is.
	Verified bool   `json:"visitor_verified,omitempty"`
	Status   Status `json:"status"`
	// Agent has the conversation; zero while nobody has.
	Agent AgentRef `json:"agent,omitzero"`
	// LastSeq is the number of its newest message, 0 before the first; NoteSeq the same for notes.
	LastSeq int64 `json:"last_seq"`
	NoteSeq int64 `json:"-"`
	// Preview is the beginning of the newest message's text, PreviewBy its author's kind.
	Preview   string `json:"preview,omitempty"`
	PreviewBy Kind   `json:"preview_by,omitempty"`
	// Bot is the name of the assistant that wrote in it last, also when a person has it now; "" when none did.
	Bot string `json:"bot,omitempty"`
	// Human is when its visitor was sent on to people: no assistant answers her until it ends.
	Human Time `json:"human_since,omitzero"`
	// Reason says why this agent has it: an Order or one of the Reason constants.
	Reason string `json:"reason,omitempty"`
	// Team and Skill are what it asks for: only agents of the team, and who have the skill, are given it.
	Team    TeamRef  `json:"team,omitzero"`
	Skill   string   `json:"skill,omitempty"`
	Labels  []string `json:"labels,omitempty"`
	Created Time     `json:"created_at"`
	// Last is when the newest message was written.
	Last     Time `json:"last_at"`
	Waiting  Time `json:"waiting_since,omitzero"`
	Assigned Time `json:"assigned_at,omitzero"`
	Replied  Time `json:"first_reply_at,omitzero"`
	Closed   Time `json:"closed_at,omitzero"`
	Snoozed  Time `json:"snoozed_until,omitzero"`
	// Left is when its visitor left a message because the line did not work, and Contact where she is to be answered; the mark goes
	// when the conversation ends, the contact stays.
	Left    Time   `json:"left_message_at,omitzero"`
	Contact string `json:"contact,omitempty"`
	// Answers are what its visitor said before her first words.
	Answers []Answer `json:"answers,omitempty"`
	// Position is the place in the queue, 1 for the next; 0 when it does not wait.
	Position int `json:"position,omitempty"`
	// Wait is how many minutes that probably takes, told to visitors; 0 when unknown.
	Wait int `json:"wait_minutes,omitempty"`
	// Offer says that she may leave a message instead of waiting on, told to visitors.
	Offer bool `json:"leave_offered,omitempty"`
	// Shut says that its line does not work now, and Opens when it does again, told to visitors; the zero time when nobody knows.
	Shut  bool `json:"line_closed,omitempty"`
	Opens Time `json:"line_opens_at,omitzero"`
	// Read tells how far each side has read; Unread is what the asker has not.
	Read   Marks `json:"read"`
	Unread int64 `json:"unread,omitempty"`
	// Score is the visitor's rating, 1 to 5; 0 before she rated.
	Score int `json:"score,omitempty"`
	// Mentions counts the notes that name the asker and that she has not seen; only in the list of mentions.
	Mentions int `json:"mentions,omitempty"`
	// Hit is where it holds what was looked for; nil in lists that were not searched.
	Hit *Hit `json:"hit,omitempty"`
}

// Wait is the time somebody waited until an agent had her conversation.
type Wait struct {
	Since, Until time.Time
}

// Marks are the numbers of the newest message each side has received and read.
type Marks struct {
	VisitorDelivered int64 `json:"visitor_delivered"`
	Visitor          int64 `json:"visitor"`
	Agent            int64 `json:"agent"`
}

// AgentRef names an agent to those who may not see more of her.
type AgentRef struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
	// Bot says that it is an assistant, who has a conversation until a person takes it or its visitor asks for one.
	Bot bool `json:"bot,omitempty"`
}

// ReasonBot is why an assistant has a conversation: it was the first to answer.
const ReasonBot = "bot"

// Rating is what a visitor thought of a conversation.
type Rating struct {
	Score   int      `json:"score"`
	Tags    []string `json:"tags,omitempty"`
	Comment string   `json:"comment,omitempty"`
	// Created is when she first said so.
	Created time.Time `json:"-"`
}

const (
	// RateChange is for how long a rating may be changed.
	RateChange = 10 * time.Minute
	// ReopenWithin is for how long after its end a visitor takes the same conversation up again; later she begins a new one.
	ReopenWithin = 24 * time.Hour
)

// Changeable reports whether the rating may be changed: for a while, or because the conversation has ended anew since.
func (r Rating) Changeable(c Conversation, now time.Time) bool {
	return r.Created.Before(c.Closed.Time) || now.Sub(r.Created) < RateChange
}

// Check reports what is wrong with a rating.
func (r Rating) Check() error {
	if r.Score < 1 || r.Score > 5 {
		return Invalid("score", "A rating is a number from 1 to 5.")
	}
	if len(r.Tags) > 12 {
		return Invalid("tags", "There are too many tags.")
	}
	for _, t := range r.Tags {
		if err := CheckText(t, 40); err != nil {
			return Invalid("tags", "A tag is a text of at most 40 characters.")
		}
	}
	if r.Comment != "" {
		return CheckText(r.Comment, 2000)
	}
	return nil
}

// CheckContact reports what is wrong with a way to reach somebody: an e-mail address, or a number one can call.
func CheckContact(s string) error {
	name, host, mail := strings.Cut(s, "@")
	digits := 0
	for _, r := range s {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	if !short(s, 200) || strings.TrimSpace(s) == "" || mail && (name == "" || !strings.Contains(host, ".") || strings.ContainsAny(s, " ,;<>")) || !mail && digits < 5 {
		return Invalid("contact", "Please leave a phone number or an e-mail address.")
	}
	return nil
}
