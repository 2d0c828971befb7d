package api

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
)

// Messages answers with a part of a conversation's log, ascending.
func (h *Handlers) Messages(c echo.Context) error {
	id, err := conversation(c)
	if err != nil {
		return err
	}
	r := desk.Range{Last: c.QueryParam("after") == ""}
	if !r.Last && c.QueryParam("before") != "" {
		return chat.Invalid("range", "Ask for what comes after a number or before one, not both.")
	}
	for name, to := range map[string]*int64{"after": &r.After, "before": &r.Before} {
		if *to, err = number(c, name); err != nil {
			return err
		}
	}
	limit, err := number(c, "limit")
	if err != nil || limit > desk.PageMax || limit == 0 && c.QueryParam("limit") != "" {
		return chat.Invalid("limit", "limit is a number from 1 to 200.")
	}
	r.Limit = int(limit)
	ms, more, err := h.desk.Messages(c.Request().Context(), id, r)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{"messages": list(ms), "has_more": more})
}

// Send accepts a message: 201 when it was written, 200 when its client_id had been before.
func (h *Handlers) Send(c echo.Context) error { return h.write(c, "") }

// Note accepts a private note, which only agents see.
func (h *Handlers) Note(c echo.Context) error { return h.write(c, chat.KindNote) }

// Notes answers with a conversation's private notes.
func (h *Handlers) Notes(c echo.Context) error {
	id, err := conversation(c)
	if err != nil {
		return err
	}
	notes, err := h.desk.Notes(c.Request().Context(), id)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{"messages": list(notes), "has_more": false})
}

func (h *Handlers) write(c echo.Context, kind chat.MessageKind) error {
	var in struct {
		ClientID string           `json:"client_id"`
		Kind     chat.MessageKind `json:"kind"`
		Text     string           `json:"text"`
		Data     json.RawMessage  `json:"data"`
		Bot      bool             `json:"bot"`
	}
	id, err := conversation(c)
	if err != nil {
		return err
	}
	if err := bind(c, &in); err != nil {
		return err
	}
	client, err := chat.ParseID(in.ClientID)
	if err != nil {
		return chat.Invalid("client_id", "client_id must be a UUID of the sender's own.")
	}
	draft := chat.Draft{Conversation: id, ClientID: client, Text: in.Text, Data: in.Data, Bot: in.Bot}
	switch {
	case kind == chat.KindNote:
	case in.Kind == "" || in.Kind == chat.KindText:
		kind = chat.KindText
	case in.Kind == chat.KindImage || in.Kind == chat.KindFile:
		var file struct {
			Attachment string `json:"attachment_id"`
		}
		_ = json.Unmarshal(in.Data, &file) // what cannot be read names none, and the desk says so
		kind, draft.Attachment, draft.Data = in.Kind, chat.ID(strings.ToLower(file.Attachment)), nil
	default:
		kind = in.Kind
	}
	draft.Kind = kind
	m, repeat, err := h.desk.Send(c.Request().Context(), draft)
	if err != nil {
		return err
	}
	if repeat {
		return c.JSON(http.StatusOK, m)
	}
	return c.JSON(http.StatusCreated, m)
}

// Recall takes back a message of the caller's own.
func (h *Handlers) Recall(c echo.Context) error {
	id, err := conversation(c)
	if err != nil {
		return err
	}
	seq, err := strconv.ParseInt(c.Param("seq"), 10, 64)
	if err != nil || seq < 1 {
		return chat.NotFound()
	}
	if err := h.desk.Recall(c.Request().Context(), id, seq); err != nil {
		return err
	}
	return none(c)
}

// list is ms, and an empty list where there is none: JSON's null is no list.
func list(ms []chat.Message) []chat.Message {
	if ms == nil {
		return []chat.Message{}
	}
	return ms
}

// number reads a query parameter that is a number of 0 or more; 0 when it is not there.
func number(c echo.Context, name string) (int64, error) {
	s := c.QueryParam(name)
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0, chat.Invalid("number", name+" is a number of 0 or more.")
	}
	return n, nil
}
