package chat

import (
	"encoding/json"
	"testing"
	"time"
)

func TestPassage_Merge(t *testing.T) {
	t.Parallel()
	at := func(ms int) time.Time { return time.UnixMilli(int64(1_700_000_000_000 + ms)).UTC() }
	accepted := Passage{Conversation: "c", Seq: 1, Trace: "t", Parent: "p", Node: "a", Received: at(0), Queued: at(1), Routed: at(2), Committed: at(3), Pushed: at(9)}
	elsewhere := Passage{Conversation: "c", Seq: 1, Pushed: at(5), Delivered: at(6), Read: at(7)}
	want := accepted
	want.Pushed, want.Delivered, want.Read = at(5), at(6), at(7)
	for _, order := range [][2]Passage{{accepted, elsewhere}, {elsewhere, accepted}} {
		got := order[0]
		if got.Merge(order[1]); got != want {
			t.Errorf("got %+v", got)
		}
		if got.Merge(order[0]); got != want {
			t.Errorf("the same again made it %+v", got)
		}
	}
}

func TestPassage_Hops(t *testing.T) {
	t.Parallel()
	at := func(us int) time.Time { return time.UnixMicro(int64(1_700_000_000_000_000 + us)) }
	for what, of := range map[string]struct {
		p    Passage
		want string
	}{
		"all": {
			Passage{Received: at(0), Queued: at(10), Routed: at(250), Committed: at(2_500), Pushed: at(2_617), Delivered: at(80_000), Read: at(1_080_000)},
			`[{"hop":"received","at":"2023-11-14T22:13:20.000Z","after_ms":0},{"hop":"queued","at":"2023-11-14T22:13:20.000Z","after_ms":0.01},` +
				`{"hop":"routed","at":"2023-11-14T22:13:20.000Z","after_ms":0.25},{"hop":"committed","at":"2023-11-14T22:13:20.002Z","after_ms":2.5},` +
				`{"hop":"pushed","at":"2023-11-14T22:13:20.002Z","after_ms":2.617},{"hop":"delivered","at":"2023-11-14T22:13:20.080Z","after_ms":80},` +
				`{"hop":"read","at":"2023-11-14T22:13:21.080Z","after_ms":1080}]`,
		},
		"some":                        {Passage{Committed: at(0), Read: at(1_000)}, `[{"hop":"committed","at":"2023-11-14T22:13:20.000Z","after_ms":0},{"hop":"read","at":"2023-11-14T22:13:20.001Z","after_ms":1}]`},
		"another node's clock behind": {Passage{Committed: at(0), Read: at(-1_500)}, `[{"hop":"committed","at":"2023-11-14T22:13:20.000Z","after_ms":0},{"hop":"read","at":"2023-11-14T22:13:19.998Z","after_ms":-1.5}]`},
		"none":                        {Passage{}, `[]`},
	} {
		b, err := json.Marshal(of.p.Hops())
		if err != nil || string(b) != of.want {
			t.Errorf("%s: got %s, %v", what, b, err)
		}
	}
}
