package push

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/taadis/unique-support/core/chat"
)

// forms are how an event may go over the wire: of a conversation's own stream or an agent's, long or short, plain or gzipped.
const forms = 8

func (s *Stream) form() (form int) {
	if s.Conversation != "" {
		form |= 1
	}
	if s.Compact {
		form |= 2
	}
	if s.Gzip {
		form |= 4
	}
	return form
}

// Negotiate reads from a request which form its stream is to have: ?wire=compact for the short one, Accept-Encoding for gzip.
// On a conversation's own stream the short form is made for its visitor: an agent there gets the long one.
func (s *Stream) Negotiate(r *http.Request) {
	s.Compact = r.URL.Query().Get("wire") == "compact" && (s.Conversation == "" || s.Agent == "")
	for _, accepted := range r.Header.Values("Accept-Encoding") {
		for coding := range strings.SplitSeq(accepted, ",") {
			name, weight, _ := strings.Cut(strings.TrimSpace(coding), ";")
			weight = strings.ReplaceAll(weight, " ", "")
			if strings.EqualFold(strings.TrimSpace(name), "gzip") {
				s.Gzip = strings.Trim(strings.TrimPrefix(weight, "q="), "0.") != "" || weight == ""
			}
		}
	}
}

// headers sets those of a stream's answer.
func (s *Stream) headers(h http.Header) {
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no")
	h.Add("Vary", "Accept-Encoding")
	if s.Gzip {
		h.Set("Content-Encoding", "gzip")
	}
}

// seal makes bytes that only this stream gets ready for its wire, where they are the next.
func (s *Stream) seal(b []byte) []byte {
	b, p := s.pack(b)
	s.sum.add(p)
	return b
}

// pack makes bytes ready for the wire of all streams of the form.
func (s *Stream) pack(b []byte) ([]byte, part) {
	if s.Gzip {
		return segment(b)
	}
	return b, part{}
}

// end is what a stream ends with that is not just cut.
func (s *Stream) end() []byte {
	if s.Gzip {
		return s.sum.trailer()
	}
	return nil
}

// short is a message in the short form of a stream. Nothing is in it that its reader knows or does not need: on a
// conversation's own stream the number stands in the id line, and its reader is told neither ids nor the trace.
// widget/wire.js reads it; docs/api.md says what the names mean.
type short struct {
	Conversation string           `json:"n,omitempty"`
	Seq          int64            `json:"s,omitempty"`
	ID           string           `json:"i,omitempty"`
	Client       string           `json:"c,omitempty"`
	Agent        *string          `json:"a,omitempty"`
	Bot          *string          `json:"b,omitempty"`
	Visitor      *string          `json:"v,omitempty"`
	Author       string           `json:"u,omitempty"`
	Kind         chat.MessageKind `json:"k,omitempty"`
	Time         string           `json:"t"`
	Data         json.RawMessage  `json:"d,omitempty"`
	Text         string           `json:"x,omitempty"`
}

func (s *Stream) compactMessage(m *chat.Message) ([]byte, error) {
	c := short{Data: m.Data, Text: m.Text, Time: strconv.FormatInt(m.Created.UnixMilli(), 36)}
	if m.Kind != chat.KindText {
		c.Kind = m.Kind
	}
	all := s.Conversation == ""
	switch m.Author.Kind {
	case chat.KindAgent:
		c.Agent = &m.Author.Name
	case chat.KindBot:
		c.Bot = &m.Author.Name
	case chat.KindVisitor: // on her own stream she is whoever has a client id and no name
		if all || m.ClientID == "" {
			c.Visitor = &m.Author.Name
		}
	}
	switch {
	case all:
		c.Client = brief(m.ClientID)
	case m.Author.Kind == chat.KindVisitor:
		c.Client = ending(m.ClientID)
	}
	if all {
		c.Conversation, c.Seq, c.ID, c.Author = brief(m.Conversation), m.Seq, brief(m.ID), brief(m.Author.ID)
	}
	return json.Marshal(&c)
}

// brief is a UUID in 22 characters instead of 36; what is none stays as it is.
func brief(id chat.ID) string { return tail(id, 16) }

// ending is the last six bytes of a UUID in 8 characters. In those of version 4 and 7 chance made them, and they only have to
// tell a visitor's page which of the few messages it waits for this one is.
func ending(id chat.ID) string { return tail(id, 6) }

// tail is the last n bytes of a UUID in base64.
func tail(id chat.ID, n int) string {
	b, err := hex.DecodeString(strings.ReplaceAll(string(id), "-", ""))
	if err != nil || len(b) != 16 {
		return string(id)
	}
	return base64.RawURLEncoding.EncodeToString(b[16-n:])
}
