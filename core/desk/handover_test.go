package desk_test

import (
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

func TestDesk_HandOver(t *testing.T) {
	t.Parallel()
	n := alone(t)
	boss, _ := n.owner(t, "gu")
	ctx, lin := n.agent(t, "lin")
	_, max := n.agent(t, "max")
	ids := []chat.ID{n.waiting(t, "shop").conversation, n.waiting(t, "shop").conversation, n.waiting(t, "shop").conversation}
	wantCode(t, n.Assign(ctx, ids[0], lin.ID, ""), "")
	wantCode(t, n.End(boss, ids[1]), "")
	foreign := n.waiting(t, "mall").conversation
	refused, err := n.HandOver(boss, append(ids, foreign), max.ID, "", "她请假了")
	if err != nil || len(refused) != 2 || chat.CodeOf(refused[ids[1]]) != chat.CodeConflict || chat.CodeOf(refused[foreign]) != chat.CodeNotFound {
		t.Fatalf("got %v, %v", refused, err)
	}
	for _, id := range []chat.ID{ids[0], ids[2]} {
		c := n.now(t, id)
		if notes, err := n.Notes(boss, id); c.Agent.ID != max.ID || err != nil || len(notes) != 1 {
			t.Fatalf("got %+v, %v, %v", c, notes, err)
		}
	}
	night, err := n.SetTeam(boss, chat.Team{Name: "Night", Agents: []chat.ID{lin.ID}})
	wantCode(t, err, "")
	if refused, err := n.HandOver(boss, ids[:1], "", night.ID, ""); err != nil || len(refused) > 0 || n.now(t, ids[0]).Team.ID != night.ID {
		t.Fatalf("got %v, %v", refused, err)
	}
	_, err = n.HandOver(ctx, ids, max.ID, "", "")
	wantCode(t, err, chat.CodeForbidden)
	_, err = n.HandOver(boss, nil, max.ID, "", "")
	wantCode(t, err, chat.CodeInvalid)
	_, err = n.HandOver(boss, ids, "", "", "")
	wantCode(t, err, chat.CodeInvalid)
	_, err = n.HandOver(boss, make([]chat.ID, 201), chat.NewID(time.Now()), "", "")
	wantCode(t, err, chat.CodeInvalid)
}
