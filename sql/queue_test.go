package sql

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/taadis/unique-support/core/chat"
)

// route sets how the shop gives what waits.
func route(t testing.TB, s *Store, r chat.Routing) {
	t.Helper()
	if err := s.ChangeTeam(t.Context(), func(c chat.TeamChange) error { return c.PutRouting("shop", r) }); err != nil {
		t.Fatal(err)
	}
}

// sit takes a seat at the shop for an hour, with what decides what she can be given.
func sit(t testing.TB, s *Store, a chat.Author, capacity int, teams []chat.ID, skills ...string) {
	t.Helper()
	seat := chat.Seat{Agent: chat.AgentRef{ID: a.ID, Name: a.Name}, Capacity: capacity, Teams: teams, Skills: skills}
	if err := s.Seat(t.Context(), []string{"shop"}, seat, time.Hour); err != nil {
		t.Fatal(err)
	}
}

// next has the shop give one, and returns to whom and why.
func (k talk) next(t testing.TB) (who, why string) {
	t.Helper()
	m, err := k.s.AssignNext(t.Context(), "shop", "")
	if err != nil || m.Conversation.ID != k.id {
		t.Fatalf("got %+v, %v", m, err)
	}
	return m.Conversation.Agent.Name, m.Conversation.Reason
}

func waits(t testing.TB, s *Store) talk {
	t.Helper()
	k := begin(t, s)
	k.say(t, k.visitor, "在吗")
	return k
}

