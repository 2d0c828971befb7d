package console

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/ui"
)

// together is how long after one entry the same author's next still belongs to it.
const together = 3 * time.Minute

// RowKind says how an entry of the thread is drawn.
type RowKind string

// The kinds of rows; the first four are also the templates that script draws from.
const (
	RowOwn    RowKind = "own"    // an agent's message
	RowOther  RowKind = "other"  // the visitor's
	RowBot    RowKind = "bot"    // the bot's
	RowNote   RowKind = "note"   // what only agents see
	RowNotice RowKind = "notice" // what happened
	RowDay    RowKind = "day"    // where a day begins
	RowUnread RowKind = "unread" // above the first message nobody has read
)

// Row is one entry of the thread, or a divider between two.
type Row struct {
	Kind RowKind
	// Seq is the message's number, Note the note's; a divider has neither.
	Seq, Note int64
	// ID is a message's; notes and dividers show none.
	ID     chat.ID
	By     chat.Kind
	Author chat.ID
	Client chat.ID
	Name   string
	Face   Face
	// At is RFC 3339, Clock what people read, Date the day in the reader's zone.
	At, Clock, Date string
	// Text is what was written, or a divider's sentence.
	Text string
	// File is the picture or file it carries instead; nil for none.
	File *ui.Shown
	// Extra is what it has besides its text.
	Extra ui.Extra
	// Cont says that the same author wrote the row above, shortly before.
	Cont bool
	// State is sent, delivered or read; "" for all but an agent's messages.
	State string
	// Found says that it is what the page was opened for.
	Found bool
}

// Log is what is drawn of a conversation: a stretch of its messages and all of its notes, both ascending.
type Log struct {
	Messages []chat.Message
	Notes    []chat.Message
	// More says that there are earlier messages than the first of these.
	More bool
}

// Rows turns a stretch of a conversation's log into rows: notes stand among the messages by time, days and what is unread
// are divided, and the words of one author in a row belong together. Notes from outside the stretch are left out.
func (r Reader) Rows(c chat.Conversation, l Log) []Row {
	rows := make([]Row, 0, len(l.Messages)+len(l.Notes)+4)
	day, unread := "", false
	for _, m := range l.merge(c.LastSeq) {
		if m.Recalls() > 0 {
			continue // it is told where the message stood
		}
		if d := r.Text.Date(m.Created.Time); d != day {
			day = d
			rows = append(rows, Row{Kind: RowDay, Date: d, Text: r.Text.Day(m.Created.Time, r.Now)})
		}
		row := r.row(c, m)
		// Nothing read at all is a new conversation: all of it is unread, and the line would only say so.
		if row.Kind == RowOther && !unread && c.Read.Agent > 0 && m.Seq > c.Read.Agent {
			unread = true
			rows = append(rows, Row{Kind: RowUnread, Text: r.Text.S("console.unread_here")})
		}
		if n := len(rows); n > 0 {
			row.Cont = follows(rows[n-1], row)
		}
		rows = append(rows, row)
	}
	return rows
}

// merge puts the notes among the messages. A message's place is its number's, whatever its time says.
func (l Log) merge(head int64) []chat.Message {
	out := make([]chat.Message, 0, len(l.Messages)+len(l.Notes))
	notes := l.Notes
	if n := len(l.Messages); n > 0 && l.More {
		for len(notes) > 0 && notes[0].Created.Before(l.Messages[0].Created.Time) {
			notes = notes[1:]
		}
	}
	for _, m := range l.Messages {
		for len(notes) > 0 && notes[0].Created.Before(m.Created.Time) {
			out, notes = append(out, notes[0]), notes[1:]
		}
		out = append(out, m)
	}
	if n := len(l.Messages); n > 0 && l.Messages[n-1].Seq < head {
		return out
	}
	return append(out, notes...)
}

