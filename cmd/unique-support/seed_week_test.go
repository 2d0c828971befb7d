package main

import (
	"strings"
	"testing"

	"github.com/taadis/unique-support/core/chat/sample"
)

// A week is made once, in a database of its own; its pictures can be looked at.
func TestSeedWeek(t *testing.T) {
	t.Parallel()
	c := typist{t, folder(t)}
	first := c.prints("seed", "--week")
	if again := c.prints("seed", "--week"); again != first || !strings.Contains(first, sample.Password) {
		t.Errorf("it printed %q, then %q", first, again)
	}
	lines := c.prints("line", "list")
	for _, l := range sample.Lines() {
		if !strings.Contains(lines, l.Title) {
			t.Errorf("%s is not among\n%s", l.Name, lines)
		}
	}
	if strings.Count(c.prints("user", "list"), "@demo.example") != len(sample.Crew()) {
		t.Error("the crew is not there")
	}
}
