package desk_test

import (
	"context"
	stdsql "database/sql"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// seat is the agent's place at a line, as her colleagues see it.
func (n *node) seat(t *testing.T, line, name string) chat.Seat {
	t.Helper()
	seats, err := n.store.Seats(t.Context(), line)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range seats {
		if s.Agent.Name == name {
			return s
		}
	}
	return chat.Seat{}
}

// exec changes the database behind the store's back.
func (n *node) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	db, err := stdsql.Open("postgres", n.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

// age has every seat of the shop be as much older.
func (n *node) age(t *testing.T, by time.Duration) {
	t.Helper()
	n.exec(t, `UPDATE line_shop.seats SET online_until = online_until - make_interval(secs => $1)`, by.Seconds())
}

func TestDesk_Attend(t *testing.T) {
	t.Parallel()
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		n := alone(t)
		n.attend(t, "lin")
		if s := n.seat(t, "shop", "lin"); !s.Online || s.Capacity != 2 {
			t.Fatalf("got %+v", s)
		}
		ctx, lin := n.agent(t, "lin")
		colleagues, err := n.Colleagues(ctx, "shop")
		if err != nil || len(colleagues) != 2 || colleagues[0].Agent.ID != lin.ID || !colleagues[0].Online || colleagues[1].Online {
			t.Fatalf("got %+v, %v", colleagues, err)
		}
	})
	t.Run("a stream that is no console takes no seat", func(t *testing.T) {
		t.Parallel()
		n := alone(t)
		ctx, _ := n.agent(t, "lin")
		leave, _, err := n.Attend(ctx, false)
		wantCode(t, err, "")
		defer leave()
		if s := n.seat(t, "shop", "lin"); s.Online {
			t.Fatalf("got %+v", s)
		}
		closeConsole := n.attend(t, "lin")
		closeConsole()
		n.age(t, 12*time.Second)
		if s := n.seat(t, "shop", "lin"); s.Online {
			t.Fatalf("it keeps the seat of a console that closed: %+v", s)
		}
	})
	t.Run("a seat outlives a reload, not the agent", func(t *testing.T) {
		t.Parallel()
		n := alone(t)
		first, second := n.attend(t, "lin"), n.attend(t, "lin")
		first()
		first()
		if s := n.seat(t, "shop", "lin"); !s.Online {
			t.Fatal("one console of two closed, and the seat with it")
		}
		second()
		if s := n.seat(t, "shop", "lin"); !s.Online {
			t.Fatal("the seat lapsed at once")
		}
		n.age(t, 12*time.Second)
		if s := n.seat(t, "shop", "lin"); s.Online {
			t.Fatal("the seat is still taken after the time of a reload")
		}
	})
	t.Run("a seat lapses with its node, and is renewed by it", func(t *testing.T) {
		t.Parallel()
		n := alone(t)
		n.attend(t, "lin")
		n.age(t, 30*time.Second)
		if s := n.seat(t, "shop", "lin"); s.Online {
			t.Fatal("the seat has not lapsed")
		}
		n.clock.move(10 * time.Second)
		n.run(t)
		eventually(t, soon, "renewal", func() bool { return n.seat(t, "shop", "lin").Online })
	})
	for what, off := range map[string]time.Duration{"behind": -time.Minute, "ahead": time.Hour} {
		t.Run("a node whose clock is "+what+" seats its agents for as long as any other", func(t *testing.T) {
			t.Parallel()
			n := alone(t)
			n.clock.move(off)
			n.attend(t, "lin")
			if s := n.seat(t, "shop", "lin"); !s.Online {
				t.Fatal("she has no seat")
			}
			n.age(t, 30*time.Second)
			if s := n.seat(t, "shop", "lin"); s.Online {
				t.Fatal("her seat does not lapse")
			}
		})
	}
	t.Run("a disabled agent is shown out within a second", func(t *testing.T) {
		t.Parallel()
		n := alone(t).run(t)
		ctx, _ := n.agent(t, "lin")
		n.attend(t, "lin")
		leave, until, err := n.Attend(ctx, false)
		wantCode(t, err, "")
		defer leave()
		n.put(t, "lin", func(a *chat.Agent) { a.Disabled = true })
		closesSoon(t, until)
		eventually(t, soon, "empty seat", func() bool { return !n.seat(t, "shop", "lin").Online })
		_, _, err = n.Attend(ctx, true)
		wantCode(t, err, chat.CodeUnauthenticated)
	})
	t.Run("an agent who loses a line is shown out and seated where she still works", func(t *testing.T) {
		t.Parallel()
		n := alone(t).run(t)
		n.put(t, "lin", func(a *chat.Agent) { a.Lines = []string{"mall", "shop"} })
		ctx, _ := n.agent(t, "lin")
		leave, until, err := n.Attend(ctx, true)
		wantCode(t, err, "")
		defer leave()
		n.put(t, "lin", func(a *chat.Agent) { a.Lines = []string{"mall"} })
		closesSoon(t, until)
		eventually(t, soon, "empty seat", func() bool { return !n.seat(t, "shop", "lin").Online && n.seat(t, "mall", "lin").Online })
		v := n.waiting(t, "shop")
		if c := n.now(t, v.conversation); c.Agent.ID != "" {
			t.Fatalf("got %+v", c)
		}
	})
	t.Run("an agent whose role changes is shown out", func(t *testing.T) {
		t.Parallel()
		n := alone(t).run(t)
		ctx, _ := n.agent(t, "lin")
		leave, until, err := n.Attend(ctx, true)
		wantCode(t, err, "")
		defer leave()
		n.put(t, "lin", func(a *chat.Agent) { a.Role = "auditor" })
		closesSoon(t, until)
		eventually(t, soon, "empty seat", func() bool { return !n.seat(t, "shop", "lin").Online })
	})
	t.Run("who may only read takes no seat", func(t *testing.T) {
		t.Parallel()
		n := alone(t).run(t)
		n.attend(t, "audit")
		if s := n.seat(t, "shop", "audit"); s.Agent.ID != "" {
			t.Fatalf("got %+v", s)
		}
	})
	t.Run("not an agent", func(t *testing.T) {
		t.Parallel()
		n := alone(t)
		v := n.visitor(t, "shop")
		_, _, err := n.Attend(v.ctx, true)
		wantCode(t, err, chat.CodeNotFound)
	})
}

