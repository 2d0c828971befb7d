package sql

import (
	"context"
	"encoding/json"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

// Append writes a batch in one transaction, in the order given; the i-th answer belongs to the i-th draft. The rows of the
// conversations are locked in id order; they hand out the numbers, and let nobody else write before this is visible.
// Appended.Conversation is the conversation after the whole batch, its Position known when the batch began its wait.
func (s *Store) Append(ctx context.Context, line string, drafts []chat.Draft) ([]chat.Appended, error) {
	p, hook, err := s.hooked(line)
	if err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx) // what was begun is finished, or known to have failed, whoever goes away
	drafts, done := slices.Clone(drafts), make([]chat.Appended, len(drafts))
	asked := map[chat.ID]bool{}
	for i := range drafts {
		if done[i].Err = clean(&drafts[i]); done[i].Err == nil {
			asked[drafts[i].Conversation] = true
		}
	}
	if len(asked) == 0 {
		return done, nil
	}
	var b *batch
	err = p.accept(ctx, func(t *tx) (err error) {
		if b, err = lock(t, slices.Collect(maps.Keys(asked))...); err != nil {
			return err
		}
		if err := b.append(drafts, done); err != nil {
			return err
		}
		if err := b.write(); err != nil {
			return err
		}
		return b.bursts(hook)
	})
	if err != nil {
		return nil, err
	}
	b.place(ctx, p)
	for i := range done {
		if done[i].Err == nil && !done[i].Repeat {
			done[i].Conversation = b.rows[drafts[i].Conversation].conversation(line)
		}
	}
	s.located.put(line, slices.Collect(maps.Keys(b.rows))...)
	return done, nil
}

// append decides about each draft.
func (b *batch) append(drafts []chat.Draft, done []chat.Appended) error {
	seen, err := b.repeats(drafts, done)
	if err != nil {
		return err
	}
	if err := b.refer(drafts, done); err != nil {
		return err
	}
	for i, d := range drafts {
		if done[i].Err != nil {
			continue
		}
		r := b.rows[d.Conversation]
		if r == nil || d.Author.Kind == chat.KindVisitor && d.Author.ID != r.Visitor {
			done[i].Err = chat.NotFound()
			continue
		}
		k, keyed := keyOf(d)
		if first, known := seen[k]; keyed && known {
			if !same(first, d) {
				done[i].Err = chat.Conflict("client_id_used", "This client_id was used for another message.")
				continue
			}
			done[i].Message, done[i].Repeat = first, true
			continue
		}
		if done[i].Err = refuse(r, d); done[i].Err != nil {
			continue
		}
		before := r.Status
		done[i].Before = r.marks()
		done[i].Message = b.add(r, d)
		done[i].Moved = r.Status != before
		if done[i].Moved && r.Status == chat.StatusWaiting {
			b.began = append(b.began, r)
		}
		if keyed {
			seen[k] = done[i].Message
		}
	}
	return nil
}

// key is what makes a repeat harmless. It never expires.
type key struct {
	note                         bool
	conversation, author, client chat.ID
}

// keyOf returns the key of a draft; the desk's own messages have none.
func keyOf(d chat.Draft) (key, bool) {
	k := key{note: d.Kind == chat.KindNote, conversation: d.Conversation, author: d.Author.ID, client: d.ClientID}
	return k, k.author != "" && k.client != ""
}

// repeats finds what was written under the drafts' keys before.
func (b *batch) repeats(drafts []chat.Draft, done []chat.Appended) (map[key]chat.Message, error) {
	seen := map[key]chat.Message{}
	for _, ask := range []struct {
		note bool
		name string
	}{{false, "Message_Repeats"}, {true, "Note_Repeats"}} {
		var conversations, authors, clients pq.StringArray
		for i, d := range drafts {
			if k, keyed := keyOf(d); done[i].Err == nil && keyed && k.note == ask.note {
				conversations, authors, clients = append(conversations, string(k.conversation)), append(authors, string(k.author)), append(clients, string(k.client))
			}
		}
		if len(conversations) == 0 {
			continue
		}
		var rows []messageRow
		if err := b.t.selectAll(&rows, ask.name, conversations, authors, clients); err != nil {
			return nil, err
		}
		for _, r := range rows {
			seen[key{note: ask.note, conversation: r.Conversation, author: r.AuthorID, client: r.ClientID}] = r.message()
		}
	}
	return seen, nil
}

// same reports whether a draft says what the first of its key said.
func same(first chat.Message, d chat.Draft) bool {
	if first.Kind == chat.KindNotice { // it was taken back meanwhile, and what it said is known to nobody
		return true
	}
	return first.Kind == d.Kind && first.Text == d.Text && sameJSON(unquoted(first.Data), unquoted(d.Data))
}

