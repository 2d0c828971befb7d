package sql

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/taadis/unique-support/core/chat"
)

func TestStore_SetHours(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	zone, err := chat.ParseZone("Europe/Berlin")
	wantCode(t, err, "")
	want := chat.Hours{Zone: zone, Week: map[string][]chat.Span{"mon": {{From: 540, To: 1080}}}, Days: map[string][]chat.Span{"2026-10-01": {}}}
	t.Run("OK", func(t *testing.T) {
		wantCode(t, s.SetHours(t.Context(), "shop", want), "")
		for range 2 { // as kept, and as read again
			l, err := s.Line("shop")
			if diff := cmp.Diff(want, l.Hours); err != nil || diff != "" {
				t.Fatal(err, diff)
			}
			wantCode(t, s.Load(t.Context()), "")
		}
	})
	t.Run("a line that is changed keeps them", func(t *testing.T) {
		wantCode(t, s.PutLine(t.Context(), chat.Line{Name: "shop", Title: "Shop!"}), "")
		l, err := s.Line("shop")
		if diff := cmp.Diff(want, l.Hours); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
	})
	t.Run("such as there are not", func(t *testing.T) {
		wantCode(t, s.SetHours(t.Context(), "shop", chat.Hours{Week: map[string][]chat.Span{"mon": {}}}), chat.CodeInvalid)
	})
	t.Run("no such line", func(t *testing.T) {
		wantCode(t, s.SetHours(t.Context(), "none", want), chat.CodeNotFound)
	})
}
