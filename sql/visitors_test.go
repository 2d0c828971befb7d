package sql

import (
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/taadis/unique-support/core/chat"
)

func TestStore_PutVisitor(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	put := func(t *testing.T, v chat.Visitor) chat.Visitor {
		t.Helper()
		got, err := s.PutVisitor(t.Context(), "shop", v)
		if err != nil {
			t.Fatal(err)
		}
		again, err := s.Visitor(t.Context(), "shop", got.ID)
		if diff := cmp.Diff(got, again); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
		return got
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	whole := chat.Visitor{
		ID: chat.NewID(now), Name: "周明玥", Email: "zhou@example.com", Phone: "+86 138", Attributes: json.RawMessage(`{"vip": 1}`), Locale: "zh-CN",
		Page: chat.Page{URL: "https://hemu.example/cups"}, Device: chat.Device{Name: "iPhone"}, Created: chat.Time{Time: now}, Seen: chat.Time{Time: now},
	}
	t.Run("OK", func(t *testing.T) {
		if diff := cmp.Diff(whole, put(t, whole)); diff != "" {
			t.Fatal(diff)
		}
	})
	t.Run("empty fields", func(t *testing.T) {
		later := chat.Time{Time: now.Add(time.Hour)}
		want := whole
		want.Seen, want.Name = later, "周"
		if diff := cmp.Diff(want, put(t, chat.Visitor{ID: whole.ID, Name: "周", Seen: later})); diff != "" {
			t.Fatal(diff)
		}
	})
	t.Run("renamed", func(t *testing.T) {
		k := begin(t, s)
		put(t, chat.Visitor{ID: k.visitor.ID, Name: "Zhou"})
		if c := k.now(t); c.VisitorName != "Zhou" {
			t.Fatalf("got %+v", c)
		}
	})
	t.Run("identified", func(t *testing.T) {
		anonymous := put(t, chat.Visitor{ID: chat.NewID(now), Name: "访客"})
		known := put(t, chat.Visitor{ID: anonymous.ID, External: "u1", Verified: true})
		if known.ID != anonymous.ID || known.External != "u1" || !known.Verified || known.Name != "访客" {
			t.Fatalf("got %+v", known)
		}
		phone := put(t, chat.Visitor{ID: chat.NewID(now), External: "u1", Verified: true, Name: "陈可"})
		if phone.ID != known.ID || phone.Name != "陈可" || !phone.Verified {
			t.Fatalf("got %+v", phone)
		}
		other := put(t, chat.Visitor{ID: known.ID, External: "u2"})
		if other.ID == known.ID || other.External != "u2" || other.Name != "" {
			t.Fatalf("somebody else on the same device got %+v", other)
		}
	})
	t.Run("at once", func(t *testing.T) {
		ids := make([]chat.ID, 8)
		var running sync.WaitGroup
		for i := range ids {
			running.Go(func() {
				v, err := s.PutVisitor(t.Context(), "shop", chat.Visitor{ID: chat.NewID(now), External: "u3"})
				if err != nil {
					t.Error(err)
				}
				ids[i] = v.ID
			})
		}
		running.Wait()
		for _, id := range ids {
			if id != ids[0] {
				t.Fatalf("got %v", ids)
			}
		}
	})
	t.Run("refused", func(t *testing.T) {
		_, err := s.PutVisitor(t.Context(), "shop", chat.Visitor{ID: chat.NewID(now), Attributes: json.RawMessage(`{`)})
		wantCode(t, err, chat.CodeInvalid)
		_, err = s.Visitor(t.Context(), "shop", chat.NewID(now))
		wantCode(t, err, chat.CodeNotFound)
	})
}
