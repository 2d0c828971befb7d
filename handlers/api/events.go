package api

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/handlers/push"
)

// Events is the stream of one conversation: what was missed, then what happens.
func (h *Handlers) Events(c echo.Context) error {
	id, err := conversation(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	w, err := h.desk.Watch(ctx, id)
	if err != nil {
		return err
	}
	after, foreign := push.ParseEventID(c.Request().Header.Get("Last-Event-ID"), c.QueryParam("after"), w.Epoch)
	after = min(after, w.Conversation.LastSeq) // a number nobody was given would wait for ever
	return h.stream(c, false, push.Stream{Line: w.Conversation.Line, Conversation: id, Epoch: w.Epoch, After: after, Foreign: foreign,
		Read: w.Conversation.Read, Log: h.desk})
}

// InboxEvents is an agent's stream: everything she may see, as it happens. While it is open she is at her seat, if she may answer.
func (h *Handlers) InboxEvents(c echo.Context) error {
	actor := chat.ActorFrom(c.Request().Context())
	return h.stream(c, actor.May(chat.ConversationReply), push.Stream{Lines: actor.Lines,
		Heads: func(ctx context.Context) (map[chat.ID]int64, error) { return h.desk.Heads(chat.WithActor(ctx, actor)) },
		Allow: func(e chat.Event) bool { return actor.At(e.Line) }})
}

// stream serves one that outlives its request: what was counted for it is given back when the hub says that it is over.
func (h *Handlers) stream(c echo.Context, seated bool, s push.Stream) error {
	ctx := c.Request().Context()
	actor := chat.ActorFrom(ctx)
	over, err := h.limits.Stream(c.RealIP(), actor)
	if err != nil {
		return err
	}
	s.Closed = over
	if actor.Kind == chat.KindVisitor {
		s.Visitor = actor.ID
	}
	if actor.Kind == chat.KindAgent {
		leave, until, err := h.desk.Attend(ctx, seated)
		if err != nil {
			over()
			return err
		}
		s.Agent, s.Until, s.Closed = actor.ID, until, func() { leave(); over() }
	}
	s.Negotiate(c.Request())
	err = h.hub.Serve(c.Response(), c.Request(), s)
	if err == nil { // the hub has written the head, here or on a connection that it took over
		c.Response().Committed, c.Response().Status = true, http.StatusOK
	}
	return err
}
