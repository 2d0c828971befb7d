package push

import (
	"errors"
	"math/rand/v2"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

var (
	errLeaving = errors.New("push: this node is leaving")
	errFull    = errors.New("push: this node has as many streams as it may have")
)

// grace is how long a stream may take to say goodbye after its turn came.
const grace = time.Second

func unavailable(err error) *chat.Error { return chat.Unavailable(soon(), err) }

// join lets a reader in and subscribes it, unless the hub is leaving or full. Who is let in is in the table before anybody
// looks there for whom to send away.
func (h *Hub) join(r reader) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.leaving {
		return unavailable(errLeaving)
	}
	if limit := h.options.Streams; limit > 0 && h.open >= limit {
		h.count.full.Add(1)
		return unavailable(errFull)
	}
	h.open++
	h.all.Add(1)
	for _, k := range topics(r.stream()) {
		h.table.add(k, r)
	}
	h.population(r).Add(1)
	return nil
}

// part takes a reader out again.
func (h *Hub) part(r reader) {
	for _, k := range topics(r.stream()) {
		h.table.remove(k, r)
	}
	h.population(r).Add(-1)
	h.mu.Lock()
	h.open--
	h.mu.Unlock()
	h.all.Done()
}

func (h *Hub) population(r reader) interface{ Add(int64) int64 } {
	if r.stream().Conversation != "" {
		return &h.count.visitors
	}
	return &h.count.agents
}

func topics(s *Stream) []topic {
	if s.Conversation != "" {
		return []topic{{s.Line, s.Conversation}}
	}
	ks := make([]topic, len(s.Lines))
	for i, l := range s.Lines {
		ks[i] = topic{line: l}
	}
	return ks
}

// isLeaving reports whether new streams are turned away.
func (h *Hub) isLeaving() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.leaving
}

// leave turns new streams away from now on and returns those that are open.
func (h *Hub) leave() []reader {
	h.mu.Lock()
	h.leaving = true
	h.mu.Unlock()
	return h.table.all()
}

// Drain refuses new streams, says goodbye to the open ones one after the other within spread, and waits until all have ended.
// Each client is told to come back within a time in which the other nodes' gates can take everybody.
func (h *Hub) Drain(spread time.Duration) {
	rs := h.leave()
	rand.Shuffle(len(rs), func(i, j int) { rs[i], rs[j] = rs[j], rs[i] })
	within := max(time.Second, time.Duration(len(rs))*time.Second/time.Duration(h.options.Rate))
	begin := time.Now()
	for i, r := range rs {
		time.Sleep(time.Until(begin.Add(spread * time.Duration(i) / time.Duration(len(rs)))))
		r.goodbye(within)
	}
	late := time.AfterFunc(grace, func() {
		for _, r := range h.leave() {
			r.end(causeDrain)
			r.interrupt()
		}
	})
	defer late.Stop()
	h.all.Wait()
}
