package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// screen is a conversation as one of its people sees it: what comes in order is shown, what is there already is dropped, and
// what is missing before something newer is fetched.
type screen struct {
	crew  *crew
	talk  *talk
	token string
	other *pending // what the other side has sent and this side has not seen

	mu       sync.Mutex
	shown    []packed // by number; zero for what the desk itself wrote
	want     int64    // the newest number heard of
	fetching bool
	epoch    string // of a history that began after the visitor came in
}

// shownMessage is what a screen needs of a message.
type shownMessage struct {
	Seq          int64  `json:"seq"`
	Client       string `json:"client_id"`
	Conversation string `json:"conversation_id"`
}

func (s *screen) stands() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return int64(len(s.shown))
}

// take shows a message, or has what is missing before it fetched.
func (s *screen) take(m shownMessage) {
	s.mu.Lock()
	next := int64(len(s.shown)) + 1
	switch {
	case m.Seq == next:
		id := pack(m.Client)
		s.shown = append(s.shown, id)
		s.mu.Unlock()
		if at, ok := s.other.take(id); ok {
			s.crew.tally.screen(time.Since(at))
		}
		return
	case m.Seq < next:
		s.mu.Unlock()
		s.crew.tally.repeat()
		return
	}
	s.mu.Unlock()
	s.heard(m.Seq)
}

// heard says that the log goes up to a number.
func (s *screen) heard(head int64) {
	s.mu.Lock()
	s.want = max(s.want, head)
	start := s.want > int64(len(s.shown)) && !s.fetching
	s.fetching = s.fetching || start
	s.mu.Unlock()
	if start {
		s.crew.watching.Go(s.fetch)
	}
}

// fetch reads the log from where the screen stands until it shows what was heard of.
func (s *screen) fetch() {
	s.crew.tally.fetch()
	for try := 0; s.crew.leaving.Err() == nil; try++ {
		s.mu.Lock()
		after := int64(len(s.shown))
		if after >= s.want {
			s.fetching = false
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		s.crew.fetches <- struct{}{}
		a, err := ask(s.crew.leaving, http.MethodGet, fmt.Sprintf("%s/messages?after=%d&limit=200", s.talk.path(s.crew.urls[try%len(s.crew.urls)]), after), s.token, nil)
		<-s.crew.fetches
		var page struct {
			Messages []shownMessage `json:"messages"`
		}
		if err != nil || a.status != http.StatusOK || json.Unmarshal(a.body, &page) != nil || len(page.Messages) == 0 {
			_ = pause(s.crew.leaving, jitter(100*time.Millisecond<<min(try, 4)))
			continue
		}
		for _, m := range page.Messages {
			s.take(m)
		}
	}
}

// silence is how long a stream may bring nothing, heartbeats included, before its reader opens another.
const silence = 40 * time.Second

// keep follows a stream and opens another, at another node, whenever it ends.
func (c *crew) keep(ctx context.Context, node int, path func(url string) string, token string, last func() string, f func(event)) {
	var lost time.Time
	for try := 0; ctx.Err() == nil; try++ {
		one, cancel := context.WithCancel(ctx)
		quiet := time.AfterFunc(silence, cancel)
		after, opened := time.Duration(0), false
		_ = follow(one, c.watch, path(c.urls[(node+try)%len(c.urls)]), token, last(), func() {
			opened = true
			if !lost.IsZero() {
				c.tally.back(time.Since(lost))
			}
		}, func(e event) bool {
			quiet.Reset(silence)
			if e.name == "goodbye" {
				var g struct {
					After int64 `json:"after_ms"`
				}
				_ = json.Unmarshal([]byte(e.data), &g) // without it the client comes back at once
				after = jitter(time.Duration(g.After) * time.Millisecond)
				return true
			}
			f(e)
			return true
		})
		quiet.Stop()
		cancel()
		if ctx.Err() != nil {
			return
		}
		if opened {
			try, lost = 0, time.Now()
			c.tally.dropped()
		}
		if pause(ctx, after+jitter(100*time.Millisecond<<min(try, 5))) != nil {
			return
		}
		if opened && after > 0 {
			lost = time.Now() // it was asked to wait
		}
	}
}

// follow is the visitor's stream.
func (s *screen) follow(ctx context.Context, node int) {
	path := func(url string) string { return s.talk.path(url) + "/events" }
	last := func() string { return fmt.Sprintf("%s.%d", s.standing(), s.stands()) }
	s.crew.keep(ctx, node, path, s.token, last, func(e event) {
		switch e.name {
		case "message":
			var m shownMessage
			if err := json.Unmarshal([]byte(e.data), &m); err != nil {
				s.crew.tally.wrong("an event is no JSON: %.200q", e.data)
				return
			}
			if e.id != fmt.Sprintf("%s.%d", s.standing(), m.Seq) {
				s.crew.tally.wrong("C3: number %d came under id %q", m.Seq, e.id)
			}
			s.take(m)
		case "heartbeat":
			var b struct {
				Head int64 `json:"head"`
			}
			if json.Unmarshal([]byte(e.data), &b) == nil && b.Head > s.stands() {
				s.crew.watching.Go(func() { // what is on its way comes first
					if pause(ctx, time.Second) == nil {
						s.heard(b.Head)
					}
				})
			}
		case "reset":
			s.begin(e.data)
		}
	})
}

// watchAll is the agent's stream, which shows every conversation of the line.
func (c *crew) watchAll(ctx context.Context) {
	path := func(url string) string { return url + "/api/v1/inbox/events" }
	c.keep(ctx, 0, path, c.key, func() string { return "" }, func(e event) {
		switch e.name {
		case "message":
			var m shownMessage
			if err := json.Unmarshal([]byte(e.data), &m); err != nil {
				c.tally.wrong("an event is no JSON: %.200q", e.data)
				return
			}
			if k := c.byID[m.Conversation]; k != nil && m.Seq > 0 {
				k.right.take(m)
			}
		case "reset":
			for _, k := range c.talks {
				k.right.begin(e.data)
			}
		case "heads":
			var heads map[string]int64
			if err := json.Unmarshal([]byte(e.data), &heads); err != nil {
				c.tally.wrong("heads are no JSON: %.200q", e.data)
			}
			for id, head := range heads {
				if k := c.byID[id]; k != nil {
					k.right.heard(head)
				}
			}
		}
	})
}
