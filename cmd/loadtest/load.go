package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// load is one process's share of a run: the people, what they were promised and what they saw.
type load struct {
	loadCommand
	part  int // which of Procs
	doors []*door

	talking []*dialogue // conversations somebody writes in
	idle    []*dialogue
	desks   []*watcher // agents' streams
	byID    map[packed]*dialogue

	ctx     context.Context // until the screens close
	asking  context.Context // until the outboxes give up what is not answered
	leave   context.CancelFunc
	reading sync.WaitGroup
	pulls   chan struct{}
	due     atomic.Int64 // messages still to be begun when Messages bounds them
	figures
}

// dialogue is a conversation: its visitor, her screens, and what she and the agents were promised.
type dialogue struct {
	id      packed
	path    string
	token   string
	epoch   string
	screens []*view

	mu      sync.Mutex   // of ledgers, unanswered and sent
	ledgers [2][]promise // the visitor's and the agents', each in the order sent
	// unanswered may be in the log, once, or not.
	unanswered []packed
	// sent has the visitor's ids by their endings, for screens in the short form.
	sent  map[packed]packed
	begun atomic.Bool
	wrong atomic.Bool // a rule was seen broken while it ran
}

// named keeps an id that the visitor is about to use.
func (k *dialogue) named(id packed) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.sent == nil {
		k.sent = map[packed]packed{}
	}
	k.sent[id.ending()] = id
}

// whole returns the id of which a stream told the ending; of what it told in another way, what it told.
func (k *dialogue) whole(told packed) packed {
	k.mu.Lock()
	defer k.mu.Unlock()
	if id, ok := k.sent[told]; ok {
		return id
	}
	return told
}

// promise is a message that was accepted: under which number it was said to be.
type promise struct {
	client packed
	seq    int64
}

// sessionAnswer is what is needed of a session.
type sessionAnswer struct {
	Token        string `json:"token"`
	Epoch        string `json:"epoch"`
	Conversation struct {
		ID string `json:"id"`
	} `json:"conversation"`
}

// share is this part's share of n.
func (l *load) share(n int) int {
	s := n / l.Procs
	if l.part < n%l.Procs {
		s++
	}
	return s
}

// enter lets the visitors in and opens every stream, no faster than Ramp.
func (l *load) enter(ctx context.Context) error {
	var from []net.IP
	for i := range l.Sources {
		from = append(from, net.IPv4(127, 0, byte(1+l.part), byte(1+i)))
	}
	for _, u := range l.URL {
		d, err := newDoor(u, from)
		if err != nil {
			return err
		}
		l.doors = append(l.doors, d)
	}
	l.byID, l.pulls = map[packed]*dialogue{}, make(chan struct{}, 32)
	l.due.Store(l.Messages)
	l.ctx, l.leave = context.WithCancel(ctx)
	talking := l.share(l.Visitors)
	all := make([]*dialogue, talking+l.share(l.Idle))
	var entering errgroup.Group
	entering.SetLimit(16)
	for i := range all {
		entering.Go(func() (err error) {
			all[i], err = l.guest(ctx, i)
			return err
		})
	}
	if err := entering.Wait(); err != nil {
		return err
	}
	l.talking, l.idle = all[:talking], all[talking:]
	for _, k := range all {
		l.byID[k.id] = k
	}
	pace := time.NewTicker(time.Second * time.Duration(l.Procs) / time.Duration(l.Ramp))
	defer pace.Stop()
	for i, k := range all {
		for range l.Screens {
			v := &view{load: l, of: k}
			k.screens = append(k.screens, v)
			<-pace.C
			l.reading.Go(func() { l.follow(k.path+"/events", k.token, i, v.last, v.event, &l.streamed) })
		}
	}
	for i := range l.share(l.Agents) {
		w := &watcher{load: l, views: map[*dialogue]*view{}}
		for _, k := range all {
			w.views[k] = &view{load: l, of: k, agent: true}
		}
		l.desks = append(l.desks, w)
		l.reading.Go(func() { l.follow("/api/v1/inbox/events", l.Key, i, func() string { return "" }, w.event, &l.desked) })
	}
	return l.opened(ctx)
}

