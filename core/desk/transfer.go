package desk

import (
	"context"
	"slices"

	"github.com/taadis/unique-support/core/chat"
)

// Assign gives a conversation to an agent of its line, to the actor herself when to is hers. The words, when there are
// any, become a private note. A person chose it, so it may go over the agent's capacity.
func (d *Desk) Assign(ctx context.Context, id, to chat.ID, words string) error {
	actor := chat.ActorFrom(ctx)
	need, reason := chat.ConversationAssign, chat.ReasonTransferred
	if to == actor.ID {
		need, reason = chat.ConversationReply, chat.ReasonTaken
	}
	c, err := d.movable(ctx, id, need, words)
	if err != nil {
		return err
	}
	agent, err := d.store.Agent(ctx, to)
	if err != nil || agent.Disabled || !agent.Actor().At(c.Line) || !answers(agent) {
		if err != nil && chat.CodeOf(err) != chat.CodeNotFound {
			return err
		}
		return chat.Invalid("agent_id", "This agent does not work for the line.")
	}
	if c.Agent.ID == "" && reason == chat.ReasonTransferred {
		reason = chat.ReasonAssigned
	}
	m, err := d.store.Assign(ctx, c.Line, chat.Assignment{Conversation: id, To: chat.AgentRef{ID: agent.ID, Name: agent.Name}, By: actor.Author(), Reason: reason, Trace: chat.TraceFrom(ctx)})
	if err != nil {
		return err
	}
	return d.handed(ctx, c, m, words)
}

// Pass hands a conversation to a team, or to whoever has a skill: it waits at the head of the queue for one of them, and nobody
// has it until then. The words, when there are any, become a private note.
func (d *Desk) Pass(ctx context.Context, id, team chat.ID, skill, words string) error {
	c, err := d.movable(ctx, id, chat.ConversationAssign, words)
	if err != nil {
		return err
	}
	p := chat.Passing{Conversation: id, Skill: skill, By: chat.ActorFrom(ctx).Author(), Trace: chat.TraceFrom(ctx)}
	if p.Team, err = d.passes(ctx, c.Line, team, skill); err != nil {
		return err
	}
	m, err := d.store.Pass(ctx, c.Line, p)
	if err != nil {
		return err
	}
	return d.handed(ctx, c, m, words)
}

// passes finds out whether somebody works for the line who is in the team and has the skill: otherwise it would wait for ever.
func (d *Desk) passes(ctx context.Context, line string, team chat.ID, skill string) (chat.TeamRef, error) {
	var ref chat.TeamRef
	if team == "" && skill == "" {
		return ref, chat.Invalid("team_id", "There is no such team.")
	}
	if team != "" {
		teams, err := d.store.Teams(ctx)
		if err != nil {
			return ref, err
		}
		i := slices.IndexFunc(teams, func(t chat.Team) bool { return t.ID == team })
		if i < 0 {
			return ref, chat.Invalid("team_id", "There is no such team.")
		}
		ref = chat.TeamRef{ID: team, Name: teams[i].Name}
	}
	agents, err := d.store.Agents(ctx)
	if err != nil {
		return ref, err
	}
	if !slices.ContainsFunc(agents, func(a chat.Agent) bool {
		return !a.Disabled && a.Actor().At(line) && answers(a) && (team == "" || slices.Contains(a.Teams, team)) && (skill == "" || slices.Contains(a.Skills, skill))
	}) {
		return ref, chat.Invalid("team_empty", "Nobody of this team works for the line.")
	}
	return ref, nil
}

// movable is a conversation that the actor may hand to somebody, with these words.
func (d *Desk) movable(ctx context.Context, id chat.ID, need chat.Permission, words string) (chat.Conversation, error) {
	c, err := d.agentsConversation(ctx, id, need)
	if err != nil {
		return c, err
	}
	if c.Status == chat.StatusClosed {
		return c, chat.Conflict("closed", "This conversation has ended.")
	}
	if words != "" {
		return c, chat.CheckText(words, chat.MaxText)
	}
	return c, nil
}

// handed tells of a conversation that was handed on, and leaves the words with it.
func (d *Desk) handed(ctx context.Context, c chat.Conversation, m chat.Moved, words string) error {
	if err := d.moved(c.Status, m); err != nil || words == "" {
		return err
	}
	_, _, err := d.Send(ctx, chat.Draft{Conversation: c.ID, ClientID: chat.NewID(d.clock.Now()), Kind: chat.KindNote, Text: words})
	return err
}
