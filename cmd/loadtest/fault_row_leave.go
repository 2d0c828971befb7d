package main

import (
	"context"
	"fmt"
	"syscall"
	"time"
)

// leavers has nodes leave and die while a conversation's two sides are on different ones, and then its agent.
func leavers(ctx context.Context, t *trial) error {
	err := t.underCrews(ctx, []string{"a"}, crewOptions{Talks: 20, Rate: 60, Apart: true}, func(crews map[string]*crew) error {
		a := crews["a"]
		seat := &seat{base: t.rig.bases["a"]}
		watching, done := context.WithCancel(ctx)
		defer done()
		go seat.watch(watching)
		harms := []struct {
			name string
			at   int // which node: the agent's is the first, then the second
			how  syscall.Signal
		}{{"the visitors' node left", 1, syscall.SIGTERM}, {"the agent's node left", 0, syscall.SIGTERM}, {"the agent's node died", 1, syscall.SIGKILL}, {"the visitors' node died", 2, syscall.SIGKILL}}
		for range t.times(1, 5) {
			for _, h := range harms {
				n := t.rig.nodes[h.at]
				t.rig.logf("%s", h.name)
				if h.how == syscall.SIGTERM {
					t.must(n.leave() == nil, "%s ended badly: %v", n.name, n.err)
				} else {
					n.kill()
				}
				began := a.window().Accepted
				if err := pause(ctx, 2*time.Second); err != nil {
					return err
				}
				t.must(a.window().Accepted > began, "%s, and nothing was accepted for 2 s", h.name)
				if err := n.start(); err != nil {
					return err
				}
				if err := n.ready(ctx, 2); err != nil {
					return err
				}
				if err := pause(ctx, time.Second); err != nil {
					return err
				}
			}
		}
		done()
		w := a.window()
		t.figure("shown after P99 %s max %s, streams back P99 %s", brief(w.Screen.at(99)), brief(w.Screen.at(100)), brief(w.Back.at(99)))
		t.figure("the agent's seat was away for at most %s of %s", brief(seat.longest), brief(seat.watched))
		t.must(len(w.Back) > 0, "no stream was lost")
		t.within(w.Screen.at(99), 5*time.Second, "shown at P99 after")
		t.within(seat.longest, 30*time.Second, "the agent was at work, and her seat was not taken for")
		for status, n := range w.Answers {
			t.must(status < 500 || status == 503, "%d were answered %d", n, status)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := t.goes(ctx, "her page was closed", func(_ *node, leave context.CancelFunc) { leave() }); err != nil {
		return err
	}
	return t.goes(ctx, "her node died with her", func(n *node, leave context.CancelFunc) { n.kill(); leave() })
}

// goes has the agent come to work, and go: her seat must be free in half a minute.
func (t *trial) goes(ctx context.Context, why string, how func(n *node, leave context.CancelFunc)) error {
	n, here := t.rig.nodes[0], &seat{base: t.rig.bases["a"]}
	working, leave := context.WithCancel(ctx)
	defer leave()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_ = follow(working, plain, n.url()+"/api/v1/inbox/events", t.rig.keys["a"], "", func() {}, func(event) bool { return true })
	}()
	for began := time.Now(); ; {
		taken, err := here.taken(ctx)
		if err != nil {
			return err
		}
		if taken {
			break
		}
		if time.Since(began) > 10*time.Second {
			return fmt.Errorf("the agent is at work and has no seat")
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
	how(n, leave)
	left := time.Now()
	<-gone
	for {
		taken, err := here.taken(ctx)
		if err != nil {
			return err
		}
		if !taken || time.Since(left) > time.Minute {
			break
		}
		if err := pause(ctx, 250*time.Millisecond); err != nil {
			return err
		}
	}
	t.figure("free %s after %s", brief(time.Since(left)), why)
	t.must(time.Since(left) <= 31*time.Second, "the seat was free %s after %s", brief(time.Since(left)), why)
	if n.gone() {
		return n.revive(ctx)
	}
	return nil
}

// seat is the agent's place on line a, as its database has it.
type seat struct {
	base *base
	// longest is how long it was free at most, watched how long it was looked at.
	longest, watched time.Duration
}

func (s *seat) taken(ctx context.Context) (bool, error) {
	rows, err := s.base.query(ctx, "SELECT count(*) FROM line_a.seats WHERE online_until > clock_timestamp()")
	return len(rows) == 1 && rows[0] != "0", err
}

// watch looks until ctx ends.
func (s *seat) watch(ctx context.Context) {
	began := time.Now()
	for free := time.Now(); pause(ctx, 300*time.Millisecond) == nil; {
		if taken, err := s.taken(ctx); err != nil || taken {
			free = time.Now()
		}
		s.longest, s.watched = max(s.longest, time.Since(free)), time.Since(began)
	}
}
