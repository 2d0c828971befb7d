package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// crewOptions say who works on a line.
type crewOptions struct {
	Line string
	// Talks is how many conversations there are; each is a visitor with a stream of her own who writes, and an agent who
	// answers and watches all of them on one stream.
	Talks int
	// Rate is how many messages a second they send together.
	Rate float64
	// Limit ends the sending after as many accepted messages; 0 never does.
	Limit int64
	// Seed decides who writes when.
	Seed uint64
	// Patience is how long nothing new may be shown before what is missing counts as missing; 0 is a minute.
	Patience time.Duration
	// Apart has the agent's stream begin at the first node, and all visitors' at the second.
	Apart bool
	// Padding makes every message so many bytes longer.
	Padding int
	// Resets says that a reset is to come.
	Resets bool
	// Dial, if set, makes the streams' connections.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// crew is people at work on one line: what they were promised is written down, and what they see.
type crew struct {
	crewOptions
	urls  []string
	key   string
	post  *http.Client
	watch *http.Client
	talks []*talk
	// byID finds a conversation for the agent's stream.
	byID map[string]*talk
	tally
	losses losses

	stopped  context.CancelFunc // no more is sent
	left     context.CancelFunc // the screens are closed
	sending  sync.WaitGroup
	watching sync.WaitGroup
	leaving  context.Context
	fetches  chan struct{}
	accepted atomic.Int64
}

// talk is one conversation and the people in it.
type talk struct {
	guest
	visitor, agent *sender
	// left is what the visitor sees, right what the agent does.
	left, right *screen
}

// newCrew lets the visitors in, opens the screens and begins to send.
func newCrew(ctx context.Context, r *rig, o crewOptions) (*crew, error) {
	c := &crew{crewOptions: o, urls: r.urls(), key: r.keys[o.Line], byID: map[string]*talk{}, fetches: make(chan struct{}, 16)}
	c.post = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2*o.Talks + 64}, Timeout: 5 * time.Second}
	c.watch = &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true, DialContext: o.Dial}}
	c.talks = make([]*talk, o.Talks)
	var entering errgroup.Group
	entering.SetLimit(16)
	for i := range o.Talks {
		entering.Go(func() (err error) {
			k := &talk{}
			k.guest, err = enter(ctx, c.urls[i%len(c.urls)], o.Line)
			k.visitor = &sender{crew: c, talk: k, token: k.Token, from: i, random: seeded(o.Seed, uint64(2*i))}
			k.agent = &sender{crew: c, talk: k, token: c.key, from: i + 1, random: seeded(o.Seed, uint64(2*i+1))}
			k.left = &screen{crew: c, talk: k, token: k.Token, other: &k.agent.pending}
			k.right = &screen{crew: c, talk: k, token: c.key, other: &k.visitor.pending}
			c.talks[i] = k
			return err
		})
	}
	if err := entering.Wait(); err != nil {
		return nil, err
	}
	for _, k := range c.talks {
		c.byID[string(k.Conversation.ID)] = k
	}
	var sending context.Context
	sending, c.stopped = context.WithCancel(ctx)
	c.leaving, c.left = context.WithCancel(ctx)
	c.watching.Go(func() { c.watchAll(c.leaving) })
	each := o.Rate / float64(o.Talks)
	for i, k := range c.talks {
		first := i + 1
		if o.Apart {
			first = 1
		}
		c.watching.Go(func() { k.left.follow(c.leaving, first) })
		c.sending.Go(func() { k.visitor.work(sending, each*4/5) })
		c.sending.Go(func() { k.agent.work(sending, each/5) })
	}
	return c, nil
}

// begun waits until something was said in every conversation.
func (c *crew) begun(ctx context.Context) error {
	for slices.ContainsFunc(c.talks, func(k *talk) bool { return k.left.stands() == 0 }) {
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// full reports whether enough was accepted.
func (c *crew) full() bool { return c.Limit > 0 && c.accepted.Load() >= c.Limit }

// stop ends the sending; what was begun is sent until it is answered.
func (c *crew) stop(ctx context.Context) error {
	c.stopped()
	done := make(chan struct{})
	go func() { c.sending.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("line %s: something is still not accepted: %w", c.Line, ctx.Err())
	}
}

// close closes the screens.
func (c *crew) close() {
	c.stopped()
	c.left()
	c.sending.Wait()
	c.watching.Wait()
	c.post.CloseIdleConnections()
}

// settle waits until every screen shows as much as the database holds, as long as something new still comes, and then has
// everybody mark it as read.
func (c *crew) settle(ctx context.Context, heads map[string]int64) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	missing, since := int64(-1), time.Now()
	for {
		var now int64
		for _, k := range c.talks {
			head := heads[string(k.Conversation.ID)]
			now += max(0, head-k.left.stands()) + max(0, head-k.right.stands())
		}
		if now == 0 {
			return c.recall(ctx)
		}
		if now != missing {
			missing, since = now, time.Now()
		}
		if time.Since(since) > cmp.Or(c.Patience, time.Minute) {
			return nil // the checker says what is missing
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

func (c *crew) recall(ctx context.Context) error {
	var marking errgroup.Group
	marking.SetLimit(16)
	for _, k := range c.talks {
		if k.left.stands() > 0 {
			marking.Go(func() error { return errors.Join(k.visitor.recall(ctx), k.agent.recall(ctx)) })
		}
	}
	return marking.Wait()
}

// acceptedAfter waits for the first message that was accepted after a moment and returns when that was.
func (c *crew) acceptedAfter(ctx context.Context, since time.Time) (time.Time, error) {
	for {
		if first := c.firstAfter(since); !first.IsZero() {
			return first, nil
		}
		if time.Since(since) > 2*time.Minute {
			return time.Time{}, errors.New("nothing was accepted for two minutes")
		}
		if err := pause(ctx, 5*time.Millisecond); err != nil {
			return time.Time{}, err
		}
	}
}

// drained waits until nobody has anything that waits since before the moment.
func (c *crew) drained(ctx context.Context, since time.Time) error {
	for {
		waits := slices.ContainsFunc(c.talks, func(k *talk) bool { return k.visitor.behind(since) || k.agent.behind(since) })
		if !waits {
			return nil
		}
		if time.Since(since) > 2*time.Minute {
			return errors.New("what waited was not accepted within two minutes")
		}
		if err := pause(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
}

// jitter is a random time up to d, as clients wait lest all come at once.
func jitter(d time.Duration) time.Duration { return rand.N(max(d, 1)) }
