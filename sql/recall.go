package sql

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/taadis/unique-support/core/chat"
)

// Recall takes a message back for its author: its words are gone from the log, from quotes and from the lists, and a notice
// of that is appended. Taking it back again changes nothing, and Moved.Notice is nil.
func (s *Store) Recall(ctx context.Context, line string, conversation chat.ID, seq int64, by chat.Author, trace string) (chat.Moved, error) {
	return s.move(ctx, line, conversation, by, func(b *batch, r *row) (*chat.Message, error) {
		var found messageRow
		if err := b.t.get(&found, "Message_At", conversation, seq); err != nil {
			return nil, err
		}
		m := found.message()
		switch {
		case m.Author.ID != by.ID || m.Author.Kind != by.Kind && (m.Author.Kind != chat.KindBot || by.Kind != chat.KindAgent):
			return nil, chat.Forbidden()
		case m.Kind == chat.KindNotice:
			return nil, nil
		case b.now.Sub(m.Created.Time) > chat.RecallWithin:
			return nil, chat.Conflict("recall_late", "A message can be recalled for two minutes.")
		}
		said := chat.Notice{Name: "recalled", By: by.Kind, Agent: agentName(by)}
		data, err := json.Marshal(said)
		if err != nil {
			return nil, err
		}
		if _, err := b.t.exec("Message_Blank", conversation, seq, string(data)); err != nil {
			return nil, err
		}
		if _, err := b.t.exec("Message_Unquote", conversation, seq); err != nil {
			return nil, err
		}
		var newest messageRow
		switch err := b.t.get(&newest, "Message_Newest", conversation); {
		case err == nil:
			r.Preview, r.PreviewBy = preview(newest.Text), newest.AuthorKind
		case errors.Is(err, chat.NotFound()):
			r.Preview, r.PreviewBy = "", ""
		default:
			return nil, err
		}
		said.Seq = seq
		return b.notice(r, said, trace), nil
	})
}
