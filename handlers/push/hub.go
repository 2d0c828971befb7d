package push

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// Options bound a hub; zero values take the default.
type Options struct {
	// Lanes is how many r3labs streams carry the events: 64.
	Lanes int
	// Log takes what the hub has to say; nil for nothing.
	Log *slog.Logger
	// Heartbeat is how often a stream says where it stands, give or take a fifth: 15 s.
	Heartbeat time.Duration
	// Queue and Bytes bound what waits for one reader of a conversation: 64 frames, 64 KB. An agent's queue is 8 and 4 times that.
	Queue, Bytes int
	// WriteTimeout is how long a reader may take none of what is written to it: 10 s.
	WriteTimeout time.Duration
	// Streams is how many streams may be open at once; more are refused. 0 is no limit.
	Streams int
	// Rate is how many new streams are let in a second: 2,000.
	Rate int
	// Pushed, if set, is called with a numbered message after it was offered to somebody of the side it is not from: to agents
	// when its visitor wrote it, else to the visitor. It must not wait.
	Pushed func(e *chat.Event)
}

// reader is a stream as the lanes see it. None of its methods waits, but interrupt.
type reader interface {
	// offer hands over an event and its frame.
	offer(e *chat.Event, f *frame)
	// miss says that an event got lost before it was framed.
	miss(e *chat.Event)
	// behind says how far the log goes.
	behind(head int64, why reason)
	// stream returns what it watches.
	stream() *Stream
	// goodbye lets the reader write what it has, tell the client to come back within the time, and end.
	goodbye(within time.Duration)
	// end ends the stream as soon as its reader looks up, interrupt also the write it may be stuck in.
	end(why cause)
	interrupt()
}

// Hub knows who watches what, and hands out what happens.
type Hub struct {
	options Options
	log     *slog.Logger
	table   *table
	lanes   []*lane
	gate    *gate
	slots   slots
	away    away
	count   counters
	ran     atomic.Bool

	keeper // of the lean readers

	mu      sync.Mutex
	open    int // streams, all of them in the table
	leaving bool
	all     sync.WaitGroup // of open; nobody is added once the hub is leaving
}

// New returns a hub. Streams can be served and events published at once; events travel while Run runs.
func New(o Options) *Hub {
	o.Lanes = or(o.Lanes, 64)
	o.Heartbeat = or(o.Heartbeat, 15*time.Second)
	o.Queue = or(o.Queue, 64)
	o.Bytes = or(o.Bytes, 64<<10)
	o.WriteTimeout = or(o.WriteTimeout, 10*time.Second)
	o.Rate = or(o.Rate, 2000)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	h := &Hub{
		options: o, log: o.Log, table: newTable(), gate: newGate(o.Rate),
		slots: slots{by: map[string]chan struct{}{}}, away: away{lines: map[string]struct{}{}},
	}
	for i := range o.Lanes {
		h.lanes = append(h.lanes, newLane(h, i))
	}
	return h
}

// Run carries events until ctx ends; then every stream still open is ended, and Run waits for them and for the lanes.
func (h *Hub) Run(ctx context.Context) error {
	if h.ran.Swap(true) {
		return errors.New("push: the hub has run already")
	}
	server := newServer(h.lanes)
	var all sync.WaitGroup
	for _, l := range h.lanes {
		all.Go(func() { l.run(ctx, server) })
	}
	<-ctx.Done()
	for _, r := range h.leave() {
		r.end(causeDrain)
		r.interrupt()
	}
	h.all.Wait()
	h.unkeep()
	all.Wait()
	server.Close() // every subscriber has left, so nobody is stranded
	return nil
}

// Publish hands an event to the streams it is for. It never waits: what finds no room makes readers look into the log.
// Data that is not one line of JSON is made so, or refused and counted.
func (h *Hub) Publish(e chat.Event) {
	if h.watched(&e) {
		h.publish(e)
	}
}

