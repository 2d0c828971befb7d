package sql

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

// Append writes a batch, in the order given; the i-th answer belongs to the i-th draft. Conversations that another transaction
// has are written later, in a transaction of their own: when one fails, those before it stay written.
func (s *Store) Append(ctx context.Context, line string, drafts []chat.Draft) ([]chat.Appended, error) {
	done, err := s.AppendFree(ctx, line, drafts, false)
	if err != nil {
		return nil, err
	}
	for {
		var left []chat.Draft
		var at []int
		for i, a := range done {
			if errors.Is(a.Err, chat.ErrHeld) {
				left, at = append(left, drafts[i]), append(at, i)
			}
		}
		if len(left) == 0 {
			return done, nil
		}
		more, err := s.AppendFree(ctx, line, left, true)
		if err != nil {
			return nil, err
		}
		for i, a := range more {
			done[at[i]] = a
		}
	}
}

// AppendFree writes a batch, in the order given, all of it at once; the i-th answer belongs to the i-th draft. Where the
// conversations stand is read, what follows is decided here, and one statement writes it where they still stand so: nobody waits
// for a row that is kept while words travel to the database and back. A conversation that others have, or wrote meanwhile, is left
// as it is, its drafts with chat.ErrHeld. With wait set the first draft's is taken before and waited for, a second at most.
// Appended.Conversation is the conversation after the whole batch, its Position known when the batch began its wait.
func (s *Store) AppendFree(ctx context.Context, line string, drafts []chat.Draft, wait bool) ([]chat.Appended, error) {
	p, hook, err := s.hooked(line)
	if err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx) // what was begun is finished, or known to have failed, whoever goes away
	drafts, done := slices.Clone(drafts), make([]chat.Appended, len(drafts))
	first := chat.ID("")
	for i := range drafts {
		if done[i].Err = clean(&drafts[i]); done[i].Err == nil && first == "" {
			first = drafts[i].Conversation
		}
	}
	if first == "" {
		return done, nil
	}
	b := &batch{}
	write := func(t statements) error {
		if err := b.plan(t, drafts, done); err != nil {
			return err
		}
		if err := b.write(); err != nil {
			return err
		}
		return b.bursts(hook)
	}
	late := false
	if wait || hook.On() { // what the hook is told is written with the messages or not at all
		err = p.accept(ctx, func(t *tx) error {
			if wait {
				if _, err := t.exec("Conversation_Hold", first); err != nil {
					late = lockLate(err)
					return err
				}
			}
			return write(t)
		})
		if late {
			for i := range done {
				done[i].Err = chat.ErrHeld
			}
			return done, nil
		}
	} else {
		err = p.acceptEach(ctx, func(t *each) error { return write(t) })
	}
	if err != nil {
		return nil, err
	}
	b.place(ctx, p)
	for i := range done {
		switch id := drafts[i].Conversation; {
		case b.lost[id]: // also what repeats, or contradicts, a draft that was not written
			done[i] = chat.Appended{Err: chat.ErrHeld}
		case done[i].Err == nil && !done[i].Repeat:
			done[i].Conversation = b.rows[id].conversation(line)
		}
	}
	s.located.put(line, slices.Collect(maps.Keys(b.rows))...)
	return done, nil
}

// plan reads where the conversations stand and decides about each draft.
func (b *batch) plan(t statements, drafts []chat.Draft, done []chat.Appended) error {
	*b = batch{t: t, rows: map[chat.ID]*row{}}
	seen, err := b.stand(drafts, done)
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

// standing is where a draft's conversation stands, and what was written under the draft's key before.
type standing struct {
	row
	N     int    `db:"n"`
	First []byte `db:"first"`
}

// firstRow is a message or a note as its table's row is put in JSON.
type firstRow struct {
	ID           chat.ID          `json:"id"`
	Conversation chat.ID          `json:"conversation_id"`
	Seq          int64            `json:"seq"`
	ClientID     chat.ID          `json:"client_id"`
	AuthorKind   chat.Kind        `json:"author_kind"`
	AuthorID     chat.ID          `json:"author_id"`
	AuthorName   string           `json:"author_name"`
	Kind         chat.MessageKind `json:"kind"`
	Text         string           `json:"text"`
	Data         json.RawMessage  `json:"data"`
	Trace        string           `json:"trace_id"`
	Created      time.Time        `json:"created_at"`
}

func (r *firstRow) message() chat.Message {
	if string(r.Data) == "null" {
		r.Data = nil
	}
	m := messageRow{
		ID: r.ID, Conversation: r.Conversation, Seq: r.Seq, ClientID: r.ClientID, AuthorKind: r.AuthorKind, AuthorID: r.AuthorID,
		AuthorName: r.AuthorName, Kind: r.Kind, Text: r.Text, Data: r.Data, Trace: r.Trace, Created: r.Created,
	}
	return m.message()
}

// stand reads where the drafts' conversations stand, and what was written under the drafts' keys before.
func (b *batch) stand(drafts []chat.Draft, done []chat.Appended) (map[key]chat.Message, error) {
	var conversations, authors, clients pq.StringArray
	var notes pq.BoolArray
	for i, d := range drafts {
		if done[i].Err != nil {
			continue
		}
		k, keyed := keyOf(d)
		if !keyed {
			k.author, k.client = "", ""
		}
		conversations, authors = append(conversations, string(d.Conversation)), append(authors, string(k.author))
		clients, notes = append(clients, string(k.client)), append(notes, k.note)
	}
	var all []standing
	if err := b.t.selectAll(&all, "Draft_Stand", conversations, authors, clients, notes); err != nil {
		return nil, err
	}
	seen := map[key]chat.Message{}
	for i := range all {
		r := &all[i]
		if b.rows[r.ID] == nil {
			b.rows[r.ID], b.now = &r.row, r.Now
		}
		if len(r.First) == 0 {
			continue
		}
		note := bool(notes[r.N-1])
		first := firstRow{}
		if note {
			first.AuthorKind, first.Kind = chat.KindAgent, chat.KindNote
		}
		if err := json.Unmarshal(r.First, &first); err != nil {
			return nil, err
		}
		seen[key{note: note, conversation: first.Conversation, author: first.AuthorID, client: first.ClientID}] = first.message()
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
