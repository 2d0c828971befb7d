package chat

// View is one of an agent's lists.
type View string

// The lists of the console.
const (
	ViewMine   View = "mine"   // open, and hers
	ViewQueue  View = "queue"  // waiting for anybody
	ViewAll    View = "all"    // every open one of her lines
	ViewClosed View = "closed" // ended
	// ViewMentions are those in which a note names her.
	ViewMentions View = "mentions"
	// ViewSnoozed are those set aside.
	ViewSnoozed View = "snoozed"
	ViewAny     View = "any" // all of these: where one searches
)

// InboxQuery asks for a page of a list.
type InboxQuery struct {
	View  View
	Agent ID
	// Lines are where to look.
	Lines []string
	// Status, Label and Q narrow the list. Q are words that all have to be there: in one message or note, on its card, or in what is
	// known of the visitor.
	Status Status
	Label  string
	// Holder is the agent who has it, "none" for nobody; Unread leaves only what Agent has not read, and Waited what has waited so many
	// minutes.
	Holder string
	Unread bool
	Waited int
	Q      string
	// Conversation narrows the list to this one, to ask whether it is in it; "" for all.
	Conversation ID
	// Cursor is where the last page ended, "" for the first.
	Cursor string
	// Limit is how many rows at most, 1 to 200.
	Limit int
}

// InboxPage is a page of a list, newest first, the queue oldest first; of what was looked for, the newest hit first.
type InboxPage struct {
	Conversations []Conversation `json:"conversations"`
	// Cursor asks for the next page; "" when this was the last.
	Cursor string `json:"cursor,omitempty"`
	// Unavailable names the lines that could not answer.
	Unavailable []string `json:"unavailable,omitempty"`
}

// Counts are the numbers beside an agent's lists.
type Counts struct {
	Mine, Queue, All int
	// Mentions counts conversations with a note that names her and that she has not seen.
	Mentions int
	// Lines counts what is open or waiting per line.
	Lines map[string]int
}