// again is the visitor's next conversation, after this one has ended.
func (k talk) again(t testing.TB) talk {
	t.Helper()
	if _, err := k.s.End(t.Context(), "shop", k.id, k.visitor, ""); err != nil {
		t.Fatal(err)
	}
	c, err := k.s.Begin(t.Context(), "shop", k.visitor.ID, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	k.id = c.ID
	k.say(t, k.visitor, "又来了")
	return k
}

func nobodyNext(t testing.TB, s *Store) {
	t.Helper()
	if m, err := s.AssignNext(t.Context(), "shop", ""); !errors.Is(err, chat.NotFound()) {
		t.Fatalf("got %+v, %v", m, err)
	}
}

func TestStore_AssignNext_routing(t *testing.T) {
	t.Parallel()
	lin, max := agent("林晓"), agent("Max")
	wants := func(t *testing.T, k talk, who, why string) {
		t.Helper()
		if gotWho, gotWhy := k.next(t); gotWho != who || gotWhy != why {
			t.Fatalf("got %s for %s, want %s for %s", gotWho, gotWhy, who, why)
		}
	}
	t.Run("round robin", func(t *testing.T) {
		t.Parallel()
		s := newStore(t)
		sit(t, s, lin, 5, nil)
		sit(t, s, max, 5, nil)
		route(t, s, chat.Routing{Order: chat.RoundRobin})
		first := waits(t, s)
		who, _ := first.next(t)
		if _, err := s.End(t.Context(), "shop", first.id, lin, ""); err != nil {
			t.Fatal(err)
		}
		second := waits(t, s) // whoever was first has least to do again, and is not asked
		if then, why := second.next(t); then == who || why != "round_robin" {
			t.Fatalf("got %s for %s after %s", then, why, who)
		}
		third := waits(t, s)
		wants(t, third, who, "round_robin")
	})
	t.Run("who had the visitor, and somebody in particular", func(t *testing.T) {
		t.Parallel()
		s := newStore(t)
		sit(t, s, max, 5, nil)
		route(t, s, chat.Routing{LastAgent: true})
		k := waits(t, s)
		wants(t, k, "Max", "least_busy")
		k = k.again(t)
		sit(t, s, lin, 5, nil)
		busy := waits(t, s)
		wants(t, k, "Max", "last_agent")
		wants(t, busy, "林晓", "least_busy")
		route(t, s, chat.Routing{LastAgent: true, Agent: lin.ID})
		k = k.again(t)
		wants(t, k, "林晓", "named_agent")
		sit(t, s, lin, 1, nil) // no room any more
		k2 := waits(t, s)
		wants(t, k2, "Max", "least_busy")
	})
	t.Run("who is signed to be important comes first", func(t *testing.T) {
		t.Parallel()
		s := newStore(t)
		route(t, s, chat.Routing{VIP: "level=gold,platinum"})
		plain, says, proves := waits(t, s), waits(t, s), waits(t, s)
		run(t, s, "shop", `UPDATE visitors SET attributes = '{"level": "gold"}' WHERE id IN ($1, $2)`, says.visitor.ID, proves.visitor.ID)
		run(t, s, "shop", `UPDATE visitors SET verified = true WHERE id IN ($1, $2)`, plain.visitor.ID, proves.visitor.ID)
		for _, want := range []bool{true, false} {
			if changed, err := s.Rank(t.Context(), "shop"); err != nil || changed != want {
				t.Fatalf("got %v, %v", changed, err)
			}
		}
		if at := []int{proves.now(t).Position, plain.now(t).Position, says.now(t).Position}; !cmp.Equal(at, []int{1, 2, 3}) {
			t.Fatalf("got %v", at)
		}
		sit(t, s, lin, 5, nil)
		wants(t, proves, "林晓", "least_busy")
		why, err := s.Decisions(t.Context(), "shop", proves.id)
		if err != nil || len(why) != 1 || !why[0].VIP || why[0].Agent.ID != lin.ID || why[0].By != chat.KindSystem || why[0].Capacity != 5 || why[0].Seq != 2 {
			t.Fatalf("got %+v, %v", why, err)
		}
		route(t, s, chat.Routing{})
		if changed, err := s.Rank(t.Context(), "shop"); err != nil || changed {
			t.Fatalf("nobody who waits was ahead: got %v, %v", changed, err)
		}
	})
	t.Run("only who is in the team and has the skill, until others help out", func(t *testing.T) {
		t.Parallel()
		s := newStore(t)
		billing, late := chat.NewID(time.Now()), chat.NewID(time.Now())
		sit(t, s, lin, 5, []chat.ID{billing}, "French")
		sit(t, s, max, 5, []chat.ID{late}, "French", "wine")
		for what, r := range map[string]chat.Routing{
			"team":  {Team: billing, Skill: "French"},
			"skill": {Skill: "wine"},
		} {
			route(t, s, r)
			k := waits(t, s)
			wants(t, k, map[string]string{"team": "林晓", "skill": "Max"}[what], "least_busy")
		}
		route(t, s, chat.Routing{Team: billing, Skill: "wine"})
		k := waits(t, s)
		nobodyNext(t, s)
		route(t, s, chat.Routing{Team: billing, Skill: "wine", Overflow: 60, OverflowTeam: late})
		nobodyNext(t, s)
		run(t, s, "shop", `UPDATE conversations SET waiting_since = waiting_since - interval '61 seconds' WHERE id = $1`, k.id)
		wants(t, k, "Max", "overflow")
	})
	t.Run("one that nobody may have does not keep the others", func(t *testing.T) {
		t.Parallel()
		s := newStore(t)
		sit(t, s, lin, 5, nil)
		stuck := waits(t, s)
		if _, err := s.Pass(t.Context(), "shop", chat.Passing{Conversation: stuck.id, Team: chat.TeamRef{ID: chat.NewID(time.Now()), Name: "Night"}, By: max}); err != nil {
			t.Fatal(err)
		}
		k := waits(t, s)
		wants(t, k, "林晓", "least_busy")
		nobodyNext(t, s)
	})
	t.Run("500 wait for teams and skills, none is given more than she takes", func(t *testing.T) {
		t.Parallel()
		s := newStore(t)
		route(t, s, chat.Routing{Order: chat.RoundRobin, LastAgent: true, VIP: "vip"})
		team := []chat.ID{chat.NewID(time.Now()), chat.NewID(time.Now())}
		for i := range 20 {
			sit(t, s, agent(fmt.Sprint("agent ", i)), 5, team[i%2:i%2+1], "a", fmt.Sprint("b", i%2))
		}
		run(t, s, "shop", `INSERT INTO visitors (id, verified, attributes) SELECT gen_random_uuid(), true, CASE WHEN n % 7 = 0 THEN '{"vip": true}'::jsonb ELSE '{}' END FROM generate_series(1, 500) n`)
		run(t, s, "shop", `INSERT INTO conversations (id, visitor_id, status, waiting_since, team_id, team_name, skill)
			SELECT gen_random_uuid(), v.id, 'waiting', clock_timestamp(), CASE WHEN v.n % 2 = 0 THEN CAST($1 AS uuid) END, 'x', CASE WHEN v.n % 3 = 0 THEN 'b1' ELSE '' END
			FROM (SELECT id, row_number() OVER () AS n FROM visitors) v`, team[0])
		if changed, err := s.Rank(t.Context(), "shop"); err != nil || !changed {
			t.Fatalf("got %v, %v", changed, err)
		}
		if n := crowd(t, s); n != 100 {
			t.Fatalf("%d were given", n)
		}
		seats := checkSeats(t, s, 5)
		p, _ := s.line("shop")
		var wrong int
		if err := p.db.Get(&wrong, `SELECT count(*) FROM conversations c JOIN seats s ON s.agent_id = c.agent_id
			WHERE c.team_id <> ALL (s.teams) OR c.skill <> '' AND c.skill <> ALL (s.skills)`); err != nil || wrong > 0 {
			t.Fatalf("%d were given to who should not have them: %v", wrong, err)
		}
		var vips int
		if err := p.db.Get(&vips, `SELECT count(*) FROM conversations WHERE status = 'waiting' AND turn = -1 AND team_id IS NULL AND skill = ''`); err != nil || vips > 0 {
			t.Fatalf("%d who come first, and whom anybody could have, wait: %v", vips, err)
		}
		var id chat.ID
		if err := p.db.Get(&id, "SELECT id FROM conversations WHERE agent_id = $1 AND status = 'open' LIMIT 1", seats[0].Agent.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := s.End(t.Context(), "shop", id, chat.Author{Kind: chat.KindSystem}, ""); err != nil {
			t.Fatal(err)
		}
		if n := crowd(t, s); n != 1 {
			t.Fatalf("%d were given after one place became free", n)
		}
		checkSeats(t, s, 5)
	})
}

func TestStore_Pass(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lin, max := agent("林晓"), agent("Max")
	night := chat.TeamRef{ID: chat.NewID(time.Now()), Name: "Night"}
	pass := func(t *testing.T, k talk) chat.Moved {
		t.Helper()
		m, err := s.Pass(t.Context(), "shop", chat.Passing{Conversation: k.id, Team: night, By: lin})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	t.Run("OK", func(t *testing.T) {
		first := waits(t, s)
		k := opened(t, s, lin)
		m := pass(t, k)
		if data := k.notice(t, m.Notice); data != `{"notice":"passed","from":"林晓","by":"agent"}` {
			t.Fatalf("got %s", data)
		}
		if c := k.now(t); c.Status != chat.StatusWaiting || c.Agent.ID != "" || c.Team != night || c.Position != 1 || first.now(t).Position != 2 {
			t.Fatalf("got %+v", c)
		}
		sit(t, s, lin, 5, []chat.ID{night.ID})
		sit(t, s, max, 5, []chat.ID{night.ID})
		if who, _ := k.next(t); who != "Max" { // she who passed it on comes last
			t.Fatalf("got %s", who)
		}
		why, err := s.Decisions(t.Context(), "shop", k.id)
		if err != nil || len(why) != 2 || why[0].Reason != "taken" || why[0].ByName != "林晓" || why[1].Team != night || !why[1].Returned {
			t.Fatalf("got %+v, %v", why, err)
		}
		if c := k.now(t); c.Team != night {
			t.Fatalf("got %+v", c)
		}
		k.assign(t, lin) // a person's choice is not what it asked for
		if c := k.now(t); c.Team != (chat.TeamRef{}) {
			t.Fatalf("got %+v", c)
		}
		if who, _ := first.next(t); who == "" {
			t.Fatal("the first waits on")
		}
	})
	t.Run("what waits", func(t *testing.T) {
		k := waits(t, s)
		if m := pass(t, k); m.Notice != nil || m.Conversation.Team != night || m.Conversation.LastSeq != 1 {
			t.Fatalf("got %+v", m)
		}
		if err := s.Disband(t.Context(), night.ID); err != nil || k.now(t).Team != (chat.TeamRef{}) {
			t.Fatalf("got %+v, %v", k.now(t), err)
		}
	})
	t.Run("refused", func(t *testing.T) {
		k := begin(t, s)
		_, err := s.Pass(t.Context(), "shop", chat.Passing{Conversation: k.id, Team: night, By: lin})
		wantCode(t, err, chat.CodeConflict)
		if _, err := s.End(t.Context(), "shop", k.id, k.visitor, ""); err != nil {
			t.Fatal(err)
		}
		_, err = s.Pass(t.Context(), "shop", chat.Passing{Conversation: k.id, Team: night, By: lin})
		wantCode(t, err, chat.CodeConflict)
	})
}

func TestStore_ChangeTeam_teams(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lin := chat.Agent{ID: chat.NewID(time.Now()), Email: "lin@example.com", Name: "林晓", Role: "agent", Lines: []string{"mall", "shop"}, Capacity: 4,
		Room: map[string]int{"shop": 2}, Skills: []string{"French"}}
	wantCode(t, s.PutAgent(t.Context(), lin), "")
	night := chat.Team{ID: chat.NewID(time.Now()), Name: "Night", Agents: []chat.ID{lin.ID}}
	change := func(f func(c chat.TeamChange) error) {
		t.Helper()
		wantCode(t, s.ChangeTeam(t.Context(), f), "")
	}
	change(func(c chat.TeamChange) error { return c.PutTeam(night) })
	if got, err := s.Teams(t.Context()); err != nil || !cmp.Equal(got, []chat.Team{night}) {
		t.Fatalf("got %+v, %v", got, err)
	}
	got, err := s.Agent(t.Context(), lin.ID)
	if err != nil || got.CapacityAt("shop") != 2 || got.CapacityAt("mall") != 4 || !cmp.Equal(got.Skills, lin.Skills) || !cmp.Equal(got.Teams, []chat.ID{night.ID}) {
		t.Fatalf("got %+v, %v", got, err)
	}
	lin.Room = nil
	wantCode(t, s.PutAgent(t.Context(), lin), "")
	night.Name, night.Agents = "Late", nil
	change(func(c chat.TeamChange) error { return c.PutTeam(night) })
	if got, err := s.Agent(t.Context(), lin.ID); err != nil || got.CapacityAt("shop") != 4 || got.Teams != nil {
		t.Fatalf("got %+v, %v", got, err)
	}
	change(func(c chat.TeamChange) error { return c.DropTeam(night.ID) })
	if got, err := s.Teams(t.Context()); err != nil || len(got) > 0 {
		t.Fatalf("got %+v, %v", got, err)
	}
	r := chat.Routing{Order: chat.RoundRobin, VIP: "vip", Overflow: 30}
	change(func(c chat.TeamChange) error { return c.PutRouting("shop", r) })
	if l, err := s.Line("shop"); err != nil || l.Routing != r {
		t.Fatalf("got %+v, %v", l, err)
	}
	wantCode(t, s.Load(t.Context()), "")
	wantCode(t, s.PutLine(t.Context(), chat.Line{Name: "shop", Title: "Shop"}), "")
	if l, err := s.Line("shop"); err != nil || l.Routing != r {
		t.Fatalf("got %+v, %v", l, err)
	}
	wantCode(t, s.ChangeTeam(t.Context(), func(c chat.TeamChange) error { return c.PutRouting("moon", r) }), chat.CodeNotFound)
}
