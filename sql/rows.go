package sql

import (
	stdsql "database/sql"
	"encoding/json"
	"time"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

// row is a conversation as it stands in its table.
type row struct {
	ID               chat.ID         `db:"id"`
	Visitor          chat.ID         `db:"visitor_id"`
	VisitorName      string          `db:"visitor_name"`
	Verified         bool            `db:"visitor_verified"`
	Status           chat.Status     `db:"status"`
	Agent            chat.ID         `db:"agent_id"`
	AgentName        string          `db:"agent_name"`
	Reason           string          `db:"reason"`
	LastSeq          int64           `db:"last_seq"`
	NoteSeq          int64           `db:"note_seq"`
	Preview          string          `db:"preview"`
	PreviewBy        chat.Kind       `db:"preview_by"`
	Labels           pq.StringArray  `db:"labels"`
	VisitorDelivered int64           `db:"visitor_delivered"`
	VisitorRead      int64           `db:"visitor_read"`
	AgentRead        int64           `db:"agent_read"`
	Created          time.Time       `db:"created_at"`
	Last             time.Time       `db:"last_at"`
	Waiting          stdsql.NullTime `db:"waiting_since"`
	Assigned         stdsql.NullTime `db:"assigned_at"`
	Replied          stdsql.NullTime `db:"replied_at"`
	Closed           stdsql.NullTime `db:"closed_at"`
	Snoozed          stdsql.NullTime `db:"snoozed_until"`
	Left             stdsql.NullTime `db:"left_at"`
	Contact          string          `db:"contact"`
	Bot              string          `db:"bot"`
	Human            stdsql.NullTime `db:"human_at"`
	Score            int             `db:"score"`

	// Only some statements say these.
	Place    int       `db:"place"`
	Answers  []byte    `db:"answers"`
	Team     chat.ID   `db:"team_id"`
	TeamName string    `db:"team_name"`
	Skill    string    `db:"skill"`
	Unread   int64     `db:"unread"`
	Now      time.Time `db:"now"`
	// Version is of the row as it was read without a lock: it is another as soon as anybody changes it.
	Version string `db:"version"`
}

func (r *row) conversation(line string) chat.Conversation {
	var answers []chat.Answer
	_ = json.Unmarshal(r.Answers, &answers) // nothing where the statement does not say them
	if len(answers) == 0 {
		answers = nil
	}
	return chat.Conversation{
		Answers: answers, Team: chat.TeamRef{ID: r.Team, Name: r.TeamName}, Skill: r.Skill,
		ID: r.ID, Line: line, Visitor: r.Visitor, VisitorName: r.VisitorName, Verified: r.Verified, Status: r.Status, Agent: r.agent(),
		LastSeq: r.LastSeq, NoteSeq: r.NoteSeq, Preview: r.Preview, PreviewBy: r.PreviewBy, Reason: r.Reason, Labels: r.Labels,
		Created: at(r.Created), Last: at(r.Last), Waiting: at(r.Waiting.Time), Assigned: at(r.Assigned.Time), Replied: at(r.Replied.Time),
		Closed: at(r.Closed.Time), Snoozed: at(r.Snoozed.Time), Left: at(r.Left.Time), Contact: r.Contact, Bot: r.Bot, Human: at(r.Human.Time), Position: r.Place, Read: r.marks(), Unread: r.Unread, Score: r.Score,
	}
}

func (r *row) agent() chat.AgentRef {
	return chat.AgentRef{ID: r.Agent, Name: r.AgentName, Bot: r.assisted()}
}

// assisted reports whether an assistant has the conversation.
func (r *row) assisted() bool { return r.Agent != "" && r.Reason == chat.ReasonBot }

func (r *row) marks() chat.Marks {
	return chat.Marks{VisitorDelivered: r.VisitorDelivered, Visitor: r.VisitorRead, Agent: r.AgentRead}
}

// wait, open and end are where a move leaves a conversation; each clears what belongs to the others.
func (r *row) wait(since time.Time) {
	r.Status, r.Waiting = chat.StatusWaiting, some(since)
	r.Snoozed, r.Closed = stdsql.NullTime{}, stdsql.NullTime{}
}

func (r *row) open() {
	r.Status = chat.StatusOpen
	r.Waiting, r.Snoozed, r.Closed = stdsql.NullTime{}, stdsql.NullTime{}, stdsql.NullTime{}
}

func (r *row) end(now time.Time) {
	r.Status, r.Closed = chat.StatusClosed, some(now)
	r.Waiting, r.Snoozed, r.Left, r.Human = stdsql.NullTime{}, stdsql.NullTime{}, stdsql.NullTime{}, stdsql.NullTime{}
}

// messageRow is a message or a note as it stands in its table.
type messageRow struct {
	ID           chat.ID          `db:"id"`
	Conversation chat.ID          `db:"conversation_id"`
	Seq          int64            `db:"seq"`
	ClientID     chat.ID          `db:"client_id"`
	AuthorKind   chat.Kind        `db:"author_kind"`
	AuthorID     chat.ID          `db:"author_id"`
	AuthorName   string           `db:"author_name"`
	Kind         chat.MessageKind `db:"kind"`
	Text         string           `db:"text"`
	Data         []byte           `db:"data"`
	Trace        string           `db:"trace_id"`
	Created      time.Time        `db:"created_at"`
}

func (r *messageRow) message() chat.Message {
	return chat.Message{
		ID: r.ID, Conversation: r.Conversation, Seq: r.Seq, ClientID: r.ClientID,
		Author: chat.Author{Kind: r.AuthorKind, ID: r.AuthorID, Name: r.AuthorName},
		Kind:   r.Kind, Text: r.Text, Data: r.Data, Created: at(r.Created), Trace: r.Trace,
	}
}

func messagesOf(rows []messageRow) []chat.Message {
	ms := make([]chat.Message, len(rows))
	for i := range rows {
		ms[i] = rows[i].message()
	}
	return ms
}

func at(t time.Time) chat.Time { return chat.Time{Time: t.UTC()} }

func some(t time.Time) stdsql.NullTime { return stdsql.NullTime{Time: t, Valid: true} }

// text is a time for an array of texts, "" for none.
func text(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func texts[S ~string](of []S) pq.StringArray {
	a := make(pq.StringArray, len(of))
	for i, s := range of {
		a[i] = string(s)
	}
	return a
}
