package main

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"time"
)

// abroad makes a network of its own on this machine and has every node listen there too.
func (t *trial) abroad(ctx context.Context) (*elsewhere, func(), error) {
	e, release, err := newElsewhere(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, n := range t.rig.nodes {
		_, port, _ := net.SplitHostPort(n.addr)
		if err := n.change(ctx, func() { n.listens = ":" + port }); err != nil {
			release()
			return nil, nil, err
		}
	}
	return e, release, nil
}

// deafPath loses what the servers send on the streams' way, and only that: what people write still gets through. Their
// clients have nothing but the silence to notice it by.
func deafPath(ctx context.Context, t *trial) error {
	e, release, err := t.abroad(ctx)
	if err != nil {
		return err
	}
	defer release()
	var mended atomic.Bool // streams that come back find a way that works
	o := crewOptions{Talks: 40, Rate: 40, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		if mended.Load() {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		}
		return e.dial(ctx, network, address)
	}}
	return t.underCrews(ctx, []string{"a"}, o, func(crews map[string]*crew) error {
		a := crews["a"]
		calm, err := t.rig.measure(ctx, "support_streams", "")
		if err != nil {
			return err
		}
		mended.Store(true)
		if err := e.deafen(ctx); err != nil {
			return err
		}
		began, streams := time.Now(), o.Talks+1
		for len(a.window().Back) < streams {
			if time.Since(began) > 2*time.Minute {
				return fmt.Errorf("%d of %d streams were found silent in two minutes", len(a.window().Back), streams)
			}
			if err := pause(ctx, 100*time.Millisecond); err != nil {
				return err
			}
		}
		noticed := time.Since(began)
		left, freed, err := t.freed(ctx, calm, began)
		if err != nil {
			return err
		}
		w := a.window()
		t.figure("%d streams, all back after %s, the nodes gave up the old ones after %s", w.Dropped, brief(noticed), brief(freed))
		t.figure("shown after P50 %s max %s", brief(w.Screen.at(50)), brief(w.Screen.at(100)))
		t.untouched("a", w)
		t.must(noticed > 20*time.Second && w.Screen.at(100) > 20*time.Second, "the streams were not silent: back after %s, shown after %s at most", brief(noticed), brief(w.Screen.at(100)))
		t.within(noticed, 46*time.Second, "the last stream was back after")
		t.must(left <= calm, "%.0f streams are open at the nodes, %.0f before", left, calm)
		return nil
	})
}

// freed waits until the nodes have as few streams as before, two minutes since it began at most.
func (t *trial) freed(ctx context.Context, before float64, began time.Time) (left float64, took time.Duration, err error) {
	for {
		if left, err = t.rig.measure(ctx, "support_streams", ""); err != nil {
			return 0, 0, err
		}
		if took = time.Since(began); left <= before || took > 2*time.Minute {
			return left, took, nil
		}
		if err := pause(ctx, 200*time.Millisecond); err != nil {
			return 0, 0, err
		}
	}
}

// unplugged takes the network from under some clients, who can say goodbye to nobody.
func unplugged(ctx context.Context, t *trial) error {
	e, release, err := t.abroad(ctx)
	if err != nil {
		return err
	}
	defer release()
	return t.under(ctx, []string{"a"}, 40, 40, func(crews map[string]*crew) error {
		a := crews["a"]
		calm, err := t.rig.measure(ctx, "support_streams", "")
		if err != nil {
			return err
		}
		const many = 300
		for i := range many {
			n, k := t.rig.nodes[i%len(t.rig.nodes)], a.talks[i%len(a.talks)]
			c, err := e.dial(ctx, "tcp", n.addr)
			if err != nil {
				return err
			}
			defer c.Close()
			if _, err := fmt.Fprintf(c, "GET %s/events HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n", k.path(""), n.addr, k.Token); err != nil {
				return err
			}
			go func() {
				for b := make([]byte, 4096); ; {
					if _, err := c.Read(b); err != nil {
						return
					}
				}
			}()
		}
		for began := time.Now(); ; {
			now, err := t.rig.measure(ctx, "support_streams", "")
			if err != nil {
				return err
			}
			if now >= calm+many {
				break
			}
			if time.Since(began) > 20*time.Second {
				return fmt.Errorf("%.0f of %d streams are open", now-calm, many)
			}
			if err := pause(ctx, 100*time.Millisecond); err != nil {
				return err
			}
		}
		a.mark()
		if err := e.unplug(ctx); err != nil {
			return err
		}
		left, took, err := t.freed(ctx, calm, time.Now())
		if err != nil {
			return err
		}
		w := a.window()
		t.figure("%d streams of clients that vanished, given up after %s", many, brief(took))
		t.must(took > 5*time.Second, "the clients were seen to go")
		t.must(left <= calm && took <= 60*time.Second, "%.0f of them are open after %s", left-calm, brief(took))
		t.untouched("a", w)
		t.must(w.Dropped == 0, "%d streams of others were dropped", w.Dropped)
		return nil
	})
}
