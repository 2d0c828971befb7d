package desk_test

import (
	"errors"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
)

func TestDesk_PutReply(t *testing.T) {
	t.Parallel()
	n := alone(t)
	boss, _ := n.owner(t, "gu")
	lin, l := n.agent(t, "lin")
	lead := n.somebody(t, "lead", "supervisor", "shop")
	other := n.somebody(t, "other", "agent", "shop")
	reply := func(shortcut string) chat.Canned {
		return chat.Canned{Shortcut: shortcut, Title: "T", Body: "您好，{{visitor.name}}", Category: " 售后 "}
	}
	has := func(shortcut string) (found chat.Canned) {
		all, err := n.CannedReplies(lin)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range all {
			if c.Shortcut == shortcut {
				found = c
			}
		}
		return found
	}
	deeds := func() int {
		all, _, err := n.Deeds(boss, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}

	t.Run("her own, which is nobody else's business", func(t *testing.T) {
		mine := reply("/own")
		mine.Owner, mine.Line = l.ID, "shop"
		id, err := n.PutReply(lin, mine, "")
		if err != nil || has("own").ID != id || has("own").Category != "售后" || has("own").Line != "" || deeds() != 0 {
			t.Errorf("got %s, %v, %+v", id, err, has("own"))
		}
		_, err = n.PutReply(other, has("own"), "")
		wantCode(t, err, chat.CodeNotFound)
		wantCode(t, n.DropReply(boss, id), chat.CodeNotFound)
		wantCode(t, n.DropReply(lin, id), "")
	})
	t.Run("a line's and everybody's", func(t *testing.T) {
		shared := reply("ours")
		shared.Line = "shop"
		_, err := n.PutReply(lin, shared, "")
		wantCode(t, err, chat.CodeForbidden)
		id, err := n.PutReply(lead, shared, "")
		if err != nil || has("ours").ID != id || deeds() != 1 {
			t.Errorf("got %v, %d deeds", err, deeds())
		}
		shared.Line = "mall"
		_, err = n.PutReply(lead, shared, "")
		wantCode(t, err, chat.CodeForbidden)
		shared.Line = "moon"
		_, err = n.PutReply(lead, shared, "")
		wantCode(t, err, chat.CodeInvalid)
		_, err = n.PutReply(lead, reply("all"), "")
		wantCode(t, err, "")
		stolen := has("all")
		stolen.Owner = l.ID
		_, err = n.PutReply(lin, stolen, "") // to make hers what is everybody's is to take it away
		wantCode(t, err, chat.CodeForbidden)
	})
	t.Run("refused", func(t *testing.T) {
		twice := reply("ours")
		twice.Line = "shop"
		if _, err := n.PutReply(lead, twice, ""); !errors.Is(err, chat.Conflict("shortcut_taken", "")) {
			t.Errorf("got %v", err)
		}
		unknown := reply("x")
		unknown.Body = "{{到货日}}"
		if _, err := n.PutReply(lead, unknown, ""); !errors.Is(err, chat.Invalid("canned_variable", "")) {
			t.Errorf("got %v", err)
		}
		gone := reply("x")
		gone.ID = chat.NewID(time.Now())
		_, err := n.PutReply(lead, gone, "")
		wantCode(t, err, chat.CodeNotFound)
	})
	t.Run("somebody else's change is not overwritten unseen", func(t *testing.T) {
		c := has("ours")
		was := desk.MarkReply(c)
		c.Title = "Hers"
		_, err := n.PutReply(lead, c, was)
		wantCode(t, err, "")
		c.Title = "Mine"
		if _, err := n.PutReply(lead, c, was); !errors.Is(err, chat.Conflict("reply_changed", "")) || has("ours").Title != "Hers" {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a file of them, all or none", func(t *testing.T) {
		before := deeds()
		a, b := reply("ours"), reply("fresh")
		a.Line, a.Title, b.Line = "shop", "From a file", "shop"
		bad := reply("bad")
		bad.Line = "mall"
		if _, _, wrong, err := n.Import(lead, []chat.Canned{a, b, bad}); chat.CodeOf(err) != chat.CodeForbidden || wrong != 2 || has("fresh").ID != "" || deeds() != before {
			t.Errorf("got %d, %v", wrong, err)
		}
		for _, want := range [][2]int{{1, 1}, {0, 0}} { // the same file again changes nothing
			if added, changed, wrong, err := n.Import(lead, []chat.Canned{a, b}); err != nil || added != want[0] || changed != want[1] || wrong != -1 {
				t.Errorf("got %d, %d, %d, %v", added, changed, wrong, err)
			}
		}
		if has("ours").Title != "From a file" || has("fresh").ID == "" || deeds() != before+2 {
			t.Errorf("got %+v, %d deeds", has("ours"), deeds()-before)
		}
	})
}