// guest begins a visitor's session.
func (l *load) guest(ctx context.Context, i int) (*dialogue, error) {
	path := "/api/v1/lines/" + l.Line[i%len(l.Line)] + "/session"
	for try := 0; ; try++ {
		r, err := l.doors[(i+try)%len(l.doors)].ask(ctx, "POST", path, "", []byte("{}"))
		var a sessionAnswer
		switch {
		case err == nil && r.status == 201:
			if err := json.Unmarshal(r.body, &a); err != nil {
				return nil, err
			}
			id, ok := unpack([]byte(a.Conversation.ID))
			if !ok {
				return nil, fmt.Errorf("a session without a conversation: %s", r.body)
			}
			return &dialogue{id: id, path: "/api/v1/conversations/" + a.Conversation.ID, token: a.Token, epoch: a.Epoch}, nil
		case err == nil && r.status == 429 && try == 0:
			return nil, errors.New("the server limits how many visitors come from one address; start it with SUPPORT_LIMITS=off")
		case err == nil && r.status < 500, try == 20:
			return nil, fmt.Errorf("begin a session: %d %s %w", r.status, r.body, errors.Join(err))
		}
		if err := pause(ctx, time.Second); err != nil {
			return nil, err
		}
	}
}

// opened waits until every stream stands.
func (l *load) opened(ctx context.Context) error {
	want := int64((len(l.talking)+len(l.idle))*l.Screens + len(l.desks))
	for began := time.Now(); l.open.Load() < want; {
		if time.Since(began) > 2*time.Minute {
			return fmt.Errorf("only %d of %d streams could be opened; the last was refused with: %v", l.open.Load(), want, l.lastRefusal.Load())
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// send has everybody write until the time is over or enough was sent, and waits until everything is answered, Settle at most.
func (l *load) send(ctx context.Context) {
	if len(l.talking) == 0 {
		_ = pause(ctx, l.Duration)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, l.Duration)
	defer cancel()
	var giveUp context.CancelFunc
	l.asking, giveUp = context.WithCancel(l.ctx)
	defer giveUp()
	context.AfterFunc(ctx, func() { time.AfterFunc(l.Settle, giveUp) })
	senders := min(max(1, l.share(l.Senders)), len(l.talking))
	var sending sync.WaitGroup
	for i := range senders {
		s := &outbox{load: l, random: seeded(l.Seed, uint64(l.part)<<32|uint64(i)), tag: uint32(l.part)<<16 | uint32(i)}
		for j := i; j < len(l.talking); j += senders {
			s.of = append(s.of, l.talking[j])
		}
		rate := 0.0
		if l.Rate > 0 {
			rate = l.Rate / float64(l.Procs) * float64(len(s.of)) / float64(len(l.talking))
		}
		sending.Go(func() { s.work(ctx, rate) })
	}
	sending.Wait()
}

// settle waits until every screen shows what was accepted, as long as something still comes within Settle.
func (l *load) settle(ctx context.Context) {
	last, since := int64(-1), time.Now()
	for time.Since(since) < l.Settle && ctx.Err() == nil {
		missing := int64(0)
		for _, k := range l.talking {
			head := k.head()
			for _, v := range k.screens {
				missing += max(0, head-v.stands())
			}
			for _, w := range l.desks {
				missing += max(0, head-w.views[k].stands())
			}
		}
		if missing == 0 {
			return
		}
		if missing != last {
			last, since = missing, time.Now()
		}
		_ = pause(ctx, 20*time.Millisecond)
	}
}

// head is the highest number anybody was told.
func (k *dialogue) head() (head int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, ledger := range k.ledgers {
		if n := len(ledger); n > 0 {
			head = max(head, ledger[n-1].seq)
		}
	}
	return head
}

// close closes the screens.
func (l *load) close() {
	l.leave()
	l.reading.Wait()
	for _, d := range l.doors {
		d.forget()
	}
}
