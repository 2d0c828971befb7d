package agent

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/ui"
)

// LoginPage shows the sign-in form.
func (h *Handlers) LoginPage(c echo.Context) error {
	return render(c, http.StatusOK, h.loginPage(c, next(c.QueryParam("next"))).View())
}

// Login signs an agent in. Whether the e-mail or the password was wrong, or the account locked, looks the same.
func (h *Handlers) Login(c echo.Context) error {
	email := strings.TrimSpace(c.FormValue("email"))
	agent, err := h.check(c, email, c.FormValue("password"))
	if err != nil {
		page := h.loginPage(c, next(c.FormValue("next")))
		page.Email = email
		page.Error = ui.Problem(page.Text, err, chat.TraceFrom(c.Request().Context()))
		status := http.StatusUnauthorized
		if chat.CodeOf(err) == chat.CodeRateLimited {
			status = http.StatusTooManyRequests
			c.Response().Header().Set("Retry-After", "60")
		} else if chat.CodeOf(err) != chat.CodeUnauthenticated {
			return err
		}
		return render(c, status, page.View())
	}
	return h.enter(c, agent)
}

// enter lets somebody in whose password was right, or asks for her second factor; then she goes where she was going.
func (h *Handlers) enter(c echo.Context, agent chat.Agent) error {
	if chosen := c.FormValue("locale"); chosen != "" {
		h.door.ChooseLocale(c, chosen)
	}
	where := next(c.FormValue("next"))
	h.door.KeepBrowser(c, agent.Email)
	if agent.SecondFactor {
		if err := h.door.Halfway(c, agent); err != nil {
			return err
		}
		return c.Redirect(http.StatusSeeOther, "/console/login/code?"+url.Values{"next": {where}}.Encode())
	}
	if err := h.door.SignIn(c, agent); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, where)
}

func (h *Handlers) check(c echo.Context, email, password string) (chat.Agent, error) {
	if err := h.limits.Login(c.RealIP(), strings.ToLower(email), h.door.Browser(c, email)); err != nil {
		return chat.Agent{}, err
	}
	wrong := &chat.Error{Code: chat.CodeUnauthenticated, Key: "credentials", Detail: "The e-mail or the password is wrong."}
	ctx := c.Request().Context()
	var agent chat.Agent
	var err error
	if chat.CheckText(email, 254) == nil {
		agent, err = h.desk.AgentByEmail(ctx, email)
	}
	if err != nil && chat.CodeOf(err) != chat.CodeNotFound {
		return agent, err
	}
	match, err := h.passwords.Match(ctx, password, agent.PasswordHash)
	if err != nil {
		return agent, err
	}
	if !match {
		return agent, wrong
	}
	again, err := h.passwords.Again(ctx, password, agent.PasswordHash)
	if err == nil && again != "" {
		err = h.desk.Rehash(ctx, agent, again)
	}
	return agent, err
}

// Logout ends the session.
func (h *Handlers) Logout(c echo.Context) error {
	by := h.sso != nil && h.door.CameBy(c)
	if err := h.door.SignOut(c); err != nil {
		return err
	}
	if by { // a form may lead to no other site: the page says that she is still signed in there
		return c.Redirect(http.StatusSeeOther, "/console/login?left=1")
	}
	return c.Redirect(http.StatusSeeOther, "/console/login")
}

// next is a path of the console to go to, never another site.
func next(path string) string {
	if path != "/console" && !strings.HasPrefix(path, "/console/") && !strings.HasPrefix(path, "/console?") || strings.HasPrefix(path, "/console/login") || strings.ContainsAny(path, "\\\r\n") {
		return "/console"
	}
	return path
}