func (r Reader) row(c chat.Conversation, m chat.Message) Row {
	row := Row{
		Seq: m.Seq, ID: m.ID, By: m.Author.Kind, Author: m.Author.ID, Client: m.ClientID, Name: m.Author.Name,
		At: m.Created.Text(), Clock: r.Text.Clock(m.Created.Time), Date: r.Text.Date(m.Created.Time), Text: m.Text,
		File: ui.Show(m, true, r.Text), Extra: ui.ReadExtra(m),
	}
	switch {
	case m.Kind == chat.KindNote:
		row.Kind, row.Seq, row.Note, row.ID = RowNote, 0, m.Seq, ""
	case m.Kind == chat.KindNotice || m.Author.Kind == chat.KindSystem:
		row.Kind, row.Text = RowNotice, r.notice(m)
		return row
	case m.Author.Kind == chat.KindBot:
		row.Kind = RowBot
		if row.Name == "" {
			row.Name = r.Text.S("console.bot")
		}
	case m.Author.Kind == chat.KindAgent:
		row.Kind, row.State = RowOwn, state(c.Read, m.Seq)
	default:
		row.Kind, row.Author = RowOther, c.Visitor
		row.Name = r.visitor(c.Visitor, c.VisitorName)
	}
	row.Face = face(row.Author, row.Name)
	return row
}

// state says how far a message has come with the visitor.
func state(m chat.Marks, seq int64) string {
	switch {
	case seq <= m.Visitor:
		return "read"
	case seq <= m.VisitorDelivered:
		return "delivered"
	default:
		return "sent"
	}
}

// stateKey names the words for how far it has come. What the visitor's page has not acknowledged she does not have, as far as
// anybody knows: an agent is told that, and not that it went out.
func (r Row) stateKey() string {
	if r.State == "sent" {
		return "console.not_received"
	}
	return "state." + r.State
}

// follows reports whether a row goes on where the one above ended.
func follows(above, row Row) bool {
	if above.Kind != row.Kind || above.Author != row.Author || row.Kind == RowNotice || row.Kind == RowDay || row.Kind == RowUnread {
		return false
	}
	a, err := time.Parse(time.RFC3339, above.At)
	if err != nil {
		return false
	}
	b, err := time.Parse(time.RFC3339, row.At)
	return err == nil && b.Sub(a) < together
}

// notice says in the reader's language what happened. A notice of a later version is told by its text.
func (r Reader) notice(m chat.Message) string {
	var n chat.Notice
	if len(m.Data) > 0 {
		_ = json.Unmarshal(m.Data, &n) // a notice that cannot be read has no name
	}
	switch n.Name {
	case "joined":
		return r.Text.F("console.notice.joined", "Agent", n.Agent)
	case "queued":
		return r.Text.S("console.notice.queued")
	case "transferred":
		return r.Text.F("console.notice.transferred", "Agent", n.Agent, "From", n.From)
	case "human":
		if n.By == chat.KindBot {
			return r.Text.F("console.notice.human_by_bot", "Agent", n.Agent)
		}
		return r.Text.S("console.notice.human")
	case "reminded":
		return r.Text.S("console.notice.reminded")
	case "ending":
		return r.Text.F("console.notice.ending", "Minutes", n.Minutes)
	case "passed":
		return r.Text.F("console.notice.passed", "From", n.From)
	case "closed":
		if n.By == chat.KindVisitor {
			return r.Text.S("console.notice.closed_by_visitor")
		}
		if n.By == chat.KindSystem || n.Agent == "" {
			return r.Text.S("console.notice.closed_by_system")
		}
		return r.Text.F("console.notice.closed", "Agent", n.Agent)
	case "continued":
		return r.Text.S("console.notice.continued")
	case "reopened":
		return r.Text.S("console.notice.reopened")
	case "left":
		return r.Text.F("console.notice.left", "Agent", n.Agent)
	case "recalled":
		if n.By == chat.KindVisitor {
			return r.Text.S("console.notice.recalled_by_visitor")
		}
		return r.Text.F("console.notice.recalled", "Agent", n.Agent)
	case "rated":
		return r.Text.F("console.notice.rated", "Score", n.Score)
	}
	if m.Text != "" {
		return m.Text
	}
	return r.Text.S("console.notice.unknown")
}

// left reports whether the row stands on the visitor's side.
func (r Row) left() bool { return r.Kind == RowOther }

// class returns the classes of a message's row.
func (r Row) class() string {
	c := map[RowKind]string{RowOwn: "message--own", RowBot: "message--own message--bot", RowNote: "message--own message--note"}[r.Kind]
	if r.Cont {
		c += " message--cont"
	}
	if r.Found {
		c += " message--found"
	}
	return strings.TrimSpace(c)
}
