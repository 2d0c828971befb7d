package push

import "sync/atomic"

// reason is why a reader had to pull.
type reason uint8

const (
	becauseNew    reason = iota // its first pull
	becauseGap                  // a number was missing before an event
	becauseFull                 // its queue was full
	becauseLane                 // a lane was full, or lost the event
	becauseBehind               // a position check or a heartbeat knew of more
	reasons
)

// cause is why a stream was ended by this side.
type cause uint8

const (
	causeSlow     cause = iota // it did not take a write within the deadline
	causeOverflow              // an agent's queue was full, or a lane lost what she should have seen
	causeRevoked               // Cut, or its Until ended
	causePanic                 // its Allow panicked
	causeDrain                 // it was still there when the node left
	causeReset                 // Restart: its numbers belong to an epoch that is over
	causes
)

// Stats is what the hub has done since it was made, and who reads now.
type Stats struct {
	// Visitors and Agents are the open streams.
	Visitors, Agents int
	// Lean are those of them whose connections were taken over, Loops those served by their requests' goroutines.
	Lean, Loops int
	// Published counts events somebody watched for, Refused those with data that is not one line of JSON.
	Published, Refused int64
	// Pushed counts frames put into readers' queues, Dropped ephemeral ones that found no room.
	Pushed, Dropped int64
	// Pulls counts pulls from the log by what made them necessary: new, gap, full, lane, behind. Pulled counts the messages
	// they brought, PullErrors those that failed, Holes numbers missing in what they brought.
	Pulls                     map[string]int64
	Pulled, PullErrors, Holes int64
	// Cut counts streams ended by this side: slow, overflow, revoked, panic, drain, reset. Gated counts streams turned away by the gate, Full
	// those refused because as many are open as may be.
	Cut         map[string]int64
	Gated, Full int64
	// LaneLost counts events lost in a lane or turned away because it was full, LaneRestarts lanes whose handler had ended.
	LaneLost, LaneRestarts int64
}

type counters struct {
	visitors, agents          atomic.Int64
	published, refused        atomic.Int64
	pushed, dropped           atomic.Int64
	pulls                     [reasons]atomic.Int64
	pulled, pullErrors, holes atomic.Int64
	cut                       [causes]atomic.Int64
	gated, full               atomic.Int64
	lean, loops               atomic.Int64
	laneLost, laneRestarts    atomic.Int64
}

// Stats returns the counts.
func (h *Hub) Stats() Stats {
	c := &h.count
	s := Stats{
		Visitors: int(c.visitors.Load()), Agents: int(c.agents.Load()), Lean: int(c.lean.Load()), Loops: int(c.loops.Load()),
		Published: c.published.Load(), Refused: c.refused.Load(), Pushed: c.pushed.Load(), Dropped: c.dropped.Load(),
		Pulled: c.pulled.Load(), PullErrors: c.pullErrors.Load(), Holes: c.holes.Load(), Gated: c.gated.Load(), Full: c.full.Load(),
		LaneLost: c.laneLost.Load(), LaneRestarts: c.laneRestarts.Load(),
		Pulls: map[string]int64{}, Cut: map[string]int64{},
	}
	for i, name := range [reasons]string{"new", "gap", "full", "lane", "behind"} {
		s.Pulls[name] = c.pulls[i].Load()
	}
	for i, name := range [causes]string{"slow", "overflow", "revoked", "panic", "drain", "reset"} {
		s.Cut[name] = c.cut[i].Load()
	}
	return s
}
