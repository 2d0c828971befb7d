package api

import (
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
)

// Inbox answers with a page of one of the agent's lists.
func (h *Handlers) Inbox(c echo.Context) error {
	limit, err := number(c, "limit")
	if err != nil {
		return err
	}
	q := chat.InboxQuery{View: chat.View(c.QueryParam("view")), Status: chat.Status(c.QueryParam("status")), Label: c.QueryParam("label"),
		Q: c.QueryParam("q"), Cursor: c.QueryParam("cursor"), Limit: int(min(limit, 1000))}
	waited, err := number(c, "waiting_minutes")
	if err != nil {
		return err
	}
	q.Holder, q.Unread, q.Waited = c.QueryParam("agent"), c.QueryParam("unread") == "true", int(min(waited, 1<<30))
	if line := c.QueryParam("line"); line != "" {
		q.Lines = []string{line}
	}
	page, err := h.desk.Inbox(c.Request().Context(), q)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, page)
}

// Canned answers with the replies the agent keeps ready.
func (h *Handlers) Canned(c echo.Context) error {
	replies, err := h.desk.CannedReplies(c.Request().Context())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{"canned_replies": replies})
}

// Teams answers with the teams a conversation can be handed to.
func (h *Handlers) Teams(c echo.Context) error {
	teams, err := h.desk.Teams(c.Request().Context())
	if err != nil {
		return err
	}
	if teams == nil {
		teams = []chat.Team{}
	}
	return c.JSON(http.StatusOK, map[string]any{"teams": teams})
}

// Decisions answers with why a conversation's agents were given it.
func (h *Handlers) Decisions(c echo.Context) error {
	id, err := conversation(c)
	if err != nil {
		return err
	}
	decisions, err := h.desk.Decisions(c.Request().Context(), id)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{"decisions": decisions})
}

// Presence takes whether the agent wants conversations.
func (h *Handlers) Presence(c echo.Context) error {
	var in struct {
		Presence chat.Presence `json:"presence"`
		Reason   string        `json:"reason"`
	}
	if err := bind(c, &in); err != nil {
		return err
	}
	if err := h.desk.SetPresence(c.Request().Context(), in.Presence, in.Reason); err != nil {
		return err
	}
	return none(c)
}
