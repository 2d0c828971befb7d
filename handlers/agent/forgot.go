package agent

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/console"
	"github.com/taadis/unique-support/views/ui"
)

// ForgotPage asks for the address that a link to a new password goes to.
func (h *Handlers) ForgotPage(c echo.Context) error {
	return render(c, http.StatusOK, h.forgot(c, "").View())
}

func (h *Handlers) forgot(c echo.Context, email string) console.Forgot {
	return console.Forgot{Text: h.text(c), Theme: c.QueryParam("theme"), Email: email, Off: !h.mail}
}

// Forgot has the link sent. The answer is the same whether there is such an agent or not: that is found out later.
func (h *Handlers) Forgot(c echo.Context) error {
	ctx := c.Request().Context()
	email := strings.TrimSpace(c.FormValue("email"))
	page := h.forgot(c, email)
	if page.Off {
		return render(c, http.StatusOK, page.View())
	}
	asks, err := h.limits.Forgot(c.RealIP(), strings.ToLower(email))
	if err != nil {
		page.Error = ui.Problem(page.Text, err, chat.TraceFrom(ctx))
		c.Response().Header().Set("Retry-After", "60")
		return render(c, http.StatusTooManyRequests, page.View())
	}
	if !strings.Contains(email, "@") || chat.CheckText(email, 254) != nil {
		page.Error = ui.Problem(page.Text, chat.Invalid("email", "This is not an e-mail address."), "")
		return render(c, http.StatusUnprocessableEntity, page.View())
	}
	if asks {
		if err := h.desk.Forgot(ctx, email); err != nil {
			return err
		}
	}
	page.Sent = true
	return render(c, http.StatusOK, page.View())
}
