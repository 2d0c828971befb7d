package push

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

func TestHub_slowReader(t *testing.T) {
	t.Run("is bounded, slows nobody, is ended after the deadline, and comes back by its number", func(t *testing.T) {
		bubble(t, Options{}, func(t *testing.T, g *rig) {
			fast := g.open(t, "/c/"+string(conv))
			slow := g.open(t, "/c/"+string(conv))
			synctest.Wait()
			slow.pause(true)
			before := time.Now()
			text := strings.Repeat("字", 1000)
			for i := range int64(1000) {
				g.Publish(g.store.append(conv, text))
				fast.messages(t, i+1, i+1)
			}
			if d := time.Since(before); d != 0 {
				t.Errorf("the others waited %v", d)
			}
			held := 0
			for _, r := range g.table.readers(topic{shop, conv}) {
				l := r.(*loop)
				l.mu.Lock()
				held += l.bytes
				if len(l.queue) > 64 || l.bytes > 64<<10 {
					t.Errorf("%d frames, %d bytes wait", len(l.queue), l.bytes)
				}
				l.mu.Unlock()
			}
			if held == 0 {
				t.Error("nobody is behind")
			}
			time.Sleep(10 * time.Second)
			synctest.Wait()
			if s := g.Stats(); s.Cut["slow"] != 1 || s.Visitors != 1 {
				t.Errorf("%+v", s)
			}
			slow.close()
			again := g.open(t, "/c/"+string(conv), "Last-Event-ID: "+epoch+".0")
			again.messages(t, 1, 1000)
		})
	})
	t.Run("that moves now and then is not ended", func(t *testing.T) {
		bubble(t, Options{}, func(t *testing.T, g *rig) {
			for range 100 {
				g.store.append(conv, strings.Repeat("x", 4000))
			}
			s, err := g.connect("/c/" + string(conv)) // reads only when it is asked to
			if err != nil {
				t.Fatal(err)
			}
			defer s.close()
			for i := range int64(100) {
				time.Sleep(2 * time.Second)
				s.messages(t, i+1, i+1)
			}
		})
	})
	t.Run("pulls what its full queue had no room for", func(t *testing.T) {
		bubble(t, Options{Queue: 4}, func(t *testing.T, g *rig) {
			s := g.open(t, "/c/"+string(conv))
			synctest.Wait()
			s.pause(true)
			for range 200 {
				g.Publish(g.store.append(conv, strings.Repeat("x", 400)))
				synctest.Wait()
			}
			s.pause(false)
			s.messages(t, 1, 200)
			if p := g.Stats().Pulls; p["full"] == 0 || p["new"] != 1 || p["gap"] != 0 {
				t.Errorf("pulls %v", p)
			}
		})
	})
}

func TestHub_Cut(t *testing.T) {
	t.Run("OK: at once, also a stream that is stuck in a write", func(t *testing.T) {
		bubble(t, Options{}, func(t *testing.T, g *rig) {
			idle := g.open(t, "/agent/"+string(agent))
			idle.want(t, chat.EventHeads)
			stuck := g.open(t, "/agent/"+string(agent))
			stuck.want(t, chat.EventHeads)
			stuck.pause(true)
			bystander := g.open(t, "/agent/"+string(other))
			bystander.want(t, chat.EventHeads)
			for range 20 {
				g.Publish(g.store.append(conv, strings.Repeat("x", 4000)))
				idle.want(t, chat.EventMessage)
				bystander.want(t, chat.EventMessage)
			}
			from := time.Now()
			g.Cut(agent)
			idle.ended(t)
			synctest.Wait()
			if s := g.Stats(); s.Agents != 1 || s.Cut["revoked"] != 2 {
				t.Errorf("%+v", s)
			}
			if d := time.Since(from); d != 0 {
				t.Errorf("after %v", d)
			}
			g.Publish(g.store.append(conv, "x"))
			bystander.want(t, chat.EventMessage)
		})
	})
	t.Run("so does the end of its Until, and Closed is called once", func(t *testing.T) {
		bubble(t, Options{}, func(t *testing.T, g *rig) {
			until, lose := context.WithCancel(context.Background())
			var closed atomic.Int32
			g.adjust = func(s *Stream) { s.Until, s.Closed = until, func() { closed.Add(1) } }
			s := g.open(t, "/agent/"+string(agent))
			s.want(t, chat.EventHeads)
			if n := closed.Load(); n != 0 {
				t.Errorf("closed %d times while it is open", n)
			}
			lose()
			s.ended(t)
			synctest.Wait()
			if s := g.Stats(); closed.Load() != 1 || s.Cut["revoked"] != 1 {
				t.Errorf("closed %d times, %+v", closed.Load(), s)
			}
			g.adjust = func(s *Stream) { *s = Stream{Closed: func() { closed.Add(1) }} }
			g.open(t, "/refused")
			if n := closed.Load(); n != 2 {
				t.Errorf("one that was refused: closed %d times in all", n)
			}
		})
	})
}

