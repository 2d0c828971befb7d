package push

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/taadis/unique-support/core/chat"
)

// Pushed is called for messages that were offered to the side they are not from, and for nothing else.
func TestHub_Publish_pushed(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var pushed []int64
	g := start(t, Options{Heartbeat: 20 * time.Millisecond, Pushed: func(e *chat.Event) {
		mu.Lock()
		defer mu.Unlock()
		if e.Conversation != conv || e.Line != shop {
			t.Errorf("pushed %+v", e)
		}
		pushed = append(pushed, e.Seq)
	}})
	say := func(by chat.Kind) {
		e := g.store.append(conv, fmt.Sprint(by))
		e.By = by
		g.Publish(e)
	}
	visitor := g.open(t, "/c/"+string(conv))
	visitor.want(t, "heartbeat")
	say(chat.KindVisitor) // 1: only she herself sees it
	say(chat.KindSystem)  // 2
	say(chat.KindAgent)   // 3
	visitor.messages(t, 1, 3)
	agent := g.open(t, "/agent/"+string(conv))
	agent.want(t, "heads")
	say(chat.KindVisitor) // 4
	visitor.messages(t, 4, 4)
	agent.want(t, "message")
	visitor.close()
	for range 2 { // a note, and a word that is in no log
		g.Publish(chat.Event{Kind: chat.EventMessage, Line: shop, Conversation: conv, By: chat.KindVisitor, To: chat.ToAgents, Data: []byte(`{}`)})
		g.Publish(chat.Event{Kind: chat.EventReceipt, Line: shop, Conversation: conv, By: chat.KindVisitor, To: chat.ToAgents, Seq: 9, Data: []byte(`{}`)})
	}
	for range 2 {
		agent.want(t, "message")
		agent.want(t, "receipt")
	}
	say(chat.KindVisitor) // 5
	agent.want(t, "message")
	say(chat.KindVisitor) // 6: when it is there, the lane is done with 5
	agent.want(t, "message")
	mu.Lock()
	defer mu.Unlock()
	if d := cmp.Diff([]int64{2, 3, 4, 5}, slices.DeleteFunc(pushed, func(seq int64) bool { return seq == 6 })); d != "" {
		t.Error(d)
	}
}
