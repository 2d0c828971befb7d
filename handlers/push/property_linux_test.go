package push

import (
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/taadis/unique-support/core/chat"
)

// TestLean_property is TestHub_property for readers on real sockets: how things meet is left to the machine, and so is what
// waits for a pull that failed, which takes real time.
func TestLean_property(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		p := drawPlan(rt)
		g, stop := realRig(p.options, ConnContext)
		for _, l := range g.lanes {
			for began := false; !began; time.Sleep(time.Millisecond) {
				l.mu.Lock()
				began = l.server != nil
				l.mu.Unlock()
			}
		}
		ids := []chat.ID{conv, other}
		var screens []*screen
		var all sync.WaitGroup
		for i := range p.screens {
			s := newScreen()
			screens = append(screens, s)
			all.Go(func() { s.watch(g, ids[i%2]) })
		}
		for _, x := range p.steps {
			if x.rest /= 10_000; x.what != "fail" {
				g.step(x, screens[x.screen], func() { time.Sleep(time.Millisecond) })
			}
		}
		for _, s := range screens {
			s.set(func() { s.stall = false })
		}
		shown := func() bool {
			for i, s := range screens {
				s.mu.Lock()
				ok := s.wrong != "" || int64(len(s.seen)) == g.store.head(ids[i%2])
				s.mu.Unlock()
				if !ok {
					return false
				}
			}
			return true
		}
		for late := time.Now().Add(20 * time.Second); !shown() && time.Now().Before(late); time.Sleep(time.Millisecond) {
			for _, c := range ids {
				g.Behind(shop, c, g.store.head(c))
			}
		}
		for i, s := range screens {
			s.mu.Lock()
			if want := g.store.head(ids[i%2]); s.wrong != "" || int64(len(s.seen)) != want {
				rt.Errorf("screen %d: %d of %d messages; %s; %+v", i, len(s.seen), want, s.wrong, g.Stats())
			}
			s.mu.Unlock()
		}
		if st := g.Stats(); st.Holes != 0 || st.Loops != 0 {
			rt.Errorf("%+v", st)
		}
		for _, s := range screens {
			s.set(func() { s.stop = true })
			s.hangUp()
		}
		all.Wait()
		if err := stop(); err != nil {
			rt.Error(err)
		}
	})
}
