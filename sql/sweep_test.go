package sql

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

func TestStore_DropTraces(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	shop, err := s.line("shop")
	wantCode(t, err, "")
	k := begin(t, s)
	old := time.Now().Add(-chat.TracesKept - time.Hour)
	kept := func() (seqs []int64) {
		t.Helper()
		wantCode(t, shop.selectRaw(&seqs, "SELECT seq FROM traces WHERE conversation_id = $1 ORDER BY seq", string(k.id)), "")
		return seqs
	}
	for i := range 5 {
		m := k.say(t, k.visitor, fmt.Sprint(i)).Message
		wantCode(t, s.PutPassages(t.Context(), "shop", []chat.Passage{{Conversation: k.id, Seq: m.Seq, Node: "a", Committed: hopAt(0)}}), "")
		if i < 3 {
			run(t, s, "shop", "UPDATE line_shop.messages SET id = $1, created_at = $2 WHERE conversation_id = $3 AND seq = $4",
				string(chat.NewID(old.Add(time.Duration(i)*time.Millisecond))), old, string(k.id), m.Seq)
		}
	}
	drop := func(t *testing.T, limit int, wantMore bool, want ...int64) {
		t.Helper()
		more, err := s.DropTraces(t.Context(), "shop", time.Now().Add(-chat.TracesKept), limit)
		if wantCode(t, err, ""); more != wantMore || !slices.Equal(kept(), want) {
			t.Errorf("more: %v; of %v are left", more, kept())
		}
	}
	t.Run("OK: so many at a time, and what is younger stays", func(t *testing.T) {
		drop(t, 2, true, 3, 4, 5)
		drop(t, 2, false, 4, 5)
		drop(t, 2, false, 4, 5)
	})
	t.Run("the messages stay, and say when they were written", func(t *testing.T) {
		ms := k.messages(t)
		if len(ms) != 5 {
			t.Fatalf("%d messages are left", len(ms))
		}
		if node, hops := k.way(t, ms[0]); node != "" || len(hops) != 1 || hops[chat.HopCommitted].IsZero() {
			t.Errorf("on %q %v", node, hops)
		}
	})
	t.Run("what is read late gets no trace that nobody removes", func(t *testing.T) {
		_, err := s.PutReaches(t.Context(), "shop", []chat.Reach{{Conversation: k.id, By: chat.KindAgent, UpTo: 5, Read: true, At: time.Now()}}, false)
		if wantCode(t, err, ""); !slices.Equal(kept(), []int64{4, 5}) {
			t.Errorf("of %v there are some", kept())
		}
	})
	t.Run("one node at a time", func(t *testing.T) {
		m := k.say(t, k.visitor, "another").Message
		wantCode(t, s.PutPassages(t.Context(), "shop", []chat.Passage{{Conversation: k.id, Seq: m.Seq, Node: "a", Committed: hopAt(0)}}), "")
		before := time.Now().Add(time.Minute)
		wantCode(t, shop.tx(t.Context(), func(other *tx) error {
			var upto chat.ID
			if err := other.tx.GetContext(other.ctx, &upto, "SELECT upto FROM traces_swept FOR UPDATE"); err != nil {
				return err
			}
			if more, err := s.DropTraces(t.Context(), "shop", before, 1); err != nil || more || len(kept()) != 3 {
				t.Errorf("more: %v (%v); of %v are left", more, err, kept())
			}
			return nil
		}), "")
		if more, err := s.DropTraces(t.Context(), "shop", before, 10); err != nil || more || len(kept()) != 0 {
			t.Errorf("more: %v (%v); of %v are left", more, err, kept())
		}
	})
	t.Run("its plan reads no table whole", func(t *testing.T) {
		run(t, s, "shop", `INSERT INTO line_shop.messages (conversation_id, seq, id, client_id, author_kind, kind, text, created_at)
			SELECT CAST($1 AS uuid), 100 + n, gen_random_uuid(), gen_random_uuid(), 'visitor', 'text', '', now() FROM generate_series(1, 20000) AS n`, string(k.id))
		run(t, s, "shop", `INSERT INTO line_shop.traces (conversation_id, seq, written_at) SELECT conversation_id, seq, created_at FROM line_shop.messages`)
		run(t, s, "shop", `ANALYZE line_shop.messages, line_shop.traces`)
		var rows []string
		wantCode(t, shop.selectRaw(&rows, "EXPLAIN (FORMAT JSON) "+shop.queries["Trace_Sweep"].text, string(chat.NewID(time.Now())), 5), "") // as few of the tables as 500 are of real ones
		var explained []struct{ Plan scan }
		if err := json.Unmarshal([]byte(strings.Join(rows, "\n")), &explained); err != nil {
			t.Fatal(err)
		}
		scans := explained[0].Plan.all()
		if strings.Contains(scans, "Seq Scan messages") || strings.Contains(scans, "Seq Scan traces by") || !strings.Contains(scans, "messages_id_key") || !strings.Contains(scans, "traces_pkey") {
			t.Errorf("it scans %s", scans)
		}
	})
	t.Run("away", func(t *testing.T) {
		cutOff(t, s, "mall")
		_, err := s.DropTraces(t.Context(), "mall", time.Now(), 1)
		wantCode(t, err, chat.CodeLineUnavailable)
	})
}

// selectRaw is for what only a test asks.
func (p *pool) selectRaw(dest any, statement string, args ...any) error {
	return p.db.SelectContext(context.Background(), dest, statement, args...)
}
