package desk

import (
	"slices"
	"testing"

	"github.com/taadis/unique-support/core/chat"
)

func TestNamed(t *testing.T) {
	t.Parallel()
	agents := []chat.Agent{{ID: "a", Name: "周航"}, {ID: "b", Name: "周航宇"}, {ID: "c", Name: "Max Frei"}, {ID: "d", Name: ""}}
	for text, want := range map[string][]chat.ID{
		"@周航 帮忙加急，@Max Frei 也看下": {"a", "c"},
		"问一下@周航宇":                {"b"},
		"@周航@周航":                 {"a"},
		"周航 @max":                nil,
		"mail a@b.example @":     nil,
	} {
		if got := named(text, agents); !slices.Equal(got, want) {
			t.Errorf("%s names %v, not %v", text, got, want)
		}
	}
}
