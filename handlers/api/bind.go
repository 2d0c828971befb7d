package api

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"unicode/utf8"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
)

// bind reads a JSON body into v. Fields it does not know are passed over: they can set nothing.
func bind(c echo.Context, v any) error {
	b, err := body(c)
	if err != nil {
		return err
	}
	return decode(c, b, v)
}

// bindOptional is bind for calls that also work without a body.
func bindOptional(c echo.Context, v any) error {
	b, err := body(c)
	if err != nil || len(b) == 0 {
		return err
	}
	return decode(c, b, v)
}

func body(c echo.Context) ([]byte, error) {
	b, err := io.ReadAll(c.Request().Body)
	if err == nil {
		return b, nil
	}
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, &chat.Error{Code: chat.CodeTooLarge, Key: "too_large", Detail: "This is too large.", Err: err}
	}
	return nil, &chat.Error{Code: chat.CodeInvalid, Key: "invalid", Detail: "This request cannot be read.", Err: err}
}

func decode(c echo.Context, b []byte, v any) error {
	kind, _, err := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType))
	if err != nil || kind != echo.MIMEApplicationJSON {
		return &chat.Error{Code: chat.CodeUnsupportedMedia, Key: "unsupported_media", Detail: "Send JSON, as application/json."}
	}
	// encoding/json would replace bad bytes and halves of characters by U+FFFD and accept them.
	if !utf8.Valid(b) || halved(b) {
		return chat.Invalid("text_encoding", "The text is not valid UTF-8.")
	}
	if err := json.Unmarshal(b, v); err != nil {
		return &chat.Error{Code: chat.CodeInvalid, Key: "json", Detail: "The body is not the JSON this call takes.", Err: err}
	}
	return nil
}

// halved reports whether JSON escapes one half of a character that UTF-16 writes in two ("\ud83d" alone).
func halved(b []byte) bool {
	high := false // the escape just before was a first half
	for i := 0; i < len(b); {
		if b[i] != '\\' || i+1 >= len(b) {
			if high {
				return true
			}
			i++
			continue
		}
		if b[i+1] != 'u' || i+6 > len(b) {
			if high {
				return true
			}
			i += 2
			continue
		}
		unit, err := strconv.ParseUint(string(b[i+2:i+6]), 16, 16)
		low := err == nil && 0xdc00 <= unit && unit < 0xe000
		if high != low {
			return true
		}
		high = err == nil && 0xd800 <= unit && unit < 0xdc00
		i += 6
	}
	return high
}
