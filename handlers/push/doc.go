// Package push is the SSE hub: what happens is framed once and shared by everybody who watches.
//
// # The way of an event
//
// Publish chooses one of a fixed number of lanes by conversation, so order holds. A lane is an r3labs stream with exactly one
// permanent subscriber, whose ResponseWriter is ours: r3labs queues and frames the event, the writer takes the framed bytes
// back at Flush, exchanges the ticket r3labs wrote as the id for the event it stands for, and offers the frame to the readers
// of the event's topics. No browser's request ever reaches r3labs.
//
// A lane gives r3labs at most window events at a time; the rest waits in a bounded queue of the lane's own. Both channels
// inside r3labs have more room than that, so neither Publish nor the r3labs stream ever blocks, not even on a subscriber that
// died. A lane whose handler ended gets a new one; a marker sent through it tells what was lost on the way.
//
// # Nothing is lost
//
// A reader of a conversation counts: an event that is not the next one, or finds its queue full, makes it dirty, and a dirty
// reader pulls from the log until it has what it heard of. It subscribes before it pulls for the first time. Everything that
// may get lost on the way here, in a lane or in a queue, only ever makes readers dirty. An agent's reader has no such number: one that
// loses something is cut, and starts again with the heads.
//
// # Locks
//
// The hub's registry, the table's shards, a lane, a reader's backlog, a loop's deadline, the gate and the slots each have a
// lock of their own. Two of them are held together like this only: the registry's, then a shard's; a lean reader's, then
// that of its backlog, the pullers' or the sockets'. A lane's lock is held over r3labs' TryPublish, which takes r3labs' own.
package push
