package agent

import (
	"encoding/csv"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/console"
	"github.com/taadis/unique-support/views/ui"
)

// joinPath is where invitations lead; a token follows.
const joinPath = "/console/join/"

// JoinPage shows what to fill in to join, or to have a new password.
func (h *Handlers) JoinPage(c echo.Context) error {
	return h.join(c, http.StatusOK, console.Join{})
}

func (h *Handlers) join(c echo.Context, status int, j console.Join) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	c.Response().Header().Set("Referrer-Policy", "no-referrer") // the address is the key
	j.Text, j.Theme, j.Path = h.text(c), c.QueryParam("theme"), joinPath+c.Param("token")
	v, err := h.desk.Invited(c.Request().Context(), c.Param("token"))
	switch {
	case err != nil && chat.CodeOf(err) == chat.CodeNotFound:
		j.Gone, status = true, http.StatusNotFound
	case err != nil:
		return err
	}
	j.Email, j.Reset = v.Email, v.Agent != ""
	return render(c, status, j.View())
}

// Join makes the agent who was invited, or gives her the new password, and signs her in.
func (h *Handlers) Join(c echo.Context) error {
	ctx := c.Request().Context()
	if err := h.limits.Login(c.RealIP(), "", ""); err != nil {
		return err
	}
	invited, err := h.desk.Invited(ctx, c.Param("token"))
	if err != nil { // before a hash is made, which is dear
		return h.join(c, http.StatusNotFound, console.Join{})
	}
	hash, err := h.passwords.Hash(ctx, c.FormValue("password"), invited.Email)
	var agent chat.Agent
	if err == nil {
		agent, err = h.desk.Join(ctx, c.Param("token"), c.FormValue("name"), hash)
	}
	if status, ours := refusal(err); err != nil && !ours {
		return h.join(c, status, console.Join{Name: c.FormValue("name"), Error: ui.Problem(h.text(c), err, chat.TraceFrom(ctx))})
	} else if chat.CodeOf(err) == chat.CodeNotFound && err != nil {
		return h.join(c, http.StatusNotFound, console.Join{})
	} else if err != nil {
		return err
	}
	return h.enter(c, agent) // whoever has her mail has not her second factor
}

// DeedsCSV sends the whole audit log, the oldest entry first, a page of it in memory at a time.
func (h *Handlers) DeedsCSV(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderContentType, "text/csv; charset=utf-8")
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="audit.csv"`)
	c.Response().Header().Set("Cache-Control", "no-store")
	_, _ = c.Response().Write([]byte("\ufeff")) // by which spreadsheets know the encoding
	w := csv.NewWriter(c.Response())
	_ = w.Write([]string{"seq", "at", "by_id", "by", "action", "subject", "detail", "trace_id", "hash", "sound"})
	err := h.desk.EachDeed(c.Request().Context(), func(d chat.Deed, sound bool) error {
		var detail []string
		for name, value := range d.Detail {
			detail = append(detail, name+": "+value)
		}
		slices.Sort(detail)
		return w.Write([]string{
			strconv.FormatInt(d.Seq, 10), d.At.Text(), string(d.By.ID), plain(d.By.Name), plain(d.Action), plain(d.Subject), plain(strings.Join(detail, "; ")), plain(d.Trace), d.Hash, strconv.FormatBool(sound),
		})
	})
	w.Flush()
	return err
}

// plain keeps a spreadsheet from reading a text as a formula.
func plain(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
