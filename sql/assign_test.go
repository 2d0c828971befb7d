package sql

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

func TestStore_Assign(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lin, max := agent("林晓"), agent("Max")

	t.Run("OK", func(t *testing.T) {
		k := begin(t, s)
		k.say(t, k.visitor, "在吗")
		m := k.assign(t, lin)
		if data := k.notice(t, m.Notice); data != `{"notice":"joined","agent":"林晓","by":"agent"}` {
			t.Fatalf("got %s", data)
		}
		c := m.Conversation
		if c.Status != chat.StatusOpen || c.Agent != (chat.AgentRef{ID: lin.ID, Name: "林晓"}) || c.Reason != "taken" || !c.Waiting.IsZero() || c.Assigned.IsZero() || m.Before.ID != "" {
			t.Fatalf("got %+v", m)
		}
		if i := k.inboxOf(t, lin.ID); i.Unread != 1 || i.LastSeq != 2 {
			t.Fatalf("got %+v", i)
		}
	})
	t.Run("handed over", func(t *testing.T) {
		k := opened(t, s, lin)
		k.say(t, lin, "在的")
		k.say(t, k.visitor, "好")
		m := k.assign(t, max)
		if data := k.notice(t, m.Notice); data != `{"notice":"transferred","agent":"Max","from":"林晓","by":"agent"}` || m.Before.ID != lin.ID {
			t.Fatalf("got %s, %+v", data, m)
		}
		if i := k.inboxOf(t, max.ID); i.Unread != 1 || i.Read != 3 {
			t.Fatalf("what a colleague has read is not unread: got %+v", i)
		}
		k.say(t, k.visitor, "喂")
		if i := k.inboxOf(t, max.ID); i.Unread != 2 {
			t.Fatalf("got %+v", i)
		}
		back := k.assign(t, lin)
		if i := k.inboxOf(t, lin.ID); i.Unread != 2 || i.LastSeq != back.Conversation.LastSeq {
			t.Fatalf("got %+v", i)
		}
	})
	t.Run("only what still waits, when asked so", func(t *testing.T) {
		k := opened(t, s, lin)
		m, err := s.Assign(t.Context(), "shop", chat.Assignment{Conversation: k.id, To: chat.AgentRef{ID: max.ID, Name: "Max"}, By: max, Reason: "taken", Waiting: true})
		if err != nil || m.Notice != nil || m.Conversation.Agent.ID != lin.ID {
			t.Fatalf("got %+v, %v", m, err)
		}
	})
	t.Run("what she has", func(t *testing.T) {
		k := opened(t, s, lin)
		if m := k.assign(t, lin); m.Notice != nil || m.Before.ID != lin.ID || m.Conversation.LastSeq != 2 {
			t.Fatalf("got %+v", m)
		}
		if _, err := s.Snooze(t.Context(), "shop", k.id, time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if m := k.assign(t, lin); m.Notice != nil || m.Conversation.Status != chat.StatusOpen || k.now(t).Status != chat.StatusOpen {
			t.Fatalf("got %+v", m)
		}
	})
	t.Run("while the queue is being served", func(t *testing.T) {
		k := begin(t, s)
		k.say(t, k.visitor, "在吗")
		p, err := s.line("shop")
		wantCode(t, err, "")
		wantCode(t, p.tx(t.Context(), func(queue *tx) error {
			if err := oneAtATime(queue); err != nil {
				return err
			}
			k.assign(t, lin) // or it waits for the lock, and gives up
			return nil
		}), "")
	})
	t.Run("refused", func(t *testing.T) {
		k := begin(t, s)
		give := func(id chat.ID) error {
			_, err := s.Assign(t.Context(), "shop", chat.Assignment{Conversation: id, To: chat.AgentRef{ID: lin.ID}, By: lin})
			return err
		}
		wantCode(t, give(k.id), chat.CodeConflict)
		if _, err := s.End(t.Context(), "shop", k.id, k.visitor, ""); err != nil {
			t.Fatal(err)
		}
		wantCode(t, give(k.id), chat.CodeConflict)
		wantCode(t, give(chat.NewID(time.Now())), chat.CodeNotFound)
	})
}

func TestStore_AssignNext(t *testing.T) {
	t.Parallel()
	wait := func(t *testing.T, s *Store) talk {
		k := begin(t, s)
		k.say(t, k.visitor, "在吗")
		return k
	}
	t.Run("in turn", func(t *testing.T) {
		t.Parallel()
		s := newStore(t)
		lin, max, away := agent("林晓"), agent("Max"), agent("顾书言")
		online(t, s, lin, 2)
		online(t, s, max, 1)
		if err := s.Seat(t.Context(), []string{"shop"}, chat.Seat{Agent: chat.AgentRef{ID: away.ID, Name: away.Name}, Capacity: 9}, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := s.AssignNext(t.Context(), "shop", ""); !errors.Is(err, chat.NotFound()) {
			t.Fatalf("got %v", err)
		}
		given := map[chat.ID]int{}
		var first talk
		for i := range 3 {
			k := wait(t, s)
			m, err := s.AssignNext(t.Context(), "shop", chat.NewTrace())
			if err != nil || m.Conversation.ID != k.id || m.Conversation.Reason != "least_busy" {
				t.Fatalf("got %+v, %v", m, err)
			}
			if data := k.notice(t, m.Notice); data != fmt.Sprintf(`{"notice":"joined","agent":"%s","by":"system"}`, m.Conversation.Agent.Name) {
				t.Fatalf("got %s", data)
			}
			given[m.Conversation.Agent.ID]++
			if i == 1 && len(given) != 2 {
				t.Fatal("the second went to the same agent")
			}
			if m.Conversation.Agent.ID == max.ID {
				first = k
			}
		}
		if given[lin.ID] != 2 || given[max.ID] != 1 {
			t.Fatalf("got %v", given)
		}
		oldest, younger := wait(t, s), wait(t, s)
		if _, err := s.AssignNext(t.Context(), "shop", ""); !errors.Is(err, chat.NotFound()) {
			t.Fatalf("got %v", err)
		}
		if _, err := s.End(t.Context(), "shop", first.id, max, ""); err != nil {
			t.Fatal(err)
		}
		m, err := s.AssignNext(t.Context(), "shop", "")
		if err != nil || m.Conversation.ID != oldest.id || m.Conversation.Agent.ID != max.ID {
			t.Fatalf("got %+v, %v", m, err)
		}
		if c := younger.now(t); c.Position != 1 {
			t.Fatalf("got %+v", c)
		}
	})
	t.Run("a crowd", func(t *testing.T) {
		t.Parallel()
		s := newStore(t)
		for i := range 20 {
			online(t, s, agent(fmt.Sprint("agent ", i)), 5)
		}
		// 500 who wait, made as Begin and Append would, one statement each.
		run(t, s, "shop", `INSERT INTO visitors (id) SELECT gen_random_uuid() FROM generate_series(1, 500)`)
		run(t, s, "shop", `INSERT INTO conversations (id, visitor_id, status, waiting_since, last_seq)
			SELECT gen_random_uuid(), id, 'waiting', clock_timestamp(), 0 FROM visitors`)
		if n := crowd(t, s); n != 100 {
			t.Fatalf("%d were given", n)
		}
		seats := checkSeats(t, s, 5)
		p, _ := s.line("shop")
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

// crowd has eight assign at once until nobody can, and returns how many were given.
func crowd(t *testing.T, s *Store) (given int) {
	var mu sync.Mutex
	var running sync.WaitGroup
	for range 8 {
		running.Go(func() {
			for {
				m, err := s.AssignNext(t.Context(), "shop", "")
				if errors.Is(err, chat.NotFound()) {
					return
				}
				if chat.CodeOf(err) == chat.CodeLineUnavailable {
					continue // eight stand in line for one lock, and each second of it counts on a slow machine
				}
				if err != nil || m.Conversation.Status != chat.StatusOpen {
					t.Errorf("got %+v, %v", m, err)
					return
				}
				mu.Lock()
				given++
				mu.Unlock()
			}
		})
	}
	running.Wait()
	return given
}

func checkSeats(t *testing.T, s *Store, open int) []chat.Seat {
	t.Helper()
	seats, err := s.Seats(t.Context(), "shop")
	if err != nil || len(seats) == 0 {
		t.Fatal(err)
	}
	for _, seat := range seats {
		if seat.Open != open || !seat.Online {
			t.Fatalf("got %+v", seat)
		}
	}
	return seats
}

func TestStore_Seat(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lin, max := agent("林晓"), agent("Max")
	online(t, s, lin, 2)
	online(t, s, max, 4)
	k := begin(t, s)
	k.say(t, k.visitor, "在吗")
	k.assign(t, max)
	seats, err := s.Seats(t.Context(), "shop")
	if err != nil || len(seats) != 2 || seats[0].Agent.ID != max.ID || seats[0].Open != 1 || seats[0].Capacity != 4 || !seats[0].Online {
		t.Fatalf("got %+v, %v", seats, err)
	}
	t.Run("who holds one without ever having sat down", func(t *testing.T) {
		zhou := agent("周航")
		k := begin(t, s)
		k.say(t, k.visitor, "在吗")
		k.assign(t, zhou)
		seats, err := s.Seats(t.Context(), "shop")
		if err != nil || len(seats) != 3 || seats[2].Agent.ID != zhou.ID || seats[2].Open != 1 || seats[2].Online {
			t.Fatalf("got %+v, %v", seats, err)
		}
	})
	t.Run("given up", func(t *testing.T) {
		gone := chat.Seat{Agent: chat.AgentRef{ID: max.ID, Name: "Max B."}, Capacity: 4}
		if err := s.Seat(t.Context(), []string{"shop", "mall"}, gone, 0); err != nil {
			t.Fatal(err)
		}
		seats, err := s.Seats(t.Context(), "shop")
		if err != nil || seats[0].Agent.ID != lin.ID || seats[1].Online || seats[1].Agent.Name != "Max B." {
			t.Fatalf("got %+v, %v", seats, err)
		}
	})
	t.Run("one line away", func(t *testing.T) {
		cutOff(t, s, "mall")
		seat := chat.Seat{Agent: chat.AgentRef{ID: max.ID, Name: "Max"}, Capacity: 9}
		wantCode(t, s.Seat(t.Context(), []string{"mall", "shop"}, seat, time.Hour), chat.CodeLineUnavailable)
		seats, err := s.Seats(t.Context(), "shop")
		if err != nil || seats[0].Agent.ID != max.ID || seats[0].Capacity != 9 {
			t.Fatalf("got %+v, %v", seats, err)
		}
	})
}
