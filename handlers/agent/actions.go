package agent

import (
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/handlers/media"
	"github.com/taadis/unique-support/views/console"
	"github.com/taadis/unique-support/views/ui"
)

// Post takes a form of an open conversation and shows it again. What was typed stays typed when it is refused.
func (h *Handlers) Post(c echo.Context) error {
	id, err := chat.ParseID(c.Param("id"))
	if err != nil {
		return chat.NotFound()
	}
	l := console.ParseList(c.QueryParams())
	if err := h.act(c, id); err != nil {
		if chat.CodeOf(err) == chat.CodeNotFound || chat.CodeOf(err) == chat.CodeInternal {
			return err
		}
		return h.open(c, http.StatusUnprocessableEntity, func(t *console.Thread) {
			t.Error = ui.Problem(h.text(c), err, chat.TraceFrom(c.Request().Context()))
			t.Draft, t.Note = written(c), c.FormValue("action") == "note"
			if client, err := chat.ParseID(c.FormValue("client_id")); err == nil {
				t.ClientID = client
			}
		})
	}
	if err := h.desk.SeeMentions(c.Request().Context(), id, math.MaxInt64); err != nil { // who does something with it has seen it
		return err
	}
	return c.Redirect(http.StatusSeeOther, l.URL("/console/c/"+string(id)))
}

func (h *Handlers) act(c echo.Context, id chat.ID) error {
	files, over, err := h.files(c)
	if err != nil {
		return err
	}
	defer over()
	if _, err := c.FormParams(); err != nil { // FormValue would pass over it and find nothing written
		return err
	}
	ctx := c.Request().Context()
	switch c.FormValue("action") {
	case "reply", "note":
		kind := chat.KindText
		if c.FormValue("action") == "note" {
			kind = chat.KindNote
		}
		draft := chat.Draft{Conversation: id, ClientID: chat.ID(c.FormValue("client_id")), Kind: kind, Text: written(c)}
		if files == nil || len(files.Files) == 0 {
			_, _, err := h.desk.Send(ctx, draft)
			return err
		}
		if kind == chat.KindNote {
			return chat.Invalid("note_file", "A note holds no files.")
		}
		drafts, err := files.Drafts(ctx, h.desk, id, draft.ClientID)
		if err != nil {
			return err
		}
		if strings.TrimSpace(draft.Text) != "" {
			drafts = append([]chat.Draft{draft}, drafts...)
		}
		return media.Send(ctx, h.desk, drafts)
	case "take":
		return h.desk.Assign(ctx, id, chat.ActorFrom(ctx).ID, "")
	case "transfer":
		team, is := strings.CutPrefix(c.FormValue("to"), "team:")
		to, err := chat.ParseID(team)
		if err != nil {
			return chat.Invalid("agent_id", "agent_id must be an agent's id.")
		}
		if is {
			return h.desk.Pass(ctx, id, to, "", c.FormValue("note"))
		}
		return h.desk.Assign(ctx, id, to, c.FormValue("note"))
	case "labels":
		return h.desk.Label(ctx, id, labels(c.Request().Form["label"], c.FormValue("more")))
	case "close":
		return h.desk.End(ctx, id)
	case "reopen":
		return h.desk.Reopen(ctx, id)
	}
	return chat.Invalid("action", "There is no such action.")
}

// labels are those that were chosen, and those written between commas.
func labels(chosen []string, more string) []string {
	all := slices.Clone(chosen)
	for _, l := range strings.FieldsFunc(more, func(r rune) bool { return r == ',' || r == '，' || r == '、' }) {
		if l = strings.TrimSpace(l); l != "" && !slices.Contains(all, l) {
			all = append(all, l)
		}
	}
	return all
}

// files reads a form that may have files in it, nil for any other; over lets go of them.
func (h *Handlers) files(c echo.Context) (files *media.Form, over func(), err error) {
	if !media.Multipart(c.Request()) {
		return nil, func() {}, nil
	}
	left, err := h.limits.Arrive()
	if err != nil {
		return nil, nil, err
	}
	if files, err = media.Read(c.Response(), c.Request(), h.fileMax); err != nil {
		left()
		return nil, nil, err
	}
	over = func() {
		_ = files.Close() // they are gone already
		left()
	}
	for range files.Files {
		if err := h.limits.File(c.RealIP(), chat.ActorFrom(c.Request().Context())); err != nil {
			over()
			return nil, nil, err
		}
	}
	return files, over, nil
}

// written is what stood in the field; forms send its lines' ends as two characters.
func written(c echo.Context) string { return strings.ReplaceAll(c.FormValue("text"), "\r\n", "\n") }

// Presence takes what the agent chose and goes back to where she was.
func (h *Handlers) Presence(c echo.Context) error {
	presence, reason, _ := strings.Cut(c.FormValue("presence"), " ") // a button says both
	if err := h.desk.SetPresence(c.Request().Context(), chat.Presence(presence), reason); err != nil {
		return err
	}
	l := console.ParseList(c.QueryParams())
	if id, err := chat.ParseID(c.QueryParam("c")); err == nil {
		return c.Redirect(http.StatusSeeOther, l.URL("/console/c/"+string(id)))
	}
	return c.Redirect(http.StatusSeeOther, l.URL("/console"))
}
