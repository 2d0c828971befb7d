package push

import (
	"sync"

	"github.com/taadis/unique-support/core/chat"
)

// backlog is what a reader has heard of and not written yet. Whoever offers never waits; whoever writes takes.
// On a conversation's stream, everything up to last is written, taken or queued, in order and without a hole.
type backlog struct {
	// counted says that this is a conversation's stream, whose log events are numbered.
	counted bool
	frames  int // bounds of the queue
	limit   int
	// wake has room for one and is never waited on.
	wake chan struct{}

	mu    sync.Mutex
	queue []*frame
	bytes int
	last  int64
	// dirty says that something is missing from the queue and the writer has to pull; why is what made it so. head is the
	// newest number heard of since the last pull began.
	dirty bool
	why   reason
	head  int64
	over  bool // takes nothing more
}

// verdict is what became of an offer.
type verdict uint8

const (
	queued  verdict = iota
	known           // it has that already, or is over
	missed          // dirty: the log has it
	dropped         // ephemeral, and no room
)

// offer adds a frame, or makes the backlog dirty.
func (b *backlog) offer(f *frame) verdict {
	b.mu.Lock()
	v := b.admit(f)
	b.mu.Unlock()
	if v == queued || v == missed {
		b.ring()
	}
	return v
}

func (b *backlog) admit(f *frame) verdict {
	log := b.counted && f.seq > 0
	room := len(b.queue) < b.frames && (b.bytes+f.size() <= b.limit || len(b.queue) == 0)
	switch {
	case b.over, log && f.seq <= b.last:
		return known
	case log && b.dirty:
		b.head = max(b.head, f.seq)
		return missed
	case log && f.seq != b.last+1:
		b.miss(f.seq, becauseGap)
		return missed
	case log && !room:
		b.miss(f.seq, becauseFull)
		return missed
	case !room:
		return dropped
	case log:
		b.last = f.seq
	}
	b.queue = append(b.queue, f)
	b.bytes += f.size()
	return queued
}

func (b *backlog) miss(head int64, why reason) {
	if !b.dirty {
		b.dirty, b.why = true, why
	}
	b.head = max(b.head, head)
}

// behind says that the log goes up to head; it reports whether that was news.
func (b *backlog) behind(head int64, why reason) bool {
	b.mu.Lock()
	news := b.counted && !b.over && head > b.last
	if news {
		b.miss(head, why)
	}
	b.mu.Unlock()
	if news {
		b.ring()
	}
	return news
}

func (b *backlog) ring() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// take empties the queue into the caller's hands, who gives a list to go on with.
func (b *backlog) take(next []*frame) []*frame {
	b.mu.Lock()
	defer b.mu.Unlock()
	q := b.queue
	b.queue, b.bytes = next[:0], 0
	return q
}

// shift takes the first of the queue, nil when there is none.
func (b *backlog) shift() *frame {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.queue) == 0 {
		return nil
	}
	f := b.queue[0]
	b.queue[0] = nil
	b.queue = b.queue[1:]
	b.bytes -= f.size()
	return f
}

// wants reports whether the writer is to pull now. What was queued before the backlog became dirty has to be written first; once
// it is dirty, nothing from the log is queued behind that.
func (b *backlog) wants() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.dirty && len(b.queue) == 0
}

// pulling begins a pull and returns where. What is heard of from here on may be newer than what the pull sees.
func (b *backlog) pulling() (after int64, why reason) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.head = 0
	return b.last, b.why
}

// pulled ends a pull. The backlog is clean again only if the pull was short and reached everything heard of meanwhile.
func (b *backlog) pulled(ms []chat.Message, short bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := len(ms); n > 0 {
		b.last = max(b.last, ms[n-1].Seq)
	}
	if short && b.last >= b.head {
		b.dirty = false
	}
}

// stands returns the last number the reader has or is about to have, and the newest it knows of.
func (b *backlog) stands() (last, head int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last, max(b.last, b.head)
}

// close drops everything; nothing is offered any more.
func (b *backlog) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.over, b.queue, b.bytes, b.dirty = true, nil, 0, false
}
