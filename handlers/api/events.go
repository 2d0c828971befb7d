package api

import (
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
	s := push.Stream{Line: w.Conversation.Line, Conversation: id, Epoch: w.Epoch, After: after, Foreign: foreign, Pull: w.Pull, Beat: w.Beat}
	if actor := chat.ActorFrom(ctx); actor.Kind == chat.KindAgent {
		leave, gone, err := h.desk.Attend(ctx, false)
		if err != nil {
			return err
		}
		defer leave()
		s.Agent, s.Done = actor.ID, gone
	}
	return h.hub.Serve(c.Response(), c.Request(), s)
}

// InboxEvents is an agent's stream: everything she may see, as it happens. While it is open she is at her seat, if she may answer.
func (h *Handlers) InboxEvents(c echo.Context) error {
	ctx := c.Request().Context()
	actor := chat.ActorFrom(ctx)
	leave, gone, err := h.desk.Attend(ctx, actor.May(chat.ConversationReply))
	if err != nil {
		return err
	}
	defer leave()
	return h.hub.Serve(c.Response(), c.Request(), push.Stream{
		Lines: actor.Lines, Agent: actor.ID, Heads: h.desk.Heads, Done: gone,
		Allow: func(e chat.Event) bool { return actor.At(e.Line) }})
}
