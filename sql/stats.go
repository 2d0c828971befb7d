package sql

import (
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
)

// PoolStats are the numbers of one pool, now; what is counted is counted since the line was last opened.
type PoolStats struct {
	// Open are connections, InUse those of them that serve a call, Max how many there may be.
	Open, InUse, Max int
	// Waits counts the calls that waited for a connection, Waited is how long they did, all together.
	Waits  int64
	Waited time.Duration
	// InFlight are the calls that run or wait for a connection; at most 64.
	InFlight int64
	// Refused counts the calls that were answered without asking the database: its breaker was open, or there was no room.
	Refused int64
	// Breaker is "closed" while the database answers, "open" while it does not, "half-open" while a call tries.
	Breaker string
	// Opens counts how often the breaker found that the database no longer answers.
	Opens int64
}

// Stats returns the numbers of each line's pool, by the line's name; those of the main database have the name "".
func (s *Store) Stats() map[string]PoolStats {
	all := map[string]PoolStats{"": s.main.stats()}
	s.mu.RLock()
	defer s.mu.RUnlock()
	for name, p := range s.lines {
		all[name] = p.pool.stats()
	}
	return all
}

func (p *pool) stats() PoolStats {
	n := PoolStats{InFlight: p.guard.running.Load(), Refused: p.guard.refused.Load(), Opens: p.guard.opens.Load()}
	for _, c := range []*conns{p.conns, p.accepts} {
		db := c.db.Stats()
		n.Open, n.InUse, n.Max = n.Open+db.OpenConnections, n.InUse+db.InUse, n.Max+db.MaxOpenConnections
		n.Waits, n.Waited = n.Waits+db.WaitCount, n.Waited+db.WaitDuration
	}
	switch p.guard.breaker.State() {
	case circuitbreaker.OpenState:
		n.Breaker = "open"
	case circuitbreaker.HalfOpenState:
		n.Breaker = "half-open"
	default:
		n.Breaker = "closed"
	}
	return n
}

// TailStats are the numbers of a node's reading of one line's log.
type TailStats struct {
	// Rows counts the messages found since the bus was made.
	Rows int64
	// Lag is how old the newest message was when it was found, by the two clocks of the line's database and this node.
	Lag time.Duration
	// Gaps are the positions that were skipped and are still looked for.
	Gaps int
	// Looked is when the log was last read; zero when it never was. While the line is away it stands still.
	Looked time.Time
}

// Stats returns the numbers of each line's log, by the line's name. A line is in it once it has been followed.
func (b *Bus) Stats() map[string]TailStats {
	lines := b.store.names()
	b.mu.Lock()
	defer b.mu.Unlock()
	all := map[string]TailStats{}
	for _, name := range lines {
		if n, ok := b.tails[name]; ok {
			all[name] = n
		}
	}
	return all
}

// looked counts one look into a line's log.
func (b *Bus) looked(line string, t *tail, found []tailPlace, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := b.tails[line]
	n.Looked, n.Gaps, n.Rows = now, len(t.gaps), n.Rows+int64(len(found))
	if len(found) > 0 {
		n.Lag = max(0, now.Sub(found[len(found)-1].Created))
	}
	b.tails[line] = n
}
