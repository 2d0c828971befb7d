package chat

import "time"

// Queue is what a line does while visitors wait. The zero value leaves them to agents at once.
type Queue struct {
	// BotSeconds is for how long the words that begin a wait are the line's assistant's to answer before agents are given them; 0 for
	// no assistant, 120 at most.
	BotSeconds int `json:"bot_seconds,omitempty"`
	// LeaveMinutes is after how many minutes of waiting a visitor is offered to leave a message instead, LeaveWaiting with how many
	// before her; 0 for never.
	LeaveMinutes int `json:"leave_minutes,omitempty"`
	LeaveWaiting int `json:"leave_waiting,omitempty"`
}

// Check reports what is wrong with it.
func (q Queue) Check() error {
	if q.BotSeconds < 0 || q.BotSeconds > 120 {
		return Invalid("queue_bot", "An assistant has at most 120 seconds to answer.")
	}
	if q.LeaveMinutes < 0 || q.LeaveMinutes > 120 || q.LeaveWaiting < 0 || q.LeaveWaiting > 500 {
		return Invalid("queue_leave", "Leaving a message is offered after at most 120 minutes, or with at most 500 waiting before her.")
	}
	return nil
}

// Offers reports whether a visitor who waits is to be offered to leave a message instead.
func (q Queue) Offers(c Conversation, now time.Time) bool {
	return c.Status == StatusWaiting && c.Left.IsZero() && !q.Bots(c, now) &&
		(q.LeaveMinutes > 0 && now.Sub(c.Waiting.Time) >= time.Duration(q.LeaveMinutes)*time.Minute || q.LeaveWaiting > 0 && c.Position > q.LeaveWaiting)
}

// Bots reports whether what waits is the assistant's to answer now, before anybody else's.
func (q Queue) Bots(c Conversation, now time.Time) bool {
	return c.Human.IsZero() && now.Sub(c.Waiting.Time) < time.Duration(q.BotSeconds)*time.Second
}
