package chat

// BoardLine is how a line stands now.
type BoardLine struct {
	Line string
	// Waiting, Open and Snoozed count conversations; Oldest is since when the first of the queue waits, zero when nobody does.
	Waiting, Open, Snoozed int
	Oldest                 Time
	// Seats are its agents, those online first.
	Seats []Seat
	// Risks have waited too long, the longest first, at most 20: in the queue since Waiting, or for an answer since Last.
	Risks []Conversation
}
