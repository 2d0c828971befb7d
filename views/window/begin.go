package window

import (
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
	"github.com/taadis/unique-support/views/ui"
)

// Begin is what is asked before the first words; the zero Begin is nothing.
type Begin struct {
	Fields []Ask
}

// Ask is one field: what stands in it, and what is wrong with that.
type Ask struct {
	Name, Type, Label, Value, Error string
	Options                         []string
	Optional                        bool
}

// NewBegin draws a line's questions with what was filled in; wrong is nil before anything was.
func NewBegin(q chat.Questions, given map[string]string, wrong map[string]error, t i18n.Text) (b Begin) {
	for _, x := range q {
		a := Ask{Name: x.Name, Type: x.Type, Value: given[x.Name], Optional: x.Optional}
		a.Label, a.Options = x.Ask(t.Locale())
		if err := wrong[x.Name]; err != nil {
			a.Error = ui.Problem(t, err, "")
		}
		b.Fields = append(b.Fields, a)
	}
	return b
}

// Any reports whether anything is asked.
func (b Begin) Any() bool { return len(b.Fields) > 0 }

func (a Ask) id() string { return "ask-" + a.Name }

// complete and mode are what a browser may fill in, and the keys a phone shows.
func (a Ask) complete() string {
	switch {
	case a.Type == "phone":
		return "tel"
	case a.Type == "email":
		return "email"
	case a.Name == "name":
		return "name"
	}
	return "off"
}

func (a Ask) mode() string {
	if mode := map[string]string{"phone": "tel", "email": "email"}[a.Type]; mode != "" {
		return mode
	}
	return "text"
}
