package sql

import (
	"errors"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

func TestStore_TakeMails(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	forgot := func(to string) chat.Mail {
		return chat.Mail{ID: chat.NewID(time.Now()), Kind: chat.MailForgot, To: to, Locale: "en", Trace: "t"}
	}
	take := func(t *testing.T, lease time.Duration) []chat.Mail {
		t.Helper()
		ms, err := s.TakeMails(t.Context(), 10, lease)
		wantCode(t, err, "")
		return ms
	}
	t.Run("written with what causes it, or not at all", func(t *testing.T) {
		stop := errors.New("stop")
		m := chat.Mail{ID: chat.NewID(time.Now()), Kind: chat.MailInvite, To: "a@b.example", Invitation: chat.NewID(time.Now())}
		if err := s.ChangeTeam(t.Context(), func(c chat.TeamChange) error { return errors.Join(c.PutMail(m), stop) }); !errors.Is(err, stop) {
			t.Fatal(err)
		}
		if ms := take(t, time.Minute); len(ms) != 0 {
			t.Errorf("got %+v", ms)
		}
	})
	t.Run("one for an address that asks twice; one node's while it is leased", func(t *testing.T) {
		for _, to := range []string{"lin@shop.example", "LIN@shop.example"} {
			wantCode(t, s.PutMail(t.Context(), forgot(to)), "")
		}
		ms := take(t, time.Minute)
		if len(ms) != 1 || ms[0].Tries != 1 || ms[0].To != "lin@shop.example" || ms[0].Lease == "" {
			t.Fatalf("got %+v", ms)
		}
		if again := take(t, time.Minute); len(again) != 0 {
			t.Errorf("got %+v", again)
		}
		wantCode(t, s.EndMail(t.Context(), ms[0], chat.MailEnd{State: chat.JobQueued, Error: "451 no\x00w"}), "")
		again := take(t, 0)
		if len(again) != 1 || again[0].Tries != 2 || again[0].Error != "451 no\uFFFDw" {
			t.Fatalf("got %+v", again)
		}
		wantCode(t, s.EndMail(t.Context(), ms[0], chat.MailEnd{State: chat.JobFailed}), "") // whose lease is over changes nothing
		last := take(t, time.Minute)
		if len(last) != 1 || last[0].Tries != 3 {
			t.Fatalf("got %+v", last)
		}
		wantCode(t, s.EndMail(t.Context(), last[0], chat.MailEnd{State: chat.JobDelivered}), "")
		wantCode(t, s.PutMail(t.Context(), forgot("lin@shop.example")), "")
		if ms := take(t, time.Minute); len(ms) != 1 {
			t.Errorf("who asks later is not heard: %+v", ms)
		}
	})
}
