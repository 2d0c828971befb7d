package chat

// Canned is a reply kept ready. It belongs to an agent, to a line, or to everybody when both are empty.
type Canned struct {
	ID    ID     `json:"id"`
	Line  string `json:"line,omitempty"`
	Owner ID     `json:"owner_id,omitempty"`
	// Shortcut is what is typed after "/".
	Shortcut string `json:"shortcut"`
	Title    string `json:"title"`
	// Body is what it says; {agent} in it is the name of whoever uses it.
	Body   string `json:"body"`
	Locale string `json:"locale,omitempty"`
}

// Check reports what is wrong with a canned reply.
func (c Canned) Check() error {
	if err := CheckText(c.Shortcut, 32); err != nil {
		return Invalid("shortcut", "A shortcut is a word of at most 32 characters.")
	}
	if err := CheckText(c.Title, 80); err != nil {
		return Invalid("title", "A title is a text of at most 80 characters.")
	}
	return CheckText(c.Body, MaxText)
}
