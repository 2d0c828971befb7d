package chat

import (
	"regexp"
	"slices"
	"strings"
)

// Canned is a reply kept ready. It belongs to an agent, to a line, or to everybody when both are empty.
type Canned struct {
	ID    ID     `json:"id"`
	Line  string `json:"line,omitempty"`
	Owner ID     `json:"owner_id,omitempty"`
	// Category is the heading it stands under, at most 40 characters; empty for none.
	Category string `json:"category,omitempty"`
	// Shortcut is what is typed after "/".
	Shortcut string `json:"shortcut"`
	Title    string `json:"title"`
	// Body is what it says; variables in it, "{{visitor.name}}", are filled in for whoever uses it: see CannedVariables.
	Body   string `json:"body"`
	Locale string `json:"locale,omitempty"`
}

// CannedVariables are what can stand in a reply between {{ and }}.
func CannedVariables() []string {
	return []string{"visitor.name", "visitor.email", "visitor.phone", "agent.name", "line.title", "order", "order.number"}
}

var (
	variable = regexp.MustCompile(`\{\{\s*([^{}]*?)\s*\}\}`)
	// opened begins a line with a variable, and the mark after it, which makes no sense without.
	opened = regexp.MustCompile(`(?m)^\{\{\s*([^{}]*?)\s*\}\}[,，、:：]?[ \t]*`)
)

// Unknown are the variables of a reply that there are not, as they are written.
func (c Canned) Unknown() (names []string) {
	for _, m := range variable.FindAllStringSubmatch(c.Body, -1) {
		if !slices.Contains(CannedVariables(), m[1]) && !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
	}
	return names
}

// Fill returns what the reply says with its variables filled in. One that nothing is known of says nothing; where it begins a line, the
// comma after it goes as well. {agent} is how replies named who uses them before there were variables.
func (c Canned) Fill(values map[string]string) string {
	body := opened.ReplaceAllStringFunc(c.Body, func(s string) string {
		if values[opened.FindStringSubmatch(s)[1]] == "" {
			return ""
		}
		return s
	})
	body = variable.ReplaceAllStringFunc(body, func(s string) string { return values[variable.FindStringSubmatch(s)[1]] })
	return strings.ReplaceAll(body, "{agent}", values["agent.name"])
}

// Check reports what is wrong with a canned reply.
func (c Canned) Check() error {
	if err := CheckText(c.Shortcut, 32); err != nil || strings.ContainsAny(c.Shortcut, " \t\n/") {
		return Invalid("shortcut", "A shortcut is a word of at most 32 characters.")
	}
	if err := CheckText(c.Title, 80); err != nil {
		return Invalid("title", "A title is a text of at most 80 characters.")
	}
	if c.Category != "" && CheckText(c.Category, 40) != nil {
		return Invalid("category", "A category is a text of at most 40 characters.")
	}
	if len(c.Unknown()) > 0 {
		return Invalid("canned_variable", "There is no such variable: "+strings.Join(c.Unknown(), ", ")+".")
	}
	return CheckText(c.Body, MaxText)
}

// LibraryChange is a change of the replies kept ready that is under way: nobody else changes them meanwhile, and what it did is
// written together, or not at all. It is good until the function it was handed to returns.
type LibraryChange interface {
	// Replies returns every reply there is, Reply one, or NotFound.
	Replies() ([]Canned, error)
	Reply(id ID) (Canned, error)
	// Put creates or changes one. A shortcut that its owner, line and locale have already is Conflict.
	Put(c Canned) error
	Drop(id ID) error
	// Record adds a deed to the end of the audit log.
	Record(d Deed) error
}
