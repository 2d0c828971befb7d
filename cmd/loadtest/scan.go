package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
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
