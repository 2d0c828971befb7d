package visitor

import (
	"io"
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/desk"
	"github.com/taadis/unique-support/views/window"
)

// Transcript is the visitor's conversation as a text to keep. It is written while the log is read, a page of it at a time; a log
// that cannot be read on breaks it off, so that half of it is not taken for the whole.
func (h *Handlers) Transcript(c echo.Context) error {
	line, err := h.line(c)
	if err != nil {
		return err
	}
	ctx, text, now := c.Request().Context(), h.text(c), h.clock.Now()
	conversation, err := h.desk.Current(ctx)
	if err != nil {
		return err
	}
	page := desk.Range{Limit: desk.PageMax}
	messages, more, err := h.desk.Messages(ctx, conversation.ID, page)
	if err != nil {
		return err
	}
	w, written := c.Response(), window.NewTranscript(line, conversation, text)
	w.Header().Set(echo.HeaderContentType, "text/plain; charset=utf-8")
	w.Header().Set(echo.HeaderContentDisposition, `attachment; filename="`+line.Name+"-"+text.Date(now)+`.txt"`)
	w.WriteHeader(http.StatusOK)
	head := written.Head(now)
	for {
		if _, err := io.WriteString(w, head+written.Page(messages)); err != nil || !more {
			return nil //nolint:nilerr // she has gone
		}
		w.Flush()
		head, page.After = "", messages[len(messages)-1].Seq
		if messages, more, err = h.desk.Messages(ctx, conversation.ID, page); err != nil {
			panic(http.ErrAbortHandler)
		}
	}
}
