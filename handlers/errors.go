package handlers

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/console"
	"github.com/taadis/unique-support/views/i18n"
	"github.com/taadis/unique-support/views/ui"
	"github.com/taadis/unique-support/views/window"
)

// statuses is the one place where a code becomes an HTTP status.
var statuses = map[chat.Code]int{
	chat.CodeInvalid:          http.StatusBadRequest,
	chat.CodeUnauthenticated:  http.StatusUnauthorized,
	chat.CodeForbidden:        http.StatusForbidden,
	chat.CodeNotFound:         http.StatusNotFound,
	chat.CodeConflict:         http.StatusConflict,
	chat.CodeTooLarge:         http.StatusRequestEntityTooLarge,
	chat.CodeUnsupportedMedia: http.StatusUnsupportedMediaType,
	chat.CodeRateLimited:      http.StatusTooManyRequests,
	chat.CodeQueueFull:        http.StatusServiceUnavailable,
	chat.CodeLineUnavailable:  http.StatusServiceUnavailable,
	chat.CodeInternal:         http.StatusInternalServerError,
}

// problem is an error as RFC 9457 writes it.
type problem struct {
	Type   string    `json:"type"`
	Title  string    `json:"title"`
	Status int       `json:"status"`
	Detail string    `json:"detail"`
	Code   chat.Code `json:"code"`
	Trace  string    `json:"trace_id"`
}

// read turns any error into one a person may read.
func read(err error) *chat.Error {
	if e, ok := errors.AsType[*chat.Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &chat.Error{Code: chat.CodeTooLarge, Key: "too_large", Detail: "This is too large.", Err: e}
	}
	if e, ok := errors.AsType[*echo.HTTPError](err); ok {
		switch e.Code {
		case http.StatusNotFound, http.StatusMethodNotAllowed:
			return chat.NotFound()
		case http.StatusRequestEntityTooLarge:
			return &chat.Error{Code: chat.CodeTooLarge, Key: "too_large", Detail: "This is too large.", Err: err}
		case http.StatusUnsupportedMediaType:
			return &chat.Error{Code: chat.CodeUnsupportedMedia, Key: "unsupported_media", Detail: "This kind of content is not accepted.", Err: err}
		case http.StatusBadRequest:
			return &chat.Error{Code: chat.CodeInvalid, Key: "invalid", Detail: "This request cannot be read.", Err: err}
		}
	}
	return &chat.Error{Code: chat.CodeInternal, Key: "internal", Detail: "Internal error.", Err: err}
}

// fail answers an error: problem+json to programs, a page to people. It logs what is not the caller's fault, once.
func (h *Handlers) fail(err error, c echo.Context) {
	e := read(err)
	status := statuses[e.Code]
	ctx := c.Request().Context()
	trace := chat.TraceFrom(ctx)
	if status >= 500 {
		level := slog.LevelError
		if e.Code != chat.CodeInternal {
			level = slog.LevelWarn
		}
		h.log.Log(ctx, level, "request failed", "method", c.Request().Method, "route", c.Path(), "code", e.Code, "error", err, "trace_id", trace)
	}
	if c.Response().Committed {
		return
	}
	head := c.Response().Header()
	head.Set("Cache-Control", "no-store")
	if e.RetryAfter > 0 {
		head.Set("Retry-After", strconv.Itoa(max(1, int((e.RetryAfter+time.Second-1)/time.Second))))
	}
	if wantsPage(c) {
		if err := h.problemPage(c, status, e); err != nil {
			h.log.Error("problem page not written", "error", err, "trace_id", trace)
		}
		return
	}
	detail := ui.Problem(i18n.For(h.Locale(c), time.UTC), e, trace)
	head.Set(echo.HeaderContentType, "application/problem+json")
	c.Response().WriteHeader(status)
	if c.Request().Method == http.MethodHead {
		return
	}
	_ = json.NewEncoder(c.Response()).Encode(problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Code: e.Code, Trace: trace})
}

// wantsPage reports whether a person's browser asks for a page, not a program for data.
func wantsPage(c echo.Context) bool {
	p := c.Request().URL.Path
	return !strings.HasPrefix(p, "/api/") && strings.Contains(c.Request().Header.Get(echo.HeaderAccept), "text/html")
}

// problemPage tells a person what is wrong, with a way to try again where that may help.
func (h *Handlers) problemPage(c echo.Context, status int, e *chat.Error) error {
	text, trace := i18n.For(h.Locale(c), time.UTC), chat.TraceFrom(c.Request().Context())
	if e.Code == chat.CodeNotFound && !strings.HasPrefix(c.Request().URL.Path, "/console") {
		c.Response().Header().Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
		c.Response().WriteHeader(status)
		return window.NotFound(window.Lost{Text: text, Look: window.ReadLook(c.QueryParams())}).Render(c.Request().Context(), c.Response())
	}
	title := "console.problem.title." + string(e.Code)
	if !text.Has(title) {
		title = "console.problem.title.invalid"
	}
	page := console.Problem{Text: text, Theme: c.QueryParam("theme"), Title: text.S(title), Detail: ui.Problem(text, e, trace), Trace: trace}
	if status >= 500 || status == http.StatusTooManyRequests {
		page.Retry = c.Request().URL.RequestURI()
	}
	c.Response().Header().Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	c.Response().WriteHeader(status)
	return page.View().Render(c.Request().Context(), c.Response())
}
