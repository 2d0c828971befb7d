package sql

import (
	"context"
	"encoding/json"
	"time"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// pollBusy and pollIdle are the times between two looks into a log, pollLeast the one nobody's bell shortens.
	pollBusy  = 20 * time.Millisecond
	pollIdle  = 250 * time.Millisecond
	pollLeast = 2 * time.Millisecond
	// busyFor is how long a line counts as busy after something happened.
	busyFor = time.Second
	// gapFor is how long a position that was skipped is looked for; gapsMax is how many are.
	gapFor  = 10 * time.Second
	gapsMax = 10_000
	// tailMargin is how far before its end the log is read at the start, for what was being written then.
	tailMargin = 200
	// tailMax is how many messages one look returns.
	tailMax = 2_000
	// rewindEvery is how often a log that was set back, as by restoring a backup, is noticed.
	rewindEvery = 30 * time.Second
)

// tail finds what is new in a line's log, by whichever node it was written. Positions are no order: they are handed out
// before their rows can be seen, and a row may become visible after one with a later position. So what can be seen is taken
// at once, and skipped positions are looked for until they are seen or gapFor is over. Only what somebody here waits for is
// read whole: most of a log was written by this node, or is watched on none of its streams.
type tail struct {
	pool *pool
	// wants reports whether a message is news to anybody here; nil for all.
	wants   func(conversation chat.ID, seq int64) bool
	started bool
	last    int64
	gaps    map[int64]time.Time
	checked time.Time
}

type tailPlace struct {
	Pos          int64     `db:"pos"`
	Conversation chat.ID   `db:"conversation_id"`
	Seq          int64     `db:"seq"`
	Created      time.Time `db:"created_at"`
}

type tailRow struct {
	Pos   int64   `db:"pos"`
	Agent chat.ID `db:"agent"`
	messageRow
}

// look finds the places of what has become visible since the last look, and returns what is wanted of it; more when there may
// be more at once.
func (t *tail) look(ctx context.Context, now time.Time) (found []tailPlace, rows []tailRow, more bool, err error) {
	if !t.started || now.Sub(t.checked) >= rewindEvery {
		var head int64
		if err := t.pool.get(ctx, &head, "Tail_Head"); err != nil {
			return nil, nil, false, err
		}
		if t.checked = now; !t.started || head < t.last {
			t.started, t.last, t.gaps = true, max(0, head-tailMargin), map[int64]time.Time{}
		}
	}
	skipped := make(pq.Int64Array, 0, len(t.gaps))
	for pos, since := range t.gaps {
		if now.Sub(since) > gapFor {
			delete(t.gaps, pos)
			continue
		}
		skipped = append(skipped, pos)
	}
	if err := t.pool.selectAll(ctx, &found, "Tail_Places", t.last, skipped, tailMax); err != nil {
		return nil, nil, false, err
	}
	var wanted pq.Int64Array
	for _, p := range found {
		if t.wants == nil || t.wants(p.Conversation, p.Seq) {
			wanted = append(wanted, p.Pos)
		}
	}
	if len(wanted) > 0 {
		if err := t.pool.selectAll(ctx, &rows, "Tail_Read", wanted); err != nil {
			return nil, nil, false, err // the cursor has not moved: the next look finds them again
		}
	}
	return found, rows, t.pass(found, now), nil
}

// pass moves the cursor behind what was found, and remembers the positions it skipped; it reports whether there may be more.
func (t *tail) pass(found []tailPlace, now time.Time) (more bool) {
	fresh := 0
	for _, p := range found { // ascending
		if p.Pos <= t.last {
			delete(t.gaps, p.Pos)
			continue
		}
		for pos := max(t.last+1, p.Pos-gapsMax); pos < p.Pos && len(t.gaps) < gapsMax; pos++ {
			t.gaps[pos] = now
		}
		t.last = p.Pos
		fresh++
	}
	return fresh == tailMax
}

// waiting reports whether a position was skipped so recently that its row is likely to appear any moment.
func (t *tail) waiting(now time.Time) bool {
	for _, since := range t.gaps {
		if now.Sub(since) < busyFor {
			return true
		}
	}
	return false
}

// tail hands on the messages of the line's log until ctx ends.
func (w *follower) tail(ctx context.Context) {
	t := &tail{pool: w.pool, wants: func(conversation chat.ID, seq int64) bool { return w.wants(w.line, conversation, seq) }}
	var busy time.Time
	retry, away := retryLeast, false
	for {
		found, rows, more, err := t.look(ctx, time.Now())
		if err != nil {
			if ctx.Err() != nil {
				return
			}
			if !away {
				w.bus.store.log.Warn("line not followed, trying again", "line", w.line, "error", err)
			}
			away, t.checked = true, time.Time{} // whatever comes back may be an older history
			if !sleep(ctx, retry) {
				return
			}
			retry = min(2*retry, retryMost)
			continue
		}
		if away {
			w.bus.store.log.Info("line followed again", "line", w.line)
		}
		retry, away = retryLeast, false
		w.bus.looked(w.line, t, found, time.Now())
		for _, r := range rows {
			m := r.message()
			data, err := json.Marshal(m)
			if err != nil {
				w.bus.store.log.Error("message not encoded", "line", w.line, "message", m, "error", err)
				continue
			}
			w.f(chat.Event{
				Kind: chat.EventMessage, Line: w.line, Conversation: m.Conversation, Seq: m.Seq, Agent: r.Agent, By: m.Author.Kind, To: m.Kind.Audience(), Data: data, Trace: m.Trace,
			})
		}
		now := time.Now()
		if len(found) > 0 {
			busy = now
		}
		wait := pollIdle
		switch {
		case more:
			wait = pollLeast
		case now.Sub(busy) < busyFor || t.waiting(now):
			wait = pollBusy
		}
		if !sleep(ctx, pollLeast) || !w.doze(ctx, wait-pollLeast) {
			return
		}
	}
}

// doze sleeps until the bell rings; it reports false when ctx ended.
func (w *follower) doze(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-w.bell:
	case <-t.C:
	}
	return true
}
