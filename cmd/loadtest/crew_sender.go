package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// sender is a person who writes, with the outbox of every client: one message on its way at a time, under one id until it
// is answered.
type sender struct {
	crew   *crew
	talk   *talk
	token  string
	from   int // the node it begins with
	random *rand.Rand

	// ledger is what was accepted, in the order sent; refused are the ids that were answered 4xx.
	ledger  []entry
	refused []packed
	read    int64 // the highest mark that was confirmed
	pending pending
	// due is when the message that waits was to be sent, in Unix nanoseconds; 0 when none does.
	due atomic.Int64
	// epoch is the history the ledger was last compared with, settled whether it was.
	epoch   string
	settled atomic.Bool
}

// entry is one promise: a message that was accepted, under the number told.
type entry struct {
	client packed
	seq    int64
}

// pending remembers when the last messages were sent, for the other side's screen to tell how long they took.
type pending struct {
	mu   sync.Mutex
	sent map[packed]time.Time
}

func (p *pending) put(id packed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sent == nil {
		p.sent = map[packed]time.Time{}
	}
	p.sent[id] = time.Now()
}

func (p *pending) take(id packed) (time.Time, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, ok := p.sent[id]
	delete(p.sent, id)
	return at, ok
}

// behind reports whether a message waits that was to be sent before the moment.
func (s *sender) behind(than time.Time) bool {
	due := s.due.Load()
	return due != 0 && due < than.UnixNano()
}

// work sends so many messages a second on average until ctx ends. Who was kept waiting makes up for it.
func (s *sender) work(ctx context.Context, rate float64) {
	visitor := s.token == s.talk.Token
	for next := time.Now(); ctx.Err() == nil && !s.crew.full(); {
		next = next.Add(time.Duration(s.random.ExpFloat64() / rate * float64(time.Second)))
		if wait := time.Until(next); wait > 0 && pause(ctx, wait) != nil {
			return
		}
		if !visitor && s.talk.left.stands() == 0 {
			continue // nobody answers a conversation that has not begun
		}
		s.reconcile(ctx)
		s.due.Store(next.UnixNano())
		s.send()
		s.due.Store(0)
		switch s.random.IntN(200) {
		case 0:
			s.mark(ctx)
		case 1:
			s.nonsense(ctx)
		}
	}
}

// send sends one message and does not give up.
func (s *sender) send() {
	name := chat.NewID(time.Now())
	id := pack(string(name))
	body := fmt.Appendf(nil, `{"client_id":"%s","kind":"text","text":"%d %s%s"}`, name, len(s.ledger)+1, words[s.random.IntN(len(words))], strings.Repeat(".", s.crew.Padding))
	s.pending.put(id)
	began := time.Now()
	twin := make(chan int64, 1)
	twice := s.random.IntN(50) == 0 && !s.crew.Resets // one of the two could be the old history's
	if twice {
		go func() { seq, _, _ := s.try(s.from+1, body); twin <- seq }()
	}
	var story strings.Builder
	for try := 0; ; try++ {
		seq, wait, done := s.try(s.from+try, body)
		if try > 0 || !done {
			fmt.Fprintf(&story, " %s→%d", brief(time.Since(began)), (s.from+try)%len(s.crew.urls)+1)
		}
		if done {
			if seq > 0 {
				s.ledger = append(s.ledger, entry{id, seq})
				s.crew.accepted.Add(1)
				s.crew.tally.accept(time.Since(began), &story)
			} else {
				s.refused = append(s.refused, id)
				s.crew.tally.wrong("a message was refused for good")
			}
			if twice {
				if other := <-twin; other > 0 && seq > 0 && other != seq {
					s.crew.tally.wrong("C1: one message sent twice at once was told number %d and %d", seq, other)
				}
			}
			return
		}
		if s.crew.leaving.Err() != nil {
			return
		}
		time.Sleep(wait + jitter(20*time.Millisecond<<min(try, 6)))
	}
}

