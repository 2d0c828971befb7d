package push

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

func TestLean_pulse(t *testing.T) {
	t.Parallel()
	t.Run("only who heard nothing else is told where she stands", func(t *testing.T) {
		t.Parallel()
		g := startLean(t, Options{Heartbeat: 300 * time.Millisecond})
		g.adjust = func(s *Stream) { s.Read = chat.Marks{Agent: 1} }
		silent, busy := g.open(t, "/c/"+string(other)), g.open(t, "/c/"+string(conv))
		stop := make(chan struct{})
		var all sync.WaitGroup
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(10 * time.Millisecond):
					g.Publish(chat.Event{Kind: chat.EventTyping, Line: shop, Conversation: conv, To: chat.ToVisitor, Data: json.RawMessage(`{}`)})
				}
			}
		})
		for range 4 {
			if e := silent.want(t, chat.EventHeartbeat); e.hasID || e.data != `{"head":0,"read":{"visitor_delivered":0,"visitor":0,"agent":1}}` {
				t.Errorf("%+v", e)
			}
		}
		close(stop)
		all.Wait()
		busy.want(t, chat.EventHeartbeat)
		if n := strings.Count(busy.raw.String(), "event: typing"); n < 10 {
			t.Errorf("a heartbeat after %d events: %q", n, busy.raw.String())
		}
	})
	t.Run("a log that is away: degraded, and repeated until it is back", func(t *testing.T) {
		t.Parallel()
		g := startLean(t, Options{Heartbeat: 200 * time.Millisecond})
		g.store.append(conv, "x")
		g.store.failing = 3
		s, a := g.open(t, "/c/"+string(conv)), g.open(t, "/agent/"+string(agent))
		if e := s.want(t, chat.EventHeartbeat); !strings.Contains(e.data, `"degraded":true`) {
			t.Errorf("%+v", e)
		}
		s.messages(t, 1, 1)
		if !strings.Contains(s.raw.String(), `"agent":0}}`) {
			t.Errorf("it did not say that it is well: %q", s.raw.String())
		}
		a.want(t, chat.EventHeads)
		if n := g.Stats().PullErrors; n != 3 {
			t.Errorf("%d pulls failed", n)
		}
		g.Degraded(shop, true)
		if e := s.want(t, chat.EventHeartbeat); !strings.Contains(e.data, `"degraded":true`) {
			t.Errorf("%+v", e)
		}
	})
}
