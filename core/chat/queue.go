package chat

import "time"

// Queue is what a line does while visitors wait. The zero value leaves them to agents at once.
type Queue struct {
	// BotSeconds is for how long the words that begin a wait are the line's assistant's to answer before agents are given them; 0 for
	// no assistant, 120 at most.
	BotSeconds int `json:"bot_seconds,omitempty"`
}

// Check reports what is wrong with it.
func (q Queue) Check() error {
	if q.BotSeconds < 0 || q.BotSeconds > 120 {
		return Invalid("queue_bot", "An assistant has at most 120 seconds to answer.")
	}
	return nil
}

// Bots reports whether what waits is the assistant's to answer now, before anybody else's.
func (q Queue) Bots(c Conversation, now time.Time) bool {
	return c.Human.IsZero() && now.Sub(c.Waiting.Time) < time.Duration(q.BotSeconds)*time.Second
}
