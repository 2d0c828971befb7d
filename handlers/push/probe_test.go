package push

import (
	"fmt"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

func TestHub_Probe(t *testing.T) {
	t.Parallel()
	g := start(t, Options{})
	seen := make(chan string, 64)
	leave := g.Probe(shop, conv, func(side chat.Audience, seq int64) { seen <- fmt.Sprint(side, seq) })
	agent := g.open(t, "/agent/lin")
	defer agent.close()
	agent.want(t, chat.EventHeads)
	visitor := g.open(t, "/c/"+string(other))
	defer visitor.close()

	sung := g.store.append(conv, "la")
	sung.To = chat.KindCanary.Audience()
	g.Publish(sung)
	for range 2 {
		select {
		case s := <-seen:
			if s != fmt.Sprint(chat.ToVisitor, 1) && s != fmt.Sprint(chat.ToCanary, 1) {
				t.Errorf("it saw %s", s)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("it sees nothing")
		}
	}
	// People get the next message of theirs, and nothing before it; the canary gets none of it.
	g.Publish(g.store.append(other, "for people"))
	visitor.messages(t, 1, 1)
	if e := agent.want(t, chat.EventMessage); e.seq(t) != 1 || len(seen) != 0 {
		t.Errorf("the agent got %q, the canary saw %d more", e.data, len(seen))
	}
	leave()
	leave()
	if g.Watched(shop, conv) != g.Watched(shop, other+"x") || g.watched(&sung) {
		t.Error("it still watches")
	}
}
