package sql

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

// Sample is conversations that were made up, as they stand in the end; each slice has what belongs to all of them.
type Sample struct {
	Visitors      []chat.Visitor
	Conversations []chat.Conversation
	Messages      []chat.Message
	Notes         []chat.Message
	// Ratings are by conversation.
	Ratings     map[chat.ID]chat.Rating
	Attachments []chat.Attachment
}

// Used reports whether anybody has ever written on the line.
func (s *Store) Used(ctx context.Context, line string) (used bool, err error) {
	p, err := s.line(line)
	if err != nil {
		return false, err
	}
	return used, p.get(ctx, &used, "Sample_Used")
}

// PutSample writes a sample into a line, for the demo, in one transaction.
func (s *Store) PutSample(ctx context.Context, line string, sample Sample) error {
	p, err := s.line(line)
	if err != nil {
		return err
	}
	rows := map[chat.ID]*row{}
	var all []*row
	first := time.Now()
	for _, c := range sample.Conversations {
		r := rowOf(c)
		rows[c.ID], all = r, append(all, r)
		if c.Last.Before(first) {
			first = c.Last.Time
		}
	}
	entries := func(ms []chat.Message) (all []entry) {
		for _, m := range ms {
			all = append(all, entry{row: rows[m.Conversation], m: m})
		}
		return all
	}
	var ids pq.StringArray
	for id := range rows {
		ids = append(ids, string(id))
	}
	return p.tx(ctx, func(t *tx) error {
		exec := func(name string, args any) error {
			_, err := t.exec(name, args)
			return err
		}
		if err := exec("Sample_Visitors", sampleVisitors(sample.Visitors)); err != nil {
			return err
		}
		if err := exec("Sample_Begin", sampleBegun(sample.Conversations)); err != nil {
			return err
		}
		b := &batch{t: t, rows: rows, touched: all, messages: entries(sample.Messages), notes: entries(sample.Notes)}
		if err := b.write(); err != nil {
			return err
		}
		for _, step := range []struct {
			name string
			args any
		}{
			{"Sample_Ratings", sampleRatings(sample.Ratings)},
			{"Sample_Attachments", sampleAttachments(sample.Attachments)},
			{"Sample_Shares", ids},
			{"Figure_Recount", first},
		} {
			if err := exec(step.name, step.args); err != nil {
				return err
			}
		}
		return nil
	})
}

// rowOf is a conversation as its table has it.
func rowOf(c chat.Conversation) *row {
	r := &row{ID: c.ID, Visitor: c.Visitor, Status: c.Status, Agent: c.Agent.ID, AgentName: c.Agent.Name, Reason: c.Reason, LastSeq: c.LastSeq, NoteSeq: c.NoteSeq,
		Preview: preview(c.Preview), PreviewBy: c.PreviewBy, VisitorDelivered: c.Read.VisitorDelivered, VisitorRead: c.Read.Visitor, AgentRead: c.Read.Agent, Last: c.Last.Time}
	r.Waiting.Time, r.Assigned.Time, r.Replied.Time, r.Closed.Time, r.Snoozed.Time = c.Waiting.Time, c.Assigned.Time, c.Replied.Time, c.Closed.Time, c.Snoozed.Time
	return r
}

func sampleVisitors(all []chat.Visitor) any {
	var c struct {
		ID         pq.StringArray `db:"id"`
		External   pq.StringArray `db:"external_id"`
		Name       pq.StringArray `db:"name"`
		Attributes pq.StringArray `db:"attributes"`
		Verified   pq.BoolArray   `db:"verified"`
		Locale     pq.StringArray `db:"locale"`
		Page       pq.StringArray `db:"page"`
		Device     pq.StringArray `db:"device"`
		At         pq.StringArray `db:"at"`
	}
	for _, v := range all {
		c.ID, c.External, c.Name = append(c.ID, string(v.ID)), append(c.External, v.External), append(c.Name, v.Name)
		attributes := string(v.Attributes)
		if attributes == "" {
			attributes = "{}"
		}
		c.Attributes, c.Verified, c.Locale = append(c.Attributes, attributes), append(c.Verified, v.Verified), append(c.Locale, v.Locale)
		c.Page, c.Device, c.At = append(c.Page, jsonText(v.Page)), append(c.Device, jsonText(v.Device)), append(c.At, text(v.Created.Time))
	}
	return c
}

func sampleBegun(all []chat.Conversation) any {
	var c struct {
		ID      pq.StringArray `db:"id"`
		Visitor pq.StringArray `db:"visitor_id"`
		Labels  pq.StringArray `db:"labels"`
		At      pq.StringArray `db:"at"`
	}
	for _, x := range all {
		c.ID, c.Visitor = append(c.ID, string(x.ID)), append(c.Visitor, string(x.Visitor))
		c.Labels, c.At = append(c.Labels, strings.Join(x.Labels, "\n")), append(c.At, text(x.Created.Time))
	}
	return c
}

func sampleRatings(all map[chat.ID]chat.Rating) any {
	var c struct {
		ID      pq.StringArray `db:"id"`
		Score   pq.Int64Array  `db:"score"`
		Comment pq.StringArray `db:"comment"`
		At      pq.StringArray `db:"at"`
	}
	for id, r := range all {
		c.ID, c.Score = append(c.ID, string(id)), append(c.Score, int64(r.Score))
		c.Comment, c.At = append(c.Comment, r.Comment), append(c.At, text(r.Created))
	}
	return c
}

func sampleAttachments(all []chat.Attachment) any {
	var c struct {
		ID           pq.StringArray `db:"id"`
		Conversation pq.StringArray `db:"conversation_id"`
		Author       pq.StringArray `db:"author_id"`
		Name         pq.StringArray `db:"name"`
		Size         pq.Int64Array  `db:"size"`
		Width        pq.Int64Array  `db:"width"`
		Height       pq.Int64Array  `db:"height"`
		Blob         pq.StringArray `db:"blob"`
		At           pq.StringArray `db:"at"`
	}
	for _, a := range all {
		c.ID, c.Conversation, c.Author = append(c.ID, string(a.ID)), append(c.Conversation, string(a.Conversation)), append(c.Author, string(a.Author))
		c.Name, c.Size = append(c.Name, a.Name), append(c.Size, a.Size)
		c.Width, c.Height = append(c.Width, int64(a.Width)), append(c.Height, int64(a.Height))
		c.Blob, c.At = append(c.Blob, a.Blob), append(c.At, text(a.Created.Time))
	}
	return c
}

// jsonText writes a value of plain fields.
func jsonText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("encode a sample: " + err.Error())
	}
	return string(b)
}
