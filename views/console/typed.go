package console

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// attributes reads the host's own facts: those the line knows in its order and as they are called there, then the others in the order the
// host wrote them; what is not a JSON object has none.
func (r Reader) attributes(line string, b json.RawMessage) []Fact {
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	known := r.defined(line)
	first := make([]Fact, len(known))
	var rest []Fact
	for d.More() {
		name, err := d.Token()
		if err != nil {
			break
		}
		var v json.RawMessage
		if d.Decode(&v) != nil {
			break
		}
		at := slices.IndexFunc(known, func(a chat.Attribute) bool { return a.Name == name.(string) })
		switch {
		case at < 0:
			rest = append(rest, Fact{Name: shorten(name.(string), 60), Value: r.value(v)})
		case !known[at].Hidden:
			first[at] = Fact{Name: known[at].Called(r.Text.Locale()), Value: r.typed(known[at], v)}
		}
	}
	return facts(append(first, rest...)...)
}

// defined are the attributes the line knows.
func (r Reader) defined(line string) chat.Attributes {
	for _, l := range r.Lines {
		if l.Name == line {
			return l.Attributes
		}
	}
	return nil
}

// typed writes a value as what it is; one that is something else is written as it came.
func (r Reader) typed(a chat.Attribute, v json.RawMessage) string {
	plain := r.value(v)
	switch a.Type {
	case "number":
		if n, ok := grouped(plain); ok {
			return n
		}
	case "date":
		if at, clock, ok := moment(plain); ok {
			said := r.Text.Day(at, r.Now)
			if clock {
				said += " " + r.Text.Clock(at)
			}
			return said
		}
	case "yesno":
		switch strings.ToLower(strings.Trim(string(v), `"`)) {
		case "true", "1", "yes", "y":
			return r.Text.S("console.said.true")
		case "false", "0", "no", "n":
			return r.Text.S("console.said.false")
		}
	case "choice":
		if called := a.Choice(r.Text.Locale(), plain); called != "" {
			return called
		}
	}
	return plain
}

// grouped writes a number with a comma between thousands.
func grouped(s string) (string, bool) {
	if _, err := strconv.ParseFloat(s, 64); err != nil || strings.ContainsAny(s, "eExXnN_") {
		return "", false
	}
	sign := ""
	if s != "" && (s[0] == '-' || s[0] == '+') {
		sign, s = s[:1], s[1:]
	}
	whole, part, point := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if point {
		whole += "." + part
	}
	return sign + whole, true
}

// moment reads a date, or a time in RFC 3339 or in seconds or milliseconds since 1970; clock says that it is more than a day.
func moment(s string) (at time.Time, clock, ok bool) {
	if at, err := time.Parse(time.DateOnly, s); err == nil {
		return at.Add(12 * time.Hour), false, true // noon, which is the same day nearly everywhere
	}
	if at, err := time.Parse(time.RFC3339, s); err == nil {
		return at, true, true
	}
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case err != nil || n < 1e8:
		return at, false, false
	case n < 1e11:
		return time.Unix(n, 0), true, true
	}
	return time.UnixMilli(n), true, n < 1e14
}
