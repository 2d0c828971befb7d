package chat

import (
	"encoding/json"
	"io"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	// MaxFileName is the longest name of a file, in characters.
	MaxFileName = 120
	// AttachmentLife is how long an attachment may wait to be named in a message. Some time after that it is deleted.
	AttachmentLife = 23 * time.Hour
)

// Attachment is a picture or a file of a conversation. Its JSON is the shape of the API.
type Attachment struct {
	// ID cannot be guessed.
	ID           ID          `json:"id"`
	Conversation ID          `json:"-"`
	Author       ID          `json:"-"`
	Kind         MessageKind `json:"kind"`
	FileInfo
	// Named says that a message names it; until then only its author sees it.
	Named   bool `json:"-"`
	Created Time `json:"-"`
	// URL is where it is served, Thumbnail where a small one of a picture is; both need whoever asks to take part in the conversation.
	URL       string `json:"url"`
	Thumbnail string `json:"thumbnail_url,omitempty"`
	// Blob is the name its bytes are kept under.
	Blob string `json:"-"`
}

// FileInfo is what is known of a file, by its bytes and not by what was said of it.
type FileInfo struct {
	Name string `json:"name"`
	// Type is a media type, Size the length in bytes.
	Type string `json:"type"`
	Size int64  `json:"size"`
	// Width and Height are a picture's, in pixels.
	Width  int `json:"width,omitempty"`
	Height int `json:"height,omitempty"`
}

// At returns the attachment with the addresses it has.
func (a Attachment) At() Attachment {
	a.URL = "/api/v1/conversations/" + string(a.Conversation) + "/attachments/" + string(a.ID)
	if a.Kind == KindImage {
		a.Thumbnail = a.URL + "/thumbnail"
	}
	return a
}

// Data is what a message that names the attachment carries.
func (a Attachment) Data() json.RawMessage {
	a = a.At()
	b, err := json.Marshal(FileData{Attachment: a.ID, FileInfo: a.FileInfo, URL: a.URL, Thumbnail: a.Thumbnail})
	if err != nil {
		panic("encode an attachment: " + err.Error()) // it is made of strings and numbers
	}
	return b
}

// FileData is the data of a message of kind image or file.
type FileData struct {
	Attachment ID `json:"attachment_id"`
	FileInfo
	URL       string `json:"url"`
	Thumbnail string `json:"thumbnail_url,omitempty"`
}

// File is what somebody hands in: what she calls it, and its bytes, to be read more than once.
type File struct {
	Name string
	Size int64
	Body io.ReadSeeker
}

// FileName makes a name that is safe to be shown and to be saved under: its last part, without control and direction
// characters, at most MaxFileName long. An empty one, or one made of dots, becomes "file".
func FileName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || strings.ContainsRune(`/:*?"<>|`, r) {
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	if name == "" {
		return "file"
	}
	if over := utf8.RuneCountInString(name) - MaxFileName; over > 0 {
		stem, ext := []rune(strings.TrimSuffix(name, path.Ext(name))), path.Ext(name)
		if len(stem) <= over {
			return string([]rune(name)[:MaxFileName])
		}
		name = string(stem[:len(stem)-over]) + ext
	}
	return name
}
