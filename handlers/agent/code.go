package agent

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/console"
	"github.com/taadis/unique-support/views/ui"
)

// CodePage asks who has shown her password for her second factor.
func (h *Handlers) CodePage(c echo.Context) error {
	if _, err := h.door.Half(c); err != nil {
		return h.anew(c, err, next(c.QueryParam("next")))
	}
	return render(c, http.StatusOK, h.code(c, next(c.QueryParam("next"))).View())
}

// anew sends somebody back to the password whose time is over.
func (h *Handlers) anew(c echo.Context, err error, where string) error {
	if chat.CodeOf(err) != chat.CodeNotFound {
		return err
	}
	page := h.loginPage(c, where)
	page.Error = page.Text.S("console.code.over")
	return render(c, http.StatusUnauthorized, page.View())
}

func (h *Handlers) code(c echo.Context, where string) console.Code {
	return console.Code{Text: h.text(c), Theme: c.QueryParam("theme"), Next: where}
}

// Code takes a second factor, and lets its owner in.
func (h *Handlers) Code(c echo.Context) error {
	where := next(c.FormValue("next"))
	agent, err := h.door.Half(c)
	if err != nil {
		return h.anew(c, err, where)
	}
	if err := h.prove(c.Request().Context(), agent, c.FormValue("code")); err != nil {
		status := http.StatusUnauthorized
		switch chat.CodeOf(err) {
		case chat.CodeRateLimited:
			status = http.StatusTooManyRequests
			c.Response().Header().Set("Retry-After", "60")
		case chat.CodeUnauthenticated:
		default:
			return err
		}
		page := h.code(c, where)
		page.Typed, page.Error = c.FormValue("code"), ui.Problem(page.Text, err, chat.TraceFrom(c.Request().Context()))
		return render(c, status, page.View())
	}
	if err := h.door.SignIn(c, agent); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, where)
}

// prove takes a code of the agent's phone, or one of her recovery codes; either is taken once.
func (h *Handlers) prove(ctx context.Context, agent chat.Agent, typed string) error {
	if err := h.limits.Factor(string(agent.ID)); err != nil {
		return err
	}
	wrong := &chat.Error{Code: chat.CodeUnauthenticated, Key: "code", Detail: "This code is wrong, or was used before."}
	typed = bare(typed)
	f, err := h.desk.Factor(ctx, agent.ID)
	switch {
	case err != nil && chat.CodeOf(err) == chat.CodeNotFound:
		return wrong // taken away meanwhile: the password alone is enough, and shown again
	case err != nil:
		return err
	case len(typed) == recoveryLetters:
		_, err = h.desk.UseRecovery(ctx, agent, hashCode(typed))
	default:
		var step int64
		if step, err = h.factors.Step(agent.ID, f.Secret, typed, h.clock.Now()); err == nil && step == 0 {
			return wrong
		} else if err == nil {
			err = h.desk.UseStep(ctx, agent.ID, step)
		}
	}
	if err != nil && chat.CodeOf(err) == chat.CodeNotFound {
		return wrong
	}
	return err
}
