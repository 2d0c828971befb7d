package agent

import (
	"context"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/console"
	"github.com/taadis/unique-support/views/ui"
)

// deedsShown is how many entries of the audit log a page shows.
const deedsShown = 50

// Team shows who works here, and what each role may.
func (h *Handlers) Team(c echo.Context) error {
	return h.team(c, http.StatusOK, console.TabMembers, func(p *console.TeamPage) error {
		p.Q = c.QueryParam("q")
		return nil
	})
}

// Pending shows the invitations that can still be followed.
func (h *Handlers) Pending(c echo.Context) error {
	return h.team(c, http.StatusOK, console.TabPending, func(*console.TeamPage) error { return nil })
}

// Deeds shows the audit log; with "check" its chain is checked from the first entry on.
func (h *Handlers) Deeds(c echo.Context) error {
	return h.team(c, http.StatusOK, console.TabLog, func(p *console.TeamPage) (err error) {
		ctx := c.Request().Context()
		before, _ := strconv.ParseInt(c.QueryParam("before"), 10, 64)
		if p.Team.Deeds, p.Team.More, err = h.desk.Deeds(ctx, max(0, before), deedsShown); err != nil || c.QueryParam("check") == "" {
			return err
		}
		holds := true
		p.Team.Sound = &holds
		return h.desk.EachDeed(ctx, func(_ chat.Deed, sound bool) error {
			holds = sound
			return nil
		})
	})
}

