package agent

import (
	"context"
	"strings"
	"testing"

	"github.com/taadis/unique-support/core/chat"
)

func TestPasswords_Match(t *testing.T) {
	t.Parallel()
	p := NewPasswords()
	hash, err := p.Hash(t.Context(), "correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	t.Run("OK", func(t *testing.T) {
		if match, err := p.Match(t.Context(), "correct horse battery", hash); err != nil || !match {
			t.Errorf("match %v, %v", match, err)
		}
	})
	t.Run("another password, an endless one, and nobody's", func(t *testing.T) {
		for password, of := range map[string]string{"correct horse batterz": hash, strings.Repeat("x", 1<<20): hash, "nobody has this password": ""} {
			if match, err := p.Match(t.Context(), password, of); err != nil || match {
				t.Errorf("%.30s: match %v, %v", password, match, err)
			}
		}
	})
	t.Run("who waits for a slot may leave", func(t *testing.T) {
		p := NewPasswords()
		p.slots <- struct{}{}
		p.slots <- struct{}{}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := p.Match(ctx, "x", hash); err == nil {
			t.Error("it was checked without a slot")
		}
	})
}

func TestPasswords_Hash(t *testing.T) {
	t.Parallel()
	for _, password := range []string{"", "short", strings.Repeat("x", 201)} {
		if _, err := NewPasswords().Hash(t.Context(), password); err == nil || chat.CodeOf(err) != chat.CodeInvalid {
			t.Errorf("%.20q: %v", password, err)
		}
	}
}

func TestNext(t *testing.T) {
	t.Parallel()
	t.Run("OK", func(t *testing.T) {
		for _, path := range []string{"/console", "/console?view=queue", "/console/c/1?view=mine"} {
			if got := next(path); got != path {
				t.Errorf("%s became %s", path, got)
			}
		}
	})
	t.Run("anywhere else", func(t *testing.T) {
		for _, path := range []string{"", "/", "//evil.example", "https://evil.example", "/console/login", "/consolex", "/console/\\evil.example", "/console/\r\nX: y"} {
			if got := next(path); got != "/console" {
				t.Errorf("%q became %q", path, got)
			}
		}
	})
}