func closesSoon(t *testing.T, until context.Context) {
	t.Helper()
	eventually(t, soon, "end of her streams", func() bool {
		select {
		case <-until.Done():
			return true
		default:
			return false
		}
	})
}

func TestDesk_SetPresence(t *testing.T) {
	t.Parallel()
	n := alone(t)
	ctx, lin := n.agent(t, "lin")

	t.Run("OK", func(t *testing.T) {
		n.attend(t, "lin")
		for _, p := range []chat.Presence{chat.Away, chat.Online, chat.Offline, chat.Online} {
			wantCode(t, n.SetPresence(ctx, p, ""), "")
			if s := n.seat(t, "shop", "lin"); s.Online != (p == chat.Online) {
				t.Fatalf("%s: got %+v", p, s)
			}
			said, _ := last[map[string]string](t, n.push, chat.EventPresence, "", chat.ToAgents)
			if said["presence"] != string(p) || said["agent_id"] != string(lin.ID) {
				t.Fatalf("%s: told %v", p, said)
			}
			if _, a := n.agent(t, "lin"); a.Presence != p {
				t.Fatalf("%s: kept %s", p, a.Presence)
			}
		}
	})
	t.Run("busy, and away with a reason, until she chooses anew", func(t *testing.T) {
		leave := n.attend(t, "lin")
		for p, reason := range map[chat.Presence]string{chat.Busy: "counting the stock", chat.Away: "lunch"} {
			wantCode(t, n.SetPresence(ctx, p, reason), "")
			if s := n.seat(t, "shop", "lin"); s.Online {
				t.Fatalf("%s: got %+v", p, s)
			}
			said, _ := last[map[string]string](t, n.push, chat.EventPresence, "", chat.ToAgents)
			if said["presence"] != string(p) || said["reason"] != reason {
				t.Fatalf("told %v", said)
			}
		}
		wantCode(t, n.SetPresence(ctx, chat.Away, "lunch"), "")
		leave()
		n.attend(t, "lin") // another console changes nothing
		if s := n.seat(t, "shop", "lin"); s.Online {
			t.Fatalf("got %+v", s)
		}
		seats, err := n.Colleagues(ctx, "shop")
		if err != nil || !slices.ContainsFunc(seats, func(s chat.Seat) bool { return s.Agent.ID == lin.ID && s.Presence == chat.Away && s.Reason == "lunch" }) {
			t.Fatalf("got %+v, %v", seats, err)
		}
		wantCode(t, n.SetPresence(ctx, chat.Online, ""), "")
		if _, a := n.agent(t, "lin"); a.Reason != "" {
			t.Fatalf("got %+v", a)
		}
	})
	t.Run("of an agent without a console", func(t *testing.T) {
		max, _ := n.agent(t, "max")
		wantCode(t, n.SetPresence(max, chat.Away, ""), "")
		wantCode(t, n.SetPresence(max, chat.Online, ""), "")
		if s := n.seat(t, "shop", "max"); s.Online {
			t.Fatalf("got %+v", s)
		}
	})
	t.Run("refused", func(t *testing.T) {
		wantCode(t, n.SetPresence(ctx, "asleep", ""), chat.CodeInvalid)
		wantCode(t, n.SetPresence(ctx, chat.Online, "lunch"), chat.CodeInvalid)
		wantCode(t, n.SetPresence(ctx, chat.Away, strings.Repeat("x", 41)), chat.CodeInvalid)
		wantCode(t, n.SetPresence(n.visitor(t, "shop").ctx, chat.Away, ""), chat.CodeNotFound)
	})
}
