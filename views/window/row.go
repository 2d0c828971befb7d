package window

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
	"github.com/taadis/unique-support/views/ui"
)

// together is how soon after each other one person's messages are drawn as one group.
const together = 3 * time.Minute

// RowKind says how a row of the thread is drawn.
type RowKind string

// The rows of a thread; each but the first two is one entry of the log.
const (
	RowDay    RowKind = "day"
	RowUnread RowKind = "unread"
	RowNotice RowKind = "notice"
	RowOwn    RowKind = "own"
	RowOther  RowKind = "other"
	RowBot    RowKind = "bot"
)

// Row is one <li> of the thread.
type Row struct {
	Kind RowKind
	Seq  int64
	// By is who wrote it, Client is the sender's own id for it.
	By     chat.Kind
	Client chat.ID
	// Name is the author's; an agent without one is the line.
	Name string
	// Text is the message, the sentence of a notice or the words of a day.
	Text string
	// File is the picture or file it carries instead; nil for none.
	File *ui.Shown
	// At is when it was written, RFC 3339; Clock and Day ("2006-01-02") are the same in the reader's zone.
	At, Clock, Day string
	// Extra is what it has besides its text, Ask how it can be answered.
	Extra ui.Extra
	Ask   ui.Ask
	// State is how far the visitor's own message has come: "sent" or "read".
	State string
	// Cont says that it goes on the message before it.
	Cont bool
}

// Rows draws messages up as the rows of a thread: a divider where the day changes and above the first message the visitor has
// not seen, notices as sentences, and what one person wrote within three minutes as one group.
func Rows(messages []chat.Message, c chat.Conversation, l chat.Line, t i18n.Text, now time.Time) []Row {
	rows := make([]Row, 0, len(messages)+4)
	fresh := unseen(messages, c.Read.Visitor)
	day := ""
	var before *chat.Message
	answered := map[int64]bool{}
	for _, m := range messages {
		answered[ui.ReadExtra(m).AnswerTo] = true
	}
	for i := range messages {
		m := &messages[i]
		if m.Recalls() > 0 {
			continue // it is told where the message stood
		}
		if d := t.Date(m.Created.Time); d != day {
			rows = append(rows, Row{Kind: RowDay, Day: d, Text: t.Day(m.Created.Time, now)})
			day, before = d, nil
		}
		if m.Seq == fresh {
			rows = append(rows, Row{Kind: RowUnread, Text: t.S("window.unread")})
			before = nil
		}
		r := entry(*m, c, l, t)
		r.Ask.Open = len(r.Extra.Options)+len(r.Extra.Fields) > 0 && !answered[m.Seq]
		r.Cont = before != nil && continues(*before, *m)
		rows = append(rows, r)
		before = m
	}
	return rows
}

func entry(m chat.Message, c chat.Conversation, l chat.Line, t i18n.Text) Row {
	r := Row{
		Kind: RowOther, Seq: m.Seq, By: m.Author.Kind, Client: m.ClientID, Name: m.Author.Name,
		Text: m.Text, File: ui.Show(m, false, t), At: m.Created.Text(), Clock: t.Clock(m.Created.Time), Extra: ui.ReadExtra(m),
	}
	if r.Name == "" {
		r.Name = l.Title
	}
	switch {
	case m.Kind == chat.KindNotice:
		r.Kind, r.Text = RowNotice, notice(m, t)
	case m.Author.Kind == chat.KindVisitor:
		r.Kind, r.State = RowOwn, "sent"
		if m.Seq <= c.Read.Agent {
			r.State = "read"
		}
	case m.Author.Kind == chat.KindBot:
		r.Kind = RowBot
	}
	return r
}

// notices are the sentences there are; a notice of a newer version keeps the text it came with.
var notices = []string{"joined", "queued", "transferred", "passed", "human", "reminded", "ending", "closed", "closed_by_visitor", "closed_by_system", "reopened", "continued", "left", "rated", "recalled", "recalled_by_visitor"}

func notice(m chat.Message, t i18n.Text) string {
	var n chat.Notice
	if err := json.Unmarshal(m.Data, &n); err != nil {
		return m.Text
	}
	name := n.Name
	if (name == "closed" || name == "recalled") && n.By == chat.KindVisitor {
		name += "_by_visitor"
	}
	if name == "closed" && n.By == chat.KindSystem {
		name += "_by_system"
	}
	for _, known := range notices {
		if name == known {
			return t.F("window.notice."+name, "Agent", n.Agent, "From", n.From, "Score", n.Score, "Minutes", n.Minutes)
		}
	}
	return m.Text
}

// unseen returns the number of the first message the divider stands above, 0 for none: the first of somebody else that the
// visitor has not read. What she answered she has read, whatever the mark says, and nothing is new to one who has read nothing.
func unseen(messages []chat.Message, read int64) int64 {
	if read == 0 {
		return 0
	}
	for _, m := range messages {
		if m.Author.Kind == chat.KindVisitor {
			read = max(read, m.Seq)
		}
	}
	for _, m := range messages {
		if m.Seq > read && m.Kind != chat.KindNotice {
			return m.Seq
		}
	}
	return 0
}

func continues(a, b chat.Message) bool {
	return a.Kind != chat.KindNotice && b.Kind != chat.KindNotice && a.Author.Kind == b.Author.Kind && a.Author.ID == b.Author.ID &&
		b.Created.Sub(a.Created.Time) < together
}

// seq writes a number for an attribute.
func seq(n int64) string { return strconv.FormatInt(n, 10) }
