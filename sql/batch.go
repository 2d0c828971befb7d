package sql

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

// previewMax is how many characters of a message stand in the lists.
const previewMax = 120

// batch is what is written to conversations: their new messages and notes, and where they stand then.
type batch struct {
	t    statements
	now  time.Time
	rows map[chat.ID]*row
	// touched are the rows to write back, in the order met.
	touched  []*row
	messages []entry
	notes    []entry
	// named are the attachments that the messages name.
	named []naming
	// began are the rows that a message made wait.
	began []*row
	// seat is of the agent who is given one of them.
	seat chat.ID
	// lost are the conversations that somebody else had, or changed, before they were written to: nothing was.
	lost map[chat.ID]bool
}

type naming struct{ conversation, attachment chat.ID }

type entry struct {
	row *row
	m   chat.Message
}

// lock takes the conversations' rows, in id order; those that do not exist are left out.
func lock(t *tx, ids ...chat.ID) (*batch, error) {
	var rows []row
	if err := t.selectAll(&rows, "Conversation_Lock", texts(ids)); err != nil {
		return nil, err
	}
	b := &batch{t: t, rows: make(map[chat.ID]*row, len(rows))}
	for i := range rows {
		r := &rows[i]
		b.rows[r.ID], b.now = r, r.Now
	}
	return b, nil
}

// touch has the row written back.
func (b *batch) touch(r *row) {
	if !slices.Contains(b.touched, r) {
		b.touched = append(b.touched, r)
	}
}

// time is never before the conversation's newest message, whatever the clock does.
func (b *batch) time(r *row) time.Time {
	if r.Last.After(b.now) {
		return r.Last
	}
	return b.now
}

// add numbers a draft as the row's next message or note, and moves the conversation as the message does.
func (b *batch) add(r *row, d chat.Draft) chat.Message {
	created := b.time(r)
	if d.Author.Kind == chat.KindVisitor && d.Author.Name == "" {
		d.Author.Name = r.VisitorName
	}
	m := chat.Message{
		ID: chat.NewID(created), Conversation: r.ID, ClientID: d.ClientID, Author: d.Author,
		Kind: d.Kind, Text: d.Text, Data: d.Data, Created: at(created), Trace: d.Trace,
	}
	b.touch(r)
	if d.Kind == chat.KindNote {
		r.NoteSeq++
		m.Seq = r.NoteSeq
		b.notes = append(b.notes, entry{row: r, m: m})
		return m
	}
	r.LastSeq++
	m.Seq, r.Last = r.LastSeq, created
	if d.Kind != chat.KindNotice {
		r.Preview, r.PreviewBy = preview(cmp.Or(d.Text, d.Preview)), d.Author.Kind
	}
	switch d.Author.Kind {
	case chat.KindVisitor:
		r.VisitorRead, r.VisitorDelivered = m.Seq, m.Seq
		switch {
		case r.Status == chat.StatusNew, r.Status == chat.StatusSnoozed && r.Agent == "":
			r.wait(created)
		case r.Status == chat.StatusSnoozed:
			r.open()
		}
	case chat.KindAgent:
		r.AgentRead = m.Seq
		if !r.Replied.Valid {
			r.Replied = some(created)
		}
		if r.Agent == d.Author.ID && r.assisted() { // its account is a person's, who answers herself now
			r.Reason = "taken"
		}
	case chat.KindBot:
		r.assist(d.Author, m.Seq, created)
	}
	b.messages = append(b.messages, entry{row: r, m: m})
	if d.Attachment != "" {
		b.named = append(b.named, naming{r.ID, d.Attachment})
	}
	return m
}

// notice appends what the desk itself has to say.
func (b *batch) notice(r *row, n chat.Notice, trace string) *chat.Message {
	data, err := json.Marshal(n)
	if err != nil {
		panic("encode a notice: " + err.Error()) // it is made of strings and a number
	}
	m := b.add(r, chat.Draft{Author: chat.Author{Kind: chat.KindSystem}, Kind: chat.KindNotice, Data: data, Trace: trace})
	return &m
}

