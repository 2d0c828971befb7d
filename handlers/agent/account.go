package agent

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/console"
	"github.com/taadis/unique-support/views/ui"
)

// Account shows an agent what is hers: her name, her language, her password, her second factor.
func (h *Handlers) Account(c echo.Context) error {
	return h.account(c, http.StatusOK, func(*console.Account) {})
}

func (h *Handlers) account(c echo.Context, status int, fill func(p *console.Account)) error {
	r, err := h.reader(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	p := console.Account{Reader: r, Owes: chat.ActorFrom(ctx).Owes, Name: r.Agent.Name, Locale: r.Agent.Locale}
	if ask := c.FormValue("next"); ask != "" {
		p.Next = next(ask)
	}
	counts, err := h.desk.Counts(ctx)
	if err != nil {
		return err
	}
	p.Rail = r.Beside("account", counts)
	f, err := h.desk.Factor(ctx, r.Agent.ID)
	switch {
	case err != nil && chat.CodeOf(err) != chat.CodeNotFound:
		return err
	case err == nil && f.Confirmed:
		p.Left = len(f.Recovery)
	case err == nil:
		if p.Secret, err = h.factors.Open(r.Agent.ID, f.Secret); err != nil {
			return err
		}
		p.Code = code(keyAddress(r.Text.S("console.product"), r.Agent.Email, p.Secret))
	}
	fill(&p)
	c.Response().Header().Set("Cache-Control", "no-store")
	return render(c, status, p.View())
}

// ChangeAccount takes one of the forms of an agent's account.
func (h *Handlers) ChangeAccount(c echo.Context) error {
	ctx := c.Request().Context()
	me, err := h.desk.Agent(ctx, chat.ActorFrom(ctx).ID)
	if err != nil {
		return err
	}
	action := c.FormValue("action")
	var codes []string
	switch action {
	case "profile":
		if err = h.desk.SetProfile(ctx, c.FormValue("name"), c.FormValue("locale")); err == nil && c.FormValue("locale") != "" {
			h.door.ChooseLocale(c, c.FormValue("locale"))
		}
	case "notify":
		params, _ := c.FormParams() // a form that cannot be read has nothing in it
		wants := func(what string) bool { return slices.Contains(params["notify"], what) }
		err = h.desk.SetNotify(ctx, chat.Notify{Sound: wants("sound"), Desktop: wants("desktop"), Queue: wants("queue")})
	case "password":
		err = h.changePassword(c, me)
	case "begin":
		var sealed []byte
		if sealed, err = h.factors.New(me.ID); err == nil {
			err = h.desk.BeginFactor(ctx, sealed)
		}
	case "confirm":
		codes, err = h.confirm(c, me)
	case "codes":
		if err = h.again(c, me); err == nil {
			var hashes []string
			codes, hashes = recovery()
			err = h.desk.SetRecovery(ctx, hashes)
		}
	case "drop":
		if err = h.again(c, me); err == nil {
			err = h.desk.DropFactor(ctx)
		}
	default:
		err = chat.Invalid("action", "There is no such action.")
	}
	if err != nil {
		return h.refusedAccount(c, action, err)
	}
	if codes != nil {
		return h.account(c, http.StatusOK, func(p *console.Account) { p.Codes, p.Owes = codes, false })
	}
	back := "/console/account?done=" + action
	if where := c.FormValue("next"); where != "" {
		back = "/console/account?next=" + next(where)
	}
	return c.Redirect(http.StatusSeeOther, back)
}

// refusedAccount shows the account again, with what was typed and why it was refused.
func (h *Handlers) refusedAccount(c echo.Context, action string, err error) error {
	status, ours := refusal(err)
	switch chat.CodeOf(err) {
	case chat.CodeUnauthenticated:
		status, ours = http.StatusUnprocessableEntity, false
	case chat.CodeRateLimited:
		status, ours = http.StatusTooManyRequests, false
		c.Response().Header().Set("Retry-After", "60")
	}
	if ours {
		return err
	}
	return h.account(c, status, func(p *console.Account) {
		p.Refused, p.Error = action, ui.Problem(p.Text, err, chat.TraceFrom(c.Request().Context()))
		switch action {
		case "profile":
			p.Name, p.Locale = c.FormValue("name"), c.FormValue("locale")
		case "confirm":
			p.Typed = c.FormValue("code")
		}
	})
}

// again wants the agent's password, or, where she has none, a code: an unlocked screen is not enough to change how she signs in.
func (h *Handlers) again(c echo.Context, me chat.Agent) error {
	ctx := c.Request().Context()
	if me.PasswordHash == "" && me.SecondFactor {
		return h.prove(ctx, me, c.FormValue("current"))
	}
	if me.PasswordHash == "" {
		return nil
	}
	if err := h.limits.Factor(string(me.ID)); err != nil {
		return err
	}
	match, err := h.passwords.Match(ctx, c.FormValue("current"), me.PasswordHash)
	if err == nil && !match {
		err = &chat.Error{Code: chat.CodeUnauthenticated, Key: "current", Detail: "This is not your password."}
	}
	return err
}

// changePassword gives the agent another password: every other session of hers ends, this one goes on.
func (h *Handlers) changePassword(c echo.Context, me chat.Agent) error {
	ctx := c.Request().Context()
	if err := h.again(c, me); err != nil {
		return err
	}
	hash, err := h.passwords.Hash(ctx, c.FormValue("password"), me.Email)
	if err != nil {
		return err
	}
	if me, err = h.desk.SetPassword(ctx, hash); err != nil {
		return err
	}
	return h.door.SignIn(c, me)
}

// confirm has a second factor asked for from now on, when the code shows that the phone has its secret, and returns recovery codes.
func (h *Handlers) confirm(c echo.Context, me chat.Agent) ([]string, error) {
	ctx := c.Request().Context()
	if err := h.limits.Factor(string(me.ID)); err != nil {
		return nil, err
	}
	f, err := h.desk.Factor(ctx, me.ID)
	if err != nil {
		return nil, err
	}
	step, err := h.factors.Step(me.ID, f.Secret, strings.TrimSpace(bare(c.FormValue("code"))), h.clock.Now())
	if err == nil && step == 0 {
		err = &chat.Error{Code: chat.CodeUnauthenticated, Key: "code_confirm", Detail: "This code is wrong. Is the clock of the phone right?"}
	}
	if err != nil {
		return nil, err
	}
	codes, hashes := recovery()
	return codes, h.desk.ConfirmFactor(ctx, f.Secret, step, hashes)
}
