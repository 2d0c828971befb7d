package console

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
	"github.com/taadis/unique-support/views/ui"
)

// Reader is who looks at the console: her language, her clock, her lines. Every page is drawn for one.
type Reader struct {
	Text  i18n.Text
	Now   time.Time
	Agent chat.Agent
	// Lines are the lines she works for, in the order of /console/lines.css.
	Lines []chat.Line
	// Theme is "light" or "dark" where she chose one, "" for what her system wishes.
	Theme string
}

// Badge names a line by its coloured square.
type Badge struct {
	Name, Title string
	// Place is the line's place in /console/lines.css, -1 for one that is not there.
	Place int
}

// class returns the classes of the square.
func (b Badge) class() string {
	if b.Place < 0 || b.Place > 11 {
		return "line"
	}
	return fmt.Sprintf("line line--%d", b.Place)
}

func (r Reader) badge(line string) Badge {
	for i, l := range r.Lines {
		if l.Name == line {
			return Badge{Name: line, Title: l.Title, Place: i}
		}
	}
	return Badge{Name: line, Title: line, Place: -1}
}

// Face is the square that stands for a person: her initial, and the class of a hue that is always hers.
type Face struct{ Initial, Hue string }

func face(id chat.ID, name string) Face { return Face{Initial: ui.Initial(name), Hue: ui.Hue(id)} }

// visitor returns what to call a visitor: her name, or "Visitor 8F2K" from the end of her id.
func (r Reader) visitor(id chat.ID, name string) string {
	if strings.TrimSpace(name) != "" {
		return name
	}
	s := strings.ToUpper(string(id))
	return r.Text.F("console.visitor", "Code", s[max(0, len(s)-4):])
}

// when returns the clock for today's times, the day for earlier ones.
func (r Reader) when(t chat.Time) string {
	if t.IsZero() {
		return ""
	}
	if r.today(t) {
		return r.Text.Clock(t.Time)
	}
	return r.Text.Day(t.Time, r.Now)
}

// short returns the clock for today's times and a day that fits a narrow column for others: "5/14" or "14 May".
func (r Reader) short(t chat.Time) string {
	d, n := r.Text.In(t.Time), r.Text.In(r.Now)
	chinese := r.Text.Locale() == i18n.Chinese
	switch {
	case r.today(t):
		return r.Text.Clock(t.Time)
	case d.Year() == n.Year() && chinese:
		return d.Format("1/2")
	case d.Year() == n.Year():
		return d.Format("2 Jan")
	case chinese:
		return d.Format("2006/1")
	}
	return d.Format("Jan 2006")
}

// moment returns the clock for today's times, the day and the clock for others.
func (r Reader) moment(t chat.Time) string {
	if t.IsZero() {
		return ""
	}
	if r.today(t) {
		return r.Text.Clock(t.Time)
	}
	return r.Text.Day(t.Time, r.Now) + " " + r.Text.Clock(t.Time)
}

func (r Reader) today(t chat.Time) bool { return r.Text.Date(t.Time) == r.Text.Date(r.Now) }

// Wait is how long somebody has waited for an answer.
type Wait struct {
	// Since is when it began, RFC 3339; "" when nobody waits.
	Since string
	// Label is the time so far, "3:12".
	Label string
	// Class is "" in the first minute, item__wait--warn from one, item__wait--bad from three.
	Class string
}

func (r Reader) wait(c chat.Conversation) Wait {
	if c.Waiting.IsZero() || (c.Status != chat.StatusWaiting && c.Status != chat.StatusOpen) {
		return Wait{}
	}
	d := max(0, r.Now.Sub(c.Waiting.Time))
	w := Wait{Since: c.Waiting.Text(), Label: r.elapsed(d)}
	switch {
	case d >= 3*time.Minute:
		w.Class = "item__wait--bad"
	case d >= time.Minute:
		w.Class = "item__wait--warn"
	}
	return w
}

// elapsed writes a duration as "0:38", "1:04:09", or in whole days.
func (r Reader) elapsed(d time.Duration) string {
	s := int(d.Seconds())
	switch {
	case s >= 48*3600:
		return r.Text.N("console.days", s/86400)
	case s >= 3600:
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	default:
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
}

// shorten cuts a text to a number of characters.
func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n]) + "…"
}
