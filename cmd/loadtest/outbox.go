package main

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"time"
)

// outbox sends for some conversations, one message at a time, and sends the same id again until it is answered.
type outbox struct {
	load   *load
	of     []*dialogue
	random *rand.Rand
	tag    uint32
	count  uint32
	body   []byte
}

// work sends so many messages a second on average until ctx ends; 0 sends the next as soon as the last is accepted.
func (s *outbox) work(ctx context.Context, rate float64) {
	due := time.Now()
	for ctx.Err() == nil {
		if rate > 0 {
			due = due.Add(time.Duration(s.random.ExpFloat64() / rate * float64(time.Second)))
			if wait := time.Until(due); wait > 0 && pause(ctx, wait) != nil {
				return
			}
		} else {
			due = time.Now()
		}
		if s.load.Messages > 0 && s.load.due.Add(-1) < 0 {
			return
		}
		k := s.of[s.random.IntN(len(s.of))]
		who, token := 0, k.token
		if s.load.Key != "" && k.begun.Load() && s.random.Float64() < s.load.Reply {
			who, token = 1, s.load.Key
		}
		s.send(k, who, token, due)
	}
}

// send sends one message. How long it took counts from when it was due, not from when the outbox came to it.
func (s *outbox) send(k *dialogue, who int, token string, due time.Time) {
	l := s.load
	id := s.name(due)
	if l.Wire == "compact" && who == 0 {
		k.named(id)
	}
	s.body = append(append(s.body[:0], `{"client_id":"`...), id.text()...)
	words, _ := json.Marshal(text(s.random)) // a string
	s.body = append(append(append(s.body, `","kind":"text","text":`...), words...), '}')
	twin := s.twice(k, token)
	for try := 0; ; try++ {
		r, err := l.doors[s.random.IntN(len(l.doors))].ask(l.ctx, "POST", k.path+"/messages", token, s.body)
		status := r.status
		if err != nil {
			status = 0
		}
		l.answered(status)
		switch {
		case status == 200 || status == 201:
			l.took(time.Since(due))
			seq := number(r.body, "seq")
			k.mu.Lock()
			k.ledgers[who] = append(k.ledgers[who], promise{id, seq})
			k.mu.Unlock()
			k.begun.Store(true)
			l.accepted.Add(1)
			if other := <-twin; other > 0 && other != seq {
				k.wrong.Store(true)
			}
			return
		case status >= 400 && status < 500 && status != 429:
			l.rejected.Add(1)
			<-twin
			return
		}
		l.retries.Add(1)
		if l.asking.Err() != nil {
			<-twin
			k.mu.Lock()
			k.unanswered = append(k.unanswered, id)
			k.mu.Unlock()
			l.unanswered.Add(1)
			return
		}
		_ = pause(l.asking, max(0, r.after)+rand.N(min(30*time.Second, 500*time.Millisecond<<min(try, 6))))
	}
}

// twice sends the same message over another connection at once, now and then, as an impatient network does.
func (s *outbox) twice(k *dialogue, token string) <-chan int64 {
	told := make(chan int64, 1)
	if s.random.Float64() >= s.load.Repeat {
		close(told)
		return told
	}
	body, d := append([]byte(nil), s.body...), s.load.doors[s.random.IntN(len(s.load.doors))]
	go func() {
		defer close(told)
		if r, err := d.ask(s.load.ctx, "POST", k.path+"/messages", token, body); err == nil && (r.status == 200 || r.status == 201) {
			told <- number(r.body, "seq")
		}
	}()
	return told
}

// name makes a message's id: a UUID of version 7 that carries, where chance would be, when the message was due to the
// microsecond. Whoever sees it knows how long it took, in whatever process.
func (s *outbox) name(due time.Time) (p packed) {
	s.count++
	micros := uint64(due.UnixMicro())
	binary.BigEndian.PutUint64(p[:8], micros/1000<<16|0x7000|uint64(s.count)&0xfff)
	binary.BigEndian.PutUint64(p[8:], 2<<62|(micros%1000)<<52|uint64(s.tag&0xfffff)<<32|uint64(s.random.Uint32()))
	return p
}

// since reads from a message's id how long ago it was due.
func (p packed) since(now time.Time) time.Duration {
	millis := int64(binary.BigEndian.Uint64(p[:8]) >> 16)
	micros := int64(binary.BigEndian.Uint64(p[8:]) >> 52 & 0x3ff)
	return now.Sub(time.UnixMicro(millis*1000 + micros))
}

// text is the id as it is written.
func (p packed) text() []byte {
	b := make([]byte, 36)
	hex.Encode(b[:8], p[:4])
	hex.Encode(b[9:13], p[4:6])
	hex.Encode(b[14:18], p[6:8])
	hex.Encode(b[19:23], p[8:10])
	hex.Encode(b[24:], p[10:])
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	return b
}
