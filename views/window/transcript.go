package window

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
)

// Transcript writes a conversation as plain text, a stretch of its log at a time, for its visitor to keep. No line begins with
// what somebody typed: one is a date, or begins with spaces and a time, so that no program takes it for a formula.
type Transcript struct {
	line chat.Line
	of   chat.Conversation
	text i18n.Text
	day  string
}

// NewTranscript begins the transcript of a conversation.
func NewTranscript(l chat.Line, c chat.Conversation, t i18n.Text) *Transcript {
	return &Transcript{line: l, of: c, text: t}
}

// Head is what stands above it: whose conversation it is, and in which zone its times are. The first bytes say that it is UTF-8.
func (s *Transcript) Head(now time.Time) string {
	saved := s.text.Date(now) + " " + s.text.Clock(now)
	return "\ufeff" + s.text.F("transcript.head", "Title", plain(s.line.Title, " "), "At", saved, "Zone", s.text.Zone()) + "\n"
}

// Page writes the next messages.
func (s *Transcript) Page(messages []chat.Message) string {
	var b strings.Builder
	for _, m := range messages {
		if m.Recalls() > 0 {
			continue // it is told where the message stood
		}
		if d := s.text.Date(m.Created.Time); d != s.day {
			s.day = d
			fmt.Fprintf(&b, "\n%s\n", d)
		}
		r := entry(m, s.of, s.line, s.text)
		fmt.Fprintf(&b, "  %s  %s\n", r.Clock, s.entry(r))
	}
	return b.String()
}

func (s *Transcript) entry(r Row) string {
	if r.Kind == RowNotice {
		return "· " + plain(r.Text, " ")
	}
	name := plain(r.Name, " ")
	if r.Kind == RowOwn {
		name = s.text.S("window.you")
	}
	const next = "\n         " // under the words above it
	said := plain(r.Text, next)
	if f := r.File; f != nil {
		said = s.text.F("transcript.file", "Name", plain(f.Name, " "), "Size", f.Size)
	}
	if q := r.Extra.Quote; q != nil && q.Excerpt != "" {
		said = s.text.F("transcript.quote", "Excerpt", plain(q.Excerpt, " ")) + next + said
	}
	return s.text.F("transcript.said", "Name", name, "Text", said)
}

// plain keeps a text to what can be read: its line ends become next, other controls spaces, and nothing turns the direction of
// what follows.
func plain(s, next string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == '\r', r == '\ufeff':
			return -1
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		}
		return r
	}, s)
	return strings.ReplaceAll(strings.TrimSpace(s), "\n", next)
}
