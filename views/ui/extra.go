package ui

import (
	"encoding/json"
	"strconv"

	"github.com/taadis/unique-support/core/chat"
)

// Extra is what a message has besides its text. The zero Extra has nothing.
type Extra struct {
	Quote   *chat.Quote
	Card    *chat.Card
	Options []string
	Fields  []chat.Field
	Answers []chat.Answer
	// AnswerTo is the question that it answers.
	AnswerTo int64
}

// ReadExtra reads it from a message; what cannot be read is not there.
func ReadExtra(m chat.Message) (e Extra) {
	if len(m.Data) == 0 {
		return e
	}
	switch m.Kind {
	case chat.KindText:
		var s chat.Said
		if json.Unmarshal(m.Data, &s) == nil {
			e.Quote, e.AnswerTo, e.Answers = s.Quote, s.AnswerTo, s.Form
		}
	case chat.KindCard:
		var c chat.Card
		if json.Unmarshal(m.Data, &c) == nil {
			e.Card = &c
		}
	case chat.KindChoices:
		var c chat.Choices
		if json.Unmarshal(m.Data, &c) == nil {
			e.Options = c.Options
		}
	case chat.KindForm:
		var f chat.Form
		if json.Unmarshal(m.Data, &f) == nil {
			e.Fields = f.Fields
		}
	}
	return e
}

// Any reports whether there is anything.
func (e Extra) Any() bool {
	return e.Quote != nil || e.Card != nil || len(e.Options)+len(e.Fields)+len(e.Answers) > 0
}

// Silent reports whether the text is only for those who cannot be shown the rest.
func (e Extra) Silent() bool { return e.Card != nil || len(e.Answers) > 0 }

// Ask is how a question can be answered where it stands: by a form that also works without script. The zero Ask only shows it.
type Ask struct {
	Open bool
	Seq  int64
	// Action is where it posts, Client the id of the message it makes.
	Action string
	Client chat.ID
	// Filled and Error are what was typed and why it was refused.
	Filled []chat.Answer
	Error  string
	// Send is what stands on a form's button, May what stands beside a field that may stay empty.
	Send, May string
}

// filled is what stands in a field.
func (a Ask) filled(name string) string {
	for _, f := range a.Filled {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

func mode(kind string) string {
	switch kind {
	case "phone":
		return "tel"
	case "number":
		return "numeric"
	}
	return "text"
}

// complete is what a browser may fill in by itself.
func complete(kind string) string {
	if kind == "phone" {
		return "tel"
	}
	return "on"
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
