package main

import (
	"context"
	"fmt"
	"time"
)

// trouble is a harm done to line b's database, until it is mended.
type trouble func(ctx context.Context, b *base) (mend func() error, err error)

// isolated does harm to line b and looks at line a, which must not notice.
func isolated(do trouble) func(context.Context, *trial) error {
	return func(ctx context.Context, t *trial) error {
		return t.under(ctx, []string{"a", "b"}, 40, 100, func(crews map[string]*crew) error {
			a, b := crews["a"], crews["b"]
			span := t.span(6*time.Second, 60*time.Second)
			if err := pause(ctx, span/2); err != nil {
				return err
			}
			before := a.window()
			calm, err := t.goroutines(ctx)
			if err != nil {
				return err
			}
			a.mark()
			b.mark()
			mend, err := do(ctx, t.rig.bases["b"])
			if err != nil {
				return err
			}
			if err := pause(ctx, span); err != nil {
				return err
			}
			during, away := a.window(), b.window()
			busy, err := t.goroutines(ctx)
			if err != nil {
				return err
			}
			if err := mend(); err != nil {
				return err
			}
			mended := time.Now()
			first, err := b.acceptedAfter(ctx, mended)
			if err != nil {
				return err
			}
			t.figure("line a's P99 %s before, %s meanwhile", brief(before.Accept.at(99)), brief(during.Accept.at(99)))
			t.figure("line b: %d answered 503 within P50 %s", away.Answers[503], brief(away.Refused.at(50)))
			t.figure("back after %s", brief(first.Sub(mended)))
			t.figure("goroutines of all nodes %d, then %d", calm, busy)
			t.untouched("a", during)
			t.must(during.Dropped == 0, "line a lost %d streams", during.Dropped)
			t.growth(before.Accept.at(99), during.Accept.at(99), 0.5, 25*time.Millisecond, "line a's P99")
			t.must(len(away.Refused) > 0, "line b was not harmed")
			t.must(busy-calm <= len(t.rig.nodes)*3*64, "the goroutines grew from %d to %d", calm, busy)
			t.within(first.Sub(mended), 7*time.Second, "line b was back after")
			return nil
		})
	}
}

// goroutines counts those of all nodes.
func (t *trial) goroutines(ctx context.Context) (n int, err error) {
	for _, node := range t.rig.nodes {
		m, err := node.metrics(ctx)
		if err != nil {
			return 0, err
		}
		n += int(m["go_goroutines"])
	}
	return n, nil
}

// cutOff ends every connection and refuses new ones.
func cutOff(_ context.Context, b *base) (func() error, error) {
	b.proxy.cut()
	return b.proxy.mend, nil
}

// blackHole swallows everything in both directions and says nothing.
func blackHole(_ context.Context, b *base) (func() error, error) {
	for _, direction := range []string{upstream, downstream} {
		if err := b.proxy.harm("timeout", direction, map[string]any{"timeout": 0}); err != nil {
			return nil, err
		}
	}
	return b.proxy.mend, nil
}

// slow delays every answer by two seconds.
func slow(_ context.Context, b *base) (func() error, error) {
	return b.proxy.mend, b.proxy.harm("latency", downstream, map[string]any{"latency": 2000})
}

// locked holds what the statements lock until it is mended.
func locked(statements string) trouble {
	return func(ctx context.Context, b *base) (func() error, error) {
		release, err := b.hold(ctx, statements)
		return func() error { release(); return nil }, err
	}
}

// noConnections lets the nodes' role have none, and ends those it has.
func noConnections(ctx context.Context, b *base) (func() error, error) {
	if _, err := b.query(ctx, "ALTER ROLE desk CONNECTION LIMIT 0", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'desk'"); err != nil {
		return nil, err
	}
	return func() error {
		_, err := b.query(ctx, "ALTER ROLE desk CONNECTION LIMIT -1")
		return err
	}, nil
}

// far puts 80 ms, give or take 40, on the way from line a's database to the nodes.
func far(ctx context.Context, t *trial) error {
	return t.under(ctx, []string{"a"}, 40, 60, func(crews map[string]*crew) error {
		a := crews["a"]
		span := t.span(6*time.Second, 60*time.Second)
		if err := t.rig.bases["a"].proxy.harm("latency", downstream, map[string]any{"latency": 80, "jitter": 40}); err != nil {
			return err
		}
		if err := pause(ctx, 3*time.Second); err != nil { // connections are made, statements prepared
			return err
		}
		a.mark()
		if err := pause(ctx, span); err != nil {
			return err
		}
		w := a.window()
		t.figure("accepted within P50 %s P99 %s", brief(w.Accept.at(50)), brief(w.Accept.at(99)))
		t.figure("shown after P99 %s", brief(w.Screen.at(99)))
		t.must(w.failed() == 0, "it answered %v", w.Answers)
		// Two ways for a batch that is under way, two for one's own, five more where others have the conversation, and eight for an
		// answer that takes its conversation.
		const trips, trip = 2 + 2 + 5 + 8, 120 * time.Millisecond
		t.within(w.Accept.at(99), 67*time.Millisecond+trips*trip, "P99 was")
		return t.rig.bases["a"].proxy.mend()
	})
}

// unheard runs nodes that hear nothing of each other: what one accepts, the position check alone brings to the others' screens.
func unheard(ctx context.Context, t *trial) error {
	binary, err := blind().build(ctx, t.rig.dir)
	if err != nil {
		return err
	}
	if err := t.rig.swap(ctx, binary); err != nil {
		return err
	}
	return t.under(ctx, []string{"a"}, 10, 20, func(crews map[string]*crew) error {
		if err := pause(ctx, t.span(15*time.Second, 30*time.Second)); err != nil {
			return err
		}
		w := both(crews)
		t.figure("shown after P50 %s max %s", brief(w.Screen.at(50)), brief(w.Screen.at(100)))
		t.must(w.Screen.at(90) > 250*time.Millisecond, "the nodes hear of each other all the same")
		t.within(w.Screen.at(100), 6*time.Second, "a message was shown after")
		return nil
	})
}

// lostAnswers resets the connections in the middle of answers, so that some commits are made and nobody hears of it.
func lostAnswers(ctx context.Context, t *trial) error {
	return t.under(ctx, []string{"a", "b"}, 40, 100, func(crews map[string]*crew) error {
		p := t.rig.bases["a"].proxy
		rounds := t.times(5, 40)
		for range rounds {
			if err := p.harm("reset_peer", downstream, map[string]any{"timeout": t.random.IntN(20)}); err != nil {
				return err
			}
			if err := pause(ctx, time.Duration(50+t.random.IntN(200))*time.Millisecond); err != nil {
				return err
			}
			if err := p.mend(); err != nil {
				return err
			}
			if err := pause(ctx, time.Duration(500+t.random.IntN(1500))*time.Millisecond); err != nil {
				return err
			}
		}
		w := both(crews)
		t.figure("%d times", rounds)
		t.figure("%d repeats found written already", w.Answers[200])
		t.untouched("b", crews["b"].window())
		return nil
	})
}

// brief is a duration with as many digits as matter.
func brief(d time.Duration) string {
	switch {
	case d >= 10*time.Second:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d >= time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	default:
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	}
}
