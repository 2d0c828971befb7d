package chat

import "encoding/json"

// EventKind is what stands behind "event:" on a stream.
type EventKind string

// The events of the HTTP contract.
const (
	EventMessage      EventKind = "message"
	EventReceipt      EventKind = "receipt"
	EventConversation EventKind = "conversation"
	EventTyping       EventKind = "typing"
	EventPresence     EventKind = "presence"
	EventHeads        EventKind = "heads"
	EventHeartbeat    EventKind = "heartbeat"
	EventReset        EventKind = "reset"
	EventGoodbye      EventKind = "goodbye"
)

// EventLeft goes between nodes only: a browser is another person's now, and the streams of whose it was end. Its data is her id.
const EventLeft EventKind = "left"

// Audience says whose streams an event goes to.
type Audience uint8

// An event goes to the conversation's visitor, to the agents of the line, or to both. What a canary writes goes to no
// person: to its own visitor, and to the canary, which stands for the agents.
const (
	ToVisitor Audience = 1 << iota
	ToAgents
	ToCanary
	ToAll = ToVisitor | ToAgents
)

// Event is something that happened, encoded once for all who watch.
type Event struct {
	Kind EventKind
	Line string
	// Conversation is what it is about; a presence event has none.
	Conversation ID
	// Seq numbers a message in the conversation's log; 0 for everything that is not in the log, notes included.
	Seq int64
	// Agent has the conversation, so that a stream can tell whether its agent may see it; empty while it waits.
	Agent ID
	// By is the side a message is from; empty for everything else.
	By Kind
	To Audience
	// Data is one line of JSON.
	Data json.RawMessage
	// Trace is the trace of what caused it.
	Trace string
}

// Ephemeral reports whether the event is lost on whoever was away: it is not in the log.
func (e Event) Ephemeral() bool { return e.Kind != EventMessage || e.Seq == 0 }

// Typing is the data of a typing event. Draft is what has been typed so far, for agents and only where the line shows it.
type Typing struct {
	Conversation ID     `json:"conversation_id"`
	Author       Author `json:"author"`
	Draft        string `json:"draft,omitempty"`
}

// Heartbeat is the data of a heartbeat: the newest message's number and how far each side has read.
type Heartbeat struct {
	Head int64 `json:"head"`
	Read Marks `json:"read"`
}
