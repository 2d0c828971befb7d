package desk

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// lapse is how long a seat stays taken without its console being heard from, grace how long after the last console of
	// a node closed: long enough for a reload, and for another node where she has one to say so.
	lapse = 30 * time.Second
	grace = renewal + 4*look
	// look is how often an agent with an open console is checked for what she may do having changed: she is out within a second, the
	// question included.
	look = 500 * time.Millisecond
	// renewal is how often seats are written again.
	renewal = 10 * time.Second
	// noting is how often it is written down who was here.
	noting = time.Minute
)

// presence is who has a console open on this node.
type presence struct {
	mu      sync.Mutex
	present map[chat.ID]*attendee
}

type attendee struct {
	// streams are open, consoles those of them that say she is at her seat.
	streams, consoles int
	// keys are the API keys her streams came with, and how many came with each.
	keys    map[string]int
	agent   chat.Agent
	renewed time.Time
	// noted is when it was last written down that she is here.
	noted time.Time
	// until ends, by gone, when what she may see has changed.
	until context.Context
	gone  context.CancelFunc
}

// Attend says that a stream of the actor is open, until leave is called. With seated it is her console: she takes
// conversations while she chose to. The context ends when she may see something else than before, or nothing, about
// a second after an administrator said so: her streams end, and begin again with what she may.
func (d *Desk) Attend(ctx context.Context, seated bool) (leave func(), until context.Context, err error) {
	actor := chat.ActorFrom(ctx)
	agent, err := d.store.Agent(ctx, actor.ID)
	if err != nil {
		return nil, nil, err
	}
	key := actor.Key
	if agent.Disabled {
		return nil, nil, chat.Unauthenticated()
	}
	seated = seated && answers(agent)
	d.presence.mu.Lock()
	a := d.presence.present[agent.ID]
	if a == nil {
		a = &attendee{keys: map[string]int{}}
		a.until, a.gone = context.WithCancel(context.Background())
		d.presence.present[agent.ID] = a
	}
	a.streams++
	if key != "" {
		a.keys[key]++
	}
	if seated {
		a.consoles++
	}
	a.agent, a.renewed = agent, d.clock.Now()
	d.presence.mu.Unlock()
	if seated {
		d.sit(ctx, agent, lapse)
		d.announcePresence(agent.Actor(), agent.Presence, agent.Reason)
	}
	return sync.OnceFunc(func() { d.depart(agent.ID, a, key, seated) }), a.until, nil
}

// depart ends one stream's attendance; with the last console the seat lapses soon.
func (d *Desk) depart(id chat.ID, a *attendee, key string, seated bool) {
	d.presence.mu.Lock()
	a.streams--
	if a.keys[key]--; a.keys[key] <= 0 {
		delete(a.keys, key)
	}
	if seated {
		a.consoles--
	}
	last := seated && a.consoles == 0
	if a.streams == 0 && d.presence.present[id] == a {
		delete(d.presence.present, id)
	}
	agent := a.agent
	d.presence.mu.Unlock()
	if last {
		ctx, cancel := context.WithTimeout(context.Background(), accept)
		defer cancel()
		d.sit(ctx, agent, grace)
		d.announcePresence(agent.Actor(), chat.Offline, "")
	}
}

// sit takes, renews or gives up an agent's seats. A line that is away does without: the next renewal tries again.
func (d *Desk) sit(ctx context.Context, agent chat.Agent, lasts time.Duration) {
	if agent.Presence != chat.Online || agent.Disabled || !answers(agent) {
		lasts = 0
	}
	seat := chat.Seat{Agent: chat.AgentRef{ID: agent.ID, Name: agent.Name}, Teams: agent.Teams, Skills: agent.Skills}
	alike := map[int][]string{} // lines, by how much they give her
	for _, name := range agent.Lines {
		alike[agent.CapacityAt(name)] = append(alike[agent.CapacityAt(name)], name)
	}
	for capacity, lines := range alike {
		seat.Capacity = capacity
		if err := d.store.Seat(ctx, lines, seat, lasts); err != nil && ctx.Err() == nil {
			d.log.Warn("seat not renewed", "agent", agent.ID, "error", err)
		}
	}
	for _, name := range agent.Lines {
		if l, err := d.at(name); err == nil {
			l.ring()
		}
	}
}

// seatedAlike reports whether an agent's seats are what they were.
func seatedAlike(a, b chat.Agent) bool {
	return a.Name == b.Name && a.Capacity == b.Capacity && maps.Equal(a.Room, b.Room) && same(a.Teams, b.Teams) && same(a.Skills, b.Skills)
}

