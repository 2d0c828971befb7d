package router

// Stats is what a router has done and holds.
type Stats struct {
	// Queued is how many envelopes are in queues now, Deepest how many are in the fullest, Busy how many shards have a worker.
	Queued, Deepest, Busy int
	// Accepted counts envelopes that got into a queue, Waited those that found it full at first, Refused those that gave up,
	// Batches the calls of handle, Failed the calls that panicked.
	Accepted, Waited, Refused, Batches, Failed uint64
}

// counts are a shard's own, kept under its lock.
type counts struct{ accepted, waited, refused, batches, failed uint64 }

// Stats adds up the shards, each as it is when it is looked at.
func (r *Router) Stats() Stats {
	var t Stats
	for i := range r.shards {
		s := &r.shards[i]
		s.mu.Lock()
		t.Queued += s.queued
		t.Deepest = max(t.Deepest, s.queued)
		if s.busy {
			t.Busy++
		}
		t.Accepted += s.count.accepted
		t.Waited += s.count.waited
		t.Refused += s.count.refused
		t.Batches += s.count.batches
		t.Failed += s.count.failed
		s.mu.Unlock()
	}
	return t
}

// failed counts a panic of handle.
func (s *shard) failed() {
	s.mu.Lock()
	s.count.failed++
	s.mu.Unlock()
}
