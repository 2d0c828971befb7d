package desk

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/router"
	"golang.org/x/sync/errgroup"
)

// Options are what a Desk is made of. All but Blobs, Inspector, Node, Tracer, Canary and Log are required.
type Options struct {
	Store  Store
	Bus    Bus
	Pusher Pusher
	Clock  Clock
	// Node is what people call this process; the traces of messages name it.
	Node string
	// Blobs and Inspector keep files and look at them; nil where nobody may send any.
	Blobs     Blobs
	Inspector Inspector
	// Tracer is told of messages' ways; nil for nobody.
	Tracer Tracer
	// Canary is how each line is tried; the zero value is not at all.
	Canary CanaryOptions
	// JoinKey is what the tokens of links to join are made with, the same at every node; without one they are chance. Mail says that
	// mail can be sent, which needs a JoinKey: the token is made again when it is.
	JoinKey []byte
	Mail    bool
	// SSO says who may come by the company's own sign-in without being invited.
	SSO SSO
	Log *slog.Logger
}

// Desk does what the product does, for whoever the context names as the actor. Its methods may be called at once from
// anywhere; an error that is no chat.Error is internal.
type Desk struct {
	store Store
	bus   Bus
	push  Pusher
	clock Clock
	node  string
	trace Tracer
	log   *slog.Logger

	blobs     Blobs
	inspector Inspector

	canary CanaryOptions

	joinKey []byte
	mail    bool
	sso     SSO

	mu    sync.Mutex
	lines map[string]*line
	ended bool

	presence presence
	keys     keys
}

// line is what the desk keeps of a business line while it runs: its own router and its own queue at the door, so that
// trouble in one never reaches another.
type line struct {
	name   string
	router *router.Router
	commit *committer
	// free is rung when a conversation began to wait or a place became free; one ring is enough for any number of both.
	free chan struct{}
	// shifted says that somebody left the queue other than by being served, so that those behind her have a new place.
	shifted atomic.Bool
	told    told
	stands  stands
	pace    pace
	count   *counts
	journal *journal
	canary  *canary // nil when there is none
}

// New returns a desk. It accepts at once; Run does what happens without being asked.
func New(o Options) *Desk {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Desk{store: o.Store, bus: o.Bus, push: o.Pusher, clock: o.Clock, node: o.Node, trace: o.Tracer, blobs: o.Blobs, inspector: o.Inspector, canary: o.Canary, log: o.Log,
		joinKey: o.JoinKey, mail: o.Mail, sso: o.SSO,
		lines: map[string]*line{}, presence: presence{present: map[chat.ID]*attendee{}},
		keys: keys{find: o.Store.AgentByKey, clock: o.Clock, known: map[string]holder{}}}
}

// Run gives waiting conversations to agents, renews the seats of those present, hears the other nodes and looks for what
// a stream may have missed, until ctx ends.
func (d *Desk) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return d.bus.Listen(ctx, d.hear, d.wants) })
	g.Go(func() error { return d.renew(ctx) })
	g.Go(func() error { return d.tend(ctx, g) })
	return g.Wait()
}

// Close stops accepting and waits until what was accepted by the routers is written, the
// messages' hops included, or ctx ends.
func (d *Desk) Close(ctx context.Context) error {
	d.mu.Lock()
	d.ended = true
	lines := make([]*line, 0, len(d.lines))
	for _, l := range d.lines {
		lines = append(lines, l)
	}
	d.mu.Unlock()
	var g errgroup.Group
	for _, l := range lines { // at once: a line whose database is slow keeps no other open, nor uses up its time
		g.Go(func() error {
			err := l.router.Close(ctx)
			l.journal.write(ctx, true)
			return err
		})
	}
	return g.Wait()
}

// Lines returns every business line.
func (d *Desk) Lines() []chat.Line { return d.store.Lines() }

// Line returns a business line by name, or chat.NotFound.
func (d *Desk) Line(name string) (chat.Line, error) { return d.store.Line(name) }

// Health asks every line's database whether it answers; the answer is nil for those that do.
func (d *Desk) Health(ctx context.Context) map[string]error {
	lines := d.store.Lines()
	errs := make([]error, len(lines))
	var wg sync.WaitGroup
	for i, l := range lines {
		wg.Go(func() { errs[i] = d.store.Ping(ctx, l.Name) })
	}
	wg.Wait()
	health := make(map[string]error, len(lines))
	for i, l := range lines {
		health[l.Name] = errs[i]
	}
	return health
}

// at returns the running half of a line, made when it is first asked for.
func (d *Desk) at(name string) (*line, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if l, ok := d.lines[name]; ok {
		return l, nil
	}
	if _, err := d.store.Line(name); err != nil {
		return nil, err
	}
	if d.ended {
		return nil, chat.Unavailable(time.Second, router.ErrWorkerNotFound)
	}
	l := &line{name: name, free: make(chan struct{}, 1), count: newCounts(), journal: newJournal(name, d.store, d.trace, d.log)}
	l.commit = &committer{wrote: l.count.wrote, append: func(ctx context.Context, batch []chat.Draft, wait bool) ([]chat.Appended, error) {
		return d.store.AppendFree(ctx, name, batch, wait)
	}}
	l.router = router.New(router.Options{}, func(ctx context.Context, batch []*router.Envelope) { d.deliver(ctx, l, batch) })
	if d.canary.Every > 0 {
		l.canary = newCanary(d, l, d.canary)
	}
	d.lines[name] = l
	return l, nil
}

// tend starts the assignment and the position check of every line, also of those that are added later.
func (d *Desk) tend(ctx context.Context, g *errgroup.Group) error {
	tended := map[string]bool{}
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for {
		for _, known := range d.store.Lines() {
			if tended[known.Name] {
				continue
			}
			l, err := d.at(known.Name)
			if err != nil {
				continue // removed, or closing: the next round knows
			}
			tended[known.Name] = true
			g.Go(func() error { return d.assign(ctx, l) })
			g.Go(func() error { return d.check(ctx, l) })
			g.Go(func() error { return l.journal.run(ctx) })
			g.Go(func() error { return d.sweep(ctx, l) })
			g.Go(func() error { return d.index(ctx, l) })
			if d.blobs != nil {
				g.Go(func() error { return d.discard(ctx, l.name) })
			}
			if l.canary != nil {
				g.Go(func() error { return l.canary.run(ctx) })
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
