package sql

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/taadis/unique-support/core/chat"
)

func TestStore_CannedReplies(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	a, b := lin(), lin()
	b.ID, b.Email = chat.NewID(time.Now()), "b@example.com"
	wantCode(t, s.PutAgent(t.Context(), a), "")
	wantCode(t, s.PutAgent(t.Context(), b), "")
	reply := func(shortcut, line string, owner chat.ID) chat.Canned {
		c := chat.Canned{ID: chat.NewID(time.Now()), Line: line, Owner: owner, Shortcut: shortcut, Title: "t", Body: "你好"}
		wantCode(t, s.PutCanned(t.Context(), c), "")
		return c
	}
	everybodys, shops, malls, hers, his := reply("hi", "", ""), reply("price", "shop", ""), reply("way", "mall", ""), reply("bye", "", a.ID), reply("bye", "shop", b.ID)
	for what, c := range map[string]struct {
		agent chat.ID
		lines []string
		want  []chat.Canned
	}{
		"OK":              {a.ID, []string{"shop"}, []chat.Canned{hers, everybodys, shops}},
		"both lines":      {a.ID, []string{"shop", "mall"}, []chat.Canned{hers, everybodys, shops, malls}},
		"somebody else's": {b.ID, []string{"shop"}, []chat.Canned{his, everybodys, shops}},
		"no line":         {b.ID, nil, []chat.Canned{everybodys}},
		"nobody":          {"", []string{"mall"}, []chat.Canned{everybodys, malls}},
	} {
		t.Run(what, func(t *testing.T) {
			got, err := s.CannedReplies(t.Context(), c.agent, c.lines)
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Fatal(err, diff)
			}
		})
	}
}

func TestStore_PutCanned(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	c := chat.Canned{ID: chat.NewID(time.Now()), Shortcut: "hi", Title: "t", Body: "b"}
	wantCode(t, s.PutCanned(t.Context(), c), "")
	t.Run("changed", func(t *testing.T) {
		c.Body, c.Line, c.Locale = "other", "shop", "en"
		for range 2 {
			wantCode(t, s.PutCanned(t.Context(), c), "")
		}
		got, err := s.CannedReplies(t.Context(), "", []string{"shop"})
		if diff := cmp.Diff([]chat.Canned{c}, got); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
	})
	for what, d := range map[string]struct {
		change func(*chat.Canned)
		code   chat.Code
	}{
		"a shortcut twice":     {func(c *chat.Canned) { c.ID = chat.NewID(time.Now()) }, chat.CodeConflict},
		"a line that is none":  {func(c *chat.Canned) { c.Line = "nowhere" }, chat.CodeInvalid},
		"an owner who is none": {func(c *chat.Canned) { c.Owner = chat.NewID(time.Now()) }, chat.CodeInvalid},
		"no words":             {func(c *chat.Canned) { c.Body = " " }, chat.CodeInvalid},
	} {
		t.Run(what, func(t *testing.T) {
			e := c
			d.change(&e)
			wantCode(t, s.PutCanned(t.Context(), e), d.code)
		})
	}
	t.Run("its shortcut in another language", func(t *testing.T) {
		e := c
		e.ID, e.Locale = chat.NewID(time.Now()), "zh-CN"
		wantCode(t, s.PutCanned(t.Context(), e), "")
	})
}
