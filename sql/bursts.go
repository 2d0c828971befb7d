package sql

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

// pushRow is a push hook as it stands beside its line.
type pushRow struct {
	URL     string           `db:"push_url"`
	Secrets pq.StringArray   `db:"push_secrets"`
	Preview chat.PushPreview `db:"push_preview"`
	Delay   int              `db:"push_delay"`
}

func pushRowOf(h chat.Push) pushRow {
	return pushRow{URL: h.URL, Secrets: append(pq.StringArray{}, h.Secrets...), Preview: h.Preview, Delay: int(h.Delay / time.Second)}
}

func (r pushRow) push() chat.Push {
	if r.URL == "" {
		return chat.Push{}
	}
	return chat.Push{URL: r.URL, Secrets: r.Secrets, Preview: r.Preview, Delay: time.Duration(r.Delay) * time.Second}
}

// hooked returns a line's pool and its push hook.
func (s *Store) hooked(name string) (*pool, chat.Push, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, ok := s.lines[name]
	if !ok {
		return nil, chat.Push{}, chat.NotFound()
	}
	return p.pool, p.line.Push, nil
}

// burstColumns are conversations whose bursts begin or end, and the jobs to do about it.
type burstColumns struct {
	Conversation pq.StringArray `db:"conversation_id"`
	Job          pq.StringArray `db:"job_id"`
	Trace        pq.StringArray `db:"trace_id"`
	Delay        float64        `db:"delay"`
}

func (c *burstColumns) add(m chat.Message) {
	c.Conversation, c.Job, c.Trace = append(c.Conversation, string(m.Conversation)), append(c.Job, string(chat.NewID(m.Created.Time))), append(c.Trace, m.Trace)
}

// bursts says, on a line with a push hook, whose visitors are to be called because of the batch's messages, and whose not any
// more. Whoever writes has read what stood there before.
func (b *batch) bursts(h chat.Push) error {
	if !h.On() {
		return nil
	}
	begin, clear := burstColumns{Delay: h.Delay.Seconds()}, burstColumns{}
	first := map[chat.ID]chat.Message{}
	for _, e := range b.messages {
		switch e.m.Author.Kind {
		case chat.KindVisitor:
			delete(first, e.m.Conversation)
			if !slices.Contains(clear.Conversation, string(e.m.Conversation)) {
				clear.add(e.m)
			}
		case chat.KindAgent, chat.KindBot:
			if _, begun := first[e.m.Conversation]; !begun && e.m.Kind != chat.KindNotice {
				first[e.m.Conversation] = e.m
			}
		}
	}
	for _, r := range b.touched {
		if m, ok := first[r.ID]; ok {
			begin.add(m)
		}
	}
	for _, c := range []struct {
		name string
		of   *burstColumns
	}{{"Burst_Clear", &clear}, {"Burst_Begin", &begin}} {
		if len(c.of.Conversation) == 0 {
			continue
		}
		if _, err := b.t.exec(c.name, c.of); err != nil {
			return err
		}
	}
	return nil
}

// read ends the burst of a conversation whose visitor has read up to the row's mark, when nothing is left.
func (b *batch) read(h chat.Push, r *row, trace string) error {
	if !h.On() {
		return nil
	}
	var unread int64
	if r.VisitorRead < r.LastSeq {
		if err := b.t.get(&unread, "Message_Unread", r.ID, r.VisitorRead, r.Visitor); err != nil || unread > 0 {
			return err
		}
	}
	var c burstColumns
	c.add(chat.Message{Conversation: r.ID, Created: chat.Time{Time: b.now}, Trace: trace})
	_, err := b.t.exec("Burst_Clear", c)
	return err
}

