package chat

// Assignment says who gets a conversation and why.
type Assignment struct {
	Conversation ID
	To           AgentRef
	By           Author
	// Reason is an Order or one of the Reason constants, Grounds what it rests on.
	Reason  string
	Grounds Grounds
	// Waiting asks for it only while the conversation still waits; otherwise nothing is changed.
	Waiting bool
	Trace   string
}

// Passing says whom a conversation asks for from now on, and who passed it on.
type Passing struct {
	Conversation ID
	Team         TeamRef
	Skill        string
	By           Author
	Trace        string
}

// Moved is a conversation after a move, the agent who had it before, and the notice that the move wrote, if it wrote one.
type Moved struct {
	Conversation Conversation
	Before       AgentRef
	Notice       *Message
}
