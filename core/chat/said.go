package chat

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Said is the Data of a text: what it quotes and what it answers. Its sender names the numbers, the server fills in the rest
// from the log of the same conversation.
type Said struct {
	Quote *Quote `json:"quote,omitempty"`
	// AnswerTo is the number of the choices or the form that a visitor's text answers.
	AnswerTo int64 `json:"answer_to,omitempty"`
	// Form is what she filled in; its text says the same in a line each.
	Form []Answer `json:"form,omitempty"`
}

// Quoted returns the number of what is quoted, 0 for nothing.
func (s Said) Quoted() int64 {
	if s.Quote == nil {
		return 0
	}
	return s.Quote.Seq
}

// Quote is the message a text refers to, as it was then. Excerpt is its beginning, empty once it has been taken back.
type Quote struct {
	Seq     int64  `json:"seq"`
	By      Kind   `json:"by,omitempty"`
	Author  string `json:"author,omitempty"`
	Excerpt string `json:"excerpt,omitempty"`
}

// Answer is one field of a form, filled in.
type Answer struct {
	Name  string `json:"name"`
	Label string `json:"label,omitempty"`
	Value string `json:"value"`
}

// Choices is the Data of a question that is answered by a tap: 1 to 8 different options of at most 40 characters.
type Choices struct {
	Options []string `json:"options"`
}

// Form is the Data of a question with fields: 1 to 6, of different names.
type Form struct {
	Fields []Field `json:"fields"`
}

// Field is one thing a form asks for.
type Field struct {
	// Name is what programs call it: 1 to 32 of a-z, 0-9 and _.
	Name  string `json:"name"`
	Label string `json:"label"`
	// Type is text, phone or number: what may stand in it, and which keys a phone shows.
	Type     string `json:"type,omitempty"`
	Optional bool   `json:"optional,omitempty"`
}

// said reports whether an author may send what somebody can send of the kind.
func (k MessageKind) said(by Kind) bool {
	switch k {
	case KindText, KindNote:
		return true
	case KindCard: // a visitor only the one her host signed, which the desk sees to
		return true
	case KindChoices, KindForm:
		return by == KindAgent || by == KindBot
	}
	return false
}

// ReadData checks the data that came with a draft field by field and returns what is kept of it, for kinds that have any:
// whatever it does not know is left out.
func ReadData(k MessageKind, by Kind, data json.RawMessage) (json.RawMessage, error) {
	if len(data) == 0 || bytes.Equal(data, []byte("null")) {
		if k == KindCard || k == KindChoices || k == KindForm {
			return nil, Invalid("data", "This kind of message needs its data.")
		}
		return nil, nil
	}
	switch k {
	case KindText:
		return read(data, func(s *Said) bool {
			if s.Quote != nil {
				s.Quote = &Quote{Seq: s.Quote.Seq}
			}
			if by != KindVisitor {
				s.AnswerTo, s.Form = 0, nil
			}
			for i := range s.Form {
				s.Form[i].Label = ""
				s.Form[i].Value = strings.TrimSpace(s.Form[i].Value)
			}
			return (s.Quote == nil || s.Quote.Seq > 0) && s.AnswerTo >= 0 && len(s.Form) <= 6
		})
	case KindChoices:
		return read(data, func(c *Choices) bool {
			for i, o := range c.Options {
				if !short(o, 40) || strings.TrimSpace(o) == "" || slices.Contains(c.Options[:i], o) {
					return false
				}
			}
			return len(c.Options) >= 1 && len(c.Options) <= 8
		})
	case KindCard:
		return read(data, (*Card).check)
	case KindForm:
		return read(data, (*Form).check)
	}
	return nil, nil
}

// read decodes, checks and encodes again, so that nothing unknown is kept.
func read[T any](data json.RawMessage, check func(*T) bool) (json.RawMessage, error) {
	v := new(T)
	if err := json.Unmarshal(data, v); err != nil || !check(v) {
		return nil, Invalid("data", "The data of this kind of message is not right.")
	}
	b, err := json.Marshal(v)
	if err != nil || bytes.Equal(b, []byte("{}")) {
		return nil, err
	}
	return b, nil
}

func (f *Form) check() bool {
	if len(f.Fields) < 1 || len(f.Fields) > 6 {
		return false
	}
	seen := map[string]bool{}
	for i := range f.Fields {
		x := &f.Fields[i]
		if x.Type == "" {
			x.Type = "text"
		}
		plain := !strings.ContainsFunc(x.Name, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9') })
		if x.Name == "" || len(x.Name) > 32 || !plain || seen[x.Name] || !short(x.Label, 40) || strings.TrimSpace(x.Label) == "" || !slices.Contains([]string{"text", "phone", "number"}, x.Type) {
			return false
		}
		seen[x.Name] = true
	}
	return true
}

// Fill checks what was filled in and returns it in the form's order, with its labels, and the text that says the same. The error
// names the first field that is not right.
func (f Form) Fill(given []Answer) (answers []Answer, text string, err error) {
	lines := []string{}
	for _, x := range f.Fields {
		value := ""
		for _, a := range given {
			if a.Name == x.Name {
				value = strings.TrimSpace(a.Value)
			}
		}
		if value == "" && x.Optional {
			continue
		}
		if err := x.check(value); err != nil {
			return nil, "", err
		}
		answers = append(answers, Answer{Name: x.Name, Label: x.Label, Value: value})
		lines = append(lines, x.Label+": "+value)
	}
	if len(answers) == 0 {
		return nil, "", Invalid("text_empty", "There is nothing to send yet.")
	}
	return answers, strings.Join(lines, "\n"), nil
}

func (x Field) check(value string) error {
	digits := 0
	for _, r := range value {
		if unicode.IsDigit(r) {
			digits++
		} else if x.Type == "phone" && !strings.ContainsRune("+-() ", r) {
			digits = -100
		}
	}
	switch {
	case value == "":
		return Invalid("field_empty", "Please fill in every field.")
	case !short(value, 200):
		return Invalid("field_long", "A field takes at most 200 characters.")
	case x.Type == "phone" && (digits < 5 || digits > 15):
		return Invalid("field_phone", "A phone number has 5 to 15 digits.")
	case x.Type == "number" && digits == 0:
		return Invalid("field_number", "A number has digits.")
	}
	return nil
}

// short reports whether a text of one line has at most n characters.
func short(s string, n int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= n && !strings.ContainsFunc(s, unicode.IsControl)
}
