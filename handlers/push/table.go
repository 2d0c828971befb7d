package push

import (
	"hash/maphash"
	"maps"
	"slices"
	"sync"

	"github.com/taadis/unique-support/core/chat"
)

// topic is what readers subscribe to: a conversation as its visitor sees it, or, without one, what the line's agents see.
type topic struct {
	line         string
	conversation chat.ID
}

const tables = 256

// table finds the readers of a topic. It is sharded, so that streams that come and go do not hold up events elsewhere.
type table struct {
	seed   maphash.Seed
	shards [tables]struct {
		mu sync.RWMutex
		// by holds lists that are never changed once they are there: a lane walks one without a lock.
		by map[topic][]reader
	}
}

func newTable() *table {
	t := &table{seed: maphash.MakeSeed()}
	for i := range t.shards {
		t.shards[i].by = map[topic][]reader{}
	}
	return t
}

func (t *table) hash(k topic) uint64 { return maphash.Comparable(t.seed, k) }

// readers returns who watches the topic now. The list is not the caller's to change.
func (t *table) readers(k topic) []reader {
	s := &t.shards[t.hash(k)%tables]
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.by[k]
}

// all returns every reader.
func (t *table) all() []reader {
	seen := map[reader]struct{}{} // an agent watches several topics
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.RLock()
		for _, by := range s.by {
			for _, r := range by {
				seen[r] = struct{}{}
			}
		}
		s.mu.RUnlock()
	}
	return slices.Collect(maps.Keys(seen))
}

func (t *table) add(k topic, r reader) {
	s := &t.shards[t.hash(k)%tables]
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.by[k]
	s.by[k] = append(old[:len(old):len(old)], r)
}

func (t *table) remove(k topic, r reader) {
	s := &t.shards[t.hash(k)%tables]
	s.mu.Lock()
	defer s.mu.Unlock()
	left := slices.DeleteFunc(slices.Clone(s.by[k]), func(x reader) bool { return x == r })
	if len(left) == 0 {
		delete(s.by, k)
		return
	}
	s.by[k] = left
}
