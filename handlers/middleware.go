package handlers

import (
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/handlers/media"
)

// maxBody is the largest body of a request, in bytes: a text somewhat over 8,000 characters fits, also as JSON escapes or in
// a form, where a Chinese character takes 9 and an emoji 12, so that it can be refused with the text still in the field.
const maxBody = 128 << 10

// takesFiles are the paths where a form may be larger than that, by the size of a file.
var takesFiles = map[string]bool{"/api/v1/conversations/:id/attachments": true, "/c/:line": true, "/console/c/:id": true, "/console/canned/import": true}

// csp is what every page of ours needs, and no more. Script can make neither markup nor script out of text, except that widget/later.js
// loads our own scripts by name. What may frame a page is added by the page.
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; " +
	"require-trusted-types-for 'script'; trusted-types support; frame-ancestors "

// trace gives the request its trace id: that of a valid W3C traceparent, or a new one.
func trace(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id, span, ok := parent(c.Request().Header.Get("traceparent"))
		ctx := c.Request().Context()
		if ok {
			ctx = chat.WithParent(ctx, span)
		} else {
			id = chat.NewTrace()
		}
		c.Response().Header().Set("X-Trace-Id", id)
		c.SetRequest(c.Request().WithContext(chat.WithTrace(ctx, id)))
		return next(c)
	}
}

// parent reads the trace id and the span of a traceparent header: https://www.w3.org/TR/trace-context/#traceparent-header.
func parent(h string) (id, span string, ok bool) {
	if len(h) < 55 || h[2] != '-' || h[35] != '-' || h[52] != '-' || h[:2] == "ff" || (h[:2] == "00" && len(h) != 55) {
		return "", "", false
	}
	id, span = h[3:35], h[36:52]
	for _, part := range []string{h[:2], id, span, h[53:55]} {
		for _, r := range part {
			if !strings.ContainsRune("0123456789abcdef", r) {
				return "", "", false
			}
		}
	}
	return strings.Clone(id), strings.Clone(span), id != strings.Repeat("0", 32) && span != strings.Repeat("0", 16)
}

// protect sets what every answer carries and bounds every body.
func (h *Handlers) protect(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		head, r := c.Response().Header(), c.Request()
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("Referrer-Policy", "no-referrer")
		head.Set("Content-Security-Policy", csp+"'none'")
		head.Set("Cross-Origin-Opener-Policy", "same-origin")
		head.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		head.Set("Cache-Control", "no-store")
		if h.secure {
			head.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if enc := r.Header.Get(echo.HeaderContentEncoding); enc != "" && enc != "identity" {
			return &chat.Error{Code: chat.CodeUnsupportedMedia, Key: "unsupported_media", Detail: "This kind of content is not accepted."}
		}
		most := int64(maxBody)
		if takesFiles[c.Path()] && media.Multipart(r) {
			most += h.fileMax
		}
		r.Body = http.MaxBytesReader(c.Response(), r.Body, most)
		return next(c)
	}
}

// crossOrigin refuses what another site makes a browser send: state-changing requests that carry no token of their own.
func (h *Handlers) crossOrigin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if bearer(r) == "" && r.Header.Get("Sec-Fetch-Site") != "none" {
			if err := h.origin.Check(r); err != nil {
				return &chat.Error{Code: chat.CodeForbidden, Key: "forbidden", Detail: "You are not allowed to do this.", Err: err}
			}
		}
		return next(c)
	}
}

// rescue turns a panic into an internal error; the stack goes to the log, never to the caller.
func (h *Handlers) rescue(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				h.log.Error("handler panicked", "route", c.Path(), "panic", p, "stack", string(debug.Stack()), "trace_id", chat.TraceFrom(c.Request().Context()))
				err = &chat.Error{Code: chat.CodeInternal, Key: "internal", Detail: "Internal error."}
			}
		}()
		return next(c)
	}
}

// logged counts each request that ends and writes one line for it; no query, cookie or body is in it.
func (h *Handlers) logged(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		err := next(c)
		if err != nil {
			c.Error(err)
		}
		r := c.Request()
		h.requests.answered(c, time.Since(start))
		if !h.log.Enabled(r.Context(), slog.LevelDebug) {
			return nil
		}
		h.log.Debug("request", "method", r.Method, "route", c.Path(), "status", c.Response().Status, "bytes", c.Response().Size,
			"took", time.Since(start), "address", c.RealIP(), "trace_id", chat.TraceFrom(r.Context()))
		return nil
	}
}
