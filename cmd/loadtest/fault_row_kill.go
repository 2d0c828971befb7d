package main

import (
	"context"
	"syscall"
	"time"
)

// killNodes ends a random node as a power cut would, again and again, and starts it a little later.
func killNodes(ctx context.Context, t *trial) error {
	return t.under(ctx, []string{"a", "b"}, 40, 150, func(crews map[string]*crew) error {
		every, rounds := t.span(4*time.Second, 20*time.Second), t.times(3, 20)
		for range rounds {
			n := t.rig.nodes[t.random.IntN(len(t.rig.nodes))]
			t.rig.logf("kill -9 %s", n.name)
			n.kill()
			if err := pause(ctx, every/4); err != nil {
				return err
			}
			if err := n.start(); err != nil {
				return err
			}
			if err := n.ready(ctx, 2); err != nil {
				return err
			}
			if err := pause(ctx, every*3/4); err != nil {
				return err
			}
		}
		w := both(crews)
		t.figure("%d kills", rounds)
		t.figure("%d streams lost, back P99 %s max %s", len(w.Back), brief(w.Back.at(99)), brief(w.Back.at(100)))
		t.figure("sends without an answer %d, accepted after at most %s", w.Answers[0], brief(w.Accept.at(100)))
		t.must(len(w.Back) > 0, "no stream was lost")
		t.within(w.Back.at(99), 3*time.Second, "streams were back at P99 after")
		t.within(w.Back.at(100), 10*time.Second, "the last stream was back after")
		t.within(w.Accept.at(99.9), 2*time.Second, "a message was accepted at P99.9 after")
		t.rig.logf("the slowest message: %s", w.Slowest)
		return nil
	})
}

// restartNodes lets one node after the other leave as a deployment does.
func restartNodes(ctx context.Context, t *trial) error {
	return t.under(ctx, []string{"a", "b"}, 40, 100, func(crews map[string]*crew) error {
		rounds := t.times(3, 20)
		var left series
		for i := range rounds {
			n := t.rig.nodes[i%len(t.rig.nodes)]
			t.rig.logf("SIGTERM %s", n.name)
			began := time.Now()
			t.must(n.leave() == nil, "%s ended badly: %v", n.name, n.err)
			left = append(left, time.Since(began))
			if err := n.start(); err != nil {
				return err
			}
			if err := n.ready(ctx, 2); err != nil {
				return err
			}
			if err := pause(ctx, 2*time.Second); err != nil {
				return err
			}
		}
		w := both(crews)
		t.figure("%d restarts of at most %s", rounds, brief(left.at(100)))
		t.figure("shown after P99 %s max %s", brief(w.Screen.at(99)), brief(w.Screen.at(100)))
		t.within(w.Screen.at(99), 5*time.Second, "shown at P99 after")
		for status, n := range w.Answers {
			t.must(status < 500 || status == 503, "%d were answered %d", n, status)
		}
		return nil
	})
}

// killPostgres ends line a's Postgres by one of the signals, again and again, and starts it at once.
func killPostgres(signals ...syscall.Signal) func(context.Context, *trial) error {
	return func(ctx context.Context, t *trial) error {
		return t.under(ctx, []string{"a", "b"}, 40, 100, func(crews map[string]*crew) error {
			var accepts, backlogs series
			a := crews["a"]
			rounds := t.times(2, 10)
			for i := range rounds {
				away := time.Now()
				if err := t.rig.bases["a"].signal(signals[i%len(signals)]); err != nil {
					return err
				}
				if err := pause(ctx, time.Duration(t.random.IntN(4000))*time.Millisecond); err != nil {
					return err
				}
				if err := t.rig.bases["a"].start(ctx); err != nil {
					return err
				}
				ready := time.Now()
				t.rig.logf("Postgres a was away for %s", brief(ready.Sub(away)))
				first, err := a.acceptedAfter(ctx, ready)
				if err != nil {
					return err
				}
				accepts = append(accepts, max(0, first.Sub(ready)))
				if err := a.drained(ctx, ready); err != nil {
					return err
				}
				backlogs = append(backlogs, time.Since(ready))
				if err := pause(ctx, t.span(time.Second, 6*time.Second)); err != nil {
					return err
				}
			}
			t.figure("%d ends of Postgres", rounds)
			w, other := a.window(), crews["b"].window()
			t.recovery(w, accepts, backlogs)
			t.untouched("b", other)
			return nil
		})
	}
}

// recovery judges how a line lived through the absence of its database.
func (t *trial) recovery(w window, accepts, backlogs series) {
	t.figure("%d answered 503 within P99 %s", w.Answers[503], brief(w.Refused.at(99)))
	t.figure("accepted again after at most %s, all that waited after %s", brief(accepts.at(100)), brief(backlogs.at(100)))
	t.must(w.Dropped == 0, "%d streams were dropped", w.Dropped)
	t.within(w.Refused.at(50), 300*time.Millisecond, "half of the 503s took")
	t.within(w.Refused.at(100), 4*time.Second, "a 503 took")
	// The breaker asks once a second; the clients wait 1 to 5 s as they are told to.
	t.within(accepts.at(100), 6*time.Second, "the first message after the database was ready took")
	t.within(backlogs.at(100), 15*time.Second, "what waited was accepted after")
}

// killBackend ends one of Postgres' processes, which makes Postgres end all others.
func killBackend(ctx context.Context, t *trial) error {
	return t.under(ctx, []string{"a", "b"}, 40, 100, func(crews map[string]*crew) error {
		rounds := t.times(2, 10)
		var accepts, backlogs series
		a := crews["a"]
		for range rounds {
			pid, err := t.rig.bases["a"].backend(ctx)
			if err != nil {
				return err
			}
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				return err
			}
			killed := time.Now()
			first, err := a.acceptedAfter(ctx, killed.Add(100*time.Millisecond))
			if err != nil {
				return err
			}
			accepts = append(accepts, first.Sub(killed))
			if err := a.drained(ctx, killed); err != nil {
				return err
			}
			backlogs = append(backlogs, time.Since(killed))
			if err := pause(ctx, t.span(time.Second, 5*time.Second)); err != nil {
				return err
			}
		}
		t.figure("%d backends killed", rounds)
		w, other := a.window(), crews["b"].window()
		t.recovery(w, accepts, backlogs)
		t.untouched("b", other)
		return nil
	})
}
