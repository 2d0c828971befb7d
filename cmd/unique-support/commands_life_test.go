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
	t.Run("line escalate", func(t *testing.T) {
		c := c.at(t)
		if out := c.prints("line", "escalate", "mall"); out != "escalation: none\n" {
			t.Errorf("it says\n%s", out)
		}
		c.refuses("1 to 10 addresses", "line", "escalate", "mall", "--after", "5m")
		c.refuses("whole number", "line", "escalate", "mall", "--after", "90s", "--mail", "lead@example.com")
		c.refuses("not an e-mail address", "line", "escalate", "mall", "--after", "5m", "--mail", "nobody")
		if out := c.prints("line", "escalate", "mall", "--after", "5m", "--mail", "lead@example.com", "--mail", "duty@example.com"); !strings.Contains(out, "SUPPORT_SMTP_URL") {
			t.Errorf("it says\n%s", out)
		}
		if out := c.prints("line", "escalate", "mall"); out != "escalation: after 5 minutes to lead@example.com, duty@example.com\n" {
			t.Errorf("it says\n%s", out)
		}
		c.prints("line", "escalate", "mall", "--off")
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
