package desk_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
	"github.com/taadis/unique-support/sql/sqltest"
)

func TestDesk_Enter(t *testing.T) {
	t.Parallel()
	n := alone(t)
	lin, _ := n.agent(t, "lin")
	full := desk.Entry{Line: "shop", Profile: chat.Profile{Name: "何青", Email: "he@example.com", Attributes: json.RawMessage(`{"plan":"gold"}`)}, Page: chat.Page{URL: "https://shop.example/cup", Title: "杯子"}, Locale: "zh-CN"}

	t.Run("OK", func(t *testing.T) {
		v, c, err := n.Enter(t.Context(), full)
		if err != nil || v.Name != "何青" || v.Verified || v.External != "" || c.Status != chat.StatusNew || c.Visitor != v.ID || c.Line != "shop" || c.LastSeq != 0 || c.VisitorName != "" {
			t.Fatalf("got %+v, %+v, %v", v, c, err)
		}
		if w, earlier, err := n.Visitor(lin, c.ID); err != nil || w.Page.Title != "杯子" || len(earlier) != 0 {
			t.Fatalf("got %+v, %+v, %v", w, earlier, err)
		}
	})
	t.Run("again", func(t *testing.T) {
		v, c, err := n.Enter(t.Context(), full)
		wantCode(t, err, "")
		for _, attributes := range []string{"", "null"} { // what says nothing changes nothing
			again, same, err := n.Enter(t.Context(), desk.Entry{Line: "shop", Visitor: v.ID, Profile: chat.Profile{Attributes: json.RawMessage(attributes)}})
			if err != nil || again.ID != v.ID || same.ID != c.ID || again.Name != "何青" || !strings.Contains(string(again.Attributes), "gold") {
				t.Fatalf("got %+v, %+v, %v", again, same, err)
			}
		}
	})
	t.Run("after the end", func(t *testing.T) {
		c := n.waiting(t, "shop")
		wantCode(t, n.End(c.ctx, c.conversation), "")
		_, resumed, err := n.Enter(t.Context(), desk.Entry{Line: "shop", Visitor: c.id, Resume: true})
		if err != nil || resumed.ID != c.conversation || resumed.Status != chat.StatusClosed {
			t.Fatalf("got %+v, %v", resumed, err)
		}
		_, fresh, err := n.Enter(t.Context(), desk.Entry{Line: "shop", Visitor: c.id})
		if err != nil || fresh.ID == c.conversation || fresh.Status != chat.StatusNew {
			t.Fatalf("got %+v, %v", fresh, err)
		}
		if now, err := n.Current(c.ctx); err != nil || now.ID != fresh.ID {
			t.Fatalf("got %+v, %v", now, err)
		}
		if _, earlier, err := n.Visitor(lin, fresh.ID); err != nil || len(earlier) != 1 || earlier[0].ID != c.conversation {
			t.Fatalf("got %+v, %v", earlier, err)
		}
	})
	t.Run("resume of somebody new begins", func(t *testing.T) {
		_, c, err := n.Enter(t.Context(), desk.Entry{Line: "shop", Resume: true})
		if err != nil || c.Status != chat.StatusNew {
			t.Fatalf("got %+v, %v", c, err)
		}
	})
	t.Run("what she has not read", func(t *testing.T) {
		c := n.waiting(t, "shop")
		n.say(t, lin, c.conversation, "在的")
		if u, err := n.Unread(c.ctx); err != nil || u != 1 {
			t.Fatalf("got %d, %v", u, err)
		}
		wantCode(t, n.Mark(c.ctx, c.conversation, 0, 3), "")
		if u, err := n.Unread(c.ctx); err != nil || u != 0 {
			t.Fatalf("got %d, %v", u, err)
		}
	})
	t.Run("refused", func(t *testing.T) {
		_, _, err := n.Enter(t.Context(), desk.Entry{Line: "nowhere"})
		wantCode(t, err, chat.CodeNotFound)
		for i, p := range []chat.Profile{{Name: "a\x00"}, {Name: strings.Repeat("言", 201)}, {Email: "\xff"}, {Phone: strings.Repeat("1", 201)},
			{Attributes: json.RawMessage(`[1]`)}, {Attributes: json.RawMessage(`{`)}, {Attributes: json.RawMessage(`{"a":"\u0000"}`)}, {Attributes: json.RawMessage(`{"a":"` + strings.Repeat("x", 8<<10) + `"}`)}} {
			if _, _, err := n.Enter(t.Context(), desk.Entry{Line: "shop", Profile: p}); chat.CodeOf(err) != chat.CodeInvalid {
				t.Errorf("profile %d: got %v", i, err)
			}
		}
		for i, p := range []chat.Page{{URL: "\x00"}, {Title: "\xff"}, {Referrer: strings.Repeat("言", 2001)}} {
			if _, _, err := n.Enter(t.Context(), desk.Entry{Line: "shop", Page: p}); !is(err, chat.Invalid("page", "")) {
				t.Errorf("page %d: got %v", i, err)
			}
		}
	})
}

// Two tabs that open at once, on two nodes, are in the same conversation.
func TestDesk_Enter_parallel(t *testing.T) {
	t.Parallel()
	dsn := sqltest.Open(t)
	nodes := []*node{newNode(t, dsn, "a"), newNode(t, dsn, "b")}
	for range 100 {
		id := chat.NewID(time.Now())
		var got [4]chat.ID
		var entering sync.WaitGroup
		for i := range got {
			entering.Go(func() {
				v, c, err := nodes[i%2].Enter(t.Context(), desk.Entry{Line: "shop", Visitor: id, Resume: i < 2})
				if err != nil || v.ID != id {
					t.Error(v.ID, err)
				}
				got[i] = c.ID
			})
		}
		entering.Wait()
		if all, err := nodes[0].store.Earlier(t.Context(), "shop", id, 10); err != nil || len(all) != 1 || got != [4]chat.ID{all[0].ID, all[0].ID, all[0].ID, all[0].ID} {
			t.Fatalf("got %v, %v, %v", got, all, err)
		}
	}
}

func TestDesk_Part(t *testing.T) {
	t.Parallel()
	dsn := sqltest.Open(t)
	a, b := newNode(t, dsn, "a").run(t), newNode(t, dsn, "b").run(t)
	visitor := chat.NewID(time.Now())
	cut := func(n *node) bool { return len(n.push.of(chat.EventLeft, "")) > 0 }
	// A word said before the other node listens is lost on it, as any may be.
	eventually(t, soon, "her streams at the other node end", func() bool {
		a.Part("shop", visitor)
		return cut(b)
	})
	if got := string(b.push.of(chat.EventLeft, "")[0].Data); !cut(a) || got != `"`+string(visitor)+`"` {
		t.Errorf("here %v, there %s", cut(a), got)
	}
}
