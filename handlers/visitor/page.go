package visitor

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
	"github.com/taadis/unique-support/handlers/media"
	"github.com/taadis/unique-support/views/ui"
	"github.com/taadis/unique-support/views/window"
)

// pageSize is how much of the thread a page opens with.
const pageSize = 30

// Page is the chat page with the whole thread, or its last part. Nothing is created for somebody who only looks.
func (h *Handlers) Page(c echo.Context) error {
	line, err := h.line(c)
	if err != nil {
		return h.sorry(c, chat.Line{}, err, "")
	}
	page, err := h.page(c, line)
	if err != nil {
		return h.sorry(c, line, err, "")
	}
	return render(c, http.StatusOK, window.Page(page))
}

// line is the line in the path, whose sites may frame the answer; of an unknown line nobody may.
func (h *Handlers) line(c echo.Context) (chat.Line, error) {
	line, err := h.desk.Line(c.Param("line"))
	if err != nil {
		return line, err
	}
	origins := line.Origins
	if h.demo && line.Name == "demo" {
		origins = append([]string{"'self'"}, origins...)
	}
	h.door.Frame(c, origins)
	return line, nil
}

func (h *Handlers) page(c echo.Context, line chat.Line) (window.Chat, error) {
	ctx := c.Request().Context()
	look, text, now := window.ReadLook(c.QueryParams()), h.text(c), h.clock.Now()
	actor, awaits := chat.ActorFrom(ctx), c.QueryParam("signed") == "1"
	if awaits { // nothing of whoever was here before, not for a moment
		actor = chat.Actor{}
		ctx = chat.WithActor(ctx, actor)
	}
	conversation, err := h.desk.Current(ctx)
	if err != nil && chat.CodeOf(err) != chat.CodeNotFound {
		return window.Chat{}, err
	}
	var log window.Log
	if conversation.ID != "" {
		before, _ := strconv.ParseInt(c.QueryParam("before"), 10, 64)
		if log.Messages, log.More, err = h.desk.Messages(ctx, conversation.ID, desk.Range{Before: max(0, before), Last: true, Limit: pageSize}); err != nil {
			return window.Chat{}, err
		}
	}
	page := window.New(line, conversation, log, text, look, now)
	if page.Epoch, err = h.desk.Epoch(ctx, line.Name); err != nil {
		return window.Chat{}, err
	}
	page.Visitor, page.Signed, page.Awaits = actor.ID, actor.Signed, awaits
	if conversation.Status == chat.StatusClosed && conversation.Score > 0 {
		r, err := h.desk.Rating(ctx, conversation.ID)
		if err != nil {
			return window.Chat{}, err
		}
		page.Rated(r, conversation, now)
	}
	if card, ok, err := h.desk.Offer(ctx); err != nil {
		return window.Chat{}, err
	} else if ok {
		page.Offered(card)
	}
	if conversation.LastSeq == 0 && len(conversation.Answers) == 0 && !actor.Signed {
		page.Begin = window.NewBegin(line.Questions, nil, nil, text)
	}
	if page.Hours.Now != "" || page.Queue.Late {
		if page.Draft.Contact, err = h.desk.Reach(ctx, conversation); err != nil {
			return window.Chat{}, err
		}
	}
	page.Draft.ClientID, page.Accept = chat.NewID(now), media.Accept(h.fileMax)
	return page, nil
}

// sorry says what is wrong. What was typed stands in the page, to be sent again from there.
func (h *Handlers) sorry(c echo.Context, line chat.Line, err error, typed string) error {
	if chat.CodeOf(err) == chat.CodeInternal {
		return err
	}
	text, look := h.text(c), window.ReadLook(c.QueryParams())
	if chat.CodeOf(err) == chat.CodeNotFound {
		return render(c, http.StatusNotFound, window.NotFound(window.Lost{Text: text, Look: look}))
	}
	c.Response().Header().Set("Retry-After", "2")
	page := window.New(line, chat.Conversation{}, window.Log{}, text, look, h.clock.Now())
	page.Draft = window.Draft{ClientID: clientID(c, h.clock.Now()), Text: typed, Error: ui.Problem(text, err, chat.TraceFrom(c.Request().Context()))}
	return render(c, http.StatusServiceUnavailable, window.Unavailable(page))
}
