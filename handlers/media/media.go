// Package media looks at what people attach. A file is what its bytes say, whatever it is called; a picture is made anew from
// its pixels, so that neither where it was taken nor anything hidden behind it is kept; and nothing is decoded that would
// not fit: what it would need is known before.
package media

import (
	"context"
	"errors"
	"io"
	"path"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/gabriel-vasile/mimetype"
	"golang.org/x/sync/semaphore"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
	"github.com/taadis/unique-support/views/ui"
)

const (
	// budget is how many bytes all decoding at once may need, patience how long one waits for its share.
	budget   = 256 << 20
	patience = 10 * time.Second
)

// kind is a type of files that may be sent, with the endings its name may have; the first is given to one with another.
type kind struct {
	media   string
	endings []string
}

// kinds are the types there are, pictures first.
var kinds = []kind{
	{"image/jpeg", []string{".jpg", ".jpeg"}},
	{"image/png", []string{".png"}},
	{"image/gif", []string{".gif"}},
	{"image/webp", []string{".webp"}},
	{"application/pdf", []string{".pdf"}},
	{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", []string{".docx"}},
	{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", []string{".xlsx"}},
	{"application/vnd.openxmlformats-officedocument.presentationml.presentation", []string{".pptx"}},
	{"application/msword", []string{".doc"}},
	{"application/vnd.ms-excel", []string{".xls"}},
	{"application/vnd.ms-powerpoint", []string{".ppt"}},
	{"application/zip", []string{".zip"}},
	{"text/csv", []string{".csv"}},
	{"text/plain", []string{".txt", ".csv", ".log"}},
	{"video/mp4", []string{".mp4", ".m4v"}},
	{"video/quicktime", []string{".mov"}},
	{"audio/mpeg", []string{".mp3"}},
	{"audio/x-m4a", []string{".m4a"}},
}

// Accept is what a picker may offer where a file may have max bytes. Pictures stand there by type: a telephone makes what it has into
// one of those.
func Accept(max int64) ui.Accept {
	var pictures, all []string
	for _, k := range kinds {
		if picture(k.media) {
			pictures = append(pictures, k.media)
		}
		all = append(all, k.endings...)
	}
	slices.Sort(all)
	return ui.Accept{Max: max, Pictures: strings.Join(pictures, ","), Files: strings.Join(slices.Compact(all), ",")}
}

func picture(media string) bool { return strings.HasPrefix(media, "image/") }

// Inspector is a desk.Inspector.
type Inspector struct {
	limit  int64
	memory *semaphore.Weighted
	turns  *semaphore.Weighted
}

// New returns an Inspector that refuses files of more than limit bytes. It uses at most half of the processors at a time.
func New(limit int64) *Inspector {
	return &Inspector{limit: limit, memory: semaphore.NewWeighted(budget), turns: semaphore.NewWeighted(int64(max(1, runtime.GOMAXPROCS(0)/2)))}
}

// Inspect tells what a file is and makes a picture anew.
func (i *Inspector) Inspect(ctx context.Context, f chat.File) (desk.Inspected, error) {
	switch {
	case f.Size > i.limit:
		return desk.Inspected{}, TooLarge(nil)
	case f.Size == 0:
		return desk.Inspected{}, chat.Invalid("file_empty", "The file is empty.")
	}
	found, err := mimetype.DetectReader(io.LimitReader(f.Body, 64<<10)) // an office file says what it is behind its first entry
	if err != nil {
		return desk.Inspected{}, err
	}
	at := slices.IndexFunc(kinds, func(k kind) bool { return found.Is(k.media) })
	if at < 0 {
		return desk.Inspected{}, &chat.Error{Code: chat.CodeUnsupportedMedia, Key: "file_type", Detail: "Files of this type cannot be sent."}
	}
	if _, err := f.Body.Seek(0, io.SeekStart); err != nil {
		return desk.Inspected{}, err
	}
	k, name := kinds[at], chat.FileName(f.Name)
	if picture(k.media) {
		return i.picture(ctx, name, f.Body)
	}
	return desk.Inspected{FileInfo: chat.FileInfo{Name: ending(name, k.endings), Type: k.media, Size: f.Size}, Body: f.Body}, nil
}

// TooLarge says that a file is larger than one may be.
func TooLarge(err error) error {
	return &chat.Error{Code: chat.CodeTooLarge, Key: "file_large", Detail: "The file is too large.", Err: err}
}

// ending gives a name one of the endings of what the file is: "order.pdf.exe" that holds a text becomes "order.pdf.exe.txt".
func ending(name string, endings []string) string {
	if slices.Contains(endings, strings.ToLower(path.Ext(name))) {
		return name
	}
	return chat.FileName(name + endings[0])
}

// share waits for the memory a decoding needs, and for its turn.
func (i *Inspector) share(ctx context.Context, bytes int64) (over func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := i.memory.Acquire(ctx, bytes); err != nil {
		return nil, busy(err)
	}
	if err := i.turns.Acquire(ctx, 1); err != nil {
		i.memory.Release(bytes)
		return nil, busy(err)
	}
	return func() { i.turns.Release(1); i.memory.Release(bytes) }, nil
}

func busy(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return chat.QueueFull(err)
	}
	return err
}