func TestHub_agents(t *testing.T) {
	t.Run("OK: heads first, then live events without ids", func(t *testing.T) {
		bubble(t, Options{}, func(t *testing.T, g *rig) {
			g.store.append(conv, "x")
			s := g.open(t, "/agent/"+string(agent))
			if e, err := s.next(); err != nil || e.kind != "heads" || e.data != `{"`+string(conv)+`":1}` {
				t.Fatalf("%+v, %v", e, err)
			}
			for i := range int64(5) {
				g.Publish(g.store.append(other, "x"))
				if e := s.want(t, chat.EventMessage); e.hasID || e.seq(t) != i+1 {
					t.Errorf("%+v", e)
				}
			}
			g.Publish(chat.Event{Kind: chat.EventPresence, Line: "bank", To: chat.ToAgents, Data: json.RawMessage(`{}`)})
			s.want(t, chat.EventPresence)
			g.Publish(chat.Event{Kind: chat.EventPresence, Line: "elsewhere", To: chat.ToAgents, Data: json.RawMessage(`{}`)})
			if n := g.Stats().Published; n != 6 {
				t.Errorf("%d events published", n)
			}
		})
	})
	t.Run("see only what they are allowed to", func(t *testing.T) {
		bubble(t, Options{}, func(t *testing.T, g *rig) {
			g.adjust = func(s *Stream) {
				mine := chat.ID(s.Agent)
				s.Allow = func(e chat.Event) bool { return e.Agent == "" || e.Agent == mine }
			}
			s := g.open(t, "/agent/"+string(agent))
			s.want(t, chat.EventHeads)
			for i, owner := range []chat.ID{other, agent, other, ""} {
				e := g.store.append(conv, fmt.Sprint(i))
				e.Agent = owner
				g.Publish(e)
			}
			if a, b := s.want(t, chat.EventMessage).seq(t), s.want(t, chat.EventMessage).seq(t); a != 2 || b != 4 {
				t.Errorf("saw %d and %d", a, b)
			}
		})
	})
	t.Run("a permission check that panics ends its stream and no other", func(t *testing.T) {
		bubble(t, Options{}, func(t *testing.T, g *rig) {
			well := g.open(t, "/agent/"+string(other))
			well.want(t, chat.EventHeads)
			g.adjust = func(s *Stream) { s.Allow = func(chat.Event) bool { panic("boom") } }
			ill := g.open(t, "/agent/"+string(agent))
			ill.want(t, chat.EventHeads)
			g.Publish(g.store.append(conv, "x"))
			well.want(t, chat.EventMessage)
			ill.ended(t)
			if s := g.Stats(); s.Cut["panic"] != 1 || s.LaneRestarts != 0 {
				t.Errorf("%+v", s)
			}
		})
	})
	t.Run("one who overflows is cut and comes back", func(t *testing.T) {
		bubble(t, Options{}, func(t *testing.T, g *rig) {
			s := g.open(t, "/agent/"+string(agent))
			s.want(t, chat.EventHeads)
			s.pause(true)
			for range 1200 {
				g.Publish(g.store.append(conv, strings.Repeat("x", 400)))
				synctest.Wait()
			}
			time.Sleep(10 * time.Second) // the deadline of the write it is stuck in
			synctest.Wait()
			if st := g.Stats(); st.Cut["overflow"] != 1 || st.Agents != 0 {
				t.Errorf("%+v", st)
			}
			s = g.open(t, "/agent/"+string(agent))
			if e := s.want(t, chat.EventHeads); e.data != `{"`+string(conv)+`":1200}` {
				t.Errorf("heads %s", e.data)
			}
		})
	})
	t.Run("heads that cannot be read come later", func(t *testing.T) {
		bubble(t, Options{}, func(t *testing.T, g *rig) {
			g.store.down = true
			s := g.open(t, "/agent/"+string(agent))
			s.want(t, chat.EventHeartbeat)
			g.store.mu.Lock()
			g.store.down = false
			g.store.mu.Unlock()
			if e := s.want(t, chat.EventHeartbeat); strings.Contains(e.data, "degraded") {
				t.Errorf("%+v", e)
			}
			s.want(t, chat.EventHeads)
		})
	})
}

