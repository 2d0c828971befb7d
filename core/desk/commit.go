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
//
// A conversation that another transaction has is left, and whose it is goes to the head of the queue: the others of his
// batch are not kept by it. Only a batch of such leftovers waits for one, and has nothing meanwhile that anybody could wait for.
type committer struct {
	append func(ctx context.Context, batch []chat.Draft, wait bool) ([]chat.Appended, error)
	// wrote hears of every transaction: when it began, how many drafts it had and what became of it.
	wrote func(began time.Time, n int, err error)

	mu      sync.Mutex
	waiting []*part // in the order they came
	running int
	// behind says that one of those that run waits for others: never both, or they would keep everybody.
	behind bool
}

// part is one shard's batch.
type part struct {
	ctx    context.Context
	drafts []chat.Draft
	done   []chat.Appended
	bytes  int
	// left are the drafts that have no answer yet; held says that others have their conversations.
	left []int
	held bool
	// turn is told of the answer, or with merged set that this part's goroutine is to write for all of them.
	turn   chan struct{}
	merged []*part
}

// write has a batch written and returns what became of each draft; the i-th answer belongs to the i-th draft, and an Err that is
// no chat.Error is trouble of our own. A batch that is not begun when ctx ends is not written.
func (c *committer) write(ctx context.Context, drafts []chat.Draft) []chat.Appended {
	p := &part{ctx: ctx, drafts: drafts, done: make([]chat.Appended, len(drafts)), left: make([]int, len(drafts)), turn: make(chan struct{}, 1)}
	for i, d := range drafts {
		p.left[i] = i
		p.bytes += len(d.Text) + len(d.Data)
	}
	c.mu.Lock()
	if c.running < commits {
		c.running++
		p.merged = []*part{p}
		p.turn <- struct{}{}
	} else {
		c.waiting = append(c.waiting, p)
	}
	c.mu.Unlock()
	for {
		if !c.wait(p) {
			p.giveUp()
			return p.done
		}
		parts := p.merged
		p.merged = nil
		if parts == nil || c.lead(ctx, parts) {
			return p.done
		}
	}
}

// wait waits for the answer or the turn. It reports false when ctx ended before the part was taken into a transaction.
func (c *committer) wait(p *part) bool {
	select {
	case <-p.turn:
		return true
	case <-p.ctx.Done():
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

// answer takes the answers to what was left. What is held stays left for as long as there is patience.
func (p *part) answer(done []chat.Appended) {
	left := p.left
	p.left = nil
	for n, i := range left {
		if p.done[i] = done[n]; errors.Is(done[n].Err, chat.ErrHeld) {
			p.left = append(p.left, i)
		}
	}
	if p.held = len(p.left) > 0; p.held && p.ctx.Err() != nil {
		p.giveUp()
	}
}

func (p *part) giveUp() {
	for _, i := range p.left {
		p.done[i] = chat.Appended{Err: chat.Unavailable(time.Second, p.ctx.Err())}
	}
	p.left = nil
}

// lead writes the parts together, hands the turn on and answers, whatever the store does. It reports whether the leader's own,
// the first, has its answer; if not, others may have it in hand already.
func (c *committer) lead(ctx context.Context, parts []*part) (answered bool) {
	leader, drafts := parts[0], parts[0].drafts
	if len(parts) > 1 || leader.held {
		drafts = nil
		for _, p := range parts {
			for _, i := range p.left {
				drafts = append(drafts, p.drafts[i])
			}
		}
	}
	done, held := make([]chat.Appended, len(drafts)), leader.held
	fail(done, errEnded)
	defer func() {
		var again, told []*part
		for _, p := range parts {
			n := len(p.left)
			p.answer(done[:n])
			switch done = done[n:]; {
			case len(p.left) > 0:
				again = append(again, p)
			case p == leader:
				answered = true
			default:
				told = append(told, p)
			}
		}
		c.next(again, held)
		for _, p := range told {
			p.turn <- struct{}{}
		}
	}()
	// Not the leader's patience: each of them has waited a time of his own, and nothing was begun yet.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), accept)
	defer cancel()
	c.commit(ctx, drafts, done, held)
	return
}

// next gives the turn to the first who waits, for him and as many behind him as fit; those who come again are before all
// others. held says that the turn was one that waited for others.
func (c *committer) next(again []*part, held bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if held {
		c.behind = false
	}
	c.waiting = append(again, c.waiting...)
	from := slices.IndexFunc(c.waiting, func(p *part) bool { return !p.held || !c.behind })
	if from < 0 { // nobody, or all wait for others as one does already, who will give his turn to them
		c.running--
		return
	}
	leader, upto, drafts, bytes := c.waiting[from], from, 0, 0
	for _, p := range c.waiting[from:] {
		drafts, bytes = drafts+len(p.left), bytes+p.bytes
		if upto > from && (drafts > mergeMax || bytes > mergeBytes || p.held != leader.held) {
			break
		}
		upto++
	}
	if leader.held {
		c.behind = true
	}
	leader.merged = slices.Clone(c.waiting[from:upto])
	c.waiting = slices.Delete(c.waiting, from, upto)
	leader.turn <- struct{}{}
}

// commit writes drafts in one transaction. When that fails for something that is wrong with one of them, and not for the
// database being away, it tries halves, so that only the guilty fails; nothing was written, or client ids tell what was.
func (c *committer) commit(ctx context.Context, drafts []chat.Draft, done []chat.Appended, wait bool) {
	written, err := c.try(ctx, drafts, wait)
	switch n := len(drafts) / 2; {
	case err == nil:
		copy(done, written)
	case n > 0 && !passing(err):
		c.commit(ctx, drafts[:n], done[:n], wait)
		c.commit(ctx, drafts[n:], done[n:], wait)
	default:
		fail(done, err)
	}
}

// try calls the store once; a panic is an error.
func (c *committer) try(ctx context.Context, drafts []chat.Draft, wait bool) (done []chat.Appended, err error) {
	began := time.Now()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("write %d messages: panic: %v\n%s", len(drafts), p, debug.Stack())
		}
		c.wrote(began, len(drafts), err)
	}()
	return c.append(ctx, drafts, wait)
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
