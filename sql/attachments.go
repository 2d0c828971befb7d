package sql

import (
	"context"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

type attachmentRow struct {
	ID           chat.ID          `db:"id"`
	Conversation chat.ID          `db:"conversation_id"`
	Author       chat.ID          `db:"author_id"`
	Kind         chat.MessageKind `db:"kind"`
	Name         string           `db:"name"`
	Type         string           `db:"media_type"`
	Size         int64            `db:"size"`
	Width        int              `db:"width"`
	Height       int              `db:"height"`
	Blob         string           `db:"blob"`
	Named        bool             `db:"named"`
	Created      time.Time        `db:"created_at"`
}

func (r *attachmentRow) attachment() chat.Attachment {
	return chat.Attachment{
		ID: r.ID, Conversation: r.Conversation, Author: r.Author, Kind: r.Kind, Named: r.Named, Created: at(r.Created), Blob: r.Blob,
		FileInfo: chat.FileInfo{Name: r.Name, Type: r.Type, Size: r.Size, Width: r.Width, Height: r.Height},
	}.At()
}

// PutAttachment keeps what is known of a new attachment.
func (s *Store) PutAttachment(ctx context.Context, line string, a chat.Attachment) error {
	p, err := s.line(line)
	if err != nil {
		return err
	}
	return p.tx(ctx, func(t *tx) error {
		_, err := t.exec("Attachment_Put", attachmentRow{
			ID: a.ID, Conversation: a.Conversation, Author: a.Author, Kind: a.Kind, Name: a.Name, Type: a.Type, Size: a.Size,
			Width: a.Width, Height: a.Height, Blob: a.Blob, Created: a.Created.Time,
		})
		return err
	})
}

// Attachment returns one, or chat.NotFound.
func (s *Store) Attachment(ctx context.Context, line string, id chat.ID) (chat.Attachment, error) {
	p, err := s.line(line)
	if err != nil {
		return chat.Attachment{}, err
	}
	var r attachmentRow
	if err := p.get(ctx, &r, "Attachment_Get", id); err != nil {
		return chat.Attachment{}, err
	}
	return r.attachment(), nil
}

// StaleAttachments returns those that no message named within a day, at most limit, the oldest first.
func (s *Store) StaleAttachments(ctx context.Context, line string, limit int) ([]chat.Attachment, error) {
	p, err := s.line(line)
	if err != nil {
		return nil, err
	}
	var rows []attachmentRow
	if err := p.selectAll(ctx, &rows, "Attachment_Stale", limit); err != nil {
		return nil, err
	}
	stale := make([]chat.Attachment, len(rows))
	for i := range rows {
		stale[i] = rows[i].attachment()
	}
	return stale, nil
}

// DropAttachment forgets one that no message names.
func (s *Store) DropAttachment(ctx context.Context, line string, id chat.ID) error {
	p, err := s.line(line)
	if err != nil {
		return err
	}
	return p.tx(ctx, func(t *tx) error {
		_, err := t.exec("Attachment_Drop", id)
		return err
	})
}
