package desk

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// commits is how many transactions of a line write messages at the same time: while one waits for the disk the next is
	// made ready. More only make smaller ones.
	commits = 2
	// mergeMax and mergeBytes bound what one transaction writes: drafts, and bytes of what people wrote.
	mergeMax   = 512
	mergeBytes = 1 << 20
)

var errEnded = errors.New("write messages: the store ended the goroutine")

// committer writes what the shards of a line hand in, many conversations in one transaction. Nothing waits for a clock: who
// comes while a transaction runs is in the next. It has no goroutine of its own: the first of those who wait writes for all
// that wait with him, and when that is done hands the turn on before anybody tells of what was written. A shard hands in
// one batch at a time, so a conversation is in one transaction only, and what waits is bounded by the router's shards.
type committer struct {
	append func(ctx context.Context, batch []chat.Draft) ([]chat.Appended, error)
	// wrote hears of every transaction: when it began, how many drafts it had and what became of it.
	wrote func(began time.Time, n int, err error)

	mu      sync.Mutex
	waiting []*part // in the order they came
	running int
}

// part is one shard's batch.
type part struct {
	drafts []chat.Draft
	done   []chat.Appended
	bytes  int
	// turn is told once: of the answer, or with merged set that this part's goroutine is to write for all of them.
	turn   chan struct{}
	merged []*part
}

// write has a batch written and returns what became of each draft; the i-th answer belongs to the i-th draft, and an Err that is
// no chat.Error is trouble of our own. A batch that is not begun when ctx ends is not written.
func (c *committer) write(ctx context.Context, drafts []chat.Draft) []chat.Appended {
	p := &part{drafts: drafts, done: make([]chat.Appended, len(drafts)), turn: make(chan struct{}, 1)}
	for _, d := range drafts {
		p.bytes += len(d.Text) + len(d.Data)
	}
	c.mu.Lock()
	free := c.running < commits
	if free {
		c.running++
		p.merged = []*part{p}
	} else {
		c.waiting = append(c.waiting, p)
	}
	c.mu.Unlock()
	if !free && !c.wait(ctx, p) {
		fail(p.done, chat.Unavailable(time.Second, ctx.Err()))
		return p.done
	}
	if p.merged != nil {
		c.lead(ctx, p.merged)
	}
	return p.done
}

// wait waits for the answer or the turn. It reports false when ctx ended before the part was taken into a transaction.
func (c *committer) wait(ctx context.Context, p *part) bool {
	select {
	case <-p.turn:
		return true
	case <-ctx.Done():
	}
	c.mu.Lock()
	at := slices.Index(c.waiting, p)
	if at >= 0 {
		c.waiting = slices.Delete(c.waiting, at, at+1)
	}
	c.mu.Unlock()
	if at < 0 {
		<-p.turn // it is being written: what becomes of it is known soon
	}
	return at < 0
}

// lead writes the parts together, hands the turn on and answers, whatever the store does.
func (c *committer) lead(ctx context.Context, parts []*part) {
	leader, drafts := parts[0], parts[0].drafts
	if len(parts) > 1 {
		drafts = nil
		for _, p := range parts {
			drafts = append(drafts, p.drafts...)
		}
	}
	done := make([]chat.Appended, len(drafts))
	fail(done, errEnded)
	defer func() {
		for _, p := range parts {
			n := copy(p.done, done)
			done = done[n:]
		}
		c.next()
		for _, p := range parts {
			if p != leader {
				p.turn <- struct{}{}
			}
		}
	}()
	// Not the leader's patience: each of them has waited a time of his own, and nothing was begun yet.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), accept)
	defer cancel()
	c.commit(ctx, drafts, done)
}

// next gives the turn to the first who waits, for him and as many behind him as fit.
func (c *committer) next() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.waiting) == 0 {
		c.running--
		return
	}
	n, drafts, bytes := 0, 0, 0
	for _, p := range c.waiting {
		drafts, bytes = drafts+len(p.drafts), bytes+p.bytes
		if n > 0 && (drafts > mergeMax || bytes > mergeBytes) {
			break
		}
		n++
	}
	leader := c.waiting[0]
	leader.merged = slices.Clone(c.waiting[:n])
	c.waiting = slices.Delete(c.waiting, 0, n)
	leader.turn <- struct{}{}
}

// commit writes drafts in one transaction. When that fails for something that is wrong with one of them, and not for the
// database being away, it tries halves, so that only the guilty fails; nothing was written, or client ids tell what was.
func (c *committer) commit(ctx context.Context, drafts []chat.Draft, done []chat.Appended) {
	written, err := c.try(ctx, drafts)
	switch n := len(drafts) / 2; {
	case err == nil:
		copy(done, written)
	case n > 0 && !passing(err):
		c.commit(ctx, drafts[:n], done[:n])
		c.commit(ctx, drafts[n:], done[n:])
	default:
		fail(done, err)
	}
}

// try calls the store once; a panic is an error.
func (c *committer) try(ctx context.Context, drafts []chat.Draft) (done []chat.Appended, err error) {
	began := time.Now()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("write %d messages: panic: %v\n%s", len(drafts), p, debug.Stack())
		}
		c.wrote(began, len(drafts), err)
	}()
	return c.append(ctx, drafts)
}

func fail(done []chat.Appended, err error) {
	for i := range done {
		done[i] = chat.Appended{Err: err}
	}
}

// passing reports whether an error says nothing about what was to be written.
func passing(err error) bool {
	code := chat.CodeOf(err)
	return code == chat.CodeLineUnavailable || code == chat.CodeQueueFull
}
