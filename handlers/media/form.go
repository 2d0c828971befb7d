package media

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
)

const (
	// fields is how many bytes the other fields of a form may have together, files how many files are in one.
	fields = 128 << 10
	files  = 10
	// slow is how long a form with files may take to arrive: the largest over a bad line.
	slow = 5 * time.Minute
)

// Multipart reports whether a request's body is a form that may have files in it.
func Multipart(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "multipart/form-data"
}

// Form is a form with files. Its files are on the disk and gone when it is closed, whatever ends the process.
type Form struct {
	Values url.Values
	Files  []chat.File
	open   []*os.File
}

// Drafts attaches the files to a conversation and returns the messages that name them; client names what they come with, so that
// a form sent twice is the same messages.
func (f *Form) Drafts(ctx context.Context, d *desk.Desk, conversation, client chat.ID) ([]chat.Draft, error) {
	if f == nil {
		return nil, nil
	}
	var drafts []chat.Draft
	for n, file := range f.Files {
		a, err := d.Attach(ctx, conversation, file)
		if err != nil {
			return nil, err
		}
		drafts = append(drafts, chat.Draft{Conversation: conversation, ClientID: client.Part(n), Kind: a.Kind, Attachment: a.ID})
	}
	return drafts, nil
}

// Send sends drafts of a form. One that was sent before, with another copy of its file, has been sent.
func Send(ctx context.Context, d *desk.Desk, drafts []chat.Draft) error {
	for _, draft := range drafts {
		if _, _, err := d.Send(ctx, draft); err != nil && !errors.Is(err, chat.Conflict("client_id_used", "")) {
			return err
		}
	}
	return nil
}

// Close lets go of the files.
func (f *Form) Close() error {
	if f == nil {
		return nil
	}
	var err error
	for _, file := range f.open {
		err = errors.Join(err, file.Close())
	}
	return err
}

// Read reads a form whose files, those of the field "file", have at most limit bytes each; fields for files that none was chosen for are
// left out. Other code finds the values in the request as usual. The server's timeouts do not hold for it.
func Read(w http.ResponseWriter, r *http.Request, limit int64) (*Form, error) {
	control := http.NewResponseController(w)
	late := time.Now().Add(slow)
	_ = errors.Join(control.SetReadDeadline(late), control.SetWriteDeadline(late.Add(time.Minute))) // a test's recorder has none
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, unreadable(err)
	}
	f := &Form{Values: url.Values{}}
	err = f.read(parts, limit)
	// Also of a form that is refused: what was typed is to be shown again.
	r.Form, r.PostForm, r.MultipartForm = f.Values, f.Values, &multipart.Form{Value: f.Values}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (f *Form) read(parts *multipart.Reader, limit int64) error {
	left := int64(fields)
	for {
		p, err := parts.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return unreadable(err)
		}
		if p.FormName() == "file" && p.FileName() != "" {
			if len(f.Files) == files {
				return chat.Invalid("files_many", "These are too many files at once.")
			}
			if err := f.keep(p, limit); err != nil {
				return err
			}
			continue
		}
		b, err := io.ReadAll(io.LimitReader(p, left+1))
		if err != nil {
			return unreadable(err)
		}
		if left -= int64(len(b)); left < 0 {
			return &chat.Error{Code: chat.CodeTooLarge, Key: "too_large", Detail: "This is too large."}
		}
		if p.FileName() == "" {
			f.Values.Add(p.FormName(), string(b))
		}
	}
}

func (f *Form) keep(p *multipart.Part, limit int64) error {
	file, err := os.CreateTemp("", "support-")
	if err != nil {
		return err
	}
	f.open = append(f.open, file)
	if err := os.Remove(file.Name()); err != nil {
		return err
	}
	size, err := io.Copy(file, io.LimitReader(p, limit+1))
	if err != nil {
		return unreadable(err)
	}
	if size > limit {
		return TooLarge(nil)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	f.Files = append(f.Files, chat.File{Name: p.FileName(), Size: size, Body: file})
	return nil
}

// unreadable says what is wrong with a body that ends too early, goes on too long or is none.
func unreadable(err error) error {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return TooLarge(err)
	}
	if _, ours := errors.AsType[*fs.PathError](err); ours { // the disk, not the body
		return err
	}
	return &chat.Error{Code: chat.CodeInvalid, Key: "invalid", Detail: "This request cannot be read.", Err: err}
}
