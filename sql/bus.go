package sql

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// payloadMax is how long a NOTIFY's payload may be; Postgres takes less than 8,000 bytes.
	payloadMax = 7_900
	// notifyEvery is the time between two NOTIFYs of a node on a line: Postgres sends them one after the other.
	notifyEvery = 10 * time.Millisecond
	// payloadsMax is how many go out together, outboxMax how many bytes wait for their turn; the oldest are dropped.
	payloadsMax = 64
	outboxMax   = 1 << 20
	// lookEvery is how often a new line, or one that has moved, is looked for.
	lookEvery = time.Second
)

// Bus tells the other nodes what happened on this one, with NOTIFY after commit, and hears of what happened there, with
// LISTEN and by reading what is new in each line's log. Any word of it may be lost: whoever missed a message finds it by its number.
// Its connections are its own, so that messages never wait for it.
type Bus struct {
	store *Store
	node  string
	// again has Listen look for lines that moved.
	again chan struct{}
	// words numbers those that are split.
	words atomic.Int64

	mu    sync.Mutex
	lines map[string]*outbox
	tails map[string]TailStats
}

// Bus returns the bus of the node of that name. Two nodes with the same name do not hear each other.
func (s *Store) Bus(node string) *Bus {
	return &Bus{store: s, node: node, lines: map[string]*outbox{}, tails: map[string]TailStats{}, again: make(chan struct{}, 1)}
}

// Announce tells the other nodes of an event while Listen runs. A message of a log is told as a bell only: the others look
// for it there. What is not in the log travels as it is, in parts when it is longer than a NOTIFY can be; beyond wordMax it is
// lost on the other nodes. Announce never waits.
func (b *Bus) Announce(e chat.Event) {
	if _, err := b.store.Line(e.Line); err != nil {
		return
	}
	o := b.outbox(e.Line)
	if !e.Ephemeral() {
		o.ring()
		return
	}
	word, err := json.Marshal(said{Kind: e.Kind, Conversation: e.Conversation, Agent: e.Agent, To: e.To, Data: e.Data, Trace: e.Trace})
	if err != nil {
		b.store.log.Error("event not announced", "kind", e.Kind, "line", e.Line, "error", err)
		return
	}
	switch {
	case len(word)+len(b.payload(false)) <= payloadMax:
		o.add(word)
	case len(word) <= wordMax:
		o.add(parts(b.words.Add(1), word)...)
	default:
		b.store.log.Warn("event too long to announce", "kind", e.Kind, "line", e.Line, "bytes", len(word))
	}
}

const (
	// movedKind is the word of a mover, who is nobody's node: the line is in another database by now.
	movedKind    = "moved"
	movedPayload = `["",false,{"k":"moved"}]`
)

func channelOf(line string) string { return "support_" + schemaOf(line) }

// look reads the lines again, and has Listen follow them, at once.
func (b *Bus) look(ctx context.Context) {
	if err := b.store.Load(ctx); err != nil {
		b.store.log.WarnContext(ctx, "lines not read again", "error", err)
		return
	}
	select {
	case b.again <- struct{}{}:
	default:
	}
}

// said is an event on its way to the other nodes.
type said struct {
	Kind         chat.EventKind  `json:"k,omitempty"`
	Conversation chat.ID         `json:"c,omitempty"`
	Agent        chat.ID         `json:"a,omitempty"`
	To           chat.Audience   `json:"t,omitempty"`
	Data         json.RawMessage `json:"d,omitempty"`
	Trace        string          `json:"r,omitempty"`
	// Part is all there is of a piece of a longer word.
	Part *part `json:"p,omitempty"`
}

func (s said) event(line string) chat.Event {
	return chat.Event{Kind: s.Kind, Line: line, Conversation: s.Conversation, Agent: s.Agent, To: s.To, Data: s.Data, Trace: s.Trace}
}

// payload is a JSON array: the node's name, whether there is something new in the log, and events. This is one without events.
func (b *Bus) payload(bell bool) []byte {
	p, _ := json.Marshal([]any{b.node, bell}) // a string and a bool
	return p
}

