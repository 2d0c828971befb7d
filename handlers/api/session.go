package api

import (
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
)

type sessionRequest struct {
	// Identity is a JWT by which the host says who the visitor is; "" for none.
	Identity string       `json:"identity"`
	Visitor  chat.Profile `json:"visitor"`
	Page     chat.Page    `json:"page"`
	Locale   string       `json:"locale"`
	// Resume asks for the last conversation even when it has ended; otherwise a new one begins then.
	Resume bool `json:"resume"`
}

type sessionAnswer struct {
	Token        string            `json:"token"`
	Expires      chat.Time         `json:"expires_at"`
	Visitor      chat.Visitor      `json:"visitor"`
	Conversation chat.Conversation `json:"conversation"`
	Epoch        string            `json:"epoch"`
}

// Session lets a visitor in: a new one, or the one whose token or cookie the request bears.
func (h *Handlers) Session(c echo.Context) error {
	var in sessionRequest
	if err := bindOptional(c, &in); err != nil {
		return err
	}
	if err := h.limits.Enter(c.RealIP()); err != nil {
		return err
	}
	ctx, line := c.Request().Context(), c.Param("line")
	entry := desk.Entry{Line: line, Identity: in.Identity, Profile: in.Visitor, Page: in.Page, Locale: in.Locale, Resume: in.Resume, Device: Device(c.Request())}
	if a := chat.ActorFrom(ctx); a.Kind == chat.KindVisitor && a.Line == line {
		entry.Visitor, entry.Signed = a.ID, a.Signed
	}
	if entry.Locale == "" {
		entry.Locale = chat.ActorFrom(ctx).Locale
	}
	v, conversation, err := h.desk.Enter(ctx, entry)
	if err != nil {
		return err
	}
	epoch, err := h.desk.Epoch(ctx, line)
	if err != nil {
		return err
	}
	token, expires := h.door.Admit(c, line, v)
	return c.JSON(http.StatusCreated, sessionAnswer{Token: token, Expires: chat.Time{Time: expires}, Visitor: v, Conversation: conversation, Epoch: epoch})
}

// EndSession lets the visitor go: her browser keeps nothing that would let anybody in again.
func (h *Handlers) EndSession(c echo.Context) error {
	if _, err := h.desk.Line(c.Param("line")); err != nil {
		return err
	}
	h.door.Dismiss(c, c.Param("line"))
	return c.NoContent(http.StatusNoContent)
}

// Unread counts what the token's visitor has not read.
func (h *Handlers) Unread(c echo.Context) error {
	n, err := h.desk.Unread(c.Request().Context())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]int64{"unread": n})
}
