package chat

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"
)

// MaxText is the longest text of a message, in characters (Unicode code points).
const MaxText = 8000

// MessageKind says what a message carries and how it is drawn.
type MessageKind string

// The kinds of the HTTP contract. Visitors and agents send text, images and files now; notices and notes are the desk's and the agents' own.
const (
	KindText    MessageKind = "text"
	KindImage   MessageKind = "image"
	KindFile    MessageKind = "file"
	KindCard    MessageKind = "card"
	KindChoices MessageKind = "choices"
	KindForm    MessageKind = "form"
	KindNote    MessageKind = "note"
	KindNotice  MessageKind = "notice"
)

// KindCanary is what a canary writes to see whether a line works. No person ever sees it.
const KindCanary MessageKind = "canary"

// Audience says who is shown a message of the kind.
func (k MessageKind) Audience() Audience {
	switch k {
	case KindNote:
		return ToAgents
	case KindCanary:
		return ToVisitor | ToCanary
	}
	return ToAll
}

// Message is one entry of a conversation's log. Its JSON is the shape of the API.
type Message struct {
	ID           ID `json:"id"`
	Conversation ID `json:"conversation_id,omitempty"`
	// Seq is the message's number in its conversation: 1, 2, 3 … without a gap. Notes count apart.
	Seq int64 `json:"seq"`
	// ClientID is the sender's own id for it; empty for what the desk writes.
	ClientID ID          `json:"client_id,omitempty"`
	Author   Author      `json:"author"`
	Kind     MessageKind `json:"kind"`
	Text     string      `json:"text,omitempty"`
	// Data is a JSON object whose fields depend on the kind; see Notice and FileData. Empty when there is none.
	Data    json.RawMessage `json:"data,omitempty"`
	Created Time            `json:"created_at"`
	Trace   string          `json:"trace_id,omitempty"`
}

// Recalls returns the number of the message that was taken back, where that is what the entry tells; 0 for every other entry.
func (m Message) Recalls() int64 {
	if m.Kind != KindNotice || !bytes.Contains(m.Data, []byte(`"recalled"`)) {
		return 0
	}
	var n Notice
	if err := json.Unmarshal(m.Data, &n); err != nil {
		return 0
	}
	return n.Seq
}

// LogValue keeps a visitor's words out of logs.
func (m Message) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", string(m.ID)), slog.String("conversation", string(m.Conversation)), slog.Int64("seq", m.Seq), slog.String("kind", string(m.Kind)))
}

// Draft is a message before it has a number.
type Draft struct {
	Conversation ID
	ClientID     ID
	Author       Author
	// Bot asks for the message to be an assistant's: the program's whose API key it came with.
	Bot  bool
	Kind MessageKind
	Text string
	Data json.RawMessage
	// Attachment is what a message of kind image or file names. Data is filled in from it.
	Attachment ID
	// Preview stands in the lists where there is no text.
	Preview string
	Trace   string
	// Parent is the span its sender's traceparent named, 16 hex digits; empty when there was none.
	Parent string
	// Received and Routed are when the request came in and when its batch began; Queued is when a shard took it.
	Received, Queued, Routed time.Time
}

// LogValue keeps a visitor's words out of logs.
func (d Draft) LogValue() slog.Value {
	return slog.GroupValue(slog.String("conversation", string(d.Conversation)), slog.String("client_id", string(d.ClientID)))
}

// Check reports what is wrong with a draft somebody sent: an Error of CodeInvalid, nil when nothing is.
func (d Draft) Check() error {
	if _, err := ParseID(string(d.ClientID)); err != nil {
		return Invalid("client_id", "client_id must be a UUID of the sender's own.")
	}
	if d.Kind == KindImage || d.Kind == KindFile {
		if d.Text != "" {
			return Invalid("caption", "A file goes without a text: send the text as a message of its own.")
		}
		if _, err := ParseID(string(d.Attachment)); err != nil {
			return Invalid("attachment_id", "attachment_id must be the id of an attachment.")
		}
		return nil
	}
	if !d.Kind.said(d.Author.Kind) {
		return Invalid("kind", "This kind of message cannot be sent.")
	}
	return CheckText(d.Text, MaxText)
}

// CheckText reports what is wrong with words somebody typed: nothing in them, NUL, broken UTF-8, or more than max characters.
func CheckText(s string, max int) error {
	if !utf8.ValidString(s) {
		return Invalid("text_encoding", "The text is not valid UTF-8.")
	}
	if strings.ContainsRune(s, 0) {
		return Invalid("text_nul", "The text contains a NUL character.")
	}
	if strings.TrimSpace(s) == "" {
		return Invalid("text_empty", "There is nothing to send yet.")
	}
	if utf8.RuneCountInString(s) > max {
		return Invalid("text_long", "The text is longer than 8,000 characters.")
	}
	return nil
}

// Appended is what became of one draft of a batch.
type Appended struct {
	Message Message
	// Repeat says that the client id had been seen before and Message is the first one.
	Repeat bool
	// Conversation is the conversation after the append; zero for a repeat.
	Conversation Conversation
	// Moved says that the message changed the conversation's status.
	Moved bool
	// Before is how far each side had read before the message; zero for a repeat.
	Before Marks
	// Err is why this draft alone was refused: not found, ended, or its client id used with other content; or it is ErrHeld.
	Err error
}

// ErrHeld says of a draft that nothing was decided about it: another transaction has its conversation.
var ErrHeld = errors.New("another transaction has the conversation")

// Receipt says how far one participant of a conversation has received and read.
type Receipt struct {
	Conversation ID    `json:"conversation_id,omitempty"`
	Kind         Kind  `json:"kind"`
	Delivered    int64 `json:"delivered,omitempty"`
	Read         int64 `json:"read,omitempty"`
}

// RecallWithin is how long after it was written its author may take a message back.
const RecallWithin = 2 * time.Minute

// Notice is the Data of a notice: which sentence it is and what goes into it. The reader's page says it in her language.
type Notice struct {
	// Name is one of joined, queued, transferred, passed, human, reminded, ending, closed, reopened, left, rated, recalled.
	Name string `json:"notice"`
	// Agent is the name of the agent it is about.
	Agent string `json:"agent,omitempty"`
	// From is the name of the agent who handed over.
	From string `json:"from,omitempty"`
	// By is who did it: visitor, agent, bot or system.
	By Kind `json:"by,omitempty"`
	// Score is the rating given, 1 to 5.
	Score int `json:"score,omitempty"`
	// Minutes are those until a conversation ends whose visitor says nothing; only on ending.
	Minutes int `json:"minutes,omitempty"`
	// Seq is the message that was taken back: the entry with it is the news of that and shows nothing itself. The message
	// has become a notice without it, which says so in its place.
	Seq int64 `json:"seq,omitempty"`
}

// Time is a time whose JSON is RFC 3339 in UTC with milliseconds.
type Time struct{ time.Time }

const layout = "2006-01-02T15:04:05.000Z"

// MarshalJSON writes "2006-01-02T15:04:05.000Z".
func (t Time) MarshalJSON() ([]byte, error) {
	return t.UTC().AppendFormat(make([]byte, 0, 26), `"`+layout+`"`), nil
}

// UnmarshalJSON reads any RFC 3339 time.
func (t *Time) UnmarshalJSON(b []byte) error { return t.Time.UnmarshalJSON(b) }

// Text returns the time as the API writes it.
func (t Time) Text() string { return t.UTC().Format(layout) }
