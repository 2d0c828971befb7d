package sql

import (
	"bytes"
	"encoding/json"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

// spot is where a message stands.
type spot struct {
	conversation chat.ID
	seq          int64
}

// refer fills in what drafts quote and what they answer, from the logs of their own conversations, which are locked: what is
// taken back at the same time is blank before or after. It asks nothing where nobody refers to anything.
func (b *batch) refer(drafts []chat.Draft, done []chat.Appended) error {
	said := map[int]*chat.Said{}
	var conversations pq.StringArray
	var seqs pq.Int64Array
	for i, d := range drafts {
		if r := b.rows[d.Conversation]; done[i].Err != nil || d.Kind != chat.KindText || len(d.Data) == 0 || r == nil || d.Author.Kind == chat.KindVisitor && d.Author.ID != r.Visitor {
			continue
		}
		s := &chat.Said{}
		if err := json.Unmarshal(d.Data, s); err != nil {
			return err
		}
		said[i] = s
		for _, seq := range []int64{s.AnswerTo, s.Quoted()} {
			if seq > 0 {
				conversations, seqs = append(conversations, string(d.Conversation)), append(seqs, seq)
			}
		}
	}
	if len(seqs) == 0 {
		return nil
	}
	var rows []messageRow
	if err := b.t.selectAll(&rows, "Message_Named", conversations, seqs); err != nil {
		return err
	}
	named := map[spot]chat.Message{}
	for _, r := range rows {
		named[spot{r.Conversation, r.Seq}] = r.message()
	}
	for i, s := range said {
		d := &drafts[i]
		if done[i].Err = fill(d, s, named[spot{d.Conversation, s.Quoted()}], named[spot{d.Conversation, s.AnswerTo}]); done[i].Err != nil {
			continue
		}
		var err error
		if d.Data, err = json.Marshal(s); err != nil {
			return err
		}
	}
	return nil
}

// fill completes what a draft says about the messages it names; the zero message is none.
func fill(d *chat.Draft, s *chat.Said, quoted, asked chat.Message) (err error) {
	if s.Quote != nil {
		switch {
		case quoted.Seq == 0 || quoted.Kind == chat.KindNotice && quoted.ClientID == "":
			return chat.Invalid("quote", "What is quoted is not there.")
		case quoted.Kind != chat.KindNotice: // taken back: who quotes it has no words of it
			s.Quote = &chat.Quote{Seq: quoted.Seq, By: quoted.Author.Kind, Author: quoted.Author.Name, Excerpt: preview(quoted.Text)}
		}
	}
	if s.AnswerTo == 0 {
		s.Form = nil
		return nil
	}
	switch asked.Kind {
	case chat.KindChoices:
		s.Form = nil
	case chat.KindForm:
		var f chat.Form
		if err := json.Unmarshal(asked.Data, &f); err != nil {
			return err
		}
		s.Form, d.Text, err = f.Fill(s.Form)
	default:
		err = chat.Invalid("answer_to", "What is answered is not there.")
	}
	return err
}

// unquoted is the data of a text without what the server filled in of a quote, which may be taken back.
func unquoted(data json.RawMessage) json.RawMessage {
	if !bytes.Contains(data, []byte(`"quote"`)) {
		return data
	}
	var s chat.Said
	if json.Unmarshal(data, &s) != nil || s.Quote == nil {
		return data
	}
	s.Quote = &chat.Quote{Seq: s.Quote.Seq}
	b, err := json.Marshal(s)
	if err != nil {
		return data
	}
	return b
}
