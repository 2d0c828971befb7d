// Package router keeps order within a conversation while many write at once: every conversation belongs to one of a fixed
// number of shards, a shard has one bounded queue, and one worker at a time takes batches from it.
//
// A business line has a router of its own, so one line's trouble fills only that line's queues.
//
// What is promised: an envelope that Dispatch accepted is handled exactly once; envelopes of one conversation are handled in
// the order in which Dispatch accepted them; no conversation is in two batches at the same time.
//
// A worker is a goroutine that lives only while its shard has something in its queue: an idle router is memory, not goroutines.
// There is one lock per shard and no other; nothing is called while it is held.
package router
