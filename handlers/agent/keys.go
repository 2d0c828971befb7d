package agent

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/console"
)

// Keys shows the API keys.
func (h *Handlers) Keys(c echo.Context) error {
	return h.keyPage(c, http.StatusOK, func(*console.TeamPage) {})
}

func (h *Handlers) keyPage(c echo.Context, status int, fix func(p *console.TeamPage)) error {
	return h.team(c, status, console.TabKeys, func(p *console.TeamPage) (err error) {
		p.Keys.Form.Scopes = []string{string(chat.ConversationRead)}
		p.Keys.Form.Agent = string(p.Agent.ID)
		p.Keys.Days = "90"
		fix(p)
		p.Keys.All, err = h.desk.Keys(c.Request().Context())
		return err
	})
}

// ChangeKeys makes a key and shows it, this once, or revokes one.
func (h *Handlers) ChangeKeys(c echo.Context) error {
	ctx := c.Request().Context()
	form, err := c.FormParams()
	if err != nil {
		return err
	}
	if form.Has("revoke") {
		id, err := chat.ParseID(form.Get("revoke"))
		if err != nil {
			return chat.NotFound()
		}
		if err := h.desk.RevokeKey(ctx, id); err != nil {
			return h.refused(c, err, console.TabKeys, h.fillKeys(c))
		}
		return c.Redirect(http.StatusSeeOther, "/console/team/keys")
	}
	k := chat.APIKey{Agent: chat.ID(form.Get("agent")), Name: form.Get("name")}
	for _, s := range form["scope"] {
		for _, p := range chat.Permissions() {
			if string(p) == s {
				k.Scopes = append(k.Scopes, p)
			}
		}
	}
	if days := number(form.Get("days")); days != 0 {
		k.Expires = chat.Time{Time: h.clock.Now().Add(time.Duration(days) * 24 * time.Hour)}
	}
	key, hash := h.door.NewKey()
	if err := h.desk.AddKey(ctx, k, hash); err != nil {
		return h.refused(c, err, console.TabKeys, func(p *console.TeamPage) error {
			p.Keys.Form = console.KeyForm{Name: form.Get("name"), Agent: form.Get("agent"), Scopes: form["scope"]}
			p.Keys.Days = form.Get("days")
			return h.fillKeys(c)(p)
		})
	}
	return h.keyPage(c, http.StatusOK, func(p *console.TeamPage) { p.Keys.Made, p.Keys.MadeFor = key, k.Name })
}

func (h *Handlers) fillKeys(c echo.Context) func(p *console.TeamPage) error {
	return func(p *console.TeamPage) (err error) {
		if p.Keys.Form.Agent == "" {
			p.Keys.Form.Agent, p.Keys.Days = string(p.Agent.ID), "90"
		}
		p.Keys.All, err = h.desk.Keys(c.Request().Context())
		return err
	}
}
