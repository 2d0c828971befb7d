package desk

import (
	"context"
	"slices"

	"github.com/taadis/unique-support/core/chat"
)

// Agent returns an agent who may sign in, or chat.NotFound.
func (d *Desk) Agent(ctx context.Context, id chat.ID) (chat.Agent, error) {
	return enabled(d.store.Agent(ctx, id))
}

// AgentByEmail returns an agent who may sign in, or chat.NotFound.
func (d *Desk) AgentByEmail(ctx context.Context, email string) (chat.Agent, error) {
	return enabled(d.store.AgentByEmail(ctx, email))
}

// AgentByKey returns the agent an API key acts for, given the key's SHA-256 in hex, with what the key's scopes leave her, as they
// were half a second ago at most.
func (d *Desk) AgentByKey(ctx context.Context, hash string) (chat.Agent, error) {
	return enabled(d.keys.agent(ctx, hash))
}

// Rehash keeps another hash of the password an agent has, as long as it is the one she has; her sessions go on.
func (d *Desk) Rehash(ctx context.Context, a chat.Agent, hash string) error {
	return d.store.Rehash(ctx, a.ID, a.PasswordHash, hash)
}

func enabled(a chat.Agent, err error) (chat.Agent, error) {
	if err == nil && a.Disabled {
		return chat.Agent{}, chat.NotFound()
	}
	return a, err
}

// Colleagues returns who can be given a conversation of the line: those online first, those with most room first among them.
func (d *Desk) Colleagues(ctx context.Context, line string) ([]chat.Seat, error) {
	if actor := chat.ActorFrom(ctx); actor.Kind != chat.KindAgent || !actor.At(line) {
		return nil, chat.NotFound()
	}
	seats, err := d.store.Seats(ctx, line)
	if err != nil {
		return nil, err
	}
	agents, err := d.store.Agents(ctx)
	if err != nil {
		return nil, err
	}
	var free []chat.Agent
	for _, a := range agents {
		if !a.Disabled && a.Actor().At(line) && answers(a) {
			free = append(free, a)
		}
	}
	found := make([]chat.Seat, 0, len(free))
	for _, s := range seats {
		i := slices.IndexFunc(free, func(a chat.Agent) bool { return a.ID == s.Agent.ID })
		if i < 0 {
			continue // she does not work here any more
		}
		s.Capacity, s.Teams, s.Skills = free[i].CapacityAt(line), free[i].Teams, free[i].Skills
		s.Presence, s.Reason = free[i].Presence, free[i].Reason
		found = append(found, s)
		free = slices.Delete(free, i, i+1)
	}
	for _, a := range free {
		found = append(found, chat.Seat{Agent: chat.AgentRef{ID: a.ID, Name: a.Name}, Capacity: a.CapacityAt(line), Teams: a.Teams, Skills: a.Skills, Presence: a.Presence, Reason: a.Reason})
	}
	return found, nil
}
