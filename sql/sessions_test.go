package sql

import (
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/taadis/unique-support/core/chat"
)

var _ scs.CtxStore = (*Sessions)(nil)

func TestSessions(t *testing.T) {
	t.Parallel()
	st := newStore(t)
	s := st.Sessions()
	wantCode(t, s.Commit("a", []byte{0, 1, 255}, time.Now().Add(time.Hour)), "")
	find := func(t *testing.T, token string, want string, there bool) {
		t.Helper()
		got, found, err := s.Find(token)
		if err != nil || found != there || string(got) != want {
			t.Fatalf("got %q, %v, %v", got, found, err)
		}
	}
	t.Run("OK", func(t *testing.T) { find(t, "a", "\x00\x01\xff", true) })
	t.Run("changed", func(t *testing.T) {
		wantCode(t, s.Commit("a", []byte("x"), time.Now().Add(time.Hour)), "")
		find(t, "a", "x", true)
	})
	t.Run("unknown", func(t *testing.T) { find(t, "b", "", false) })
	t.Run("ended", func(t *testing.T) {
		wantCode(t, s.Commit("c", []byte("x"), time.Now().Add(-time.Second)), "")
		find(t, "c", "", false)
		if n, err := st.main.exec(t.Context(), "Session_Sweep"); err != nil || n != 1 {
			t.Fatalf("swept %d, %v", n, err)
		}
	})
	t.Run("deleted", func(t *testing.T) {
		for range 2 {
			wantCode(t, s.Delete("a"), "")
		}
		find(t, "a", "", false)
	})
	t.Run("the database is away", func(t *testing.T) {
		s := openStore(t, "host=127.0.0.1 port=1 sslmode=disable").Sessions()
		_, found, err := s.Find("a")
		wantCode(t, err, chat.CodeLineUnavailable)
		if found {
			t.Error("found")
		}
	})
}