// payloads packs words into as few payloads as hold them.
func (b *Bus) payloads(bell bool, words []json.RawMessage) (ps pq.StringArray) {
	if !bell && len(words) == 0 {
		return nil
	}
	p, empty := b.payload(bell), true
	for _, w := range words {
		if len(p)+1+len(w) > payloadMax && !empty {
			ps = append(ps, string(p))
			p = b.payload(false)
		}
		p[len(p)-1] = ','
		p, empty = append(append(p, w...), ']'), false
	}
	return append(ps, string(p))
}

// read takes a payload apart, and joins what was split; what comes from this node itself says nothing.
func (b *Bus) read(payload string, j *joiner) (bell bool, words []said) {
	var parts []json.RawMessage
	var node string
	if json.Unmarshal([]byte(payload), &parts) != nil || len(parts) < 2 {
		return false, nil
	}
	if json.Unmarshal(parts[0], &node) != nil || node == b.node || json.Unmarshal(parts[1], &bell) != nil {
		return false, nil
	}
	for _, part := range parts[2:] {
		var w said
		if json.Unmarshal(part, &w) == nil && w.Part != nil {
			whole, ok := j.join(node, w.Part)
			if !ok {
				continue
			}
			part, w = whole, said{}
		}
		if json.Unmarshal(part, &w) == nil && w.Kind != "" {
			words = append(words, w)
		}
	}
	return bell, words
}

func (b *Bus) outbox(line string) *outbox {
	b.mu.Lock()
	defer b.mu.Unlock()
	o := b.lines[line]
	if o == nil {
		o = &outbox{wake: make(chan struct{}, 1)}
		b.lines[line] = o
	}
	return o
}

// outbox is what a line's other nodes are to be told next.
type outbox struct {
	wake chan struct{}

	mu    sync.Mutex
	bell  bool
	words []json.RawMessage
	bytes int
}

func (o *outbox) ring() {
	o.mu.Lock()
	o.bell = true
	o.mu.Unlock()
	o.rouse()
}

func (o *outbox) add(words ...json.RawMessage) {
	o.mu.Lock()
	o.words = append(o.words, words...)
	for _, w := range words {
		o.bytes += len(w)
	}
	for ; o.bytes > outboxMax; o.words = o.words[1:] {
		o.bytes -= len(o.words[0])
	}
	o.mu.Unlock()
	o.rouse()
}

func (o *outbox) rouse() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

func (o *outbox) take() (bell bool, words []json.RawMessage) {
	o.mu.Lock()
	defer o.mu.Unlock()
	bell, words = o.bell, o.words
	o.bell, o.words, o.bytes = false, nil, 0
	return bell, words
}

// Listen calls f with the events of other nodes until ctx ends: the messages found in the lines' logs that are wanted, and
// what was announced. It calls both functions from several goroutines; neither may wait. A line that is away is tried again
// and again, which no other line notices.
func (b *Bus) Listen(ctx context.Context, f func(chat.Event), wants func(line string, conversation chat.ID, seq int64) bool) error {
	var running sync.WaitGroup
	defer running.Wait()
	type following struct {
		dsn  string
		stop context.CancelFunc
	}
	followed := map[string]following{}
	defer func() {
		for _, l := range followed {
			l.stop()
		}
	}()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		known := map[string]bool{}
		for _, l := range b.store.Lines() {
			known[l.Name] = true
			old, ok := followed[l.Name]
			if ok && old.dsn == l.DSN {
				continue
			}
			if ok {
				old.stop()
			}
			from, err := b.store.sourceOf(l)
			if err != nil {
				b.store.log.Error("line not followed", "line", l.Name, "error", err)
				continue
			}
			each, stop := context.WithCancel(ctx)
			followed[l.Name] = following{dsn: l.DSN, stop: stop}
			w := b.follower(l.Name, from, f, wants)
			running.Go(func() { w.run(each) })
		}
		for name, l := range followed {
			if !known[name] {
				l.stop()
				delete(followed, name)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-b.again:
		}
	}
}
