package sql

import (
	"encoding/json"
)

const (
	// wordMax is how long an event may be that is announced; what is longer is lost on the other nodes.
	wordMax = 256 << 10
	// pieceMax is how many bytes of a word one part carries; base64 makes a third more of them.
	pieceMax = 5_000
	// halvesMax is how many nodes' words may be half heard at a time.
	halvesMax = 64
)

// part is a piece of a word that is too long for one payload. Parts of a node come in their order, since it sends them over
// one connection; any may be lost, and the word is lost with it.
type part struct {
	Word  int64  `json:"w"` // the node's number of the word
	I     int    `json:"i"`
	N     int    `json:"n"`
	Piece []byte `json:"b"`
}

// parts splits a word.
func parts(number int64, word []byte) (all []json.RawMessage) {
	n := (len(word) + pieceMax - 1) / pieceMax
	for i := range n {
		piece, _ := json.Marshal(said{Part: &part{Word: number, I: i, N: n, Piece: word[i*pieceMax : min((i+1)*pieceMax, len(word))]}}) // numbers and bytes
		all = append(all, piece)
	}
	return all
}

// joiner puts parts together again, one word of each node at a time. The zero joiner is ready; it is one goroutine's.
type joiner struct {
	halves map[string]*half
}

type half struct {
	word int64
	next int
	text []byte
}

// join takes a node's next part and returns the word it completes.
func (j *joiner) join(node string, p *part) (word []byte, whole bool) {
	h := j.halves[node]
	if p.I == 0 {
		if j.halves == nil {
			j.halves = map[string]*half{}
		}
		for other := range j.halves {
			if len(j.halves) < halvesMax {
				break
			}
			delete(j.halves, other) // any: that word is lost
		}
		h = &half{word: p.Word}
		j.halves[node] = h
	}
	if h == nil {
		return nil, false
	}
	if h.word != p.Word || h.next != p.I || len(h.text)+len(p.Piece) > wordMax {
		delete(j.halves, node)
		return nil, false
	}
	h.text = append(h.text, p.Piece...)
	if h.next++; h.next < p.N {
		return nil, false
	}
	delete(j.halves, node)
	return h.text, true
}
