package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// complaintsMax is how many broken rules are told in words: one is enough to fail.
const complaintsMax = 20

// verdict is what the checker found; see docs/performance.md for the rules.
type verdict struct {
	mu sync.Mutex
	*result
}

func (v *verdict) count(n *int64, k *dialogue, format string, args ...any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	*n++
	if len(v.Complaints) < complaintsMax {
		v.Complaints = append(v.Complaints, fmt.Sprintf("conversation %s: ", k.id.text())+fmt.Sprintf(format, args...))
	}
}

// check reads every conversation's log from the server and compares it with what was promised and shown.
func (l *load) check(ctx context.Context, r *result) error {
	v, late := &verdict{result: r}, time.Now().Add(l.Settle)
	var reading errgroup.Group
	reading.SetLimit(16)
	for _, k := range l.talking {
		reading.Go(func() error {
			screens := append([]*view(nil), k.screens...)
			for _, w := range l.desks {
				screens = append(screens, w.views[k])
			}
			log, err := l.log(ctx, k)
			// The desk writes too: a notice may come between the screens' last look and this one.
			for err == nil && apart(log, screens) && time.Now().Before(late) && pause(ctx, 50*time.Millisecond) == nil {
				log, err = l.log(ctx, k)
			}
			if err == nil {
				v.check(k, log, screens)
			}
			return err
		})
	}
	return reading.Wait()
}

// apart reports whether a screen shows more or less than the log has.
func apart(log []logged, screens []*view) bool {
	return slices.ContainsFunc(screens, func(v *view) bool { return v.stands() != int64(len(log)) })
}

// log reads the whole of a conversation's log.
func (l *load) log(ctx context.Context, k *dialogue) (log []logged, err error) {
	for try := 0; try < 30; try++ {
		last := int64(0)
		if n := len(log); n > 0 {
			last = log[n-1].seq
		}
		r, err := l.doors[try%len(l.doors)].ask(ctx, "GET", fmt.Sprintf("%s/messages?after=%d&limit=200", k.path, last), k.token, nil)
		ms, ok := messages(r.body)
		if err != nil || r.status != 200 || !ok {
			if err := pause(ctx, time.Second); err != nil {
				return nil, err
			}
			continue
		}
		if log = append(log, ms...); len(ms) < 200 {
			return log, nil
		}
		try = 0
	}
	return nil, errors.New("the log cannot be read: nothing can be checked")
}

// check compares one conversation.
func (v *verdict) check(k *dialogue, log []logged, screens []*view) {
	places := map[packed]int64{}
	for i, m := range log {
		if m.seq != int64(i+1) {
			v.count(&v.Holes, k, "number %d stands at place %d", m.seq, i+1)
		}
		if m.client == (packed{}) {
			continue
		}
		if first, twice := places[m.client]; twice {
			v.count(&v.Doubled, k, "one message stands at %d and at %d", first, m.seq)
		}
		places[m.client] = m.seq
	}
	if k.wrong.Load() {
		v.count(&v.Wrong, k, "a message sent twice at once was told two numbers")
	}
	owed := maps.Clone(places) // what is left at the end was refused, or sent by nobody
	for who, ledger := range k.ledgers {
		before := int64(0)
		for _, p := range ledger {
			at, there := places[p.client]
			delete(owed, p.client)
			switch {
			case !there:
				v.count(&v.Lost, k, "a message accepted as number %d is not there", p.seq)
			case at != p.seq:
				v.count(&v.Wrong, k, "a message accepted as number %d stands at %d", p.seq, at)
			case who == 0 && p.seq <= before: // agents' messages are one another's: no order was promised between them
				v.count(&v.Disordered, k, "number %d was sent after number %d", p.seq, before)
			}
			before = max(before, p.seq)
		}
	}
	for _, client := range k.unanswered {
		delete(owed, client)
	}
	for _, seq := range owed {
		v.count(&v.Wrong, k, "number %d was promised to nobody", seq)
	}
	for i, s := range screens {
		s.mu.Lock()
		shown := s.shown
		s.mu.Unlock()
		if len(shown) < len(log) {
			v.count(&v.Lost, k, "screen %d shows %d of %d messages", i+1, len(shown), len(log))
		}
		if len(shown) > len(log) {
			v.count(&v.Doubled, k, "screen %d shows %d messages, there are %d", i+1, len(shown), len(log))
		}
		for j := range min(len(shown), len(log)) {
			if shown[j] != log[j].client && (shown[j] != untold || log[j].author != "agent") {
				v.count(&v.Disordered, k, "screen %d shows another message at %d", i+1, j+1)
				break
			}
		}
	}
}
