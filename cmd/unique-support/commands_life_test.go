package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// setsLife says when the line mall works, and what it asks first.
func (c typist) setsLife(t *testing.T) {
	t.Run("line hours", func(t *testing.T) {
		c := c.at(t)
		if out := c.prints("line", "hours", "mall"); out != "never closes\n" {
			t.Errorf("it says\n%s", out)
		}
		c.refuses("time zone", "line", "hours", "mall", "--open", "mon=09:00-18:00")
		c.refuses("time zone", "line", "hours", "mall", "--zone", "Moon/Sea")
		c.refuses("no day", "line", "hours", "mall", "--zone", "Asia/Shanghai", "--open", "monday=09:00-18:00")
		c.refuses("09:00-18:00", "line", "hours", "mall", "--zone", "Asia/Shanghai", "--open", "mon=9-18")
		c.refuses("2026-10-01", "line", "hours", "mall", "--zone", "Asia/Shanghai", "--on", "10-01=closed")
		c.prints("line", "hours", "mall", "--zone", "Asia/Shanghai", "--open", "sat-mon=09:00-12:00,13:00-18:00", "--on", "2026-10-01=closed", "--on", "2026-10-02=10:00-11:00")
		c.prints("line", "hours", "mall", "--open", "sun=closed", "--on", "2026-10-02=usual")
		if out := c.prints("line", "hours", "mall"); !matches(out, `Asia/Shanghai, now (open|closed) until 20\d\d-`, `mon +09:00-12:00,13:00-18:00`, `tue +closed`, `sat +09:00-12:00`, `sun +closed`, `2026-10-01 +closed`) || strings.Contains(out, "2026-10-02") {
			t.Errorf("it says\n%s", out)
		}
		c.prints("line", "hours", "mall", "--always")
		if out := c.prints("line", "hours", "mall"); out != "never closes\n" {
			t.Errorf("it says\n%s", out)
		}
	})
	t.Run("line asks", func(t *testing.T) {
		c := c.at(t)
		name := filepath.Join(t.TempDir(), "questions.json")
		ask := func(s string) string {
			if err := os.WriteFile(name, []byte(s), 0o600); err != nil {
				t.Fatal(err)
			}
			return name
		}
		c.refuses("not a list", "line", "asks", "mall", "--set", ask("{"))
		c.refuses("question x", "line", "asks", "mall", "--set", ask(`[{"name": "x", "type": "date", "label": {"en": "When"}}]`))
		c.prints("line", "asks", "mall", "--set", ask(`[{"name": "x", "type": "text", "label": {"en": "Who"}}]`))
		if out := c.prints("line", "asks", "mall"); !strings.Contains(out, `"en": "Who"`) {
			t.Errorf("it says\n%s", out)
		}
		c.prints("line", "asks", "mall", "--none")
		if out := c.prints("line", "asks", "mall"); out != "[]\n" {
			t.Errorf("it says\n%s", out)
		}
	})
}