// DecidePush says what a job of the line's push hook sends, as things stand now; with end it is not sent: because nobody has to
// be called any more, or not yet. link opens the line's page.
func (s *Store) DecidePush(ctx context.Context, line string, j chat.Job, link string) (body json.RawMessage, end *chat.JobEnd, err error) {
	p, h, err := s.hooked(line)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case !h.On():
		return nil, &chat.JobEnd{State: chat.JobDropped, Reason: "removed"}, nil
	case j.Event == chat.PushTest:
		return j.Body, nil, nil
	}
	err = p.tx(ctx, func(t *tx) error {
		b, err := lock(t, j.Subject)
		if err != nil {
			return err
		}
		body, end, err = b.decide(j, h, line, link)
		if err != nil || end != nil || len(body) == 0 {
			return err
		}
		_, err = t.exec("Job_Decided", j.ID, string(body))
		return err
	})
	return body, end, err
}

func (b *batch) decide(j chat.Job, h chat.Push, line, link string) (json.RawMessage, *chat.JobEnd, error) {
	dropped := func(why string) (json.RawMessage, *chat.JobEnd, error) {
		return nil, &chat.JobEnd{State: chat.JobDropped, Reason: why, Untried: true}, nil
	}
	r := b.rows[j.Subject]
	if r == nil {
		return dropped("removed")
	}
	data := chat.PushData{Line: line, Conversation: r.ID, LastSeq: r.LastSeq, Link: link, Trace: j.Trace}
	if j.Event == chat.PushUnread {
		var told bool
		switch err := b.t.get(&told, "Burst_Get", r.ID, j.ID); {
		case err != nil && !errors.Is(err, chat.NotFound()):
			return nil, nil, err
		case err != nil && j.Replayed && len(j.Body) > 0:
			return j.Body, nil, nil
		case err != nil:
			return dropped("read")
		case !told: // nobody outside knows of it, so it may still come to nothing
			if end, err := b.wanted(r, h); err != nil || end != nil {
				return nil, end, err
			}
		}
		if err := b.unread(r, h, &data); err != nil {
			return nil, nil, err
		}
		if _, err := b.t.exec("Burst_Told", r.ID); err != nil {
			return nil, nil, err
		}
	}
	var v struct {
		ID  chat.ID `db:"id"`
		Sub string  `db:"sub"`
	}
	if err := b.t.get(&v, "Burst_Visitor", r.Visitor); err != nil {
		return nil, nil, err
	}
	data.Visitor = &chat.PushVisitor{ID: v.ID, Sub: v.Sub}
	body, err := json.Marshal(chat.PushBody{Type: j.Event, Timestamp: at(b.now), Data: data})
	return body, nil, err
}

// wanted is nil when there is something that no page has acknowledged in the hook's delay.
func (b *batch) wanted(r *row, h chat.Push) (*chat.JobEnd, error) {
	var w struct {
		Waiting int64   `db:"waiting"`
		Age     float64 `db:"age"`
	}
	if err := b.t.get(&w, "Burst_Waiting", r.ID, r.VisitorDelivered); err != nil {
		return nil, err
	}
	if w.Waiting == 0 {
		return &chat.JobEnd{State: chat.JobDropped, Reason: "acknowledged", Untried: true}, nil
	}
	if rest := h.Delay - time.Duration(w.Age*float64(time.Second)); rest > 0 {
		return &chat.JobEnd{State: chat.JobQueued, After: rest, Untried: true}, nil
	}
	return nil, nil
}

// unread fills in what waits for the visitor.
func (b *batch) unread(r *row, h chat.Push, data *chat.PushData) error {
	if err := b.t.get(&data.Unread, "Message_Unread", r.ID, r.VisitorRead, r.Visitor); err != nil {
		return err
	}
	var m messageRow
	if err := b.t.get(&m, "Burst_Newest", r.ID); err != nil {
		if errors.Is(err, chat.NotFound()) { // all of it was taken back
			return nil
		}
		return err
	}
	data.Kind = m.Kind
	if h.Preview == chat.PreviewWords {
		data.Author, data.Preview = m.AuthorName, words(m.Text)
	}
	return nil
}

// words are the first of a text, in one line.
func words(text string) string {
	line := []rune(preview(text))
	if len(line) <= chat.PushWords {
		return string(line)
	}
	return string(line[:chat.PushWords-1]) + "…"
}
