package push

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/taadis/unique-support/core/chat"
)

// screen is a participant who comes back whenever her stream ends, with the last number she has, and reads when she may.
type screen struct {
	mu    sync.Mutex
	may   *sync.Cond
	stall bool
	stop  bool
	seen  []int64
	src   *source
	wrong string
}

func newScreen() *screen {
	s := &screen{}
	s.may = sync.NewCond(&s.mu)
	return s
}

func (s *screen) watch(g *rig, c chat.ID) {
	for {
		s.mu.Lock()
		last, stop := int64(len(s.seen)), s.stop
		s.mu.Unlock()
		if stop {
			return
		}
		src, err := g.connect("/c/"+string(c), fmt.Sprintf("Last-Event-ID: %s.%d", epoch, last))
		if err == nil {
			s.read(src)
			src.close()
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (s *screen) read(src *source) {
	s.mu.Lock()
	s.src = src
	stop := s.stop
	s.mu.Unlock()
	if stop { // nobody hangs up any more
		return
	}
	for {
		s.mu.Lock()
		for s.stall && !s.stop {
			s.may.Wait()
		}
		s.mu.Unlock()
		e, err := src.next()
		if err != nil {
			return
		}
		if e.kind != "message" {
			if e.hasID {
				s.complain("an id on " + e.kind)
			}
			continue
		}
		var seq int64
		if _, err := fmt.Sscanf(e.lastID, epoch+".%d", &seq); err != nil {
			s.complain("id " + e.lastID)
		}
		s.mu.Lock()
		s.seen = append(s.seen, seq)
		if int64(len(s.seen)) != seq && s.wrong == "" {
			s.wrong = fmt.Sprint("saw ", s.seen)
		}
		s.mu.Unlock()
	}
}

func (s *screen) complain(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wrong == "" {
		s.wrong = what
	}
}

// set changes what the screen may do.
func (s *screen) set(f func()) {
	s.mu.Lock()
	f()
	s.mu.Unlock()
	s.may.Broadcast()
}

func (s *screen) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.src != nil {
		s.src.close()
	}
}

// plan is what happens, drawn before it happens: a bubble has a goroutine of its own, and rapid draws in its own only.
type plan struct {
	options Options
	screens int
	steps   []step
}

type step struct {
	what         string
	conversation chat.ID
	screen       int
	rest         time.Duration
}

func drawPlan(t *rapid.T) plan {
	p := plan{
		options: Options{
			Lanes: rapid.IntRange(1, 3).Draw(t, "lanes"), Queue: rapid.IntRange(1, 8).Draw(t, "queue"),
			Bytes: rapid.IntRange(200, 4000).Draw(t, "bytes"),
		},
		screens: rapid.IntRange(1, 4).Draw(t, "screens"),
	}
	for range rapid.IntRange(1, 120).Draw(t, "steps") {
		p.steps = append(p.steps, step{
			what: rapid.SampledFrom([]string{
				"say", "say", "say", "say", "burst", "lose", "double", "delay", "late", "type", "stall", "read", "hang up", "kill", "fail", "check", "rest", "wait",
			}).Draw(t, "step"),
			conversation: rapid.SampledFrom([]chat.ID{conv, other}).Draw(t, "conversation"),
			screen:       rapid.IntRange(0, p.screens-1).Draw(t, "screen"),
			rest:         time.Duration(rapid.IntRange(1, 12000).Draw(t, "ms")) * time.Millisecond,
		})
	}
	return p
}

// TestHub_property: whatever is lost, doubled, late or stalled on the way, and whoever hangs up or dies, every screen shows
// 1..n, each once, in order, as soon as a position check has been.
func TestHub_property(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := drawPlan(rt)
		var wrong []string
		synctest.Test(t, func(*testing.T) { wrong = p.run() })
		for _, w := range wrong {
			rt.Error(w)
		}
	})
}

// run carries the plan out and says what is wrong afterwards.
func (p plan) run() (wrong []string) {
	g, stop := pipedRig(p.options)
	ids := []chat.ID{conv, other}
	var screens []*screen
	var all sync.WaitGroup
	for i := range p.screens {
		s := newScreen()
		screens = append(screens, s)
		all.Go(func() { s.watch(g, ids[i%2]) })
	}
	for _, x := range p.steps {
		g.step(x, screens[x.screen], synctest.Wait)
	}
	g.store.mu.Lock()
	g.store.failing = 0
	g.store.mu.Unlock()
	for _, s := range screens {
		s.set(func() { s.stall = false })
	}
	time.Sleep(30 * time.Second) // whoever lost her stream has come back, and pulls that failed were repeated
	for _, c := range ids {
		g.Behind(shop, c, g.store.head(c))
	}
	time.Sleep(time.Second)
	for i, s := range screens {
		s.mu.Lock()
		if want := g.store.head(ids[i%2]); s.wrong != "" || int64(len(s.seen)) != want {
			wrong = append(wrong, fmt.Sprintf("screen %d: %d of %d messages; %s; %+v", i, len(s.seen), want, s.wrong, g.Stats()))
		}
		s.mu.Unlock()
	}
	if h := g.Stats().Holes; h != 0 {
		wrong = append(wrong, fmt.Sprint(h, " holes"))
	}
	for _, s := range screens {
		s.set(func() { s.stop = true })
		s.hangUp()
	}
	all.Wait()
	stop()
	return wrong
}

func (g *rig) step(x step, s *screen, wait func()) {
	c := x.conversation
	switch x.what {
	case "say":
		g.Publish(g.store.append(c, "hello"))
	case "burst":
		for range 30 {
			g.Publish(g.store.append(c, "a longer text, to fill the queue of whoever does not read"))
		}
	case "lose":
		g.store.append(c, "nobody hears of this")
	case "double":
		e := g.store.append(c, "twice")
		g.Publish(e)
		g.Publish(e)
	case "delay":
		g.late = append(g.late, g.store.append(c, "later"))
	case "late":
		for i := range g.late {
			g.Publish(g.late[len(g.late)-1-i])
		}
		g.late = nil
	case "type":
		g.Publish(chat.Event{Kind: chat.EventTyping, Line: shop, Conversation: c, To: chat.ToAll, Data: []byte(`{}`)})
	case "stall":
		s.set(func() { s.stall = true })
	case "read":
		s.set(func() { s.stall = false })
	case "hang up":
		s.hangUp()
	case "kill":
		wait()
		g.kill(c)
	case "fail":
		g.store.mu.Lock()
		g.store.failing++
		g.store.mu.Unlock()
	case "check":
		g.Behind(shop, c, g.store.head(c))
	case "rest":
		time.Sleep(x.rest)
	case "wait":
		wait()
	}
}
