package sql

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/taadis/unique-support/core/chat"
)

func TestJoiner_join(t *testing.T) {
	t.Parallel()
	word := func(n int, c string) []byte { return []byte(strings.Repeat(c, n)) }
	take := func(t *testing.T, pieces []json.RawMessage) (ps []*part) {
		t.Helper()
		for _, p := range pieces {
			var s said
			if err := json.Unmarshal(p, &s); err != nil || s.Part == nil {
				t.Fatal(err, s)
			}
			ps = append(ps, s.Part)
		}
		return ps
	}
	join := func(j *joiner, node string, ps ...*part) (got []byte) {
		for _, p := range ps {
			if w, whole := j.join(node, p); whole {
				got = w
			}
		}
		return got
	}
	for _, n := range []int{1, pieceMax, pieceMax + 1, 3 * pieceMax, wordMax} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			j := &joiner{}
			if got := join(j, "a", take(t, parts(1, word(n, "x")))...); !bytes.Equal(got, word(n, "x")) || len(j.halves) != 0 {
				t.Errorf("got %d bytes", len(got))
			}
		})
	}
	one, two := take(t, parts(1, word(2*pieceMax, "1"))), take(t, parts(2, word(2*pieceMax, "2")))
	t.Run("two nodes at once", func(t *testing.T) {
		j := &joiner{}
		join(j, "a", one[0])
		join(j, "b", two[0])
		if got := join(j, "a", one[1]); !bytes.Equal(got, word(2*pieceMax, "1")) {
			t.Errorf("got %d bytes", len(got))
		}
		if got := join(j, "b", two[1]); !bytes.Equal(got, word(2*pieceMax, "2")) {
			t.Errorf("got %d bytes", len(got))
		}
	})
	t.Run("a part is lost", func(t *testing.T) {
		j := &joiner{}
		if got := join(j, "a", one[1], one[0], two[1], two[0]); got != nil {
			t.Errorf("got %.20s", got)
		}
		if got := join(j, "a", two[1]); !bytes.Equal(got, word(2*pieceMax, "2")) {
			t.Errorf("the next word is lost, too")
		}
	})
	t.Run("without end", func(t *testing.T) {
		j := &joiner{}
		for i := range 1_000 {
			join(j, "a", &part{Word: 1, I: i, N: 1_000, Piece: word(pieceMax, "x")})
			join(j, fmt.Sprint(i), one[0])
		}
		held := 0
		for _, h := range j.halves {
			held += len(h.text)
		}
		if len(j.halves) > halvesMax || held > halvesMax*pieceMax+wordMax {
			t.Errorf("%d halves, %d bytes", len(j.halves), held)
		}
	})
}

// A private note is as long as a message may be; the other nodes' agents read it, too.
func TestBus_Announce_long(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	a, _ := node(t, s, "a")
	_, atB := node(t, s, "b")
	k := begin(t, s)
	data, err := json.Marshal(strings.Repeat("长\"", 20_000))
	wantCode(t, err, "")
	e := chat.Event{Kind: chat.EventMessage, Line: "shop", Conversation: k.id, To: chat.ToAgents, Data: data}
	eventually(t, "the note", func() bool { // the listeners may still be on their way
		a.Announce(e)
		return len(atB.of(chat.EventMessage, k.id)) > 0
	})
	if got := atB.of(chat.EventMessage, k.id)[0]; string(got.Data) != string(data) || got.To != chat.ToAgents {
		t.Errorf("got %d bytes of %d", len(got.Data), len(data))
	}
}