// publish has an event of its own, so that one which nobody watches costs no memory.
func (h *Hub) publish(e chat.Event) {
	h.count.published.Add(1)
	data, ok := line(e.Data)
	if !ok || !named(e.Kind) {
		h.count.refused.Add(1)
		h.log.Error("event refused", "kind", string(e.Kind), "line", e.Line, "conversation", string(e.Conversation), "trace_id", e.Trace)
		h.miss(&e)
		return
	}
	e.Data = data
	if !h.lanes[h.table.hash(topic{e.Line, e.Conversation})%uint64(len(h.lanes))].publish(e) {
		h.miss(&e)
	}
}

// forVisitor tells whether the event goes to the visitor's streams. A message without a number is a note: never.
func forVisitor(e *chat.Event) bool {
	return e.To&chat.ToVisitor != 0 && e.Conversation != "" && (e.Kind != chat.EventMessage || e.Seq > 0)
}

func (h *Hub) watched(e *chat.Event) bool {
	return forVisitor(e) && len(h.table.readers(topic{e.Line, e.Conversation})) > 0 ||
		e.To&chat.ToAgents != 0 && len(h.table.readers(topic{line: e.Line})) > 0 ||
		e.To&chat.ToCanary != 0 && len(h.table.readers(canaries(e.Line, e.Conversation))) > 0
}

// Watched reports whether anybody watches the conversation, or all of its line.
func (h *Hub) Watched(line string, conversation chat.ID) bool {
	return len(h.table.readers(topic{line, conversation})) > 0 || len(h.table.readers(topic{line: line})) > 0
}

// audience calls f with everybody the event is for.
func (h *Hub) audience(e *chat.Event, f func(r reader)) {
	if forVisitor(e) {
		for _, r := range h.table.readers(topic{e.Line, e.Conversation}) {
			f(r)
		}
	}
	if e.To&chat.ToAgents != 0 {
		for _, r := range h.table.readers(topic{line: e.Line}) {
			f(r)
		}
	}
	if e.To&chat.ToCanary != 0 {
		for _, r := range h.table.readers(canaries(e.Line, e.Conversation)) {
			f(r)
		}
	}
}

// deliver offers a framed event.
func (h *Hub) deliver(e *chat.Event, f *frame) {
	var across bool // it is offered to the side it is not from
	h.audience(e, func(r reader) {
		r.offer(e, f)
		across = across || (r.stream().Agent != "") == (e.By == chat.KindVisitor)
	})
	if across && h.options.Pushed != nil && !e.Ephemeral() {
		h.options.Pushed(e)
	}
}

// miss makes good an event that got lost here.
func (h *Hub) miss(e *chat.Event) {
	h.count.laneLost.Add(1)
	h.audience(e, func(r reader) { r.miss(e) })
}

// Behind says that the conversation's log goes up to head: its readers who have less pull.
func (h *Hub) Behind(line string, conversation chat.ID, head int64) {
	for _, r := range h.table.readers(topic{line, conversation}) {
		r.behind(head, becauseBehind)
	}
}

// Cut ends the agent's streams at once, whatever they are at.
func (h *Hub) Cut(agent chat.ID) {
	h.cut(causeRevoked, func(s *Stream) bool { return agent != "" && s.Agent == agent })
}

// CutVisitor ends the visitor's streams at once.
func (h *Hub) CutVisitor(visitor chat.ID) {
	h.cut(causeRevoked, func(s *Stream) bool { return visitor != "" && s.Visitor == visitor })
}

// Restart ends the streams of a line's conversations: the numbers their readers have belong to an epoch that is over. They
// come back with it, and are told to reset. Agents' streams know no epoch: they are sent the reset and stay.
func (h *Hub) Restart(line, epoch string) {
	data := encode(map[string]string{"line": line, "epoch": epoch})
	h.Publish(chat.Event{Kind: chat.EventReset, Line: line, To: chat.ToAgents, Data: data})
	h.cut(causeReset, func(s *Stream) bool { return s.Conversation != "" && s.Line == line })
}

func (h *Hub) cut(why cause, which func(s *Stream) bool) {
	for _, r := range h.table.all() {
		if which(r.stream()) {
			r.end(why)
			r.interrupt()
		}
	}
}

func or[T int | time.Duration](v, standard T) T {
	if v <= 0 {
		return standard
	}
	return v
}
