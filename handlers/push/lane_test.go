package push

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/r3labs/sse/v2"

	"github.com/taadis/unique-support/core/chat"
)

// kill ends the handler of a conversation's lane, as an event with nothing in it does.
func (g *rig) kill(c chat.ID) {
	l := g.laneOf(c)
	l.mu.Lock()
	server := l.server
	l.mu.Unlock()
	server.TryPublish(l.name, &sse.Event{})
}

func (g *rig) laneOf(c chat.ID) *lane {
	return g.lanes[g.table.hash(topic{shop, c})%uint64(len(g.lanes))]
}

func TestLane_run(t *testing.T) {
	t.Run("a lane whose handler ended is started again, and what it lost is found", func(t *testing.T) {
		bubble(t, Options{Lanes: 1}, func(t *testing.T, g *rig) {
			s := g.open(t, "/c/"+string(conv))
			synctest.Wait()
			total := int64(0)
			for range 10 {
				g.kill(conv)
				for range 100 {
					total++
					g.Publish(g.store.append(conv, "x"))
				}
				s.messages(t, total-99, total)
				time.Sleep(time.Second)
			}
			if st := g.Stats(); st.LaneRestarts != 10 || st.LaneLost == 0 || st.Pulls["lane"]+st.Pulls["gap"] == 0 {
				t.Errorf("%+v", st)
			}
			l := g.laneOf(conv)
			synctest.Wait()
			l.mu.Lock()
			defer l.mu.Unlock()
			if l.flight.len() != 0 || l.queue.len() != 0 || !l.ready {
				t.Errorf("%d in flight, %d queued, ready %v", l.flight.len(), l.queue.len(), l.ready)
			}
		})
	})
	t.Run("an agent who lost something there is cut, and comes back to the heads", func(t *testing.T) {
		bubble(t, Options{Lanes: 1}, func(t *testing.T, g *rig) {
			s := g.open(t, "/agent/"+string(agent))
			s.want(t, chat.EventHeads)
			for range 30 { // whether what follows a kill is lost, or waits for the lane to start again, is a matter of luck
				g.kill(conv)
				for range 10 {
					g.Publish(g.store.append(conv, "x"))
				}
				time.Sleep(time.Second)
				if g.Stats().LaneLost > 0 {
					break
				}
			}
			if g.Stats().LaneLost == 0 {
				t.Fatal("nothing was lost in 30 kills")
			}
			s.ended(t)
			want := fmt.Sprintf(`{"%s":%d}`, conv, g.store.head(conv))
			if e := g.open(t, "/agent/"+string(agent)).want(t, chat.EventHeads); e.data != want {
				t.Errorf("heads %s, want %s", e.data, want)
			}
		})
	})
	t.Run("a lane ends with its context at any moment", func(t *testing.T) {
		for i := range 30 {
			bubble(t, Options{Lanes: 2}, func(t *testing.T, g *rig) {
				for range i % 5 {
					g.kill(conv)
					for range i {
						g.lanes[0].publish(g.store.append(conv, "x"))
					}
				}
			})
		}
	})
}

func TestHub_Publish(t *testing.T) {
	t.Run("never waits: a full lane makes readers look into the log", func(t *testing.T) {
		bubble(t, Options{Lanes: 1}, func(t *testing.T, g *rig) {
			v := g.open(t, "/c/"+string(conv))
			a := g.open(t, "/agent/"+string(agent))
			a.want(t, chat.EventHeads)
			synctest.Wait()
			l := g.laneOf(conv)
			l.mu.Lock()
			l.ready = false // as while it is started again
			l.mu.Unlock()
			const n = laneQueue + 100
			for range n {
				g.Publish(g.store.append(conv, "x"))
			}
			if st := g.Stats(); st.LaneLost != 100 {
				t.Errorf("%+v", st)
			}
			v.messages(t, 1, n) // though the lane still stands
			a.ended(t)
			l.mu.Lock()
			l.ready = true
			l.pump()
			l.mu.Unlock()
			synctest.Wait()
			g.Publish(g.store.append(conv, "x"))
			v.messages(t, n+1, n+1)
		})
	})
	t.Run("before Run it is kept", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			h := New(Options{Lanes: 3})
			r := &ear{s: Stream{Agent: agent, Lines: []string{shop}}}
			if err := h.join(r); err != nil {
				t.Fatal(err)
			}
			for i := range 50 {
				h.Publish(chat.Event{Kind: chat.EventTyping, Line: shop, Conversation: conv, To: chat.ToAgents, Data: json.RawMessage(fmt.Sprint(i))})
			}
			ctx, cancel := context.WithCancel(t.Context())
			ran := make(chan error, 1)
			go func() { ran <- h.Run(ctx) }()
			synctest.Wait()
			if len(r.heard) != 50 || r.heard[49] != "data: 49\nevent: typing\n\n" {
				t.Errorf("heard %q", r.heard)
			}
			if err := h.Run(ctx); err == nil {
				t.Error("it ran twice")
			}
			h.part(r)
			cancel()
			if err := <-ran; err != nil {
				t.Error(err)
			}
		})
	})
}

// ear is a reader that remembers.
type ear struct {
	s     Stream
	heard []string
}

func (e *ear) offer(_ *chat.Event, f *frame) { e.heard = append(e.heard, string(f.body)) }
func (e *ear) miss(*chat.Event)              {}
func (e *ear) behind(int64, reason)          {}
func (e *ear) stream() *Stream               { return &e.s }
func (e *ear) goodbye(time.Duration)         {}
func (e *ear) end(cause)                     {}
func (e *ear) interrupt()                    {}

// deaf is a reader that only tells that something came.
type deaf struct {
	ear
	heard chan struct{}
}

func (d *deaf) offer(*chat.Event, *frame) { d.heard <- struct{}{} }

// running runs a hub until stop.
func running(h *Hub) (ran chan error, stop context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	ran = make(chan error, 1)
	go func() { ran <- h.Run(ctx) }()
	return ran, cancel
}
