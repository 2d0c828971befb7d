package push

import (
	"bytes"
	"encoding/json"
	"strconv"
	"sync/atomic"

	"github.com/taadis/unique-support/core/chat"
)

// frame is an event as it goes over the wire, made once and shared by all its readers.
type frame struct {
	// seq is the number in the log; 0 for what has no id line.
	seq int64
	// body is "data: …\nevent: …\n\n".
	body []byte
	// stamp is the body behind its id line. Readers of a conversation share an epoch, so it is made once too.
	stamp atomic.Pointer[stamped]
}

type stamped struct {
	epoch string
	bytes []byte
}

// bytes returns the frame for a reader of the stream. A frame without a number has no id line at all: an empty one would make
// browsers forget theirs. An agent's stream has none either.
func (f *frame) bytes(s *Stream) []byte {
	if f.seq == 0 || s.Conversation == "" {
		return f.body
	}
	epoch := s.Epoch
	if made := f.stamp.Load(); made != nil && made.epoch == epoch {
		return made.bytes
	}
	b := append(appendID(make([]byte, 0, len(f.body)+len(epoch)+26), epoch, f.seq), f.body...)
	f.stamp.Store(&stamped{epoch, b})
	return b
}

// size is what a frame counts for in a queue.
func (f *frame) size() int { return len(f.body) + 64 }

func appendID(b []byte, epoch string, seq int64) []byte {
	b = append(b, "id: "...)
	if epoch != "" {
		b = append(append(b, epoch...), '.')
	}
	return append(strconv.AppendInt(b, seq, 10), '\n')
}

// appendEvent frames an event as r3labs does, for what only one reader gets.
func (s *Stream) appendEvent(b []byte, kind chat.EventKind, data []byte) []byte {
	b = append(append(b, "data: "...), data...)
	b = append(append(b, "\nevent: "...), kind...)
	return append(b, "\n\n"...)
}

// appendMessage frames a message from the log.
func (s *Stream) appendMessage(b []byte, m *chat.Message) ([]byte, error) {
	data, err := json.Marshal(m)
	if err != nil {
		return b, err
	}
	return s.appendEvent(appendID(b, s.Epoch, m.Seq), chat.EventMessage, data), nil
}

// encode is for what can be encoded: numbers and strings.
func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic("encode what a stream says: " + err.Error())
	}
	return data
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
