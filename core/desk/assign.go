package desk

import (
	"context"
	"errors"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// sweep is how often the queue is looked at without having been told to.
	sweep = time.Second
	// informed is how many waiting visitors hear of their new place at once.
	informed = 200
)

// ring says that somebody may be served now. It never waits.
func (l *line) ring() {
	select {
	case l.free <- struct{}{}:
	default:
	}
}

// assign gives the line's waiting conversations to agents with room: when told to, and every second in case nobody was.
func (d *Desk) assign(ctx context.Context, l *line) error {
	tick := time.NewTicker(sweep)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-l.free:
		case <-tick.C:
			moved, err := d.store.Tend(ctx, l.name, chat.NewTrace())
			for _, m := range moved {
				_ = d.moved(chat.StatusOpen, m)
			}
			if err != nil && ctx.Err() == nil && chat.CodeOf(err) != chat.CodeLineUnavailable {
				d.log.Error("not done what was due", "line", l.name, "error", err)
			}
		}
		if err := d.serveQueue(ctx, l); err != nil && ctx.Err() == nil && chat.CodeOf(err) != chat.CodeLineUnavailable {
			d.log.Error("queue not served", "line", l.name, "error", err)
		}
		if woken, err := d.store.Wake(ctx, l.name); err == nil {
			for _, c := range woken {
				d.announceConversation(c)
			}
		}
	}
}

// serveQueue assigns until nothing waits or nobody has room, then tells those who still wait of their place.
func (d *Desk) serveQueue(ctx context.Context, l *line) error {
	given := 0
	if ranked, err := d.store.Rank(ctx, l.name); err != nil {
		return err
	} else if ranked {
		l.shifted.Store(true)
	}
	for {
		m, err := d.store.AssignNext(ctx, l.name, chat.NewTrace())
		if errors.Is(err, chat.NotFound()) {
			break
		}
		if err != nil {
			return err
		}
		given++
		d.announceMoved(m)
	}
	if shifted := l.shifted.Swap(false); given == 0 && !shifted {
		return nil
	}
	ids, err := d.store.Waiting(ctx, l.name, informed)
	if err != nil {
		return err
	}
	if len(ids) > 0 {
		d.readPace(ctx, l.name)
	}
	for _, id := range ids {
		if len(l.free) > 0 { // there is somebody to serve again: that comes first, and changes the places again
			l.shifted.Store(true)
			return nil
		}
		c, err := d.store.Conversation(ctx, l.name, id)
		if err != nil {
			return err
		}
		d.announce(conversationEvent(ForVisitor(d.estimated(c)), chat.ToVisitor))
	}
	return nil
}

// take makes a waiting conversation the agent's who just answered it. Somebody else may have been quicker: then it is hers.
func (d *Desk) take(ctx context.Context, l *line, conversation chat.ID, agent chat.Actor) {
	m, err := d.store.Assign(context.WithoutCancel(ctx), l.name, chat.Assignment{
		Conversation: conversation, To: chat.AgentRef{ID: agent.ID, Name: agent.Name}, By: agent.Author(), Reason: "taken", Waiting: true, Trace: chat.TraceFrom(ctx)})
	if err != nil {
		d.log.Warn("answered conversation not taken", "conversation", conversation, "error", err)
		return
	}
	if m.Notice != nil {
		_ = d.moved(chat.StatusWaiting, m)
	}
}