func TestHub_Drain(t *testing.T) {
	t.Run("OK: a goodbye to each, spread, and everything ends", func(t *testing.T) {
		bubble(t, Options{}, func(t *testing.T, g *rig) {
			const n = 20
			from := time.Now()
			left := make(chan time.Duration, n)
			for i := range n {
				path := "/c/" + string(conv)
				if i%2 == 0 {
					path = "/agent/" + string(agent)
				}
				s := g.open(t, path)
				go func() {
					e := s.want(t, chat.EventGoodbye)
					if e.data != `{"after_ms":1000}` || e.hasID {
						t.Errorf("%+v", e)
					}
					s.ended(t)
					left <- time.Since(from)
				}()
			}
			synctest.Wait()
			refused := make(chan string, 1)
			go func() {
				time.Sleep(time.Second)
				s, err := g.connect("/c/" + string(conv))
				if err != nil {
					refused <- err.Error()
					return
				}
				defer s.close()
				b, _ := io.ReadAll(s.lines)
				refused <- string(b)
			}()
			g.Drain(20 * time.Second)
			if d := time.Since(from); d != 19*time.Second {
				t.Errorf("drained after %v", d)
			}
			early := 0
			for range n {
				if <-left < 10*time.Second {
					early++
				}
			}
			if early != n/2 {
				t.Errorf("%d of %d left in the first half", early, n)
			}
			if r := <-refused; r != string(chat.CodeLineUnavailable) {
				t.Errorf("a new stream was answered %q", r)
			}
			if s := g.Stats(); s.Visitors+s.Agents != 0 || s.Cut["drain"] != 0 {
				t.Errorf("%+v", s)
			}
		})
	})
	t.Run("does not wait for one who does not read", func(t *testing.T) {
		bubble(t, Options{}, func(t *testing.T, g *rig) {
			s := g.open(t, "/c/"+string(conv))
			synctest.Wait()
			s.pause(true)
			from := time.Now()
			g.Publish(g.store.append(conv, strings.Repeat("x", 6000)))
			synctest.Wait()
			g.Drain(0)
			if d := time.Since(from); d != grace {
				t.Errorf("drained after %v", d)
			}
			if s := g.Stats(); s.Cut["drain"] != 1 {
				t.Errorf("%+v", s)
			}
		})
	})
}

func TestHub_Behind(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, g *rig) {
		for range 3 {
			g.store.append(conv, "x")
		}
		s := g.open(t, "/c/"+string(conv)+"?after=2")
		s.messages(t, 3, 3)
		g.open(t, "/agent/"+string(agent)).want(t, chat.EventHeads)
		g.store.append(conv, "every hint was lost")
		g.Behind(shop, conv, 4)
		s.messages(t, 4, 4)
		g.Behind(shop, conv, 4)
		g.Behind("bank", conv, 9)
		synctest.Wait()
		if p := g.Stats().Pulls; p["behind"] != 1 {
			t.Errorf("pulls %v", p)
		}
		s.close()
		synctest.Wait()
		if r := g.table.readers(topic{shop, conv}); len(r) != 0 {
			t.Errorf("the table still knows %v", r)
		}
	})
}

// TestHub_leaves: a stream that ended leaves no goroutine behind, whoever ended it.
func TestHub_leaves(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, g *rig) {
		synctest.Wait()
		before := runtime.NumGoroutine()
		for range 50 {
			s := g.open(t, "/c/"+string(conv))
			if s.resp.StatusCode != http.StatusOK {
				t.Fatal(s.resp.Status)
			}
			s.close()
		}
		synctest.Wait()
		if n := runtime.NumGoroutine(); n > before+5 {
			t.Errorf("%d goroutines, %d before", n, before)
		}
	})
}
