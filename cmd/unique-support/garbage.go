package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// calm is Go's own: a collection when the heap is twice what was alive. Streams that only wait stay small.
	calm = 100
	// hurried is for a node that makes more garbage in a second than all it keeps: collections then cost a tenth of its work.
	hurried = 400
	// garbageMax is how much garbage may lie about for that, in bytes.
	garbageMax = 256 << 20
)

// paceGarbage has the collector run less often while much is going on. Whoever sets GOGC decides.
func paceGarbage(ctx context.Context) error {
	if os.Getenv("GOGC") != "" {
		return nil
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	heap := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(heap)
	for now, made := calm, heap[0].Value.Uint64(); ; {
		select {
		case <-ctx.Done():
			debug.SetGCPercent(calm)
			return nil
		case <-tick.C:
		}
		metrics.Read(heap)
		if next := garbagePercent(now, heap[0].Value.Uint64()-made, heap[1].Value.Uint64()); next != now {
			now = next
			debug.SetGCPercent(now)
		}
		made = heap[0].Value.Uint64()
	}
}

// garbagePercent is how much garbage, in percent of what is alive, is let lie, by how many bytes were made in the last second.
func garbagePercent(now int, made, alive uint64) int {
	switch {
	case made > alive:
		return int(max(calm, min(hurried, garbageMax*100/max(alive, 1))))
	case made < alive/4:
		return calm
	}
	return now
}
