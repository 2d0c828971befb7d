package desk

import (
	"testing"

	"github.com/taadis/unique-support/core/chat"
)

func TestTold_first(t *testing.T) {
	t.Parallel()
	message := func(conversation chat.ID, seq int64) chat.Event {
		return chat.Event{Kind: chat.EventMessage, Conversation: conversation, Seq: seq}
	}
	t.Run("OK", func(t *testing.T) {
		var told told
		for _, e := range []chat.Event{message("a", 1), message("a", 2), message("b", 1)} {
			if news, again := told.first(e), told.first(e); !news || again {
				t.Fatalf("%+v is not told once", e)
			}
		}
	})
	t.Run("what has no number is always news", func(t *testing.T) {
		var told told
		for _, e := range []chat.Event{message("a", 0), {Kind: chat.EventTyping, Conversation: "a", Seq: 1}} {
			if news, again := told.first(e), told.first(e); !news || !again {
				t.Fatalf("%+v was dropped", e)
			}
		}
	})
	t.Run("it remembers so many and no more", func(t *testing.T) {
		var told told
		for seq := range int64(3 * tells) {
			if !told.first(message("a", seq+1)) {
				t.Fatalf("%d was dropped", seq+1)
			}
		}
		if len(told.seen) != tells || told.first(message("a", 3*tells)) || told.first(message("a", 2*tells+1)) || !told.first(message("a", 2*tells)) {
			t.Fatalf("%d remembered", len(told.seen))
		}
	})
	t.Run("a new history", func(t *testing.T) {
		var told told
		told.first(message("a", 1))
		told.forget()
		if !told.first(message("a", 1)) {
			t.Fatal("its first message was dropped")
		}
	})
}
