package agent

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/alexedwards/argon2id"
	"github.com/taadis/unique-support/core/chat"
)

func TestPasswords_Match(t *testing.T) {
	t.Parallel()
	p := NewPasswords()
	hash, err := p.Hash(t.Context(), "correct horse battery", "")
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
	refused := map[string]string{"": "password_short", "short": "password_short", strings.Repeat("xy z", 51): "password_short", "短的密码": "password_short",
		"qwertyuiop": "password_known", "Password123": "password_known", "password123!": "password_known", "1234567890": "password_known",
		"aaaaaaaaaaaa": "password_known", "abcabcabcabc": "password_known", "哈哈哈哈哈哈哈哈哈哈": "password_known", "Lin@shop.example": "password_known"}
	for password, key := range refused {
		if _, err := NewPasswords().Hash(t.Context(), password, "lin@shop.example"); !errors.Is(err, chat.Invalid(key, "")) {
			t.Errorf("%.20q: %v, not %s", password, err, key)
		}
	}
	for _, password := range []string{"ten chars!", "一二三四五六七八九十", "correct horse battery"} {
		if _, err := NewPasswords().Hash(t.Context(), password, "lin@shop.example"); err != nil {
			t.Errorf("%s: %v", password, err)
		}
	}
}

func TestPasswords_Again(t *testing.T) {
	t.Parallel()
	p := NewPasswords()
	old, err := argon2id.CreateHash("correct horse battery", &argon2id.Params{Memory: 1 << 10, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		t.Fatal(err)
	}
	hash, err := p.Again(t.Context(), "correct horse battery", old)
	if err != nil || hash == "" {
		t.Fatalf("%q, %v", hash, err)
	}
	if match, err := p.Match(t.Context(), "correct horse battery", hash); err != nil || !match {
		t.Errorf("match %v, %v", match, err)
	}
	if same, err := p.Again(t.Context(), "correct horse battery", hash); err != nil || same != "" {
		t.Errorf("%q, %v", same, err)
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
