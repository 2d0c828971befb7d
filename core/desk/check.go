package desk

import (
	"context"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// position is how often what streams have is compared with what was written. That looks back to the last time it
	// succeeded, and recently further: what was committed late, or is on the way, is looked at more than once.
	position = 5 * time.Second
	recently = 60 * time.Second
)

// check is what delivery rests on when every wake-up was lost: it compares the heads of recently active conversations
// with what the streams of this node have, and sends agents the heads, so that their pages do the same. It also notices
// when the line's history was replaced by an older one: then every number anybody has is worth nothing.
func (d *Desk) check(ctx context.Context, l *line) error {
	tick := time.NewTicker(position)
	defer tick.Stop()
	epoch, seen := "", time.Now() // streams that are older have read the log themselves
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		now, err := d.store.Epoch(ctx, l.name)
		if err == nil && now != epoch {
			if epoch != "" {
				d.log.Warn("history of the line was replaced, its streams begin anew", "line", l.name)
				l.told.forget()
				l.stands.forget()
				d.push.Restart(l.name, now)
			}
			epoch = now
		}
		begun := time.Now()
		heads, err := d.store.Recent(ctx, l.name, begun.Sub(seen)+recently)
		if ctx.Err() != nil {
			return nil
		}
		d.push.Degraded(l.name, err != nil)
		if err != nil {
			continue
		}
		if seen = begun; len(heads) == 0 {
			continue
		}
		for id, head := range heads {
			d.push.Behind(l.name, id, head)
		}
		d.push.Publish(chat.Event{Kind: chat.EventHeads, Line: l.name, To: chat.ToAgents, Data: encode(heads)})
	}
}
