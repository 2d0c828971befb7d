package desk

import (
	"fmt"
	"testing"

	"github.com/taadis/unique-support/core/chat"
)

func TestStands_tell(t *testing.T) {
	t.Parallel()
	var s stands
	told := ""
	tell := func(id chat.ID, seq int64, status chat.Status) {
		c := chat.Conversation{ID: id, LastSeq: seq, Status: status}
		s.tell(conversationEvent(c, chat.ToAgents), func(chat.Event) { told += fmt.Sprint(id, " ", status, "; ") })
	}
	want := func(t *testing.T, want string) {
		t.Helper()
		if told != want {
			t.Errorf("told %q, want %q", told, want)
		}
		told = ""
	}
	t.Run("OK", func(t *testing.T) {
		tell("a", 1, chat.StatusWaiting)
		tell("a", 2, chat.StatusOpen)
		tell("a", 2, chat.StatusSnoozed) // without a notice
		want(t, "a waiting; a open; a snoozed; ")
	})
	t.Run("what somebody comes too late with", func(t *testing.T) {
		tell("b", 2, chat.StatusOpen)
		tell("b", 1, chat.StatusWaiting)
		tell("c", 1, chat.StatusWaiting)
		want(t, "b open; c waiting; ")
	})
	t.Run("a new history", func(t *testing.T) {
		s.forget()
		tell("b", 1, chat.StatusWaiting)
		want(t, "b waiting; ")
	})
	t.Run("it remembers so many and no more", func(t *testing.T) {
		for i := range 2 * tells {
			tell(chat.ID(fmt.Sprint(i)), 1, chat.StatusOpen)
		}
		if len(s.seqs) != tells {
			t.Errorf("%d remembered", len(s.seqs))
		}
	})
}
