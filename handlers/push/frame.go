package push

import (
	"bytes"
	"encoding/json"
	"strconv"
	"sync/atomic"

	"github.com/taadis/unique-support/core/chat"
)

// frame is an event as it goes over the wire. Each form of it is made once, when the first reader asks, and shared by all.
type frame struct {
	// seq is the number in the log; 0 for what has no id line.
	seq   int64
	event chat.Event
	// body is "data: …\nevent: …\n\n", as the lane framed it.
	body  []byte
	forms [forms]atomic.Pointer[stamped]
}

// stamped is one form. Readers of a conversation share an epoch, so it is made once too.
type stamped struct {
	epoch string
	bytes []byte
	part  part
}

func newFrame(e *chat.Event, body []byte) *frame {
	f := &frame{event: *e, body: body}
	if !e.Ephemeral() {
		f.seq = e.Seq
	}
	return f
}

// bytes returns the frame as the stream's readers get it, and counts it as the next on this one's wire.
func (f *frame) bytes(s *Stream) []byte {
	form := s.form()
	if form == 0 {
		return f.body
	}
	made := f.forms[form].Load()
	if made == nil || made.epoch != s.Epoch {
		made = &stamped{epoch: s.Epoch}
		made.bytes, made.part = s.pack(s.appendFrame(make([]byte, 0, len(f.body)+64), f))
		f.forms[form].Store(made)
	}
	s.sum.add(made.part)
	return made.bytes
}

// size is what a frame counts for in a queue.
func (f *frame) size() int { return len(f.body) + 64 }

// appendFrame writes an event as the stream's readers get it, before it is sealed. What has no number has no id line at all:
// an empty one would make browsers forget theirs.
func (s *Stream) appendFrame(b []byte, f *frame) []byte {
	e := &f.event
	data := []byte(e.Data)
	if s.Conversation != "" {
		if f.seq > 0 {
			b = s.appendID(b, f.seq)
		}
		data = bytes.Replace(data, []byte(`"conversation_id":"`+string(s.Conversation)+`",`), nil, 1) // it knows
	}
	var m chat.Message
	if s.Compact && e.Kind == chat.EventMessage && json.Unmarshal(data, &m) == nil {
		if short, err := s.compactMessage(&m); err == nil {
			data = short
		}
	}
	return s.appendEvent(b, e.Kind, data)
}

// appendID writes the id line; in the short form the reader knows the epoch.
func (s *Stream) appendID(b []byte, seq int64) []byte {
	b = append(b, "id: "...)
	if s.Epoch != "" && !s.Compact {
		b = append(append(b, s.Epoch...), '.')
	}
	return append(strconv.AppendInt(b, seq, 10), '\n')
}

// appendEvent frames an event as r3labs does. In the short form a message is what an event without a name is.
func (s *Stream) appendEvent(b []byte, kind chat.EventKind, data []byte) []byte {
	b = append(append(b, "data: "...), data...)
	if !s.Compact || kind != chat.EventMessage {
		b = append(append(b, "\nevent: "...), kind...)
	}
	return append(b, "\n\n"...)
}

// appendMessage frames a message from the log of the stream's conversation.
func (s *Stream) appendMessage(b []byte, m *chat.Message) (_ []byte, err error) {
	bare := *m
	bare.Conversation = ""
	var data []byte
	if s.Compact {
		data, err = s.compactMessage(&bare)
	} else {
		data, err = json.Marshal(&bare)
	}
	if err != nil {
		return b, err
	}
	return s.appendEvent(s.appendID(b, m.Seq), chat.EventMessage, data), nil
}

// line makes sure that data is one line of JSON, which cannot forge a field of the event, and reports false when it cannot.
func line(data []byte) ([]byte, bool) {
	if bytes.ContainsAny(data, "\r\n") { // in JSON they stand between values only
		var b bytes.Buffer
		if json.Compact(&b, data) != nil || bytes.ContainsAny(b.Bytes(), "\r\n") {
			return nil, false
		}
		data = b.Bytes()
	}
	return data, len(data) > 0 && data[0] != ':'
}

// named reports whether the kind can stand behind "event:".
func named(k chat.EventKind) bool {
	for i := range len(k) {
		if c := k[i]; (c < 'a' || c > 'z') && c != '_' {
			return false
		}
	}
	return k != ""
}

// encode is for what can be encoded: numbers and strings.
func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic("encode what a stream says: " + err.Error())
	}
	return data
}
