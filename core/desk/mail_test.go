package desk_test

import (
	"strings"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
)

func mails(o *desk.Options) { o.JoinKey, o.Mail = []byte("a key of the test"), true }

// mail takes the only mail that waits.
func (n *node) mail(t *testing.T) chat.Mail {
	t.Helper()
	ms, err := n.store.TakeMails(t.Context(), 10, time.Minute)
	if err != nil || len(ms) != 1 {
		t.Fatalf("got %+v, %v", ms, err)
	}
	return ms[0]
}

func TestDesk_Letter(t *testing.T) {
	t.Parallel()
	n := alone(t, mails)
	boss, _ := n.owner(t, "gu")
	lin, l := n.agent(t, "lin")
	nobody := chat.WithActor(t.Context(), chat.Actor{Locale: "en"})

	t.Run("OK: an invitation, with the link that was shown", func(t *testing.T) {
		token, err := n.Invite(boss, chat.Invitation{Email: "new@example.com", Role: "agent", Lines: []string{"shop"}})
		wantCode(t, err, "")
		m := n.mail(t)
		letter, err := n.Letter(t.Context(), m)
		if err != nil || letter.Token != token || letter.To != "new@example.com" || letter.By != "gu" || letter.Kind != chat.MailInvite || letter.Expires.IsZero() {
			t.Errorf("got %+v, %v", letter, err)
		}
		all, err := n.Invitations(boss)
		if err != nil || all[0].Mail != chat.JobQueued {
			t.Fatalf("got %+v, %v", all, err)
		}
		wantCode(t, n.store.EndMail(t.Context(), m, chat.MailEnd{State: chat.JobFailed, Error: "550 no"}), "")
		if all, err = n.Invitations(boss); err != nil || all[0].Mail != chat.JobFailed || all[0].MailError != "550 no" {
			t.Errorf("got %+v, %v", all, err)
		}
		wantCode(t, n.Uninvite(boss, all[0].ID), "")
		_, err = n.Letter(t.Context(), m)
		wantCode(t, err, chat.CodeNotFound)
	})
	t.Run("what was refused sends nothing", func(t *testing.T) {
		_, err := n.Invite(boss, chat.Invitation{Email: "new@example.com", Role: "king"})
		wantCode(t, err, chat.CodeInvalid)
		if ms, err := n.store.TakeMails(t.Context(), 10, time.Minute); err != nil || len(ms) != 0 {
			t.Errorf("got %+v, %v", ms, err)
		}
	})
	t.Run("forgotten: one link for who asks twice, which opens once", func(t *testing.T) {
		wantCode(t, n.Forgot(nobody, " LIN@example.com"), "")
		first, err := n.Letter(t.Context(), n.mail(t))
		if err != nil || first.To != l.Email || first.Token == "" || first.Locale != "en" || first.Kind != chat.MailForgot {
			t.Fatalf("got %+v, %v", first, err)
		}
		deeds, _, err := n.Deeds(boss, 0, 1)
		if err != nil || deeds[0].Action != "password:forgot" || deeds[0].Subject != l.Email {
			t.Errorf("got %+v, %v", deeds, err)
		}
		n.exec(t, "UPDATE mails SET state = 'delivered', ended_at = now() - interval '31 days'")
		wantCode(t, n.Forgot(nobody, "lin@example.com"), "")
		again := n.mail(t)
		if second, err := n.Letter(t.Context(), again); err != nil || second.Token != first.Token {
			t.Errorf("got %+v, %v", second, err)
		}
		if a, err := n.Join(t.Context(), first.Token, "", "$new"); err != nil || a.ID != l.ID {
			t.Errorf("got %+v, %v", a, err)
		}
		if later, err := n.Letter(t.Context(), again); err != nil || later.Token == first.Token {
			t.Errorf("a used link is sent: %v", err)
		}
		wantCode(t, n.store.SweepMails(t.Context()), "")
		wantCode(t, n.store.EndMail(t.Context(), again, chat.MailEnd{State: chat.JobDropped}), "")
	})
	t.Run("nothing for whom nobody knows, or who is locked out", func(t *testing.T) {
		n.put(t, "max", func(a *chat.Agent) { a.Disabled = true })
		for _, email := range []string{"stranger@example.com", "max@example.com"} {
			wantCode(t, n.Forgot(nobody, email), "")
			m := n.mail(t)
			_, err := n.Letter(t.Context(), m)
			wantCode(t, err, chat.CodeNotFound)
			wantCode(t, n.store.EndMail(t.Context(), m, chat.MailEnd{State: chat.JobDropped}), "")
		}
	})
	t.Run("an address that is none is not kept", func(t *testing.T) {
		for _, email := range []string{"a\r\nBcc: b@example.com", "", strings.Repeat("x", 300)} {
			wantCode(t, n.Forgot(nobody, email), "")
		}
		if ms, err := n.store.TakeMails(t.Context(), 10, time.Minute); err != nil || len(ms) != 0 {
			t.Errorf("got %+v, %v", ms, err)
		}
	})
	t.Run("an administrator's link is mailed in the language of who follows it", func(t *testing.T) {
		n.put(t, "lin", func(a *chat.Agent) { a.Locale = "zh-CN" })
		token, err := n.Reset(boss, l.ID)
		wantCode(t, err, "")
		letter, err := n.Letter(t.Context(), n.mail(t))
		if err != nil || letter.Token != token || letter.Locale != "zh-CN" || letter.Kind != chat.MailReset {
			t.Errorf("got %+v, %v", letter, err)
		}
	})
	t.Run("who may not has none sent", func(t *testing.T) {
		_, err := n.Reset(lin, l.ID)
		wantCode(t, err, chat.CodeForbidden)
	})
}
