package chat

import (
	"cmp"
	"slices"
	"strings"
)

// Attribute says what one of the host's own facts about a visitor is, so that agents read it as people write it.
type Attribute struct {
	// Name is what the host calls it, at most 60 characters.
	Name string `json:"name"`
	// Type is text, number, date, yesno or choice.
	Type string `json:"type"`
	// Label is what agents read, by locale; at most 40 characters. Without one they read the name.
	Label map[string]string `json:"label,omitempty"`
	// Choices are what the values of a choice are called, by locale and value; at most 40 of them.
	Choices map[string]map[string]string `json:"choices,omitempty"`
	// Hidden keeps it from agents.
	Hidden bool `json:"hidden,omitempty"`
}

// Attributes are what a line knows of its visitors' facts, in the order agents read them; at most 30.
type Attributes []Attribute

// AttributeTypes are what an attribute can be.
func AttributeTypes() []string { return []string{"text", "number", "date", "yesno", "choice"} }

// Check reports what is wrong with attributes.
func (as Attributes) Check() error {
	seen := map[string]bool{}
	for _, a := range as {
		ok := CheckText(a.Name, 60) == nil && a.Name == strings.TrimSpace(a.Name) && !seen[a.Name] && slices.Contains(AttributeTypes(), a.Type) && (a.Type == "choice") == (len(a.Choices) > 0)
		seen[a.Name] = true
		for _, label := range a.Label {
			ok = ok && CheckText(label, 40) == nil
		}
		for _, choices := range a.Choices {
			ok = ok && len(choices) > 0 && len(choices) <= 40
			for value, label := range choices {
				ok = ok && CheckText(value, 60) == nil && CheckText(label, 40) == nil
			}
		}
		if !ok {
			return Invalid("attribute", "The attribute "+cmp.Or(a.Name, "without a name")+" is not right.")
		}
	}
	if len(as) > 30 {
		return Invalid("attributes_most", "A line knows at most 30 attributes.")
	}
	return nil
}

// Called is what agents of the locale call it.
func (a Attribute) Called(locale string) string { return cmp.Or(in(a.Label, locale), a.Name) }

// Choice is what agents of the locale call a value of a choice, "" for one that is none of them.
func (a Attribute) Choice(locale, value string) string { return in(a.Choices, locale)[value] }

func (as Attributes) names() string {
	names := make([]string, len(as))
	for i, a := range as {
		names[i] = a.Name
	}
	return strings.Join(names, " ")
}
