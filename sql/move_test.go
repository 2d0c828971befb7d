package sql

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/sql/sqltest"
)

// writers write to a line through several nodes until they are stopped, sending again what was refused, as clients do.
type writers struct {
	stop chan struct{}
	wait sync.WaitGroup

	mu       sync.Mutex
	accepted map[chat.ID]map[chat.ID]int64 // conversation, client id, seq
	refused  int
	wrong    []error
}

func write(t *testing.T, nodes ...*Store) *writers {
	t.Helper()
	w := &writers{stop: make(chan struct{}), accepted: map[chat.ID]map[chat.ID]int64{}}
	for i := range 6 {
		s := nodes[i%len(nodes)]
		k := begin(t, s)
		w.mu.Lock()
		w.accepted[k.id] = map[chat.ID]int64{}
		w.mu.Unlock()
		w.wait.Go(func() { w.run(k, nodes) })
	}
	return w
}

func (w *writers) run(k talk, nodes []*Store) {
	for i := 0; ; i++ {
		select {
		case <-w.stop:
			return
		default:
		}
		d := k.draft(k.visitor, fmt.Sprintf("第 %d 条 \\ \"', {NULL}", i))
		for n := 0; ; n++ {
			done, err := nodes[(i+n)%len(nodes)].Append(context.Background(), "shop", []chat.Draft{d})
			w.mu.Lock()
			switch {
			case err == nil && done[0].Err == nil:
				w.accepted[k.id][d.ClientID] = done[0].Message.Seq
			case chat.CodeOf(err) == chat.CodeLineUnavailable:
				w.refused++
				w.mu.Unlock()
				sleep(context.Background(), 5*time.Millisecond)
				continue
			default:
				w.wrong = append(w.wrong, errors.Join(err, done[0].Err))
			}
			w.mu.Unlock()
			sleep(context.Background(), 2*time.Millisecond)
			break
		}
	}
}

// end stops the writers and checks that every node finds each accepted message once, at the number told, without a hole.
func (w *writers) end(t *testing.T, nodes ...*Store) {
	t.Helper()
	close(w.stop)
	w.wait.Wait()
	if len(w.wrong) > 0 {
		t.Fatalf("%d refusals, the first %v", len(w.wrong), w.wrong[0])
	}
	all := 0
	for id, accepted := range w.accepted {
		all += len(accepted)
		for _, s := range nodes {
			line, err := s.Locate(t.Context(), id)
			if err != nil || line != "shop" {
				t.Fatalf("located at %q, %v", line, err)
			}
			ms, err := s.Messages(t.Context(), "shop", id, 0, 100_000)
			wantCode(t, err, "")
			if len(ms) != len(accepted) {
				t.Fatalf("%d of %d accepted messages are there", len(ms), len(accepted))
			}
			for i, m := range ms {
				if m.Seq != int64(i+1) || accepted[m.ClientID] != m.Seq {
					t.Fatalf("message %d has the number %d, %d was told", i+1, m.Seq, accepted[m.ClientID])
				}
			}
			c, err := s.Conversation(t.Context(), "shop", id)
			if err != nil || c.LastSeq != int64(len(ms)) {
				t.Fatalf("got %+v, %v", c, err)
			}
		}
	}
	t.Logf("%d accepted, %d refused", all, w.refused)
	if all == 0 {
		t.Fatal("nothing was written")
	}
}

// several waits until every writer has had some messages accepted from now on.
func (w *writers) several(t *testing.T) {
	t.Helper()
	count := func() map[chat.ID]int {
		w.mu.Lock()
		defer w.mu.Unlock()
		n := map[chat.ID]int{}
		for id, a := range w.accepted {
			n[id] = len(a)
		}
		return n
	}
	before := count()
	eventually(t, "more messages", func() bool {
		for id, n := range count() {
			if n < before[id]+5 {
				return false
			}
		}
		return true
	})
}

