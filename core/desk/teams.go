package desk

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/taadis/unique-support/core/chat"
)

// teamName is how many characters a team's name has at most.
const teamName = 40

// Teams returns the teams, by name, for agents: a conversation can be handed to one.
func (d *Desk) Teams(ctx context.Context) ([]chat.Team, error) {
	if chat.ActorFrom(ctx).Kind != chat.KindAgent {
		return nil, chat.NotFound()
	}
	return d.store.Teams(ctx)
}

// SetTeam makes a team, which has no id then, or changes its name and who is in it.
func (d *Desk) SetTeam(ctx context.Context, team chat.Team) (chat.Team, error) {
	team.Name = strings.TrimSpace(team.Name)
	if chat.CheckText(team.Name, teamName) != nil {
		return chat.Team{}, chat.Invalid("team_name", "A team's name is a text of at most 40 characters.")
	}
	err := d.changeTeam(ctx, func(t change) error {
		teams, err := t.Teams()
		if err != nil {
			return err
		}
		if slices.ContainsFunc(teams, func(x chat.Team) bool { return x.ID != team.ID && strings.EqualFold(x.Name, team.Name) }) {
			return chat.Conflict("team_taken", "A team with this name already exists.")
		}
		was := chat.Team{}
		if i := slices.IndexFunc(teams, func(x chat.Team) bool { return x.ID == team.ID }); i >= 0 {
			was = teams[i]
		} else if team.ID != "" {
			return chat.NotFound()
		}
		names, err := t.named(team.Agents)
		if err != nil {
			return err
		}
		if was.Name == team.Name && same(was.Agents, team.Agents) {
			return nil
		}
		if team.ID == "" {
			team.ID = chat.NewID(t.now)
		}
		if err := t.PutTeam(team); err != nil {
			return err
		}
		detail := map[string]string{"members": strings.Join(names, ", ")}
		if was.Name != "" && was.Name != team.Name {
			detail["name"] = was.Name + " → " + team.Name
		}
		return t.record("team:change", team.Name, detail)
	})
	return team, err
}

// DropTeam forgets a team. What waits for it is then for everybody who could have it otherwise.
func (d *Desk) DropTeam(ctx context.Context, id chat.ID) error {
	err := d.changeTeam(ctx, func(t change) error {
		teams, err := t.Teams()
		if err != nil {
			return err
		}
		i := slices.IndexFunc(teams, func(x chat.Team) bool { return x.ID == id })
		if i < 0 {
			return chat.NotFound()
		}
		for _, l := range t.lines {
			if l.Routing.Team == id || l.Routing.OverflowTeam == id {
				return chat.Conflict("team_used", "A line gives its conversations to this team. Change the line first.")
			}
		}
		if err := t.DropTeam(id); err != nil {
			return err
		}
		return t.record("team:drop", teams[i].Name, nil)
	})
	if err != nil {
		return err
	}
	if err := d.store.Disband(ctx, id); err != nil {
		d.log.Warn("what waits for a team that is gone waits on", "team", id, "error", err)
	}
	return nil
}

// named returns the agents' addresses, or says that one of them is nobody.
func (t change) named(ids []chat.ID) ([]string, error) {
	agents, err := t.Agents()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, a := range agents {
		if slices.Contains(ids, a.ID) {
			names = append(names, a.Email)
		}
	}
	if len(names) != len(ids) {
		return nil, chat.Invalid("team_agents", "One of these people does not work here.")
	}
	return names, nil
}

// Routing says how a line gives what waits to its agents.
func (d *Desk) Routing(ctx context.Context, line string) (chat.Routing, error) {
	if !chat.ActorFrom(ctx).May(chat.AdminRead) {
		return chat.Routing{}, chat.Forbidden()
	}
	l, err := d.store.Line(line)
	return l.Routing, err
}

// SetRouting changes it; the other nodes hear of it within seconds.
func (d *Desk) SetRouting(ctx context.Context, line string, r chat.Routing) error {
	by := chat.ActorFrom(ctx)
	if !by.May(chat.AdminWrite) {
		return chat.Forbidden()
	}
	if err := r.Check(); err != nil {
		return err
	}
	l, err := d.store.Line(line)
	if err != nil {
		return err
	}
	return d.store.ChangeTeam(ctx, func(c chat.TeamChange) error {
		t := change{TeamChange: c, by: by, now: d.clock.Now(), trace: chat.TraceFrom(ctx)}
		return t.route(l, r)
	})
}

func (t change) route(l chat.Line, r chat.Routing) error {
	teams, err := t.Teams()
	if err != nil {
		return err
	}
	team := func(id chat.ID) string {
		i := slices.IndexFunc(teams, func(x chat.Team) bool { return x.ID == id })
		if i < 0 {
			return ""
		}
		return teams[i].Name
	}
	for _, id := range []chat.ID{r.Team, r.OverflowTeam} {
		if id != "" && team(id) == "" {
			return chat.Invalid("team_id", "There is no such team.")
		}
	}
	agents, err := t.Agents()
	if err != nil {
		return err
	}
	agent := func(id chat.ID) string {
		i := slices.IndexFunc(agents, func(a chat.Agent) bool { return a.ID == id && a.Actor().At(l.Name) })
		if i < 0 {
			return ""
		}
		return agents[i].Email
	}
	if r.Agent != "" && agent(r.Agent) == "" {
		return chat.Invalid("agent_id", "This agent does not work for the line.")
	}
	words := func(r chat.Routing) map[string]string {
		said := map[string]string{"order": string(r.Order), "named_agent": agent(r.Agent), "vip": r.VIP, "team": team(r.Team), "skill": r.Skill,
			"overflow": strconv.Itoa(r.Overflow), "overflow_team": team(r.OverflowTeam), "last_agent": strconv.FormatBool(r.LastAgent),
			"lost": strconv.Itoa(r.Lost), "remind": strconv.Itoa(r.Remind), "close": strconv.Itoa(r.Close)}
		return said
	}
	was, is, changed := words(l.Routing), words(r), map[string]string{}
	for field, before := range was {
		if before != is[field] {
			changed[field] = before + " → " + is[field]
		}
	}
	if len(changed) == 0 {
		return nil
	}
	if err := t.PutRouting(l.Name, r); err != nil {
		return err
	}
	return t.record("line:routing", l.Name, changed)
}

// Decisions returns why a conversation's agents were given it, the first one first, for agents.
func (d *Desk) Decisions(ctx context.Context, id chat.ID) ([]chat.Decision, error) {
	c, err := d.agentsConversation(ctx, id, chat.ConversationRead)
	if err != nil {
		return nil, err
	}
	return d.store.Decisions(ctx, c.Line, id)
}
