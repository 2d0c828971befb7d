package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strconv"
)

// unpack reads a UUID's 36 characters.
func unpack(text []byte) (p packed, ok bool) {
	if len(text) != 36 {
		return p, false
	}
	var digits [32]byte
	n := 0
	for _, c := range text {
		if c != '-' && n < len(digits) {
			digits[n] = c
			n++
		}
	}
	_, err := hex.Decode(p[:], digits[:])
	return p, n == len(digits) && err == nil
}

// after returns what follows a field's name. Inside a JSON text a quote is escaped, so the name cannot be met there.
func after(data []byte, name string) ([]byte, bool) {
	var key [32]byte
	k := append(append(append(key[:0], '"'), name...), '"', ':')
	_, rest, ok := bytes.Cut(data, k)
	return rest, ok
}

// number reads a field that is a positive whole number; 0 when there is none.
func number(data []byte, name string) (n int64) {
	rest, ok := after(data, name)
	if !ok {
		return 0
	}
	for _, c := range rest {
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + int64(c-'0')
	}
	return n
}

// field reads a field that is a UUID.
func field(data []byte, name string) (p packed, ok bool) {
	rest, ok := after(data, name)
	if !ok || len(rest) < 37 || rest[0] != '"' {
		return p, false
	}
	return unpack(rest[1:37])
}

// client is the sender's own id of a message; zero when it has none.
func client(data []byte) packed {
	id, _ := field(data, "client_id")
	return id
}

// untold stands where a stream did not say which message it brought: in the short form a visitor is not told an agent's ids.
var untold = packed{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// dense reads a field that is a UUID in the short form: 22 characters, or 8 of its last six bytes, the others zero then.
func dense(data []byte, name string) (p packed, ok bool) {
	rest, ok := after(data, name)
	if !ok || len(rest) < 2 || rest[0] != '"' {
		return p, false
	}
	text, _, _ := bytes.Cut(rest[1:], []byte{'"'})
	size := base64.RawURLEncoding.DecodedLen(len(text))
	if size != len(p) && size != endingSize {
		return p, false
	}
	_, err := base64.RawURLEncoding.Decode(p[len(p)-size:], text)
	return p, err == nil
}

// endingSize is how many bytes of a message's id the short form tells its visitor.
const endingSize = 6

// ending is an id as far as its visitor's stream tells it in the short form.
func (p packed) ending() packed {
	clear(p[:len(p)-endingSize])
	return p
}

// told is what a stream's message event says, in either form.
type told struct {
	conversation, client packed
	seq                  int64 // 0 for what is not in the log
}

func (s *stream) message() (m told) {
	if m.seq = number(s.data, "seq"); m.seq > 0 {
		if !bytes.Contains(s.data, []byte(`"kind":"note"`)) { // notes are numbered apart
			m.conversation, _ = field(s.data, "conversation_id")
			m.client = client(s.data)
			return m
		}
		return told{}
	}
	m.conversation, _ = dense(s.data, "n")
	if m.seq = number(s.data, "s"); m.conversation == (packed{}) { // the conversation's own stream says the number once
		m.seq, _ = strconv.ParseInt(string(s.id[bytes.LastIndexByte(s.id, '.')+1:]), 10, 64)
	}
	var ok bool
	if m.client, ok = dense(s.data, "c"); !ok && m.conversation == (packed{}) {
		if _, agent := after(s.data, "a"); agent {
			m.client = untold
		}
	}
	if bytes.Contains(s.data, []byte(`"k":"note"`)) {
		return told{}
	}
	return m
}

// logged is a message of the log as far as the checker needs it.
type logged struct {
	seq    int64
	client packed
	author string
}

// messages reads a page of the log.
func messages(body []byte) (ms []logged, ok bool) {
	var page struct {
		Messages []struct {
			Seq    int64  `json:"seq"`
			Client string `json:"client_id"`
			Author struct {
				Kind string `json:"kind"`
			} `json:"author"`
		} `json:"messages"`
	}
	if json.Unmarshal(body, &page) != nil {
		return nil, false
	}
	for _, m := range page.Messages {
		id, _ := unpack([]byte(m.Client))
		ms = append(ms, logged{m.Seq, id, m.Author.Kind})
	}
	return ms, true
}

// heads reads the last numbers of conversations.
func heads(data []byte) map[packed]int64 {
	var by map[string]int64
	if json.Unmarshal(data, &by) != nil {
		return nil
	}
	heads := make(map[packed]int64, len(by))
	for text, head := range by {
		if id, ok := unpack([]byte(text)); ok {
			heads[id] = head
		}
	}
	return heads
}
