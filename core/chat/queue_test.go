package chat

import (
	"testing"
	"time"
)

func TestQueue_Offers(t *testing.T) {
	t.Parallel()
	now := time.Now()
	waits := func(minutes, position int) Conversation {
		return Conversation{Status: StatusWaiting, Waiting: Time{Time: now.Add(-time.Duration(minutes) * time.Minute)}, Position: position}
	}
	for name, c := range map[string]struct {
		q    Queue
		c    Conversation
		want bool
	}{
		"nothing set":              {Queue{}, waits(90, 400), false},
		"long enough":              {Queue{LeaveMinutes: 5}, waits(5, 1), true},
		"not yet":                  {Queue{LeaveMinutes: 5}, waits(4, 400), false},
		"many before her":          {Queue{LeaveWaiting: 20}, waits(0, 21), true},
		"not so many":              {Queue{LeaveWaiting: 20}, waits(90, 20), false},
		"either":                   {Queue{LeaveMinutes: 5, LeaveWaiting: 20}, waits(6, 3), true},
		"the assistant's turn yet": {Queue{BotSeconds: 60, LeaveWaiting: 2}, waits(0, 3), false},
		"left already":             {Queue{LeaveMinutes: 5}, func() Conversation { c := waits(9, 1); c.Left = c.Waiting; return c }(), false},
		"somebody has it":          {Queue{LeaveMinutes: 5}, func() Conversation { c := waits(9, 0); c.Status = StatusOpen; return c }(), false},
	} {
		if got := c.q.Offers(c.c, now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestQueue_Check(t *testing.T) {
	t.Parallel()
	for q, ok := range map[Queue]bool{{}: true, {BotSeconds: 120, LeaveMinutes: 120, LeaveWaiting: 500}: true, {BotSeconds: 121}: false, {LeaveMinutes: 121}: false, {LeaveWaiting: -1}: false} {
		if err := q.Check(); (err == nil) != ok {
			t.Errorf("%+v: %v", q, err)
		}
	}
}
