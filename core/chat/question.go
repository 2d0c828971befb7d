package chat

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Question is one thing a line asks before a visitor's first words. Answers called name, email and phone become what is known of her.
type Question struct {
	// Name is what programs call it: 1 to 32 of a-z, 0-9 and _.
	Name string `json:"name"`
	// Type is text, phone, email or choice.
	Type     string `json:"type"`
	Optional bool   `json:"optional,omitempty"`
	// Label is what people read, by locale; at most 40 characters.
	Label map[string]string `json:"label"`
	// Options are what a choice is made of, 2 to 12 by locale.
	Options map[string][]string `json:"options,omitempty"`
}

// Questions are what a line asks, at most 6 things.
type Questions []Question

// In returns what a question has for a locale, else for the first it has something for.
func in[T any](by map[string]T, locale string) (of T) {
	if v, ok := by[locale]; ok {
		return v
	}
	for _, other := range slices.Sorted(maps.Keys(by)) {
		return by[other]
	}
	return of
}

// Ask returns what people of the locale read, and choose from.
func (q Question) Ask(locale string) (label string, options []string) {
	return in(q.Label, locale), in(q.Options, locale)
}

// Check reports what is wrong with questions.
func (q Questions) Check() error {
	seen := map[string]bool{}
	for _, x := range q {
		f := Form{Fields: []Field{{Name: x.Name, Label: "x"}}}
		ok := f.check() && !seen[x.Name] && len(x.Label) > 0 && slices.Contains([]string{"text", "phone", "email", "choice"}, x.Type) && (x.Type == "choice") == (len(x.Options) > 0)
		seen[x.Name] = true
		for _, label := range x.Label {
			ok = ok && short(label, 40) && strings.TrimSpace(label) != ""
		}
		for _, options := range x.Options {
			ok = ok && len(options) >= 2 && len(options) <= 12 && !slices.ContainsFunc(options, func(o string) bool { return !short(o, 40) || strings.TrimSpace(o) == "" })
		}
		if !ok {
			return Invalid("questions", "The question "+cmp.Or(x.Name, "without a name")+" is not right.")
		}
	}
	if len(q) > 6 {
		return Invalid("questions", "A line asks at most 6 questions.")
	}
	return nil
}

// Fill checks what was filled in and returns what there is of it, in the questions' order and with their labels, and what is wrong, by name.
func (q Questions) Fill(given map[string]string, locale string) (answers []Answer, wrong map[string]error) {
	wrong = map[string]error{}
	for _, x := range q {
		value := strings.TrimSpace(given[x.Name])
		if value == "" && x.Optional {
			continue
		}
		if err := x.check(value); err != nil {
			wrong[x.Name] = err
			continue
		}
		label, _ := x.Ask(locale)
		answers = append(answers, Answer{Name: x.Name, Label: label, Value: value})
	}
	return answers, wrong
}

func (q Question) check(value string) error {
	switch q.Type {
	case "choice":
		for _, options := range q.Options {
			if slices.Contains(options, value) {
				return nil
			}
		}
		return Invalid("field_choice", "Please choose one.")
	case "email":
		if value != "" && (!strings.Contains(value, "@") || CheckContact(value) != nil) {
			return Invalid("field_email", "An e-mail address is written name@example.com.")
		}
	}
	if value == "" {
		return Invalid("ask_empty", "Please fill this in.")
	}
	return Field{Type: q.Type}.check(value)
}

// Profiled returns what the answers tell about the visitor herself.
func Profiled(answers []Answer) (p Profile) {
	for _, a := range answers {
		switch a.Name {
		case "name":
			p.Name = a.Value
		case "email":
			p.Email = a.Value
		case "phone":
			p.Phone = a.Value
		}
	}
	return p
}
