package desk

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// discarding is how often what nobody named in a message is looked for, discards how many are deleted at a time.
	discarding = 10 * time.Minute
	discards   = 100
	// thumbnail ends the name of a picture's small one.
	thumbnail = ".thumb"
)

// Attach takes a picture or a file for a conversation the actor may write in. It is seen by nobody else, and deleted after a
// day, unless the actor names it in a message.
func (d *Desk) Attach(ctx context.Context, conversation chat.ID, f chat.File) (chat.Attachment, error) {
	c, err := d.conversation(ctx, conversation, chat.ConversationReply)
	if err != nil {
		return chat.Attachment{}, err
	}
	if d.blobs == nil {
		return chat.Attachment{}, chat.Forbidden()
	}
	if c.Status == chat.StatusClosed {
		return chat.Attachment{}, chat.Conflict("closed", "This conversation has ended.")
	}
	seen, err := d.inspector.Inspect(ctx, f)
	if err != nil {
		return chat.Attachment{}, err
	}
	id := chat.NewSecretID()
	a := chat.Attachment{
		ID: id, Conversation: c.ID, Author: chat.ActorFrom(ctx).ID, Kind: chat.KindFile, FileInfo: seen.FileInfo,
		Created: chat.Time{Time: d.clock.Now()}, Blob: c.Line + "/" + string(id[:2]) + "/" + string(id),
	}
	if seen.Thumbnail != nil {
		a.Kind = chat.KindImage
	}
	// The row first: what fails after it is found and deleted.
	if err := d.store.PutAttachment(ctx, c.Line, a); err != nil {
		return chat.Attachment{}, err
	}
	if seen.Thumbnail != nil {
		err = d.blobs.Put(ctx, a.Blob+thumbnail, seen.Thumbnail)
	}
	if err == nil {
		err = d.blobs.Put(ctx, a.Blob, seen.Body)
	}
	if err != nil {
		return chat.Attachment{}, err
	}
	return a.At(), nil
}

// name fills in a draft of kind image or file from the attachment it names: one of the actor's own, of the same conversation.
func (d *Desk) name(ctx context.Context, line string, draft *chat.Draft) error {
	unknown := chat.Invalid("attachment_id", "attachment_id must be the id of an attachment.")
	a, err := d.store.Attachment(ctx, line, draft.Attachment)
	if chat.CodeOf(err) == chat.CodeNotFound && err != nil {
		return unknown
	}
	if err != nil {
		return err
	}
	late := !a.Named && d.clock.Now().Sub(a.Created.Time) > chat.AttachmentLife
	if a.Conversation != draft.Conversation || a.Author != draft.Author.ID || a.Kind != draft.Kind || late {
		return unknown
	}
	draft.Data = a.Data()
	if a.Kind == chat.KindFile {
		draft.Preview = a.Name
	}
	return nil
}

// Attachment returns an attachment of a conversation the actor may see, and its bytes; with small those of a picture's small
// one, which is a JPEG. One that no message names is there for its author only. The caller closes the bytes.
func (d *Desk) Attachment(ctx context.Context, conversation, id chat.ID, small bool) (chat.Attachment, io.ReadSeekCloser, error) {
	c, err := d.conversation(ctx, conversation, chat.ConversationRead)
	if err != nil {
		return chat.Attachment{}, nil, err
	}
	if _, err := chat.ParseID(string(id)); err != nil || d.blobs == nil {
		return chat.Attachment{}, nil, chat.NotFound()
	}
	a, err := d.store.Attachment(ctx, c.Line, id)
	if err != nil {
		return chat.Attachment{}, nil, err
	}
	if a.Conversation != c.ID || !a.Named && a.Author != chat.ActorFrom(ctx).ID || small && a.Kind != chat.KindImage {
		return chat.Attachment{}, nil, chat.NotFound()
	}
	blob := a.Blob
	if small {
		blob += thumbnail
	}
	body, err := d.blobs.Open(ctx, blob)
	return a, body, err
}

// discard deletes attachments of a line that no message named, until ctx ends. What fails is tried again at the next round.
func (d *Desk) discard(ctx context.Context, line string) error {
	tick := time.NewTicker(discarding)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := d.DiscardStale(ctx, line); err != nil && ctx.Err() == nil {
			d.log.Warn("attachments that no message names not deleted", "line", line, "error", err)
		}
	}
}

// DiscardStale deletes the attachments of a line that no message named within a day: bytes first, so that what fails is found again.
func (d *Desk) DiscardStale(ctx context.Context, line string) error {
	for {
		stale, err := d.store.StaleAttachments(ctx, line, discards)
		if err != nil {
			return err
		}
		for _, a := range stale {
			if err := errors.Join(d.blobs.Delete(ctx, a.Blob+thumbnail), d.blobs.Delete(ctx, a.Blob)); err != nil {
				return err
			}
			if err := d.store.DropAttachment(ctx, line, a.ID); err != nil {
				return err
			}
		}
		if len(stale) < discards {
			return nil
		}
	}
}
