package chat

// Assignment says who gets a conversation and why.
type Assignment struct {
	Conversation ID
	To           AgentRef
	By           Author
	// Reason is taken, assigned or transferred.
	Reason string
	// Waiting asks for it only while the conversation still waits; otherwise nothing is changed.
	Waiting bool
	Trace   string
}

// Moved is a conversation after a move, the agent who had it before, and the notice that the move wrote, if it wrote one.
type Moved struct {
	Conversation Conversation
	Before       AgentRef
	Notice       *Message
}
