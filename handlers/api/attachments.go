package api

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/handlers/media"
)

// Attach takes a picture or a file, to be named in a message.
func (h *Handlers) Attach(c echo.Context) error {
	id, err := conversation(c)
	if err != nil {
		return err
	}
	if _, err := h.desk.Conversation(c.Request().Context(), id); err != nil { // before all of it has come
		return err
	}
	if !media.Multipart(c.Request()) {
		return &chat.Error{Code: chat.CodeUnsupportedMedia, Key: "multipart", Detail: "Send the file as multipart/form-data, in the field file."}
	}
	form, err := media.Read(c.Response(), c.Request(), h.fileMax)
	if err != nil {
		return err
	}
	defer form.Close()
	if len(form.Files) != 1 {
		return chat.Invalid("file", "Send one file, in the field file.")
	}
	a, err := h.desk.Attach(c.Request().Context(), id, form.Files[0])
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, a)
}

// Attachment serves a picture or a file to those who take part in the conversation.
func (h *Handlers) Attachment(c echo.Context) error { return h.file(c, false) }

// Thumbnail serves the small one of a picture.
func (h *Handlers) Thumbnail(c echo.Context) error { return h.file(c, true) }

func (h *Handlers) file(c echo.Context, small bool) error {
	id, err := conversation(c)
	if err != nil {
		return err
	}
	a, body, err := h.desk.Attachment(c.Request().Context(), id, chat.ID(strings.ToLower(c.Param("attachment"))), small)
	if err != nil {
		return err
	}
	defer body.Close()
	serve(c, a, small, body)
	return nil
}

// serve answers with bytes that somebody sent: never as a page of ours, shown only where we made them, kept by nobody but the reader.
func serve(c echo.Context, a chat.Attachment, small bool, body io.ReadSeeker) {
	head, kind, tag := c.Response().Header(), a.Type, string(a.ID)
	if small {
		kind, tag = "image/jpeg", tag+"-small"
	}
	disposition := "attachment"
	if a.Kind == chat.KindImage && c.QueryParam("download") == "" {
		disposition = "inline"
	}
	head.Set(echo.HeaderContentType, kind)
	head.Set(echo.HeaderContentDisposition, disposition+"; filename="+quoted(a.Name)+"; filename*=UTF-8''"+strings.ReplaceAll(url.QueryEscape(a.Name), "+", "%20"))
	head.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	head.Set("Cache-Control", "private, max-age=86400")
	head.Set("ETag", `"`+tag+`"`)
	http.ServeContent(c.Response(), c.Request(), "", time.Time{}, body)
}

// quoted is a name for clients that read ASCII only.
func quoted(name string) string {
	ascii := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return '_'
		}
		return r
	}, name)
	return `"` + ascii + `"`
}
