package sql

import (
	"errors"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

func TestStore_ChangeTeam(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	a := lin()
	wantCode(t, s.PutAgent(t.Context(), a), "")
	t.Run("all of it, or nothing", func(t *testing.T) {
		stop := errors.New("stop")
		err := s.ChangeTeam(t.Context(), func(c chat.TeamChange) error {
			b := a
			b.Name = "Lin II"
			if err := errors.Join(c.PutAgent(b), c.Record(chat.Deed{At: chat.Time{Time: time.Now()}, Action: "x:y"})); err != nil {
				t.Error(err)
			}
			return stop
		})
		if !errors.Is(err, stop) {
			t.Errorf("got %v", err)
		}
		got, err := s.Agent(t.Context(), a.ID)
		deeds, err2 := s.DeedsAfter(t.Context(), 0, 10)
		if err != nil || err2 != nil || got.Name != "Lin" || len(deeds) != 0 {
			t.Errorf("got %+v, %v, %v, %v", got, deeds, err, err2)
		}
	})
	t.Run("one at a time, so that the chain has no fork", func(t *testing.T) {
		const many = 8
		ended := make(chan error, many)
		for range many {
			go func() {
				ended <- s.ChangeTeam(t.Context(), func(c chat.TeamChange) error {
					return c.Record(chat.Deed{At: chat.Time{Time: time.Now()}, By: chat.AgentRef{Name: "林"}, Action: "x:y", Subject: "z", Detail: map[string]string{"b": "2", "a": "1"}})
				})
			}()
		}
		for range many {
			wantCode(t, <-ended, "")
		}
		deeds, err := s.DeedsAfter(t.Context(), 0, 100)
		if err != nil || len(deeds) != many {
			t.Fatalf("got %d, %v", len(deeds), err)
		}
		before := ""
		for i, d := range deeds {
			if d.Seq != int64(i+1) || d.Hash != d.Chain(before) {
				t.Errorf("deed %d: %+v", i+1, d)
			}
			before = d.Hash
		}
		if back, err := s.DeedsBefore(t.Context(), 4, 2); err != nil || len(back) != 2 || back[0].Seq != 3 || back[1].Seq != 2 {
			t.Errorf("got %+v, %v", back, err)
		}
	})
	t.Run("who was seen, and signed out", func(t *testing.T) {
		wantCode(t, s.Seen(t.Context(), []chat.ID{a.ID}), "")
		wantCode(t, s.ChangeTeam(t.Context(), func(c chat.TeamChange) error { return c.SignOut(a.ID) }), "")
		got, err := s.Agent(t.Context(), a.ID)
		if err != nil || got.Since != 1 || time.Since(got.Seen.Time) > time.Minute {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}

func TestStore_Invitation(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	v := chat.Invitation{ID: chat.NewID(time.Now()), Email: "New@example.com", Role: "agent", Lines: []string{"shop"}, Capacity: 3, By: chat.AgentRef{Name: "command line"}}
	put := func(v chat.Invitation, hash string, lasts time.Duration) error {
		return s.ChangeTeam(t.Context(), func(c chat.TeamChange) error { return c.PutInvitation(v, hash, lasts) })
	}
	take := func(hash string) (got chat.Invitation, err error) {
		err = s.ChangeTeam(t.Context(), func(c chat.TeamChange) error {
			got, err = c.TakeInvitation(hash)
			return err
		})
		return got, err
	}
	t.Run("no such role", func(t *testing.T) {
		bad := v
		bad.Role = "king"
		wantCode(t, put(bad, "h0", time.Hour), chat.CodeInvalid)
	})
	t.Run("a second takes the place of the first", func(t *testing.T) {
		wantCode(t, put(v, "h1", time.Hour), "")
		again := v
		again.ID, again.Email = chat.NewID(time.Now()), "new@EXAMPLE.com"
		wantCode(t, put(again, "h2", time.Hour), "")
		_, err := s.Invitation(t.Context(), "h1")
		wantCode(t, err, chat.CodeNotFound)
		got, err := s.Invitation(t.Context(), "h2")
		if err != nil || got.ID != again.ID || got.Role != "agent" || len(got.Lines) != 1 || got.Capacity != 3 || got.By.Name != "command line" || got.Expires.Sub(got.Created.Time) != time.Hour {
			t.Errorf("got %+v, %v", got, err)
		}
		if all, err := s.Invitations(t.Context()); err != nil || len(all) != 1 {
			t.Errorf("got %+v, %v", all, err)
		}
	})
	t.Run("used once", func(t *testing.T) {
		_, err := take("h2")
		wantCode(t, err, "")
		_, err = take("h2")
		wantCode(t, err, chat.CodeNotFound)
	})
	t.Run("not after its time", func(t *testing.T) {
		wantCode(t, put(v, "h3", 0), "")
		_, err := take("h3")
		wantCode(t, err, chat.CodeNotFound)
		if all, err := s.Invitations(t.Context()); err != nil || len(all) != 0 {
			t.Errorf("got %+v, %v", all, err)
		}
	})
}