// write writes all of it in one statement, to the conversations that still stand as they were read; those that were locked do.
func (b *batch) write() error {
	if len(b.touched) == 0 {
		return nil
	}
	at := make(map[chat.ID]int64, len(b.touched))
	for i, r := range b.touched {
		at[r.ID] = int64(i + 1)
	}
	w := writeColumns{Row: rowColumnsOf(b.touched), Message: columnsOf(b.messages, at), Note: columnsOf(b.notes, at), Share: b.shares(at)}
	for _, n := range b.named {
		w.Named.ID, w.Named.At = append(w.Named.ID, string(n.attachment)), append(w.Named.At, at[n.conversation])
	}
	var written pq.BoolArray
	if err := b.t.get(&written, "Batch_Write", w); err != nil {
		return err
	}
	for i, r := range b.touched {
		if !written[i] {
			if r.Version == "" {
				return fmt.Errorf("conversation %s was not written to, although it is locked", r.ID)
			}
			if b.lost == nil {
				b.lost = map[chat.ID]bool{}
			}
			b.lost[r.ID] = true
		}
	}
	if b.lost != nil { // what follows concerns what was written
		b.messages = slices.DeleteFunc(b.messages, func(e entry) bool { return b.lost[e.row.ID] })
		b.touched = slices.DeleteFunc(b.touched, func(r *row) bool { return b.lost[r.ID] })
		b.began = slices.DeleteFunc(b.began, func(r *row) bool { return b.lost[r.ID] })
	}
	return nil
}

// writeColumns is all that is written; At says to which of the rows, counted from 1, something belongs.
type writeColumns struct {
	Row     *rowColumns     `db:"row"`
	Message *messageColumns `db:"message"`
	Note    *messageColumns `db:"note"`
	Share   *shareColumns   `db:"share"`
	Named   struct {
		ID pq.StringArray `db:"id"`
		At pq.Int64Array  `db:"at"`
	} `db:"named"`
}

type messageColumns struct {
	At           pq.Int64Array  `db:"at"`
	ID           pq.StringArray `db:"id"`
	Conversation pq.StringArray `db:"conversation_id"`
	Seq          pq.Int64Array  `db:"seq"`
	ClientID     pq.StringArray `db:"client_id"`
	AuthorKind   pq.StringArray `db:"author_kind"`
	AuthorID     pq.StringArray `db:"author_id"`
	AuthorName   pq.StringArray `db:"author_name"`
	Kind         pq.StringArray `db:"kind"`
	Text         pq.StringArray `db:"text"`
	Data         pq.StringArray `db:"data"`
	Trace        pq.StringArray `db:"trace_id"`
	Created      pq.StringArray `db:"created_at"`
}

func columnsOf(entries []entry, at map[chat.ID]int64) *messageColumns {
	c := &messageColumns{}
	for _, e := range entries {
		c.At = append(c.At, at[e.row.ID])
		c.ID = append(c.ID, string(e.m.ID))
		c.Conversation = append(c.Conversation, string(e.m.Conversation))
		c.Seq = append(c.Seq, e.m.Seq)
		c.ClientID = append(c.ClientID, string(e.m.ClientID))
		c.AuthorKind = append(c.AuthorKind, string(e.m.Author.Kind))
		c.AuthorID = append(c.AuthorID, string(e.m.Author.ID))
		c.AuthorName = append(c.AuthorName, e.m.Author.Name)
		c.Kind = append(c.Kind, string(e.m.Kind))
		c.Text = append(c.Text, e.m.Text)
		c.Data = append(c.Data, string(e.m.Data))
		c.Trace = append(c.Trace, e.m.Trace)
		c.Created = append(c.Created, text(e.m.Created.Time))
	}
	return c
}

type rowColumns struct {
	ID               pq.StringArray `db:"id"`
	Version          pq.StringArray `db:"version"`
	Status           pq.StringArray `db:"status"`
	Agent            pq.StringArray `db:"agent_id"`
	AgentName        pq.StringArray `db:"agent_name"`
	Reason           pq.StringArray `db:"reason"`
	Bot              pq.StringArray `db:"bot"`
	LastSeq          pq.Int64Array  `db:"last_seq"`
	NoteSeq          pq.Int64Array  `db:"note_seq"`
	Preview          pq.StringArray `db:"preview"`
	PreviewBy        pq.StringArray `db:"preview_by"`
	VisitorDelivered pq.Int64Array  `db:"visitor_delivered"`
	VisitorRead      pq.Int64Array  `db:"visitor_read"`
	AgentRead        pq.Int64Array  `db:"agent_read"`
	Last             pq.StringArray `db:"last_at"`
	Waiting          pq.StringArray `db:"waiting_since"`
	Assigned         pq.StringArray `db:"assigned_at"`
	Replied          pq.StringArray `db:"replied_at"`
	Closed           pq.StringArray `db:"closed_at"`
	Snoozed          pq.StringArray `db:"snoozed_until"`
}

