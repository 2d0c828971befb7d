package desk_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// somebody makes an agent of a role and returns her context.
func (n *node) somebody(t *testing.T, name, role string, lines ...string) context.Context {
	t.Helper()
	a := chat.Agent{ID: chat.NewID(time.Now()), Email: name + "@example.com", Name: name, Role: role, Lines: lines, Capacity: 2, Presence: chat.Online}
	if err := n.store.PutAgent(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	ctx, _ := n.agent(t, name)
	return ctx
}

func TestDesk_SetLine(t *testing.T) {
	t.Parallel()
	n := alone(t)
	boss, _ := n.owner(t, "gu")
	admin, auditor := n.somebody(t, "ad", "admin", "mall"), n.somebody(t, "eve", "auditor", "shop")
	lin, _ := n.agent(t, "lin")
	title := func(to string) func(*chat.Line) error {
		return func(l *chat.Line) error {
			l.Title = to
			return nil
		}
	}
	line := func() chat.Line {
		l, err := n.Line("shop")
		if err != nil {
			t.Fatal(err)
		}
		return l
	}

	t.Run("OK", func(t *testing.T) {
		was := line()
		wantCode(t, n.SetLine(boss, "shop", chat.SectionBrand, was.Mark(chat.SectionBrand), title("New shop")), "")
		if got := line(); got.Title != "New shop" || got.Color != was.Color || got.DSN != was.DSN {
			t.Errorf("got %+v", got)
		}
		deeds, _, err := n.Deeds(boss, 0, 1)
		if err != nil || len(deeds) != 1 || deeds[0].Action != "line:brand" || deeds[0].Subject != "shop" || deeds[0].Detail["title"] != was.Title+" → New shop" {
			t.Errorf("got %+v, %v", deeds, err)
		}
	})
	t.Run("what somebody else has changed meanwhile is not overwritten unseen", func(t *testing.T) {
		old := line().Mark(chat.SectionBrand)
		wantCode(t, n.SetLine(boss, "shop", chat.SectionBrand, old, title("Hers")), "")
		if err := n.SetLine(boss, "shop", chat.SectionBrand, old, title("Mine")); !errors.Is(err, chat.Conflict("line_changed", "")) {
			t.Errorf("got %v", err)
		}
		wantCode(t, n.SetLine(boss, "shop", chat.SectionWelcome, line().Mark(chat.SectionWelcome), func(l *chat.Line) error {
			l.Greeting = map[string]string{"en": "Hi"}
			return nil
		}), "") // another section is another thing
		if got := line(); got.Title != "Hers" || got.Greeting["en"] != "Hi" {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("nothing changed is no deed, something wrong changes nothing", func(t *testing.T) {
		before, _, err := n.Deeds(boss, 0, 50)
		if err != nil {
			t.Fatal(err)
		}
		wantCode(t, n.SetLine(boss, "shop", chat.SectionBrand, "", title("Hers")), "")
		wantCode(t, n.SetLine(boss, "shop", chat.SectionBrand, "", title("")), chat.CodeInvalid)
		after, _, err := n.Deeds(boss, 0, 50)
		if err != nil || len(after) != len(before) || line().Title != "Hers" {
			t.Errorf("%d deeds, then %d, %v, %+v", len(before), len(after), err, line())
		}
	})
	t.Run("a secret is in no deed", func(t *testing.T) {
		var secret string
		wantCode(t, n.SetLine(boss, "shop", chat.SectionIdentity, "", func(l *chat.Line) (err error) {
			l.Identity, secret, err = l.Identity.Rotated()
			return err
		}), "")
		deeds, _, err := n.Deeds(boss, 0, 1)
		if err != nil || len(secret) < chat.MinIdentitySecret || len(deeds) != 1 || deeds[0].Detail["secrets"] != "0 → 1" || len(deeds[0].Detail) != 1 {
			t.Errorf("got %+v, %v", deeds, err)
		}
		if got := line(); len(got.Identity.Secrets) != 1 || got.Identity.Secrets[0] != secret {
			t.Error("it is not kept")
		}
	})
	t.Run("who may not", func(t *testing.T) {
		wantCode(t, n.SetLine(lin, "shop", chat.SectionBrand, "", title("x")), chat.CodeForbidden)
		wantCode(t, n.SetLine(auditor, "shop", chat.SectionBrand, "", title("x")), chat.CodeForbidden)
		wantCode(t, n.SetLine(admin, "shop", chat.SectionBrand, "", title("x")), chat.CodeNotFound)
		wantCode(t, n.SetLine(admin, "mall", chat.SectionBrand, "", title("Her own")), "")
		wantCode(t, n.SetLine(boss, "moon", chat.SectionBrand, "", title("x")), chat.CodeNotFound)
		wantCode(t, n.SetLine(boss, "mall", chat.SectionBrand, "", title("An owner's are all")), "")
		if all, err := n.AllSettings(admin); err != nil || len(all) != 1 || all[0].Line.Name != "mall" || all[0].Health != "ok" {
			t.Errorf("got %+v, %v", all, err)
		}
		_, err := n.AllSettings(lin)
		wantCode(t, err, chat.CodeForbidden)
		_, err = n.Settings(admin, "shop")
		wantCode(t, err, chat.CodeNotFound)
		_, _, err = n.Told(admin, "shop", chat.JobQuery{Limit: 1})
		wantCode(t, err, chat.CodeNotFound)
		wantCode(t, n.TellAgain(auditor, "shop", chat.NewID(time.Now())), chat.CodeForbidden)
	})
}

func TestDesk_AddLine(t *testing.T) {
	t.Parallel()
	n := alone(t)
	boss, gu := n.owner(t, "gu")
	admin := n.somebody(t, "ad", "admin", "shop")
	t.Run("OK", func(t *testing.T) {
		wantCode(t, n.AddLine(boss, chat.Line{Name: "club", Title: " 会员 ", DSN: "postgres://elsewhere"}), "")
		l, err := n.Line("club")
		if err != nil || l.Title != "会员" || l.DSN != "" || l.Locale != "zh-CN" || l.Identity.Signing != chat.SigningOff {
			t.Errorf("got %+v, %v", l, err)
		}
		if now, err := n.store.Agent(t.Context(), gu.ID); err != nil || !now.Actor().At("club") {
			t.Errorf("she does not work for it: %+v, %v", now, err)
		}
		if deeds, _, err := n.Deeds(boss, 0, 1); err != nil || len(deeds) != 1 || deeds[0].Action != "line:create" || deeds[0].Subject != "club" {
			t.Errorf("got %+v, %v", deeds, err)
		}
	})
	t.Run("refused", func(t *testing.T) {
		if err := n.AddLine(boss, chat.Line{Name: "shop", Title: "Another"}); !errors.Is(err, chat.Conflict("line_taken", "")) {
			t.Errorf("got %v", err)
		}
		wantCode(t, n.AddLine(boss, chat.Line{Name: "Sh op", Title: "x"}), chat.CodeInvalid)
		wantCode(t, n.AddLine(admin, chat.Line{Name: "mine", Title: "x"}), chat.CodeForbidden)
	})
}

func TestDesk_TryPush(t *testing.T) {
	t.Parallel()
	n := alone(t)
	boss, _ := n.owner(t, "gu")
	if _, err := n.TryPush(boss, "shop"); !errors.Is(err, chat.Conflict("push_none", "")) {
		t.Errorf("got %v", err)
	}
	wantCode(t, n.SetLine(boss, "shop", chat.SectionPush, "", func(l *chat.Line) (err error) {
		l.Push, _, err = chat.Push{URL: "https://shop.example/push?key=hidden", Preview: chat.PreviewNone}.Rotated()
		return err
	}), "")
	id, err := n.TryPush(boss, "shop")
	if err != nil {
		t.Fatal(err)
	}
	jobs, health, err := n.Told(boss, "shop", chat.JobQuery{Limit: 10})
	if err != nil || len(jobs) != 1 || jobs[0].ID != id || health.Queued != 1 {
		t.Errorf("got %+v, %+v, %v", jobs, health, err)
	}
	if j, err := n.ToldOne(boss, "shop", id); err != nil || j.Event != chat.PushTest || len(j.Body) == 0 {
		t.Errorf("got %+v, %v", j, err)
	}
	wantCode(t, n.TellAgain(boss, "shop", id), chat.CodeConflict) // it has not ended
	deeds, _, err := n.Deeds(boss, 0, 5)
	if err != nil || len(deeds) != 2 || deeds[0].Action != "push:test" || deeds[1].Detail["push_url"] != "– → https://shop.example/push?%E2%80%A6" && deeds[1].Detail["push_url"] != "– → https://shop.example/push?…" {
		t.Errorf("got %+v, %v", deeds, err)
	}
}
