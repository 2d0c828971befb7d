package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// A line's history can be replaced by an older one: a backup, or a standby that was behind. Its screens are told to begin anew;
// what waits in an outbox is sent as ever, and what was accepted and is not there any more is lost. The crew does as the
// product's clients do, and says what it lost.

// losses are the messages that were promised and are gone with their history.
type losses struct {
	mu  sync.Mutex
	all map[packed]bool
	// screens counts those that began anew.
	screens int
}

// standing is the epoch that a screen's numbers belong to.
func (s *screen) standing() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.epoch == "" {
		return s.talk.Epoch
	}
	return s.epoch
}

// begin has the screen start at nothing, in another history.
func (s *screen) begin(data string) {
	var told struct {
		Epoch string `json:"epoch"`
	}
	if err := json.Unmarshal([]byte(data), &told); err != nil || told.Epoch == "" || !s.crew.Resets {
		s.crew.tally.wrong("a reset came: %s", data)
		return
	}
	if s.standing() == told.Epoch {
		return
	}
	s.mu.Lock()
	s.epoch, s.shown, s.want = told.Epoch, nil, 0
	s.mu.Unlock()
	s.crew.losses.mu.Lock()
	s.crew.losses.screens++
	s.crew.losses.mu.Unlock()
	s.heard(1) // somebody said something
}

// reconcile looks, between two messages, for what the sender was promised in a history that is over.
func (s *sender) reconcile(ctx context.Context) {
	epoch := s.own().standing()
	if epoch == s.epoch || epoch == s.talk.Epoch {
		return
	}
	there, err := s.log(ctx)
	if err != nil {
		return // before the next message, then
	}
	s.epoch = epoch
	l := &s.crew.losses
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil {
		l.all = map[packed]bool{}
	}
	var kept []entry
	for _, e := range s.ledger {
		if seq := there[e.client]; seq > 0 {
			kept = append(kept, entry{e.client, seq})
		} else {
			l.all[e.client] = true
		}
	}
	s.ledger, s.read = kept, 0
	s.settled.Store(true)
}

// log reads the whole conversation and returns at which number each message stands.
func (s *sender) log(ctx context.Context) (map[packed]int64, error) {
	there, after := map[packed]int64{}, int64(0)
	for try := s.from; ; {
		a, err := ask(ctx, http.MethodGet, fmt.Sprintf("%s/messages?after=%d&limit=200", s.talk.path(s.crew.urls[try%len(s.crew.urls)]), after), s.token, nil)
		var page struct {
			Messages []shownMessage `json:"messages"`
		}
		if err != nil || a.status != http.StatusOK || json.Unmarshal(a.body, &page) != nil {
			try++
			if gone := pause(ctx, jitter(time.Second)); gone != nil {
				return nil, errors.Join(err, gone)
			}
			continue
		}
		if len(page.Messages) == 0 {
			return there, nil
		}
		for _, m := range page.Messages {
			there[pack(m.Client)], after = m.Seq, m.Seq
		}
	}
}

// reconciled waits until every screen has begun anew and every sender knows what she lost; it returns how long the screens took.
func (c *crew) reconciled(ctx context.Context) (screens time.Duration, err error) {
	for began := time.Now(); ; {
		c.losses.mu.Lock()
		told := c.losses.screens
		c.losses.mu.Unlock()
		if told == 2*len(c.talks) && screens == 0 {
			screens = time.Since(began)
		}
		waits := 0
		for _, k := range c.talks {
			for _, s := range []*sender{k.visitor, k.agent} {
				if !s.settled.Load() {
					waits++
				}
			}
		}
		if screens > 0 && waits == 0 {
			return screens, nil
		}
		if time.Since(began) > 2*time.Minute {
			return 0, fmt.Errorf("after two minutes %d of %d screens have begun anew, and %d people do not know what they lost", told, 2*len(c.talks), waits)
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return 0, err
		}
	}
}
