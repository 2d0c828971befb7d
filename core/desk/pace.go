package desk

import (
	"context"
	"sync"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// paceKeep is how long a line's pace is believed.
	paceKeep = 15 * time.Second
	// paceWaits is of how many served visitors a pace is made; of fewer than paceLeast there is none.
	paceWaits = 20
	paceLeast = 3
)

// pace is how fast a line's queue moves, as last read.
type pace struct {
	mu   sync.Mutex
	each time.Duration
	read time.Time
}

// known returns how long one place of the queue takes, 0 when nobody knows.
func (p *pace) known() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.each
}

// due reports whether the pace is to be read again. It says so to one asker.
func (p *pace) due(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if since := now.Sub(p.read); since >= 0 && since < paceKeep {
		return false
	}
	p.read = now
	return true
}

func (p *pace) set(each time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.each = each
}

// paceOf returns how long one place took, given waits that ended last, the newest first: from when the one before was
// served, or from when the queue had somebody in it again. Time in which nobody waited counts for nothing.
func paceOf(waits []chat.Wait) time.Duration {
	var took time.Duration
	n := min(len(waits), paceWaits)
	if n < paceLeast {
		return 0
	}
	for i, w := range waits[:n] {
		from := w.Since
		if i+1 < len(waits) && waits[i+1].Until.After(from) {
			from = waits[i+1].Until
		}
		took += max(0, w.Until.Sub(from))
	}
	return took / time.Duration(n)
}

// estimated says whether the line works, and how long a visitor's wait probably takes: whole minutes, one at least, at the
// pace the line had within the hour. While it does not work nobody knows.
func (d *Desk) estimated(c chat.Conversation) chat.Conversation {
	if known, err := d.store.Line(c.Line); err == nil {
		if c.Status == chat.StatusWaiting && known.Queue.Bots(c, d.clock.Now()) {
			c.Position = 0 // it is no queue of people that she stands in
		}
		c.Offer = known.Queue.Offers(c, d.clock.Now())
		open, turns := known.Hours.At(d.clock.Now())
		if c.Shut = !open; c.Shut {
			c.Opens = chat.Time{Time: turns}
		}
	}
	if c.Position == 0 || c.Shut {
		return c
	}
	l, err := d.at(c.Line)
	if err != nil {
		return c
	}
	if each := l.pace.known(); each > 0 {
		c.Wait = int((each*time.Duration(c.Position) + time.Minute - 1) / time.Minute)
	}
	return c
}

// forVisitor is ForVisitor with an estimate that was read just now or shortly before. Without one the rest stands.
func (d *Desk) forVisitor(ctx context.Context, c chat.Conversation) chat.Conversation {
	if c.Position > 0 {
		d.readPace(ctx, c.Line)
	}
	return ForVisitor(d.estimated(c))
}

func (d *Desk) readPace(ctx context.Context, line string) {
	l, err := d.at(line)
	if err != nil || !l.pace.due(d.clock.Now()) {
		return
	}
	if waits, err := d.store.Waits(ctx, line, paceWaits+1); err == nil {
		l.pace.set(paceOf(waits))
	}
}