// answers reports whether an agent may be given a conversation: who only reads has no seat.
func answers(a chat.Agent) bool { return a.Actor().May(chat.ConversationReply) }

// renew keeps the seats of those present, and shows out those who may no longer be.
func (d *Desk) renew(ctx context.Context) error {
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			d.lookRound(ctx)
		}
	}
}

func (d *Desk) lookRound(ctx context.Context) {
	d.presence.mu.Lock()
	empty := len(d.presence.present) == 0
	d.presence.mu.Unlock()
	if empty {
		return
	}
	agents, err := d.store.Agents(ctx)
	if err != nil {
		return // the main database is away; seats lapse by themselves if that lasts
	}
	revoked := d.revoked(ctx)
	now := d.clock.Now()
	type changed struct{ was, is chat.Agent }
	var due []changed
	d.presence.mu.Lock()
	for _, agent := range agents {
		a := d.presence.present[agent.ID]
		if a == nil {
			continue
		}
		was := a.agent
		sees := !agent.Disabled && was.Since == agent.Since && same(was.Lines, agent.Lines) && same(was.Permissions, agent.Permissions) && !revoked[agent.ID]
		if !sees {
			a.gone()
			delete(d.presence.present, agent.ID)
		}
		a.agent = agent
		if a.consoles > 0 && (!sees || was.Presence != agent.Presence || !seatedAlike(was, agent) || now.Sub(a.renewed) >= renewal) {
			a.renewed = now
			due = append(due, changed{was, agent})
		}
	}
	var seen []chat.ID
	for id, a := range d.presence.present {
		if now.Sub(a.noted) >= noting {
			a.noted = now
			seen = append(seen, id)
		}
	}
	d.presence.mu.Unlock()
	if len(seen) > 0 {
		if err := d.store.Seen(ctx, seen); err != nil && ctx.Err() == nil {
			d.log.Warn("not noted who was here", "error", err)
		}
	}
	for _, c := range due {
		d.sit(ctx, c.is, lapse)
		c.was.Presence = chat.Offline
		if c.was.Lines = slices.DeleteFunc(slices.Clone(c.was.Lines), c.is.Actor().At); len(c.was.Lines) > 0 {
			d.sit(ctx, c.was, lapse) // where she does not work any more
		}
	}
}

// revoked returns the agents some of whose streams came with a key that is revoked now.
func (d *Desk) revoked(ctx context.Context) map[chat.ID]bool {
	held := map[string]chat.ID{}
	d.presence.mu.Lock()
	for id, a := range d.presence.present {
		for key := range a.keys {
			held[key] = id
		}
	}
	d.presence.mu.Unlock()
	gone := map[chat.ID]bool{}
	for key, id := range held {
		if _, err := enabled(d.store.AgentByKey(ctx, key)); err != nil && chat.CodeOf(err) == chat.CodeNotFound {
			gone[id] = true
		}
	}
	return gone
}

// same reports whether two lists hold the same, in whatever order.
func same[T cmp.Ordered](a, b []T) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// SetPresence keeps what the agent chose, and why, and takes or gives up her seats at once. Nothing else changes it: what she chose
// holds until she chooses anew, whatever her console does.
func (d *Desk) SetPresence(ctx context.Context, p chat.Presence, reason string) error {
	reason = strings.TrimSpace(reason)
	if err := chat.CheckPresence(p, reason); err != nil {
		return err
	}
	actor := chat.ActorFrom(ctx)
	if err := d.store.SetPresence(ctx, actor.ID, p, reason); err != nil {
		return err
	}
	d.presence.mu.Lock()
	a := d.presence.present[actor.ID]
	var agent chat.Agent
	seated := a != nil && a.consoles > 0
	if a != nil {
		a.agent.Presence, a.agent.Reason = p, reason
		agent = a.agent
	}
	d.presence.mu.Unlock()
	if seated {
		d.sit(ctx, agent, lapse)
	}
	d.announcePresence(actor, p, reason)
	return nil
}

// announcePresence tells an agent's colleagues whether she takes conversations.
func (d *Desk) announcePresence(who chat.Actor, p chat.Presence, reason string) {
	for _, line := range who.Lines {
		d.announce(chat.Event{Kind: chat.EventPresence, Line: line, Agent: who.ID, To: chat.ToAgents,
			Data: encode(presenceData{Agent: who.ID, Presence: p, Reason: reason})})
	}
}

type presenceData struct {
	Agent    chat.ID       `json:"agent_id"`
	Presence chat.Presence `json:"presence"`
	Reason   string        `json:"reason,omitempty"`
}
