package agent

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/console"
)

// Teams shows the teams, and what each agent knows.
func (h *Handlers) Teams(c echo.Context) error {
	return h.team(c, http.StatusOK, console.TabTeams, h.teams(c, chat.Team{}))
}

// teams fills the page of the teams, with what was typed of one.
func (h *Handlers) teams(c echo.Context, typed chat.Team) func(p *console.TeamPage) error {
	return func(p *console.TeamPage) (err error) {
		p.TeamForm = typed
		p.Team.Teams, err = h.desk.Teams(c.Request().Context())
		return err
	}
}

// ChangeTeams takes the form of a team: a new one, what it is to be, or that it goes.
func (h *Handlers) ChangeTeams(c echo.Context) error {
	ctx := c.Request().Context()
	params, err := c.FormParams()
	if err != nil {
		return err
	}
	team := chat.Team{ID: chat.ID(c.FormValue("id")), Name: c.FormValue("name")}
	for _, id := range params["agent"] {
		team.Agents = append(team.Agents, chat.ID(id))
	}
	if team.ID != "" {
		if _, err := chat.ParseID(string(team.ID)); err != nil {
			return chat.NotFound()
		}
	}
	if params.Has("drop") {
		if err = h.desk.DropTeam(ctx, team.ID); err != nil {
			return h.refused(c, err, console.TabTeams, h.teams(c, chat.Team{}))
		}
	} else if _, err = h.desk.SetTeam(ctx, team); err != nil {
		return h.refused(c, err, console.TabTeams, h.teams(c, team))
	}
	return c.Redirect(http.StatusSeeOther, "/console/team/teams")
}

// abilities reads what a member's form says she knows and takes.
func abilities(c echo.Context, form *console.TeamForm) {
	params, _ := c.FormParams() // as in formOf
	form.Skills, form.Room = c.FormValue("skills"), map[string]string{}
	for name, values := range params {
		if line, is := strings.CutPrefix(name, "room."); is && len(values) > 0 && strings.TrimSpace(values[0]) != "" {
			form.Room[line] = strings.TrimSpace(values[0])
		}
	}
}

// able makes them part of a change.
func able(form console.TeamForm, m *chat.Change) {
	m.Skills, m.Room = chat.ParseSkills(form.Skills), map[string]int{}
	for line, n := range form.Room {
		m.Room[line] = number(n)
	}
}

// knows fills a member's form with what is kept.
func knows(m chat.Member, form *console.TeamForm) {
	form.Skills, form.Room = strings.Join(m.Skills, ", "), map[string]string{}
	for line, n := range m.Room {
		form.Room[line] = strconv.Itoa(n)
	}
}
