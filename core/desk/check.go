package desk

import (
	"context"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// position is how often what streams have is compared with what was written, recently how far back that looks.
	position = 5 * time.Second
	recently = 60 * time.Second
)

// check is what delivery rests on when every wake-up was lost: it compares the heads of recently active conversations
// with what the streams of this node have, and sends agents the heads, so that their pages do the same.
func (d *Desk) check(ctx context.Context, l *line) error {
	tick := time.NewTicker(position)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		heads, err := d.store.Recent(ctx, l.name, recently)
		if err != nil || len(heads) == 0 {
			continue // a line that is away has nothing new; its streams say so themselves
		}
		for id, head := range heads {
			d.push.Behind(l.name, id, head)
		}
		d.push.Publish(chat.Event{Kind: chat.EventHeads, Line: l.name, To: chat.ToAgents, Data: encode(heads)})
	}
}