func twoNodes(t *testing.T) (a, b *Store) {
	t.Helper()
	dsn := sqltest.Open(t)
	a, b = openStore(t, dsn), openStore(t, dsn)
	for _, s := range []*Store{a, b} {
		wantCode(t, s.Load(t.Context()), "")
	}
	return a, b
}

// here reports whether a node's line is in that database.
func here(t *testing.T, s *Store, dsn string) bool {
	t.Helper()
	l, err := s.Line("shop")
	wantCode(t, err, "")
	return l.DSN == dsn
}

// A line moves while two nodes write to it, and back; nobody tells the nodes.
func TestStore_MoveLine(t *testing.T) {
	t.Parallel()
	a, b := twoNodes(t)
	mover := openStore(t, a.o.DSN)
	wantCode(t, mover.Load(t.Context()), "")
	elsewhere := emptyDatabase(t)
	_, atA := node(t, a, "a")
	lin := agent("林晓")
	old := opened(t, a, lin)
	run(t, a, "shop", `UPDATE messages SET data = 'null' WHERE seq = 2`) // JSON's null is not SQL's
	online(t, a, lin, 3)
	epoch, err := a.Epoch(t.Context(), "shop")
	wantCode(t, err, "")

	w := write(t, a, b)
	w.several(t)
	paused, err := mover.MoveLine(t.Context(), Move{Line: "shop", To: elsewhere, Progress: t.Logf})
	wantCode(t, err, "")
	t.Logf("writes were refused for %s", paused)
	eventually(t, "both nodes noticing", func() bool { return here(t, a, elsewhere) && here(t, b, elsewhere) })
	w.several(t)
	w.end(t, a, b)

	t.Run("what was there", func(t *testing.T) {
		for _, s := range []*Store{a, b} {
			if got, err := s.Epoch(t.Context(), "shop"); err != nil || got != epoch {
				t.Errorf("the epoch is %q, was %q (%v)", got, epoch, err)
			}
		}
		ms := old.messages(t)
		if len(ms) != 2 || string(ms[1].Data) != "null" {
			t.Errorf("got %+v", ms)
		}
		if c := old.now(t); c.Agent.ID != lin.ID || c.Status != chat.StatusOpen {
			t.Errorf("got %+v", c)
		}
		if seats, err := b.Seats(t.Context(), "shop"); err != nil || len(seats) != 1 || seats[0].Open != 1 {
			t.Errorf("got %+v, %v", seats, err)
		}
	})
	t.Run("the schema", func(t *testing.T) {
		for _, statement := range []string{
			`SELECT string_agg(conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || convalidated, E'\n' ORDER BY conrelid::regclass::text, conname) FROM pg_constraint WHERE connamespace = 'line_shop'::regnamespace`,
			`SELECT string_agg(indexdef, E'\n' ORDER BY indexdef) FROM pg_indexes WHERE schemaname = 'line_shop'`,
		} {
			var was, is string
			if err := errors.Join(a.main.db.GetContext(t.Context(), &was, statement), openStore(t, elsewhere).main.db.GetContext(t.Context(), &is, statement)); err != nil || was != is {
				t.Errorf("got\n%s\nwant\n%s (%v)", is, was, err)
			}
		}
	})
	t.Run("followers are at the new place", func(t *testing.T) {
		k := begin(t, b)
		k.say(t, k.visitor, "在吗")
		eventually(t, "the message", func() bool { return len(atA.of(chat.EventMessage, k.id)) == 1 })
	})
	t.Run("the old place takes no writes", func(t *testing.T) {
		_, err := a.main.db.ExecContext(t.Context(), `UPDATE line_shop.conversations SET last_seq = 0`)
		if err := translate(err); !isAway(err) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("again", func(t *testing.T) {
		_, err := mover.MoveLine(t.Context(), Move{Line: "shop", To: elsewhere})
		wantCode(t, err, "")
	})
	t.Run("back, with the old copy there", func(t *testing.T) {
		if _, err := mover.MoveLine(t.Context(), Move{Line: "shop"}); err == nil {
			t.Error("it was overwritten")
		}
	})
	t.Run("back", func(t *testing.T) {
		wantCode(t, mover.DropOld(t.Context(), "shop", false), "")
		w := write(t, a, b)
		w.several(t)
		_, err := mover.MoveLine(t.Context(), Move{Line: "shop"})
		wantCode(t, err, "")
		w.several(t)
		w.end(t, a, b)
		if got := old.messages(t); len(got) != 2 {
			t.Errorf("got %+v", got)
		}
	})
}

var errStop = errors.New("stop here")

// A move that fails at any step leaves the line as it was, with all that was accepted.
func TestStore_MoveLine_stopped(t *testing.T) {
	t.Parallel()
	a, b := twoNodes(t)
	elsewhere := emptyDatabase(t)
	w := write(t, a, b)
	for _, step := range []string{"prepare", "copy", "catch up", "pause", "settle", "leave"} {
		t.Run(step, func(t *testing.T) {
			w.several(t)
			_, err := a.MoveLine(t.Context(), Move{Line: "shop", To: elsewhere, reached: func(s string) error {
				if s == step {
					return errStop
				}
				return nil
			}})
			if !errors.Is(err, errStop) {
				t.Fatalf("got %v", err)
			}
			if !here(t, a, "") {
				t.Fatal("it has moved")
			}
			var n int
			if err := a.main.db.GetContext(t.Context(), &n, `SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'move%'`); err != nil || n != 0 {
				t.Errorf("%d triggers are left (%v)", n, err)
			}
			w.several(t)
		})
	}
	t.Run("a mover that is late", func(t *testing.T) { // or dead: the line is freed all the same
		_, err := a.MoveLine(t.Context(), Move{Line: "shop", To: elsewhere, pause: 300 * time.Millisecond, reached: func(s string) error {
			if s == "leave" {
				w.several(t)
			}
			return nil
		}})
		if err == nil || !here(t, a, "") {
			t.Fatalf("it has moved (%v)", err)
		}
		w.several(t)
	})
	t.Run("two movers", func(t *testing.T) {
		_, err := a.MoveLine(t.Context(), Move{Line: "shop", To: elsewhere, reached: func(s string) error {
			if s != "catch up" {
				return nil
			}
			if _, err := b.MoveLine(t.Context(), Move{Line: "shop", To: elsewhere}); err == nil {
				t.Error("the second was not refused")
			}
			if err := b.AbortMove(t.Context(), "shop"); err == nil {
				t.Error("aborting beside it was not refused")
			}
			return errStop
		}})
		if !errors.Is(err, errStop) {
			t.Fatal(err)
		}
	})
	for _, step := range []string{"aborted", "resumed"} {
		t.Run("stopped just before its end, "+step, func(t *testing.T) {
			_, err := a.MoveLine(t.Context(), Move{Line: "shop", To: elsewhere, reached: func(s string) error {
				if s == "switch" {
					return errStop
				}
				return nil
			}})
			if !errors.Is(err, errStop) {
				t.Fatal(err)
			}
			_, err = b.PutVisitor(t.Context(), "shop", chat.Visitor{ID: chat.NewID(time.Now()), Name: "x"})
			wantCode(t, err, chat.CodeLineUnavailable)
			if step == "aborted" {
				wantCode(t, b.AbortMove(t.Context(), "shop"), "")
				w.several(t)
				if err := b.AbortMove(t.Context(), "shop"); err == nil {
					t.Error("there is nothing to abort")
				}
				return
			}
			_, err = b.MoveLine(t.Context(), Move{Line: "shop", To: elsewhere})
			wantCode(t, err, "")
			w.several(t)
		})
	}
	w.end(t, a, b)
	if !here(t, b, elsewhere) {
		t.Error("it has not moved")
	}
}