func rowColumnsOf(rows []*row) *rowColumns {
	c := &rowColumns{}
	for _, r := range rows {
		c.ID = append(c.ID, string(r.ID))
		c.Version = append(c.Version, r.Version)
		c.Status = append(c.Status, string(r.Status))
		c.Agent = append(c.Agent, string(r.Agent))
		c.AgentName = append(c.AgentName, r.AgentName)
		c.Reason = append(c.Reason, r.Reason)
		c.Bot = append(c.Bot, r.Bot)
		c.LastSeq = append(c.LastSeq, r.LastSeq)
		c.NoteSeq = append(c.NoteSeq, r.NoteSeq)
		c.Preview = append(c.Preview, r.Preview)
		c.PreviewBy = append(c.PreviewBy, string(r.PreviewBy))
		c.VisitorDelivered = append(c.VisitorDelivered, r.VisitorDelivered)
		c.VisitorRead = append(c.VisitorRead, r.VisitorRead)
		c.AgentRead = append(c.AgentRead, r.AgentRead)
		c.Last = append(c.Last, text(r.Last))
		c.Waiting = append(c.Waiting, text(r.Waiting.Time))
		c.Assigned = append(c.Assigned, text(r.Assigned.Time))
		c.Replied = append(c.Replied, text(r.Replied.Time))
		c.Closed = append(c.Closed, text(r.Closed.Time))
		c.Snoozed = append(c.Snoozed, text(r.Snoozed.Time))
	}
	return c
}

type shareColumns struct {
	At           pq.Int64Array  `db:"at"`
	Participant  pq.StringArray `db:"participant_id"`
	Conversation pq.StringArray `db:"conversation_id"`
	Unread       pq.Int64Array  `db:"unread"`
	Read         pq.Int64Array  `db:"read_seq"`
	LastSeq      pq.Int64Array  `db:"last_seq"`
	Last         pq.StringArray `db:"last_at"`
}

// shares are the inbox rows of the audience: the visitor, the agent who has the conversation, and agents who wrote in it.
func (b *batch) shares(at map[chat.ID]int64) *shareColumns {
	written := map[chat.ID][]chat.Message{}
	for _, e := range b.messages {
		written[e.m.Conversation] = append(written[e.m.Conversation], e.m)
	}
	c := &shareColumns{}
	for _, r := range b.touched {
		ms := written[r.ID]
		if len(ms) == 0 {
			continue
		}
		for _, participant := range audience(r, ms) {
			var unread, read int64
			for _, m := range ms {
				switch {
				case m.Author.ID == participant:
					unread, read = 0, m.Seq
				case m.Kind != chat.KindNotice:
					unread++
				}
			}
			c.At = append(c.At, at[r.ID])
			c.Participant = append(c.Participant, string(participant))
			c.Conversation = append(c.Conversation, string(r.ID))
			c.Unread = append(c.Unread, unread)
			c.Read = append(c.Read, read)
			c.LastSeq = append(c.LastSeq, r.LastSeq)
			c.Last = append(c.Last, text(r.Last))
		}
	}
	return c
}

func audience(r *row, ms []chat.Message) []chat.ID {
	who := []chat.ID{r.Visitor}
	if r.Agent != "" && r.Agent != r.Visitor { // one row for each, whatever ids were given
		who = append(who, r.Agent)
	}
	for _, m := range ms {
		if m.Author.Kind == chat.KindAgent && !slices.Contains(who, m.Author.ID) {
			who = append(who, m.Author.ID)
		}
	}
	return who
}

// preview is the beginning of a text, in one line.
func preview(s string) string {
	n := 0
	for i := range s {
		if n == previewMax {
			s = s[:i]
			break
		}
		n++
	}
	return strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(s)
}
