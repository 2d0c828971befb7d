package desk_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
)

// shelf keeps blobs in memory; broken makes it refuse to.
type shelf struct {
	mu     sync.Mutex
	kept   map[string]string
	broken error
}

func (s *shelf) Put(_ context.Context, name string, from io.Reader) error {
	b, err := io.ReadAll(from)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil && s.broken == nil {
		s.kept[name] = string(b)
	}
	return errors.Join(err, s.broken)
}

type opened struct{ *strings.Reader }

func (opened) Close() error { return nil }

func (s *shelf) Open(_ context.Context, name string) (io.ReadSeekCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.kept[name]
	if !ok {
		return nil, chat.NotFound()
	}
	return opened{strings.NewReader(b)}, nil
}

func (s *shelf) Delete(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken == nil {
		delete(s.kept, name)
	}
	return s.broken
}

func (s *shelf) size() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.kept)
}

// glance takes every .jpg for a picture.
type glance struct{}

func (glance) Inspect(_ context.Context, f chat.File) (desk.Inspected, error) {
	i := desk.Inspected{FileInfo: chat.FileInfo{Name: f.Name, Type: "text/plain", Size: f.Size}, Body: f.Body}
	if strings.HasSuffix(f.Name, ".jpg") {
		i.Type, i.Width, i.Height, i.Thumbnail = "image/jpeg", 3, 2, strings.NewReader("small")
	}
	return i, nil
}

func file(name, content string) chat.File {
	return chat.File{Name: name, Size: int64(len(content)), Body: bytes.NewReader([]byte(content))}
}

func TestDesk_Attach(t *testing.T) {
	t.Parallel()
	blobs := &shelf{kept: map[string]string{}}
	n := alone(t, func(o *desk.Options) { o.Blobs, o.Inspector = blobs, glance{} })
	read := func(t *testing.T, ctx context.Context, a chat.Attachment, small bool) string {
		t.Helper()
		_, body, err := n.Attachment(ctx, a.Conversation, a.ID, small)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}

	t.Run("OK: named in a message it is everybody's in the conversation", func(t *testing.T) {
		v := n.waiting(t, "shop")
		a, err := n.Attach(v.ctx, v.conversation, file("cup.jpg", "pixels"))
		if err != nil {
			t.Fatal(err)
		}
		if a.Kind != chat.KindImage || a.Width != 3 || !strings.HasSuffix(a.Thumbnail, string(a.ID)+"/thumbnail") {
			t.Errorf("attached %+v", a)
		}
		lin, _ := n.agent(t, "lin")
		if _, _, err := n.Attachment(lin, v.conversation, a.ID, false); chat.CodeOf(err) != chat.CodeNotFound {
			t.Errorf("before it is sent an agent gets %v", err)
		}
		d := chat.Draft{Conversation: v.conversation, ClientID: chat.NewID(time.Now()), Kind: chat.KindImage, Attachment: a.ID}
		m, _, err := n.Send(v.ctx, d)
		if err != nil {
			t.Fatal(err)
		}
		if string(m.Data) == "" || m.Text != "" {
			t.Errorf("sent %+v", m)
		}
		again, repeat, err := n.Send(v.ctx, d)
		if err != nil || !repeat || again.ID != m.ID {
			t.Errorf("a repeat is %v, %v", repeat, err)
		}
		if got := read(t, lin, a, false) + read(t, lin, a, true); got != "pixelssmall" {
			t.Errorf("an agent reads %q", got)
		}
	})
	t.Run("the name of a file stands in the lists", func(t *testing.T) {
		v := n.waiting(t, "shop")
		a, err := n.Attach(v.ctx, v.conversation, file("order.txt", "words"))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := n.Send(v.ctx, chat.Draft{Conversation: v.conversation, ClientID: chat.NewID(time.Now()), Kind: chat.KindFile, Attachment: a.ID}); err != nil {
			t.Fatal(err)
		}
		c, err := n.Conversation(v.ctx, v.conversation)
		if err != nil || c.Preview != "order.txt" {
			t.Errorf("the preview is %q, %v", c.Preview, err)
		}
	})
	t.Run("what nobody named in time cannot be named, and is deleted", func(t *testing.T) {
		v := n.waiting(t, "mall")
		a, err := n.Attach(v.ctx, v.conversation, file("cup.jpg", "pixels"))
		if err != nil {
			t.Fatal(err)
		}
		old := chat.Attachment{ID: chat.NewSecretID(), Conversation: v.conversation, Author: a.Author, Kind: chat.KindImage,
			Created: chat.Time{Time: time.Now().Add(-25 * time.Hour)}, Blob: "mall/old"}
		if err := n.store.PutAttachment(t.Context(), "mall", old); err != nil {
			t.Fatal(err)
		}
		blobs.mu.Lock()
		blobs.kept["mall/old"], blobs.kept["mall/old.thumb"] = "pixels", "small"
		blobs.mu.Unlock()
		_, _, err = n.Send(v.ctx, chat.Draft{Conversation: v.conversation, ClientID: chat.NewID(time.Now()), Kind: chat.KindImage, Attachment: old.ID})
		wantCode(t, err, chat.CodeInvalid)
		before := blobs.size()
		blobs.broken = errors.New("the disk is away")
		if err := n.DiscardStale(t.Context(), "mall"); err == nil {
			t.Error("nothing is said of what could not be deleted")
		}
		blobs.broken = nil
		if err := n.DiscardStale(t.Context(), "mall"); err != nil { // it was not forgotten
			t.Fatal(err)
		}
		if n := before - blobs.size(); n != 2 {
			t.Errorf("%d blobs are gone", n)
		}
		if _, err := n.store.Attachment(t.Context(), "mall", old.ID); chat.CodeOf(err) != chat.CodeNotFound {
			t.Errorf("of what is gone the store knows %v", err)
		}
		if got := read(t, v.ctx, a, false); got != "pixels" {
			t.Errorf("the young one reads %q", got)
		}
	})
	t.Run("refusals", func(t *testing.T) {
		v, other := n.waiting(t, "shop"), n.waiting(t, "shop")
		_, err := n.Attach(other.ctx, v.conversation, file("a.txt", "x"))
		wantCode(t, err, chat.CodeNotFound)
		audit, _ := n.agent(t, "audit")
		_, err = n.Attach(audit, v.conversation, file("a.txt", "x"))
		wantCode(t, err, chat.CodeForbidden)
		if err := n.End(v.ctx, v.conversation); err != nil {
			t.Fatal(err)
		}
		_, err = n.Attach(v.ctx, v.conversation, file("a.txt", "x"))
		wantCode(t, err, chat.CodeConflict)
		none := alone(t)
		w := none.waiting(t, "shop")
		_, err = none.Attach(w.ctx, w.conversation, file("a.txt", "x"))
		wantCode(t, err, chat.CodeForbidden)
	})
}