// sameJSON compares as jsonb does, which keeps neither blanks nor the order of fields.
func sameJSON(a, b json.RawMessage) bool {
	if len(a) == 0 || len(b) == 0 {
		return len(a) == len(b)
	}
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// refuse says why a conversation takes no such draft where it stands.
func refuse(r *row, d chat.Draft) error {
	switch {
	case d.Kind == chat.KindNote:
		return nil
	case r.Status == chat.StatusClosed:
		return chat.Conflict("closed", "This conversation has ended.")
	case r.Status == chat.StatusNew && d.Author.Kind != chat.KindVisitor && d.Author.Kind != chat.KindSystem:
		return chat.Conflict("not_begun", "The visitor has not written yet.")
	case d.Author.Kind == chat.KindBot:
		return refuseBot(r, d.Author)
	}
	return nil
}

// clean makes a draft's ids alike and says what Postgres would refuse, so that one draft never fails the others of its batch.
func clean(d *chat.Draft) (err error) {
	if d.Conversation, err = chat.ParseID(string(d.Conversation)); err != nil {
		return chat.NotFound()
	}
	signed := d.Author.Kind == chat.KindVisitor || d.Author.Kind == chat.KindAgent || d.Author.Kind == chat.KindBot
	for id, needed := range map[*chat.ID]bool{&d.ClientID: signed, &d.Author.ID: signed} {
		if *id == "" && !needed {
			continue
		}
		if *id, err = chat.ParseID(string(*id)); err != nil {
			return chat.Invalid("client_id", "client_id must be a UUID of the sender's own.")
		}
	}
	if d.Kind == chat.KindNote && d.Author.Kind != chat.KindAgent {
		return chat.Invalid("kind", "This kind of message cannot be sent.")
	}
	for _, s := range []string{d.Text, d.Author.Name, d.Trace} {
		if !utf8.ValidString(s) {
			return chat.Invalid("text_encoding", "The text is not valid UTF-8.")
		}
		if strings.ContainsRune(s, 0) {
			return chat.Invalid("text_nul", "The text contains a NUL character.")
		}
	}
	if len(d.Data) > 0 && (!utf8.Valid(d.Data) || !json.Valid(d.Data) || strings.Contains(string(d.Data), `\u0000`)) {
		return chat.Invalid("value", "A value is out of range or malformed.")
	}
	return nil
}

// place tells those who begin to wait their place in the queue. What was written stays written if that cannot be had.
func (b *batch) place(ctx context.Context, p *pool) {
	if len(b.began) == 0 {
		return
	}
	var ids pq.StringArray
	for _, r := range b.began {
		ids = append(ids, string(r.ID))
	}
	var places []struct {
		ID    chat.ID `db:"id"`
		Place int     `db:"place"`
	}
	if err := p.selectAll(ctx, &places, "Conversation_Places", ids); err != nil {
		return
	}
	for _, at := range places {
		b.rows[at.ID].Place = at.Place
	}
}

// Messages returns a conversation's messages with after < seq, at most limit, ascending.
func (s *Store) Messages(ctx context.Context, line string, conversation chat.ID, after int64, limit int) ([]chat.Message, error) {
	return s.messages(ctx, line, "Message_After", conversation, after, max(limit, 0))
}

// MessagesBefore returns the last messages with seq < before, at most limit, ascending; before 0 means from the end.
func (s *Store) MessagesBefore(ctx context.Context, line string, conversation chat.ID, before int64, limit int) ([]chat.Message, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	ms, err := s.messages(ctx, line, "Message_Before", conversation, before, max(limit, 0))
	slices.Reverse(ms)
	return ms, err
}

// Notes returns all notes of a conversation, ascending.
func (s *Store) Notes(ctx context.Context, line string, conversation chat.ID) ([]chat.Message, error) {
	return s.messages(ctx, line, "Note_All", conversation)
}

func (s *Store) messages(ctx context.Context, line, name string, args ...any) ([]chat.Message, error) {
	p, err := s.line(line)
	if err != nil {
		return nil, err
	}
	var rows []messageRow
	if err := p.selectAll(ctx, &rows, name, args...); err != nil {
		return nil, err
	}
	return messagesOf(rows), nil
}

// Recent returns the last seq of each conversation that was written to within the time given.
func (s *Store) Recent(ctx context.Context, line string, within time.Duration) (map[chat.ID]int64, error) {
	p, err := s.line(line)
	if err != nil {
		return nil, err
	}
	heads := map[chat.ID]int64{}
	return heads, p.heads(ctx, heads, "Conversation_Recent", within.Seconds())
}

func (p *pool) heads(ctx context.Context, into map[chat.ID]int64, name string, args ...any) error {
	var rows []struct {
		ID      chat.ID `db:"id"`
		LastSeq int64   `db:"last_seq"`
	}
	if err := p.selectAll(ctx, &rows, name, args...); err != nil {
		return err
	}
	for _, r := range rows {
		into[r.ID] = r.LastSeq
	}
	return nil
}
