package ui

import (
	"encoding/json"
	"strconv"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
)

// Accept is what may be attached, for a picker to offer and a page to say.
type Accept struct {
	// Max is how many bytes a file may have; 0 when nothing can be attached.
	Max int64
	// Pictures and Files are accept attributes: of pictures alone, and of all there is.
	Pictures, Files string
}

// Shown is a picture or a file of a message, as it is drawn.
type Shown struct {
	Kind            chat.MessageKind
	Name, Size      string
	URL, Small      string
	Width, Height   int
	Label, Download string
}

// Show reads the picture or file of a message; nil when it has none. An agent's page says who asks in the addresses.
func Show(m chat.Message, agent bool, t i18n.Text) *Shown {
	var d chat.FileData
	if m.Kind != chat.KindImage && m.Kind != chat.KindFile || json.Unmarshal(m.Data, &d) != nil {
		return nil
	}
	s := &Shown{Kind: m.Kind, Name: d.Name, Size: Bytes(d.Size), URL: d.URL, Small: d.Thumbnail, Width: d.Width, Height: d.Height}
	if agent {
		s.URL, s.Small = d.URL+"?as=agent", d.Thumbnail+"?as=agent"
	}
	if m.Kind == chat.KindImage {
		s.Label = t.F("file.photo", "Name", d.Name)
	}
	return s
}

// Bytes writes a size for people: "812 B", "45 KB", "1.2 MB". Script writes the same.
func Bytes(n int64) string {
	switch {
	case n < 1<<10:
		return strconv.FormatInt(n, 10) + " B"
	case n < 1<<20:
		return strconv.FormatInt((n+1<<9)>>10, 10) + " KB"
	}
	return strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64) + " MB"
}

// FileWords are what script says about files: "file.large" and so on, with {name} and {max} where a value goes.
func FileWords(t i18n.Text) [][2]string {
	var out [][2]string
	for _, key := range []string{"photo", "viewer", "shut", "save", "cancel", "remove", "again", "uploading", "interrupted", "large", "type", "network", "reload", "note", "drop"} {
		out = append(out, [2]string{"file." + key, t.F("file."+key, "Name", "{name}", "Max", "{max}")})
	}
	return out
}

// rules says what may be sent, before it is.
func (a Accept) rules(t i18n.Text) string {
	return t.F("file.rules", "Max", strconv.FormatInt(a.Max>>20, 10)+" MB")
}
