package main

import (
	"strings"
	"testing"
)

// setsRouting makes teams and says how the line mall gives what waits.
func (c typist) setsRouting(t *testing.T) {
	t.Run("team", func(t *testing.T) {
		c := c.at(t)
		c.prints("user", "create", "night@example.com", "--name", "Night owl", "--line", "mall", "--password", "long enough to be one")
		c.refuses("nobody@example.com", "team", "set", "Night", "nobody@example.com")
		c.prints("team", "set", "Night", "night@example.com")
		if out := c.prints("team", "list"); !matches(out, `Night +night@example.com`) {
			t.Errorf("it lists\n%s", out)
		}
		c.refuses("40 characters", "team", "skills", "night@example.com", "--skills", strings.Repeat("x", 41))
		c.prints("team", "skills", "night@example.com", "--skills", "French, wine", "--room", "mall=2")
		if out := c.prints("team", "skills", "night@example.com"); !matches(out, `skills +French, wine`, `mall +2 at once`) {
			t.Errorf("it says\n%s", out)
		}
	})
	t.Run("line routing", func(t *testing.T) {
		c := c.at(t)
		if out := c.prints("line", "routing", "mall"); !matches(out, `order +least_busy`, `team +none`, `overflow +never`) {
			t.Errorf("it says\n%s", out)
		}
		c.refuses("no team", "line", "routing", "mall", "--team", "Day")
		c.refuses("after how many seconds", "line", "routing", "mall", "--overflow-team", "Night")
		c.refuses("86,400", "line", "routing", "mall", "--overflow", "4")
		c.refuses("attribute", "line", "routing", "mall", "--vip", "=gold")
		c.prints("line", "routing", "mall", "--order", "round_robin", "--last-agent", "--agent", "night@example.com", "--vip", "level=gold", "--team", "Night", "--skill", "wine",
			"--overflow", "60", "--overflow-team", "night")
		if out := c.prints("line", "routing", "mall"); !matches(out, `order +round_robin`, `last agent +true`, `named agent +night@example.com`, `vip +level=gold`, `team +Night`, `skill +wine`, `overflow +60 s, Night`) {
			t.Errorf("it says\n%s", out)
		}
		c.refuses("Change the line first", "team", "drop", "Night")
		c.refuses("later than she is reminded", "line", "routing", "mall", "--close", "10")
		c.prints("line", "routing", "mall", "--lost", "90", "--remind", "10", "--close", "15")
		if out := c.prints("line", "routing", "mall"); !matches(out, `agent lost +90 s`, `remind +10 min`, `close +15 min`) {
			t.Errorf("it says\n%s", out)
		}
		c.prints("line", "routing", "mall", "--no-last-agent", "--agent", "none", "--vip", "", "--team", "none", "--skill", "", "--overflow", "0", "--overflow-team", "none")
		if out := c.prints("line", "routing", "mall"); !matches(out, `last agent +false`, `named agent +none`, `vip +none`, `team +none`, `overflow +never`) {
			t.Errorf("it says\n%s", out)
		}
		c.prints("team", "drop", "night")
	})
}
