package chat

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

func TestLine_Check(t *testing.T) {
	t.Parallel()
	good := Line{Name: "shop", Title: "禾木商城", Color: "#2e6e52"}
	t.Run("OK", func(t *testing.T) {
		for _, o := range []string{"*", "https://shop.example", "http://localhost:8080", "https://*.shop.example", "https://xn--fiqs8s.cn", "http://10.0.0.1"} {
			l := good
			l.Origins = []string{o}
			if err := l.Check(); err != nil {
				t.Errorf("%s: got %v", o, err)
			}
		}
		for _, name := range []string{"a", "shop-2", strings.Repeat("a", 32)} {
			l := good
			l.Name = name
			if err := l.Check(); err != nil {
				t.Errorf("%s: got %v", name, err)
			}
		}
	})
	t.Run("origins that would change the policy they stand in", func(t *testing.T) {
		for _, o := range []string{
			"", "https://a.example; script-src *", "https://a.example 'unsafe-inline'", "https://a.example,https://b.example", "https://a.example\n", "https://a.example\r\nX: y", "\nhttps://a.example",
			"'self'", "'none'", "https:", "data:", "javascript:alert(1)", "https://", "https://a.example/", "https://a.example/x", "https://a.example?x", "https://a.example#x", "https://u:p@a.example",
			"https://*", "https://*.", "https://a.*.example", "**", "* *", "https://a..example", "https://.example", "https://a.example:", "https://a.example:1234567", "https://a.example:*", "HTTPS://a.example",
			"https://A.example", "https://a.example\x00", "https://ａ.example", "https://a.example\u2028", "//a.example", "a.example", "ftp://a.example", "https://a_b.example", "https://%61.example",
		} {
			l := good
			l.Origins = []string{"https://shop.example", o}
			if err := l.Check(); !errors.Is(err, Invalid("origin", "")) {
				t.Errorf("%q: got %v", o, err)
			}
		}
	})
	t.Run("the rest", func(t *testing.T) {
		for _, name := range []string{"", "1shop", "-shop", "Shop", "shop ", "sh op", "shop\n", "店", `shop"`, "shop/x", "..", strings.Repeat("a", 33)} {
			l := good
			l.Name = name
			if err := l.Check(); !errors.Is(err, Invalid("line_name", "")) {
				t.Errorf("%q: got %v", name, err)
			}
		}
		for _, color := range []string{"", "green", "#fff", "#2E6E52", "#2e6e52;", "#2e6e52}", "#2e6e52\n", "2e6e52"} {
			l := good
			l.Color = color
			if err := l.Check(); !errors.Is(err, Invalid("color", "")) {
				t.Errorf("%q: got %v", color, err)
			}
		}
		for _, title := range []string{"", "\x00", strings.Repeat("言", 81)} {
			l := good
			l.Title = title
			if CodeOf(l.Check()) != CodeInvalid {
				t.Errorf("%q was let through", title)
			}
		}
	})
}

func TestError_Is(t *testing.T) {
	t.Parallel()
	wrapped := fmt.Errorf("send: %w", Conflict("closed", "This conversation has ended."))
	t.Run("OK", func(t *testing.T) {
		for _, target := range []error{Conflict("closed", ""), &Error{Code: CodeConflict}, Conflict("closed", "in other words")} {
			if !errors.Is(wrapped, target) {
				t.Errorf("%+v is another", target)
			}
		}
		away := Unavailable(time.Second, io.ErrUnexpectedEOF)
		if !errors.Is(away, io.ErrUnexpectedEOF) || CodeOf(fmt.Errorf("x: %w", away)) != CodeLineUnavailable || !strings.Contains(away.Error(), "EOF") || strings.Contains(away.Detail, "EOF") {
			t.Errorf("got %+v", away)
		}
	})
	t.Run("refusals", func(t *testing.T) {
		for _, target := range []error{Conflict("newer_conversation", ""), Invalid("closed", ""), NotFound(), io.EOF} {
			if errors.Is(wrapped, target) {
				t.Errorf("%+v is the same", target)
			}
		}
		if CodeOf(io.EOF) != CodeInternal {
			t.Error("what nobody named is not internal")
		}
	})
}
