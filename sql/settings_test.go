package sql

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/taadis/unique-support/core/chat"
)

func TestStore_ChangeLine(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	zone, err := chat.ParseZone("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	deed := func(action string) chat.Deed {
		return chat.Deed{At: chat.Time{Time: time.Now()}, Action: action, Subject: "shop"}
	}
	t.Run("every setting, as another store reads it", func(t *testing.T) {
		var want chat.Line
		wantCode(t, s.ChangeLine(t.Context(), "shop", func(l *chat.Line) (chat.Deed, error) {
			l.Title, l.Color, l.Locale, l.ReplyTime, l.Origins = "商店", "#112233", "en", 3, []string{"https://a.example"}
			l.Greeting = map[string]string{"en": "Hi", "zh-CN": "您好"}
			l.Questions = chat.Questions{{Name: "name", Type: "text", Label: map[string]string{"en": "Name"}}}
			l.Attributes = chat.Attributes{{Name: "level", Type: "text"}}
			l.Hours = chat.Hours{Zone: zone, Week: map[string][]chat.Span{"mon": {{From: 540, To: 1080}}}, Days: map[string][]chat.Span{"2026-10-01": {}}}
			l.Identity = chat.Identity{Signing: chat.SigningReport, Secrets: []string{"0123456789012345678901234567890123"}}
			l.Push = chat.Push{URL: "https://a.example/push", Secrets: []string{chat.PushSecretPrefix + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"}, Preview: chat.PreviewWords, Delay: 7 * time.Second}
			want = *l
			l.Name, l.DSN = "other", "postgres://nowhere/x" // are not f's to change
			return deed("line:all"), nil
		}), "")
		other := openStore(t, s.o.DSN)
		wantCode(t, other.Load(t.Context()), "")
		for _, x := range []*Store{s, other} {
			got, err := x.Line("shop")
			if err != nil {
				t.Fatal(err)
			}
			got.Identity, want.Identity = identityOnly(t, got, want), chat.Identity{}
			if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b chat.Zone) bool { return a.Equal(b) })); diff != "" {
				t.Error(diff)
			}
			want.Identity = chat.Identity{Signing: chat.SigningReport, Secrets: []string{"0123456789012345678901234567890123"}}
		}
		if deeds, err := s.DeedsAfter(t.Context(), 0, 10); err != nil || len(deeds) != 1 || deeds[0].Action != "line:all" {
			t.Errorf("got %+v, %v", deeds, err)
		}
	})
	t.Run("nothing, where it is refused or nothing was done", func(t *testing.T) {
		stop := errors.New("stop")
		for _, f := range []func(l *chat.Line) (chat.Deed, error){
			func(l *chat.Line) (chat.Deed, error) { l.Title = "x"; return deed("line:x"), stop },
			func(l *chat.Line) (chat.Deed, error) { l.Title = "x"; return chat.Deed{}, nil },
			func(l *chat.Line) (chat.Deed, error) { l.Color = "red"; return deed("line:x"), nil },
		} {
			_ = s.ChangeLine(t.Context(), "shop", f)
		}
		if got, err := s.Line("shop"); err != nil || got.Title != "商店" || got.Color != "#112233" {
			t.Errorf("got %+v, %v", got, err)
		}
		wantCode(t, s.ChangeLine(t.Context(), "moon", func(*chat.Line) (chat.Deed, error) { return deed("line:x"), nil }), chat.CodeNotFound)
	})
	t.Run("the other nodes hear of it", func(t *testing.T) {
		other := openStore(t, s.o.DSN)
		wantCode(t, other.Load(t.Context()), "")
		node(t, other, "other")
		eventually(t, "the change at the other node", func() bool { // which says to nobody from when on it listens
			title := "Shop " + time.Now().Format(time.RFC3339Nano)
			wantCode(t, s.ChangeLine(t.Context(), "shop", func(l *chat.Line) (chat.Deed, error) { l.Title = title; return deed("line:brand"), nil }), "")
			sleep(t.Context(), 20*time.Millisecond)
			l, err := other.Line("shop")
			return err == nil && l.Title == title
		})
	})
}

func identityOnly(t *testing.T, got, want chat.Line) chat.Identity {
	t.Helper()
	if got.Identity.Signing != chat.SigningReport || !cmp.Equal(got.Identity.Secrets, want.Identity.Secrets) {
		t.Errorf("the identity is %s", got.Identity)
	}
	return chat.Identity{}
}

func TestStore_AddLine(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	a, b := lin(), lin()
	a.Role, b.ID, b.Email = "owner", chat.NewID(time.Now()), "b@example.com"
	wantCode(t, s.PutAgent(t.Context(), a), "")
	wantCode(t, s.PutAgent(t.Context(), b), "")
	l := chat.Line{Name: "club", Title: "Club", Color: "#112233", Locale: "en"}
	t.Run("of two at once one makes it", func(t *testing.T) {
		other := openStore(t, s.o.DSN)
		wantCode(t, other.Load(t.Context()), "")
		errs := make([]error, 2)
		var both sync.WaitGroup
		for i, x := range []*Store{s, other} {
			both.Go(func() {
				errs[i] = x.AddLine(t.Context(), l, chat.Deed{At: chat.Time{Time: time.Now()}, By: chat.AgentRef{ID: b.ID}, Action: "line:create"})
			})
		}
		both.Wait()
		if (errs[0] == nil) == (errs[1] == nil) || chat.CodeOf(errors.Join(errs...)) != chat.CodeConflict {
			t.Errorf("got %v", errs)
		}
		wantCode(t, s.Load(t.Context()), "")
		if epoch, err := s.Epoch(t.Context(), "club"); err != nil || epoch == "" {
			t.Errorf("its database is not ready: %q, %v", epoch, err)
		}
		for _, x := range []chat.ID{a.ID, b.ID} {
			if now, err := s.Agent(t.Context(), x); err != nil || !now.Actor().At("club") {
				t.Errorf("got %+v, %v", now, err)
			}
		}
		if deeds, err := s.DeedsAfter(t.Context(), 0, 10); err != nil || len(deeds) != 1 {
			t.Errorf("got %+v, %v", deeds, err)
		}
	})
}
