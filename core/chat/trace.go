package chat

import "time"

// Hop is a place a message passes on its way.
type Hop string

// The hops, in the order a message passes them.
const (
	HopReceived  Hop = "received"  // its request came in
	HopQueued    Hop = "queued"    // it went to its conversation's queue
	HopRouted    Hop = "routed"    // a batch took it up
	HopCommitted Hop = "committed" // it is written and will not be lost
	HopPushed    Hop = "pushed"    // a node first offered it to a screen of the other side
	HopDelivered Hop = "delivered" // the other side's page said that it has it
	HopRead      Hop = "read"      // the other side has read it
)

// TracesKept is how long the hops of a message are kept, from when it was written.
const TracesKept = 30 * 24 * time.Hour

// Passage is when a message passed each hop, as far as somebody knows; a zero time is a hop nobody has told of. Several nodes
// know different hops, each by its own clock.
type Passage struct {
	Conversation ID
	Seq          int64
	// Trace is the message's trace, Parent the span its sender's traceparent named: 16 hex digits, or empty. Neither is kept with the hops.
	Trace, Parent string
	// Node is the name of the node that accepted it; empty where another node tells of it.
	Node                                                         string
	Received, Queued, Routed, Committed, Pushed, Delivered, Read time.Time
}

// Merge adds what another knows of the same message; of two times for one hop the earlier is kept.
func (p *Passage) Merge(o Passage) {
	for _, s := range [...]struct {
		to   *string
		from string
	}{{&p.Trace, o.Trace}, {&p.Parent, o.Parent}, {&p.Node, o.Node}} {
		if *s.to == "" {
			*s.to = s.from
		}
	}
	for _, t := range [...]struct {
		to   *time.Time
		from time.Time
	}{
		{&p.Received, o.Received}, {&p.Queued, o.Queued}, {&p.Routed, o.Routed}, {&p.Committed, o.Committed},
		{&p.Pushed, o.Pushed}, {&p.Delivered, o.Delivered}, {&p.Read, o.Read},
	} {
		if t.to.IsZero() || !t.from.IsZero() && t.from.Before(*t.to) {
			*t.to = t.from
		}
	}
}

// Reach says that one side of a conversation has had, or read, the other side's messages with After < seq <= UpTo.
type Reach struct {
	Conversation ID
	// By is who did: KindVisitor or KindAgent.
	By          Kind
	After, UpTo int64
	// Read says that they were read, not only received.
	Read bool
	At   time.Time
}

// Trace is a message's way as an agent may see it. Its JSON is the shape of the API.
type Trace struct {
	Message      ID     `json:"message_id"`
	Conversation ID     `json:"conversation_id"`
	Seq          int64  `json:"seq"`
	Trace        string `json:"trace_id,omitempty"`
	// Node accepted the message; empty when that was not kept.
	Node string `json:"node,omitempty"`
	// Hops are those known, in the order of the way; committed is always among them.
	Hops []Passed `json:"hops"`
}

// Passed is one hop of a Trace.
type Passed struct {
	Hop Hop  `json:"hop"`
	At  Time `json:"at"`
	// After is the time since the first hop, in milliseconds; below 0 when another node's clock is behind.
	After float64 `json:"after_ms"`
}

// Hops lists what is known, in the order of the way.
func (p Passage) Hops() []Passed {
	list := make([]Passed, 0, 7)
	for _, h := range [...]struct {
		hop Hop
		at  time.Time
	}{
		{HopReceived, p.Received}, {HopQueued, p.Queued}, {HopRouted, p.Routed}, {HopCommitted, p.Committed},
		{HopPushed, p.Pushed}, {HopDelivered, p.Delivered}, {HopRead, p.Read},
	} {
		if h.at.IsZero() {
			continue
		}
		passed := Passed{Hop: h.hop, At: Time{h.at}}
		if len(list) > 0 {
			passed.After = float64(h.at.Sub(list[0].At.Time).Microseconds()) / 1000
		}
		list = append(list, passed)
	}
	return list
}
