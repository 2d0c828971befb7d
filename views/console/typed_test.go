package console

import (
	"encoding/json"
	"testing"

	"github.com/taadis/unique-support/core/chat"
)

func TestReader_typed(t *testing.T) {
	t.Parallel()
	r := reader("en")
	for _, x := range []struct{ kind, value, want string }{
		{"number", "1234567.25", "1,234,567.25"}, {"number", `"-1000"`, "-1,000"}, {"number", "12", "12"}, {"number", `"about 5"`, "about 5"}, {"number", "1e9", "1e9"},
		{"date", `"2026-07-18"`, r.Text.Day(now, now)}, {"date", `"2026-07-18T06:33:00Z"`, r.Text.Day(now, now) + " 14:33"}, {"date", "1784356380", r.Text.Day(now, now) + " 14:33"}, {"date", `"soon"`, "soon"},
		{"yesno", "true", r.Text.S("console.said.true")}, {"yesno", `"no"`, r.Text.S("console.said.false")}, {"yesno", "1", r.Text.S("console.said.true")}, {"yesno", `"maybe"`, "maybe"},
		{"choice", `"gold"`, "Gold card"}, {"choice", `"tin"`, "tin"}, {"text", `"<b>"`, "<b>"},
	} {
		a := chat.Attribute{Type: x.kind, Choices: map[string]map[string]string{"en": {"gold": "Gold card"}}}
		if got := r.typed(a, json.RawMessage(x.value)); got != x.want {
			t.Errorf("%s %s: got %q, want %q", x.kind, x.value, got, x.want)
		}
	}
}
