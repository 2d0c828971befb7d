package api

import (
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
)

// Conversation answers with a conversation, and its place in the queue while it waits.
func (h *Handlers) Conversation(c echo.Context) error {
	id, err := conversation(c)
	if err != nil {
		return err
	}
	found, err := h.desk.Conversation(c.Request().Context(), id)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, found)
}

// Read takes how far the caller has received and read.
func (h *Handlers) Read(c echo.Context) error {
	var in struct {
		Seq       int64 `json:"seq"`
		Delivered int64 `json:"delivered"`
		Note      int64 `json:"note"`
	}
	id, err := conversation(c)
	if err != nil {
		return err
	}
	if err := bind(c, &in); err != nil {
		return err
	}
	if err := h.desk.Mark(c.Request().Context(), id, in.Delivered, in.Seq); err != nil {
		return err
	}
	if in.Note > 0 {
		if err := h.desk.SeeMentions(c.Request().Context(), id, in.Note); err != nil {
			return err
		}
	}
	return none(c)
}

// Contact takes where the visitor is to be answered, because nobody is at work now.
func (h *Handlers) Contact(c echo.Context) error {
	var in struct {
		Contact string `json:"contact"`
	}
	id, err := conversation(c)
	if err != nil {
		return err
	}
	if err := bind(c, &in); err != nil {
		return err
	}
	if err := h.desk.Leave(c.Request().Context(), id, strings.TrimSpace(in.Contact)); err != nil {
		return err
	}
	return none(c)
}

// Typing tells the other side that the caller is writing. What has been typed so far may be sent along; it is passed over
// unless the line shows it.
func (h *Handlers) Typing(c echo.Context) error {
	var in struct {
		Draft string `json:"draft"`
	}
	id, err := conversation(c)
	if err != nil {
		return err
	}
	if err := bindOptional(c, &in); err != nil {
		return err
	}
	if err := h.desk.Typing(c.Request().Context(), id); err != nil {
		return err
	}
	return none(c)
}

// Rate takes the visitor's rating.
func (h *Handlers) Rate(c echo.Context) error {
	var in chat.Rating
	id, err := conversation(c)
	if err != nil {
		return err
	}
	if err := bind(c, &in); err != nil {
		return err
	}
	if err := h.desk.Rate(c.Request().Context(), id, in); err != nil {
		return err
	}
	return none(c)
}

// Close ends a conversation.
func (h *Handlers) Close(c echo.Context) error {
	id, err := conversation(c)
	if err != nil {
		return err
	}
	if err := h.desk.End(c.Request().Context(), id); err != nil {
		return err
	}
	return none(c)
}

// Human sends a conversation on to people.
func (h *Handlers) Human(c echo.Context) error {
	id, err := conversation(c)
	if err != nil {
		return err
	}
	if err := h.desk.Release(c.Request().Context(), id); err != nil {
		return err
	}
	return none(c)
}

// Assign gives a conversation to an agent, with a private note when there are words.
func (h *Handlers) Assign(c echo.Context) error {
	var in struct {
		Agent chat.ID `json:"agent_id"`
		Team  chat.ID `json:"team_id"`
		Skill string  `json:"skill"`
		Note  string  `json:"note"`
	}
	id, err := conversation(c)
	if err != nil {
		return err
	}
	if err := bind(c, &in); err != nil {
		return err
	}
	if in.Team != "" || in.Skill != "" {
		if in.Agent != "" {
			return chat.Invalid("assign_one", "Name an agent, or a team and a skill, not both.")
		}
		if err := h.desk.Pass(c.Request().Context(), id, in.Team, in.Skill, in.Note); err != nil {
			return err
		}
		return none(c)
	}
	to, err := chat.ParseID(string(in.Agent))
	if err != nil {
		return chat.Invalid("agent_id", "agent_id must be an agent's id.")
	}
	if err := h.desk.Assign(c.Request().Context(), id, to, in.Note); err != nil {
		return err
	}
	return none(c)
}

// Reopen takes a closed conversation up again.
func (h *Handlers) Reopen(c echo.Context) error {
	id, err := conversation(c)
	if err != nil {
		return err
	}
	if err := h.desk.Reopen(c.Request().Context(), id); err != nil {
		return err
	}
	return none(c)
}

// Snooze sets a conversation aside until a time.
func (h *Handlers) Snooze(c echo.Context) error {
	var in struct {
		Until time.Time `json:"until"`
	}
	id, err := conversation(c)
	if err != nil {
		return err
	}
	if err := bind(c, &in); err != nil {
		return err
	}
	if err := h.desk.Snooze(c.Request().Context(), id, in.Until); err != nil {
		return err
	}
	return none(c)
}

// Labels replaces a conversation's labels.
func (h *Handlers) Labels(c echo.Context) error {
	var in struct {
		Labels []string `json:"labels"`
	}
	id, err := conversation(c)
	if err != nil {
		return err
	}
	if err := bind(c, &in); err != nil {
		return err
	}
	if err := h.desk.Label(c.Request().Context(), id, in.Labels); err != nil {
		return err
	}
	return none(c)
}
