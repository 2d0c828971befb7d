package api

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"unicode/utf8"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
)

// bind reads a JSON body into v. Fields it does not know are passed over: they can set nothing.
func bind(c echo.Context, v any) error {
	kind, _, err := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType))
	if err != nil || kind != echo.MIMEApplicationJSON {
		return &chat.Error{Code: chat.CodeUnsupportedMedia, Key: "unsupported_media", Detail: "Send JSON, as application/json."}
	}
	b, err := io.ReadAll(c.Request().Body)
	if err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return &chat.Error{Code: chat.CodeTooLarge, Key: "too_large", Detail: "This is too large.", Err: err}
		}
		return &chat.Error{Code: chat.CodeInvalid, Key: "invalid", Detail: "This request cannot be read.", Err: err}
	}
	// encoding/json would replace bad bytes by U+FFFD and accept them.
	if !utf8.Valid(b) {
		return chat.Invalid("text_encoding", "The text is not valid UTF-8.")
	}
	if err := json.Unmarshal(b, v); err != nil {
		return &chat.Error{Code: chat.CodeInvalid, Key: "json", Detail: "The body is not the JSON this call takes.", Err: err}
	}
	return nil
}

// bindOptional is bind for calls that also work without a body.
func bindOptional(c echo.Context, v any) error {
	if c.Request().ContentLength == 0 {
		return nil
	}
	return bind(c, v)
}
