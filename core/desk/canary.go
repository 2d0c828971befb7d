package desk

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/router"
)

const (
	// canaryStart is how long a canary lets its node come up.
	canaryStart = time.Second
	// canaryPatience is how long a canary's message may take to be seen after it was written.
	canaryPatience = 5 * time.Second
	// canaryLength is how many messages a canary's conversation has at most: then it begins another, and the old one is deleted.
	canaryLength = 5000
)

// CanaryOptions say how the canaries sing: one of each node on each line, a visitor and an agent inside the server. A message of theirs
// goes the whole way every so often, so that a line that is silent is noticed before people notice.
type CanaryOptions struct {
	// Every is the time from one message to the next, give or take a fifth; 0 is no canary.
	Every time.Duration
	// Watch is where the canaries see what is pushed.
	Watch Watcher
}

// Watcher shows what a conversation's visitor and its line's agents are pushed of a canary.
type Watcher interface {
	// Probe calls seen with the number of each message that is pushed to the conversation's visitor (chat.ToVisitor) and to the
	// canary's own agent (chat.ToCanary), until leave is called. seen must not wait.
	Probe(line string, conversation chat.ID, seen func(side chat.Audience, seq int64)) (leave func())
}

// CanaryStats is how a line's canary does on this node.
type CanaryStats struct {
	// Took is how long its last message took to be seen by both sides, Last when that was; zero when none was.
	Took time.Duration
	Last time.Time
	// Failures counts the messages that got lost, by where: accept, commit, visitor, agents.
	Failures map[string]uint64
	// Stopped is where the last message got lost; empty when it arrived, or when none was sent yet.
	Stopped string
}

// canaryWords say where a message got lost.
var canaryWords = map[string]string{
	"accept":  "canary: the line does not accept messages",
	"commit":  "canary: the line's database does not take messages",
	"visitor": "canary: accepted messages are not pushed to visitors",
	"agents":  "canary: accepted messages are not pushed to agents",
}

// canary is a line's canary.
type canary struct {
	desk *Desk
	line *line
	CanaryOptions

	conversation chat.ID
	leave        func()
	sights       chan sight
	silent       time.Time // since when; zero while all is well

	mu    sync.Mutex
	stats CanaryStats
}

// sight is a message seen.
type sight struct {
	side chat.Audience
	seq  int64
}

func newCanary(d *Desk, l *line, o CanaryOptions) *canary {
	failures := map[string]uint64{}
	for stage := range canaryWords {
		failures[stage] = 0
	}
	return &canary{desk: d, line: l, CanaryOptions: o, leave: func() {}, sights: make(chan sight, 16), stats: CanaryStats{Failures: failures}}
}

// read returns how it does.
func (c *canary) read() CanaryStats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stats
	s.Failures = maps.Clone(s.Failures)
	return s
}

// run sends messages until ctx ends.
func (c *canary) run(ctx context.Context) error {
	defer func() { c.leave() }()
	for wait := canaryStart; ; wait = c.Every - c.Every/5 + rand.N(2*c.Every/5+1) {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		c.sing(ctx)
	}
}

// sing sends one message and waits until both sides have seen it.
func (c *canary) sing(ctx context.Context) {
	if _, err := c.desk.store.Line(c.line.name); err != nil {
		return // the line was removed
	}
	began := time.Now()
	stage, err := c.send(ctx)
	if ctx.Err() != nil || errors.Is(err, router.ErrWorkerNotFound) {
		return // this node leaves
	}
	now := time.Now()
	c.mu.Lock()
	c.stats.Stopped = stage
	if stage == "" {
		c.stats.Took, c.stats.Last = now.Sub(began), now
	} else {
		c.stats.Failures[stage]++
	}
	c.mu.Unlock()
	switch {
	case stage != "" && c.silent.IsZero():
		c.silent = began
		c.desk.log.Warn(canaryWords[stage], "line", c.line.name, "stopped_at", stage, "error", err)
	case stage == "" && !c.silent.IsZero():
		c.desk.log.Info("canary: the line is well again", "line", c.line.name, "silent_for", now.Sub(c.silent).Round(time.Second).String())
		c.silent = time.Time{}
	}
}

var errUnseen = errors.New("not seen in time")

// send sends one message; it returns where it got lost, "" when it arrived.
func (c *canary) send(ctx context.Context) (stage string, err error) {
	if c.conversation == "" {
		if err := c.settle(ctx); err != nil {
			return "commit", err
		}
	}
	done, err := c.desk.append(ctx, c.line, chat.Draft{Conversation: c.conversation, Author: chat.Author{Kind: chat.KindSystem}, Kind: chat.KindCanary, Text: c.desk.node, Received: c.desk.clock.Now()})
	switch code := chat.CodeOf(err); {
	case err == nil:
	case code == chat.CodeQueueFull:
		return "accept", err
	case code == chat.CodeLineUnavailable:
		return "commit", err
	default:
		c.conversation = "" // another history, or another node of the same name: the next begins anew
		return "commit", err
	}
	seq := done.Message.Seq
	if seq >= canaryLength {
		c.conversation = ""
	}
	return c.see(ctx, seq)
}

// see waits until both sides have seen the message.
func (c *canary) see(ctx context.Context, seq int64) (stage string, err error) {
	late := time.NewTimer(canaryPatience)
	defer late.Stop()
	var seen chat.Audience
	for seen != chat.ToVisitor|chat.ToCanary {
		select {
		case s := <-c.sights:
			if s.seq == seq {
				seen |= s.side
			}
		case <-late.C:
			if seen&chat.ToVisitor == 0 {
				return "visitor", errUnseen
			}
			return "agents", errUnseen
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	return "", nil
}

// settle begins a conversation that nobody can find: it stays new, so it is in no list, queue or count.
func (c *canary) settle(ctx context.Context) error {
	name, now := c.line.name, c.desk.clock.Now()
	if err := c.desk.store.DropCanaries(ctx, name, c.desk.node); err != nil {
		return err
	}
	v, err := c.desk.store.PutVisitor(ctx, name, chat.Visitor{ID: chat.NewID(now), Name: c.desk.node, Created: chat.Time{Time: now}, Seen: chat.Time{Time: now}})
	if err != nil {
		return err
	}
	conversation, err := c.desk.store.Begin(ctx, name, v.ID, now)
	if err != nil {
		return err
	}
	c.leave()
	c.conversation = conversation.ID
	c.leave = c.Watch.Probe(name, c.conversation, func(side chat.Audience, seq int64) {
		select {
		case c.sights <- sight{side, seq}:
		default: // it looks at one message at a time: these are old
		}
	})
	return nil
}
