package window

import (
	"strings"

	"github.com/taadis/unique-support/views/i18n"
)

// Demo is the shop the widget is shown on, in development.
type Demo struct {
	Text i18n.Text
	// Line is the line its widget talks to.
	Line string
	// Color is the line's accent, "#rrggbb".
	Color string
}

// list reads a sentence that holds several, set apart by "|".
func (d Demo) list(key string) []string { return strings.Split(d.Text.S("demo."+key), "|") }

// facts reads the pairs of a list, "name=value".
func (d Demo) facts() [][2]string {
	var facts [][2]string
	for _, f := range d.list("facts") {
		name, value, _ := strings.Cut(f, "=")
		facts = append(facts, [2]string{name, value})
	}
	return facts
}
