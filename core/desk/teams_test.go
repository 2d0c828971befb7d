package desk_test

import (
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

func TestDesk_SetTeam(t *testing.T) {
	t.Parallel()
	n := alone(t)
	boss, _ := n.owner(t, "gu")
	ctx, lin := n.agent(t, "lin")
	night, err := n.SetTeam(boss, chat.Team{Name: " Night ", Agents: []chat.ID{lin.ID}})
	wantCode(t, err, "")
	if teams, err := n.Teams(ctx); err != nil || len(teams) != 1 || teams[0].Name != "Night" || teams[0].ID != night.ID || len(teams[0].Agents) != 1 {
		t.Fatalf("got %+v, %v", teams, err)
	}
	deeds := func(want int) chat.Deed {
		t.Helper()
		all, _, err := n.Deeds(boss, 0, 50)
		if err != nil || len(all) != want {
			t.Fatalf("got %+v, %v", all, err)
		}
		return all[0]
	}
	if d := deeds(1); d.Action != "team:change" || d.Subject != "Night" || d.Detail["members"] != lin.Email {
		t.Fatalf("got %+v", d)
	}
	_, err = n.SetTeam(boss, night)
	wantCode(t, err, "")
	deeds(1) // the same again is no deed
	for what, c := range map[string]struct {
		team chat.Team
		code chat.Code
	}{
		"no name":        {chat.Team{Name: " "}, chat.CodeInvalid},
		"the same name":  {chat.Team{Name: "night"}, chat.CodeConflict},
		"nobody we know": {chat.Team{Name: "x", Agents: []chat.ID{chat.NewID(time.Now())}}, chat.CodeInvalid},
		"gone":           {chat.Team{ID: chat.NewID(time.Now()), Name: "x"}, chat.CodeNotFound},
	} {
		if _, err := n.SetTeam(boss, c.team); chat.CodeOf(err) != c.code {
			t.Errorf("%s: got %v", what, err)
		}
	}
	_, err = n.SetTeam(ctx, chat.Team{Name: "x"})
	wantCode(t, err, chat.CodeForbidden)
	wantCode(t, n.DropTeam(ctx, night.ID), chat.CodeForbidden)
	wantCode(t, n.SetRouting(boss, "shop", chat.Routing{Team: night.ID}), "")
	wantCode(t, n.DropTeam(boss, night.ID), chat.CodeConflict)
	wantCode(t, n.SetRouting(boss, "shop", chat.Routing{}), "")
	v := n.waiting(t, "shop")
	wantCode(t, n.Pass(boss, v.conversation, night.ID, "", ""), "")
	wantCode(t, n.DropTeam(boss, night.ID), "")
	if c := n.now(t, v.conversation); c.Team.ID != "" {
		t.Fatalf("it waits for a team that is gone: %+v", c)
	}
	wantCode(t, n.DropTeam(boss, night.ID), chat.CodeNotFound)
}

func TestDesk_SetRouting(t *testing.T) {
	t.Parallel()
	n := alone(t)
	boss, _ := n.owner(t, "gu")
	ctx, lin := n.agent(t, "lin")
	r := chat.Routing{Order: chat.RoundRobin, Agent: lin.ID, VIP: "vip"}
	wantCode(t, n.SetRouting(boss, "shop", r), "")
	if got, err := n.Routing(boss, "shop"); err != nil || got != r {
		t.Fatalf("got %+v, %v", got, err)
	}
	all, _, err := n.Deeds(boss, 0, 50)
	if err != nil || len(all) != 1 || all[0].Action != "line:routing" || all[0].Subject != "shop" || all[0].Detail["named_agent"] != " → "+lin.Email || all[0].Detail["order"] != " → round_robin" || len(all[0].Detail) != 3 {
		t.Fatalf("got %+v, %v", all, err)
	}
	nobody := chat.NewID(time.Now())
	for what, r := range map[string]chat.Routing{
		"no such order": {Order: "loudest"}, "no such team": {Team: nobody}, "nobody": {Agent: nobody}, "not an id": {Agent: "lin"},
		"too soon": {Overflow: 1}, "helpers without a limit": {OverflowTeam: nobody}, "no attribute": {VIP: "="}, "two skills": {Skill: "a,b"},
	} {
		if err := n.SetRouting(boss, "shop", r); chat.CodeOf(err) != chat.CodeInvalid {
			t.Errorf("%s: got %v", what, err)
		}
	}
	wantCode(t, n.SetRouting(boss, "moon", chat.Routing{}), chat.CodeNotFound)
	wantCode(t, n.SetRouting(ctx, "shop", chat.Routing{}), chat.CodeForbidden)
	_, err = n.Routing(ctx, "shop")
	wantCode(t, err, chat.CodeForbidden)
}

func TestDesk_Pass(t *testing.T) {
	t.Parallel()
	n := alone(t).run(t)
	boss, _ := n.owner(t, "gu")
	lin, l := n.agent(t, "lin")
	_, max := n.agent(t, "max")
	night, err := n.SetTeam(boss, chat.Team{Name: "Night", Agents: []chat.ID{max.ID}})
	wantCode(t, err, "")
	n.attend(t, "lin")
	v := n.waiting(t, "shop")
	n.has(t, v, l.ID)
	wantCode(t, n.Pass(lin, v.conversation, night.ID, "", "她要发票"), "")
	if c := n.now(t, v.conversation); c.Status != chat.StatusWaiting || c.Team.Name != "Night" {
		t.Fatalf("got %+v", c)
	}
	if told := n.told(t, v); told.Team.ID != "" || told.Status != chat.StatusWaiting || told.Position != 1 {
		t.Fatalf("her page is told %+v", told)
	}
	if notes, err := n.Notes(lin, v.conversation); err != nil || len(notes) != 1 || notes[0].Text != "她要发票" {
		t.Fatalf("got %+v, %v", notes, err)
	}
	n.attend(t, "max")
	n.has(t, v, max.ID)
	why, err := n.Decisions(lin, v.conversation)
	if err != nil || len(why) != 2 || why[1].Team.ID != night.ID || !why[1].Returned || why[1].By != chat.KindSystem {
		t.Fatalf("got %+v, %v", why, err)
	}
	_, err = n.Decisions(v.ctx, v.conversation)
	wantCode(t, err, chat.CodeNotFound)
	empty, err := n.SetTeam(boss, chat.Team{Name: "Empty"})
	wantCode(t, err, "")
	for what, err := range map[string]error{
		"nobody of it works here": n.Pass(lin, v.conversation, empty.ID, "", ""), "no such team": n.Pass(lin, v.conversation, chat.NewID(time.Now()), "", ""),
		"nobody knows that": n.Pass(lin, v.conversation, "", "wine", ""), "neither": n.Pass(lin, v.conversation, "", "", ""),
	} {
		if chat.CodeOf(err) != chat.CodeInvalid {
			t.Errorf("%s: got %v", what, err)
		}
	}
	wantCode(t, n.Pass(v.ctx, v.conversation, night.ID, "", ""), chat.CodeNotFound)
	n.put(t, "max", func(a *chat.Agent) { a.Skills = []string{"wine"} })
	wantCode(t, n.Pass(lin, v.conversation, "", "wine", ""), "")
	eventually(t, soon, "who knows it", func() bool { c := n.now(t, v.conversation); return c.Agent.ID == max.ID && c.Skill == "wine" })
}

func TestDesk_Run_losesAgents(t *testing.T) {
	t.Parallel()
	n := alone(t).run(t)
	boss, _ := n.owner(t, "gu")
	_, lin := n.agent(t, "lin")
	_, max := n.agent(t, "max")
	n.attend(t, "lin")
	v := n.waiting(t, "shop")
	n.has(t, v, lin.ID)
	wantCode(t, n.SetRouting(boss, "shop", chat.Routing{Lost: 30}), "")
	leave := n.attend(t, "max")
	defer leave()
	// Her console was last heard of a minute ago, and she had the conversation then.
	n.exec(t, `UPDATE line_shop.conversations SET assigned_at = assigned_at - interval '1 hour'`)
	n.put(t, "lin", func(a *chat.Agent) { a.Lines = nil })
	n.exec(t, `UPDATE line_shop.seats SET online_until = clock_timestamp() - interval '1 minute' WHERE agent_id = $1`, lin.ID)
	n.has(t, v, max.ID)
}
