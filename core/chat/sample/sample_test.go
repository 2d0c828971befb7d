package sample

import (
	"testing"

	"github.com/taadis/unique-support/core/chat"
)

func TestSample(t *testing.T) {
	t.Run("the line, the replies and every word said are valid", func(t *testing.T) {
		if err := Line().Check(); err != nil {
			t.Error(err)
		}
		for _, c := range Canned() {
			if err := c.Check(); err != nil {
				t.Errorf("%s: %v", c.Shortcut, err)
			}
		}
		for _, s := range Stories() {
			for _, l := range s.Lines {
				if err := chat.CheckText(l.Text, chat.MaxText); err != nil {
					t.Errorf("%s: %v", s.Visitor.Name, err)
				}
			}
		}
	})
	t.Run("who answers exists, and only what has ended is rated", func(t *testing.T) {
		for _, s := range Stories() {
			if s.Agent >= len(Agents()) || s.Agent < 0 && (s.Closed || s.Note != "") || s.Score > 0 && !s.Closed {
				t.Errorf("%s: %+v", s.Visitor.Name, s)
			}
			if s.Lines[0].Agent {
				t.Errorf("%s: the visitor speaks first", s.Visitor.Name)
			}
		}
	})
}
