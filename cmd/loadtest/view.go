package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// view is a conversation as one screen shows it: what comes in order is shown, what is there already is dropped, and what is
// missing before something newer is fetched from the log.
type view struct {
	load  *load
	of    *dialogue
	agent bool

	mu      sync.Mutex
	shown   []packed // by number; zero for what the desk itself wrote
	want    int64    // the newest number heard of
	pulling bool
}

func (v *view) stands() int64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	return int64(len(v.shown))
}

// last is where the next stream goes on from.
func (v *view) last() string { return v.of.epoch + "." + strconv.FormatInt(v.stands(), 10) }

// event takes an event of the conversation's own stream.
func (v *view) event(s *stream) {
	switch string(s.kind) {
	case "message":
		if m := s.message(); m.seq > 0 {
			v.take(m.seq, v.of.whole(m.client))
		}
	case "heartbeat":
		if head := number(s.data, "head"); head > v.stands() {
			time.AfterFunc(time.Second, func() { v.heard(head) })
		}
	case "reset":
		v.load.resets.Add(1)
	}
}

// take shows a message, or has what is missing before it fetched.
func (v *view) take(seq int64, id packed) {
	now := time.Now()
	v.mu.Lock()
	next := int64(len(v.shown)) + 1
	if seq == next {
		v.shown = append(v.shown, id)
	}
	v.mu.Unlock()
	switch {
	case seq == next:
		v.load.saw(id, now, v.agent)
	case seq < next:
		v.load.repeats.Add(1)
	default:
		v.heard(seq)
	}
}

// heard says that the log goes up to a number.
func (v *view) heard(head int64) {
	v.mu.Lock()
	v.want = max(v.want, head)
	start := v.want > int64(len(v.shown)) && !v.pulling && v.load.ctx.Err() == nil
	v.pulling = v.pulling || start
	v.mu.Unlock()
	if start {
		v.load.reading.Go(v.pull)
	}
}

// pull reads the log from where the view stands until it shows what was heard of.
func (v *view) pull() {
	l := v.load
	l.fetches.Add(1)
	token := v.of.token
	if v.agent {
		token = l.Key
	}
	for try := 0; ; try++ {
		v.mu.Lock()
		after := int64(len(v.shown))
		if after >= v.want || l.ctx.Err() != nil {
			v.pulling = false
			v.mu.Unlock()
			return
		}
		v.mu.Unlock()
		l.pulls <- struct{}{}
		r, err := l.doors[rand.IntN(len(l.doors))].ask(l.ctx, "GET", fmt.Sprintf("%s/messages?after=%d&limit=200", v.of.path, after), token, nil)
		<-l.pulls
		ms, ok := messages(r.body)
		if err != nil || r.status != 200 || !ok || len(ms) == 0 {
			_ = pause(l.ctx, rand.N(100*time.Millisecond<<min(try, 5)))
			continue
		}
		for _, m := range ms {
			v.take(m.seq, m.client)
		}
	}
}

// watcher is an agent's stream, which shows every conversation of her lines.
type watcher struct {
	load  *load
	views map[*dialogue]*view // never changed while it runs
}

func (w *watcher) event(s *stream) {
	switch string(s.kind) {
	case "message":
		m := s.message()
		if v := w.views[w.load.byID[m.conversation]]; v != nil && m.seq > 0 {
			v.take(m.seq, m.client)
		}
	case "heads":
		for id, head := range heads(s.data) {
			if v := w.views[w.load.byID[id]]; v != nil {
				v.heard(head)
			}
		}
	}
}

// follow keeps a stream open, at another node each time it ends, until the load leaves, and counts what comes in on it.
func (l *load) follow(path, token string, first int, last func() string, event func(*stream), bytes *atomic.Int64) {
	if l.Wire == "compact" {
		path += "?wire=compact"
	}
	var lost time.Time
	for try := 0; l.ctx.Err() == nil; try++ {
		s, err := l.doors[(first+try)%len(l.doors)].open(l.ctx, path, token, last(), l.Gzip, bytes)
		wait := time.Duration(0)
		if err == nil {
			l.open.Add(1)
			if !lost.IsZero() {
				l.returned(time.Since(lost))
			}
			try = 0
			wait = l.readAll(s, event)
			s.close()
			l.open.Add(-1)
			if l.ctx.Err() != nil {
				return
			}
			l.drops.Add(1)
			lost = time.Now().Add(wait)
		} else if no := (refused{}); errors.As(err, &no) {
			l.lastRefusal.Store(no)
			l.refusals.Add(1)
			wait = max(0, no.after)
		}
		_ = pause(l.ctx, wait+rand.N(100*time.Millisecond<<min(try, 5)))
	}
}

// readAll reads a stream to its end and returns how long the node asked to wait before coming back.
func (l *load) readAll(s *stream, event func(*stream)) (wait time.Duration) {
	for s.read() == nil {
		l.events.Add(1)
		if string(s.kind) == "goodbye" {
			wait = rand.N(time.Duration(number(s.data, "after_ms"))*time.Millisecond + 1)
			continue
		}
		event(s)
	}
	return wait
}
