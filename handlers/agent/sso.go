package agent

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/console"
	"github.com/taadis/unique-support/views/ui"
)

// SSO is a company's own sign-in.
type SSO interface {
	// Begin returns where somebody signs in; she comes back with the state.
	Begin(ctx context.Context, state, nonce, verifier string) (string, error)
	// End says who came back with the code.
	End(ctx context.Context, code, nonce, verifier string) (chat.SingleSignOn, error)
	// Leave returns where somebody signs out there, too; "" for nowhere.
	Leave(ctx context.Context) (string, error)
}

// Way is what binds a sign-in elsewhere to the browser it began in, and where that leads.
type Way struct{ State, Nonce, Verifier, Next string }

// loginPage is the sign-in form, with every way in that there is.
func (h *Handlers) loginPage(c echo.Context, where string) console.Login {
	return console.Login{Text: h.text(c), Theme: c.QueryParam("theme"), Next: where, SSO: h.sso != nil, SSOName: h.ssoName, Left: h.sso != nil && c.QueryParam("left") != ""}
}

// SSOBegin sends somebody to the company's sign-in.
func (h *Handlers) SSOBegin(c echo.Context) error {
	if h.sso == nil {
		return chat.NotFound()
	}
	w := Way{State: rand.Text(), Nonce: rand.Text(), Verifier: rand.Text() + rand.Text(), Next: next(c.QueryParam("next"))}
	to, err := h.sso.Begin(c.Request().Context(), w.State, w.Nonce, w.Verifier)
	if err == nil {
		err = h.door.SendAway(c, w)
	}
	if err != nil {
		return h.refusedSSO(c, err, w.Next)
	}
	return c.Redirect(http.StatusSeeOther, to)
}

// SSOEnd lets in who came back from there.
func (h *Handlers) SSOEnd(c echo.Context) error {
	if h.sso == nil {
		return chat.NotFound()
	}
	ctx := c.Request().Context()
	w, ok := h.door.ComeBack(c)
	if !ok || subtle.ConstantTimeCompare([]byte(c.QueryParam("state")), []byte(w.State)) != 1 {
		return h.refusedSSO(c, &chat.Error{Code: chat.CodeUnauthenticated, Key: "sso_late", Detail: "This sign-in began in another browser, or too long ago. Please try again."}, next(w.Next))
	}
	if c.QueryParam("error") != "" || c.QueryParam("code") == "" {
		return h.refusedSSO(c, &chat.Error{Code: chat.CodeUnauthenticated, Key: "sso_denied", Detail: "The company's sign-in refused you, or you turned back."}, w.Next)
	}
	id, err := h.sso.End(ctx, c.QueryParam("code"), w.Nonce, w.Verifier)
	var agent chat.Agent
	if err == nil {
		agent, err = h.desk.SignInBy(ctx, id)
	}
	if err != nil {
		return h.refusedSSO(c, err, w.Next)
	}
	if err := h.door.SignInBy(c, agent); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, next(w.Next))
}

// refusedSSO shows the sign-in form again, with why the other way did not lead in.
func (h *Handlers) refusedSSO(c echo.Context, err error, where string) error {
	status := http.StatusServiceUnavailable
	switch chat.CodeOf(err) {
	case chat.CodeUnauthenticated:
		status = http.StatusUnauthorized
	case chat.CodeForbidden:
		status = http.StatusForbidden
	case chat.CodeLineUnavailable:
	default:
		return err
	}
	page := h.loginPage(c, where)
	page.Error = ui.Problem(page.Text, err, chat.TraceFrom(c.Request().Context()))
	return render(c, status, page.View())
}

// SSOLeave sends somebody to sign out there, too.
func (h *Handlers) SSOLeave(c echo.Context) error {
	if h.sso == nil {
		return chat.NotFound()
	}
	to, err := h.sso.Leave(c.Request().Context())
	if err != nil {
		return h.refusedSSO(c, err, "/console")
	}
	if to == "" {
		to = "/console/login"
	}
	return c.Redirect(http.StatusSeeOther, to)
}