// team shows one of the team's pages, with what fill adds to it.
func (h *Handlers) team(c echo.Context, status int, tab string, fill func(p *console.TeamPage) error) error {
	r, err := h.reader(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	p := console.TeamPage{Reader: r, Tab: tab, Mail: h.mail}
	p.Reader.Lines = h.desk.Lines() // whoever runs the team gives lines she does not work for herself
	if err := h.fillTeam(ctx, &p); err != nil {
		return err
	}
	counts, err := h.desk.Counts(ctx)
	if err != nil {
		return err
	}
	p.Rail = r.Beside("team", counts)
	if err := fill(&p); err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store") // a link to join stands on it, once
	return render(c, status, p.View())
}

func (h *Handlers) fillTeam(ctx context.Context, p *console.TeamPage) error {
	members, roles, err := h.desk.Team(ctx)
	if err != nil {
		return err
	}
	p.Team.Members, p.Team.Roles = members, roles
	p.Team.Pending, err = h.desk.Invitations(ctx)
	return err
}

// Uninvite takes an invitation back.
func (h *Handlers) Uninvite(c echo.Context) error {
	id, err := chat.ParseID(c.FormValue("id"))
	if err == nil {
		err = h.desk.Uninvite(c.Request().Context(), id)
	}
	if err != nil && chat.CodeOf(err) != chat.CodeNotFound { // one that is gone is as it should be
		return h.refused(c, err, console.TabPending, func(*console.TeamPage) error { return nil })
	}
	return c.Redirect(http.StatusSeeOther, "/console/team/pending")
}

// InvitePage shows the form that asks somebody to join.
func (h *Handlers) InvitePage(c echo.Context) error {
	return h.team(c, http.StatusOK, "", func(p *console.TeamPage) error {
		p.Form = &console.TeamForm{Role: "agent", Capacity: "6"}
		for _, l := range p.Lines {
			p.Form.Lines = append(p.Form.Lines, l.Name)
		}
		return nil
	})
}

// Invite makes a link to join and shows it, this once.
func (h *Handlers) Invite(c echo.Context) error {
	form := formOf(c)
	token, err := h.desk.Invite(c.Request().Context(), chat.Invitation{Email: form.Email, Role: form.Role, Lines: form.Lines, Capacity: number(form.Capacity)})
	if err != nil {
		return h.refused(c, err, "", func(p *console.TeamPage) error {
			p.Form = &form
			return nil
		})
	}
	return h.team(c, http.StatusOK, console.TabPending, func(p *console.TeamPage) error {
		p.Link, p.LinkFor = h.door.Address(c)+joinPath+token, form.Email
		return nil
	})
}

func formOf(c echo.Context) console.TeamForm {
	params, _ := c.FormParams() // a form that cannot be read has nothing in it, and is refused for that
	return console.TeamForm{Email: c.FormValue("email"), Role: c.FormValue("role"), Lines: params["line"], Capacity: c.FormValue("capacity")}
}

// number is -1 for what is none, which nothing takes.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

// Member shows the page of one of the team.
func (h *Handlers) Member(c echo.Context) error {
	return h.member(c, http.StatusOK, func(*console.TeamPage) {})
}

func (h *Handlers) member(c echo.Context, status int, fill func(p *console.TeamPage)) error {
	return h.team(c, status, "", func(p *console.TeamPage) error {
		for _, m := range p.Team.Members {
			if string(m.ID) == c.Param("id") {
				p.Member = &m
				p.Form = &console.TeamForm{Role: m.Role, Lines: m.Agent.Lines, Capacity: strconv.Itoa(m.Capacity)}
				knows(m, p.Form)
			}
		}
		if p.Member == nil {
			return chat.NotFound()
		}
		fill(p)
		return nil
	})
}

// ChangeMember takes a form of a member's page, or the role that was chosen for her in the list.
func (h *Handlers) ChangeMember(c echo.Context) error {
	ctx := c.Request().Context()
	id, err := chat.ParseID(c.Param("id"))
	if err != nil {
		return chat.NotFound()
	}
	form, action, back := formOf(c), c.FormValue("action"), "/console/team/m/"+string(id)
	switch action {
	case "reset":
		token, err := h.desk.Reset(ctx, id)
		if err != nil {
			return h.refusedMember(c, err, nil)
		}
		return h.member(c, http.StatusOK, func(p *console.TeamPage) {
			p.Link, p.LinkFor = h.door.Address(c)+joinPath+token, p.Member.Email
		})
	case "signout":
		err = h.desk.SignOutMember(ctx, id)
	case "change":
		abilities(c, &form)
		err = h.desk.ChangeMember(ctx, id, func(m *chat.Change) {
			m.Role, m.Lines, m.Capacity = form.Role, form.Lines, number(form.Capacity)
			able(form, m)
		})
		if err != nil {
			return h.refusedMember(c, err, &form)
		}
		back = "/console/team"
	case "role":
		if err := h.desk.ChangeMember(ctx, id, func(m *chat.Change) { m.Role = form.Role }); err != nil {
			return h.refused(c, err, console.TabMembers, func(*console.TeamPage) error { return nil })
		}
		back = "/console/team"
	case "factor":
		err = h.desk.ResetFactor(ctx, id)
	case "disable", "enable":
		err = h.desk.ChangeMember(ctx, id, func(m *chat.Change) { m.Disabled = action == "disable" })
	default:
		err = chat.Invalid("action", "There is no such action.")
	}
	if err != nil {
		return h.refusedMember(c, err, nil)
	}
	return c.Redirect(http.StatusSeeOther, back)
}

// Roles takes the grid of what each role may, a new role, or the name of one to take away.
func (h *Handlers) Roles(c echo.Context) error {
	ctx := c.Request().Context()
	params, err := c.FormParams()
	if err != nil {
		return err
	}
	switch {
	case params.Has("new"):
		err = h.desk.SetRole(ctx, chat.Role{Name: c.FormValue("new")})
	case params.Has("drop"):
		err = h.desk.DropRole(ctx, c.FormValue("drop"))
	default:
		for _, name := range params["role"] {
			r := chat.Role{Name: name}
			for _, p := range params["may."+name] {
				r.Permissions = append(r.Permissions, chat.Permission(p))
			}
			if err = h.desk.SetRole(ctx, r); err != nil {
				break
			}
		}
	}
	if err != nil {
		return h.refused(c, err, console.TabMembers, func(*console.TeamPage) error { return nil })
	}
	return c.Redirect(http.StatusSeeOther, "/console/team#roles")
}

// refused shows a page again with why its form was refused; what was typed stays typed. What is no fault of the form is an error page.
func (h *Handlers) refused(c echo.Context, err error, tab string, fill func(*console.TeamPage) error) error {
	status, ours := refusal(err)
	if ours {
		return err
	}
	return h.team(c, status, tab, func(p *console.TeamPage) error {
		p.Error = ui.Problem(p.Text, err, chat.TraceFrom(c.Request().Context()))
		return fill(p)
	})
}

func (h *Handlers) refusedMember(c echo.Context, err error, form *console.TeamForm) error {
	status, ours := refusal(err)
	if ours {
		return err
	}
	return h.member(c, status, func(p *console.TeamPage) {
		p.Error = ui.Problem(p.Text, err, chat.TraceFrom(c.Request().Context()))
		if form != nil {
			p.Form = form
		}
	})
}

// refusal is the status of a form that is shown again; ours says that the form is not to blame.
func refusal(err error) (status int, ours bool) {
	switch chat.CodeOf(err) {
	case chat.CodeInvalid:
		return http.StatusUnprocessableEntity, false
	case chat.CodeConflict:
		return http.StatusConflict, false
	case chat.CodeForbidden:
		return http.StatusForbidden, false
	}
	return 0, true
}
