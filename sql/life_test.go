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

func TestStore_SetQuestions(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	want := chat.Questions{{Name: "topic", Type: "choice", Label: map[string]string{"en": "About"}, Options: map[string][]string{"en": {"Orders", "Returns"}}}}
	t.Run("OK, and a line that is changed keeps them", func(t *testing.T) {
		wantCode(t, s.SetQuestions(t.Context(), "shop", want), "")
		for range 2 { // as kept, and as read again
			wantCode(t, s.PutLine(t.Context(), chat.Line{Name: "shop", Title: "Shop!"}), "")
			l, err := s.Line("shop")
			if diff := cmp.Diff(want, l.Questions); err != nil || diff != "" {
				t.Fatal(err, diff)
			}
			wantCode(t, s.Load(t.Context()), "")
		}
	})
	t.Run("refused", func(t *testing.T) {
		wantCode(t, s.SetQuestions(t.Context(), "shop", chat.Questions{{Name: "x"}}), chat.CodeInvalid)
		wantCode(t, s.SetQuestions(t.Context(), "none", want), chat.CodeNotFound)
	})
}

func TestStore_Answer(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	k := begin(t, s)
	want := []chat.Answer{{Name: "topic", Label: "About", Value: `"; DROP TABLE`}}
	t.Run("OK", func(t *testing.T) {
		c, err := s.Answer(t.Context(), "shop", k.id, want, k.visitor)
		if diff := cmp.Diff(want, c.Answers); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
	})
	t.Run("somebody else's", func(t *testing.T) {
		_, err := s.Answer(t.Context(), "shop", k.id, nil, begin(t, s).visitor)
		wantCode(t, err, chat.CodeNotFound)
	})
}
