package console

import (
	"slices"
	"strconv"
	"strings"

	"github.com/taadis/unique-support/core/chat"
)

// TabTeams is the page of the teams.
const TabTeams = "teams"

// names are the people of a team, in the order of all.
func (p TeamPage) names(t chat.Team) (names []string) {
	for _, m := range p.Team.Members {
		if slices.Contains(t.Agents, m.ID) {
			names = append(names, m.Name)
		}
	}
	return names
}

// filled is what a team's form holds: what was typed when that was refused.
func (p TeamPage) filled(t chat.Team) chat.Team {
	if p.TeamForm.ID == t.ID {
		return p.TeamForm
	}
	return t
}

// fresh is what the form of a new team holds.
func (p TeamPage) fresh() chat.Team {
	if p.TeamForm.ID == "" {
		return p.TeamForm
	}
	return chat.Team{}
}

// rooms says how much a member takes: "6", or "6 · Shop 2".
func (p TeamPage) rooms(m chat.Member) string {
	said := []string{strconv.Itoa(m.Capacity)}
	for _, b := range p.badges(m.Agent.Lines) {
		if n, other := m.Room[b.Name]; other {
			said = append(said, b.Title+" "+strconv.Itoa(n))
		}
	}
	return strings.Join(said, p.Text.S("console.why.and"))
}

// hers are the lines the member works for.
func (p TeamPage) hers() []Badge { return p.badges(p.Member.Agent.Lines) }