// words make messages of different lengths.
var words = [...]string{"好的", "您好，请问什么时候发货？", "My parcel has not arrived.", "一会儿给您回复，请稍等，我正在查询您的订单状态和物流信息。", "ok", "谢谢"}

// try posts once. A number means that the message was accepted; done without one that it never will be.
func (s *sender) try(node int, body []byte) (seq int64, wait time.Duration, done bool) {
	began := time.Now()
	q, err := http.NewRequest(http.MethodPost, s.talk.path(s.crew.urls[node%len(s.crew.urls)])+"/messages", strings.NewReader(string(body)))
	if err != nil {
		panic(err) // the rig's own address
	}
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("Authorization", "Bearer "+s.token)
	a, err := s.crew.post.Do(q)
	if err != nil {
		s.crew.tally.answer(0, time.Since(began))
		return 0, 0, false
	}
	text, err := io.ReadAll(a.Body)
	_ = a.Body.Close()
	if err != nil {
		s.crew.tally.answer(0, time.Since(began))
		return 0, 0, false
	}
	s.crew.tally.answer(a.StatusCode, time.Since(began))
	switch {
	case a.StatusCode == http.StatusOK, a.StatusCode == http.StatusCreated:
		var m struct {
			Seq int64 `json:"seq"`
		}
		if err := json.Unmarshal(text, &m); err != nil || m.Seq <= 0 {
			s.crew.tally.wrong("C1: an accepted message has no number: %.200s", text)
		}
		return m.Seq, 0, true
	case a.StatusCode == http.StatusServiceUnavailable, a.StatusCode == http.StatusTooManyRequests:
		after, err := strconv.Atoi(a.Header.Get("Retry-After"))
		if err != nil {
			s.crew.tally.wrong("a %d does not say when to come back", a.StatusCode)
		}
		return 0, time.Duration(after) * time.Second, false
	case a.StatusCode >= 500:
		s.crew.tally.wrong("answered %d: %.200s", a.StatusCode, text)
		return 0, 0, false
	}
	s.crew.tally.wrong("answered %d: %.200s", a.StatusCode, text)
	return 0, 0, true
}

// mark says how far she has read, once. An answer that does not come changes nothing.
func (s *sender) mark(ctx context.Context) {
	if seq := s.own().stands(); seq > 0 {
		s.confirm(ctx, seq)
	}
}

// own is the screen she looks at.
func (s *sender) own() *screen {
	if s.token == s.talk.Token {
		return s.talk.left
	}
	return s.talk.right
}

// confirm marks as read up to a number and reports whether that was confirmed.
func (s *sender) confirm(ctx context.Context, seq int64) bool {
	a, err := ask(ctx, http.MethodPost, s.talk.path(s.crew.urls[s.random.IntN(len(s.crew.urls))])+"/read", s.token, fmt.Appendf(nil, `{"seq":%d}`, seq))
	if err != nil || a.status != http.StatusNoContent {
		return false
	}
	s.read = max(s.read, seq)
	return true
}

// recall marks everything as read and then, as a tab left behind would, what is older: that must not count.
func (s *sender) recall(ctx context.Context) error {
	for _, seq := range []int64{s.own().stands(), 1} {
		for !s.confirm(ctx, seq) {
			if err := pause(ctx, 100*time.Millisecond); err != nil {
				return fmt.Errorf("a mark is still not confirmed: %w", err)
			}
		}
	}
	return nil
}

// nonsense sends what has to be refused.
func (s *sender) nonsense(ctx context.Context) {
	id := chat.NewID(time.Now())
	body := fmt.Appendf(nil, `{"client_id":"%s","kind":"text","text":"  \n "}`, id)
	a, err := ask(ctx, http.MethodPost, s.talk.path(s.crew.urls[s.random.IntN(len(s.crew.urls))])+"/messages", s.token, body)
	if err != nil || a.status >= 500 {
		return
	}
	if a.status < 400 {
		s.crew.tally.wrong("an empty message was answered %d", a.status)
	}
	s.refused = append(s.refused, pack(string(id)))
}
