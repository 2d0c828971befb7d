package sql

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/lib/pq"
	"pgregory.net/rapid"

	"github.com/taadis/unique-support/core/chat"
)

func idsOf(cs []chat.Conversation) (ids []chat.ID) {
	for _, c := range cs {
		ids = append(ids, c.ID)
	}
	return ids
}

func TestStore_Inbox(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lin, max := agent("林晓"), agent("Max")
	lines := []string{"shop", "mall"}
	page := func(t *testing.T, q chat.InboxQuery) chat.InboxPage {
		t.Helper()
		q.Agent = lin.ID
		if q.Lines == nil {
			q.Lines = lines
		}
		if q.Limit == 0 {
			q.Limit = 50
		}
		got, err := s.Inbox(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	want := func(t *testing.T, got chat.InboxPage, talks ...talk) {
		t.Helper()
		var ids []chat.ID
		for _, k := range talks {
			ids = append(ids, k.id)
		}
		if diff := cmp.Diff(ids, idsOf(got.Conversations)); diff != "" || got.Conversations == nil {
			t.Fatal(diff)
		}
	}

	hers, others := opened(t, s, lin), opened(t, s, max)
	set := opened(t, s, lin)
	if _, err := s.Snooze(t.Context(), "shop", set.id, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	ended := opened(t, s, lin)
	if _, err := s.End(t.Context(), "shop", ended.id, lin, ""); err != nil {
		t.Fatal(err)
	}
	first := begin(t, s)
	first.say(t, first.visitor, "50%_折扣 \\o/")
	mall := beginAt(t, s, "mall", "Tomás Ferreira")
	if _, err := s.Append(t.Context(), "mall", []chat.Draft{mall.draft(mall.visitor, "Could you ship it?")}); err != nil {
		t.Fatal(err)
	}
	hers.say(t, hers.visitor, "还在吗")
	begin(t, s) // who has not written yet is in no list
	if _, err := s.Label(t.Context(), "shop", hers.id, []string{"物流", "退换货"}); err != nil {
		t.Fatal(err)
	}

	t.Run("OK", func(t *testing.T) {
		want(t, page(t, chat.InboxQuery{View: chat.ViewMine}), hers)
		want(t, page(t, chat.InboxQuery{View: chat.ViewQueue}), first, mall)
		want(t, page(t, chat.InboxQuery{View: chat.ViewAll}), hers, mall, first, others)
		want(t, page(t, chat.InboxQuery{View: chat.ViewClosed}), ended)
		got := page(t, chat.InboxQuery{View: chat.ViewQueue}).Conversations[1]
		if got.Line != "mall" || got.VisitorName != "Tomás Ferreira" || got.Preview != "Could you ship it?" {
			t.Fatalf("got %+v", got)
		}
	})
	t.Run("unread", func(t *testing.T) {
		all := page(t, chat.InboxQuery{View: chat.ViewAll}).Conversations
		// Hers has a row; a colleague's, and what nobody has, count from the agents' mark.
		for i, n := range []int64{2, 1, 1, 2} {
			if all[i].Unread != n {
				t.Errorf("%d: got %d, want %d", i, all[i].Unread, n)
			}
		}
	})
	t.Run("narrowed", func(t *testing.T) {
		want(t, page(t, chat.InboxQuery{View: chat.ViewMine, Status: chat.StatusSnoozed}), set)
		want(t, page(t, chat.InboxQuery{View: chat.ViewMine, Status: chat.StatusClosed}), ended)
		want(t, page(t, chat.InboxQuery{View: chat.ViewAll, Status: chat.StatusWaiting}), mall, first)
		want(t, page(t, chat.InboxQuery{View: chat.ViewQueue, Status: chat.StatusOpen}))
		want(t, page(t, chat.InboxQuery{View: chat.ViewAll, Label: "物流"}), hers)
		want(t, page(t, chat.InboxQuery{View: chat.ViewAll, Label: "物"}))
		want(t, page(t, chat.InboxQuery{View: chat.ViewAll, Q: "tomás"}), mall)
		want(t, page(t, chat.InboxQuery{View: chat.ViewAll, Q: "0%_"}), first)
		want(t, page(t, chat.InboxQuery{View: chat.ViewAll, Q: "0_折"}))
		want(t, page(t, chat.InboxQuery{View: chat.ViewAll, Q: `\O/`}), first)
		want(t, page(t, chat.InboxQuery{View: chat.ViewAll, Lines: []string{"mall"}}), mall)
		want(t, page(t, chat.InboxQuery{View: chat.ViewAll, Conversation: first.id}), first)
		want(t, page(t, chat.InboxQuery{View: chat.ViewMine, Conversation: first.id}))
	})
	t.Run("refused", func(t *testing.T) {
		for _, q := range []chat.InboxQuery{{Cursor: "x"}, {Cursor: "1.x"}, {Cursor: "-1." + string(hers.id)}, {Q: "\x00"}, {Label: "\xff"}} {
			q.View, q.Lines = chat.ViewAll, lines
			_, err := s.Inbox(t.Context(), q)
			wantCode(t, err, chat.CodeInvalid)
		}
	})
	t.Run("counts", func(t *testing.T) {
		got, err := s.Counts(t.Context(), lin.ID, lines)
		if diff := cmp.Diff(chat.Counts{Mine: 1, Queue: 2, All: 4, Lines: map[string]int{"shop": 3, "mall": 1}}, got); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
	})
	t.Run("heads", func(t *testing.T) {
		got, err := s.Heads(t.Context(), lines)
		if diff := cmp.Diff(map[chat.ID]int64{hers.id: 3, others.id: 2, set.id: 2, first.id: 1, mall.id: 1}, got); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
	})
	t.Run("one line away", func(t *testing.T) {
		cutOff(t, s, "mall")
		got := page(t, chat.InboxQuery{View: chat.ViewQueue})
		want(t, got, first)
		if !slices.Equal(got.Unavailable, []string{"mall"}) {
			t.Fatalf("got %v", got.Unavailable)
		}
		if n, err := s.Counts(t.Context(), lin.ID, lines); err != nil || n.All != 3 {
			t.Fatalf("got %+v, %v", n, err)
		}
		_, err := s.Counts(t.Context(), lin.ID, []string{"mall"})
		wantCode(t, err, chat.CodeLineUnavailable)
		_, err = s.Heads(t.Context(), []string{"mall"})
		wantCode(t, err, chat.CodeLineUnavailable)
	})
}

// Whatever the pages' size, and however many conversations share a moment, paging shows each conversation once, in order.
func TestStore_Inbox_pages(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for _, line := range []string{"shop", "mall"} {
		run(t, s, line, `INSERT INTO visitors (id) SELECT gen_random_uuid() FROM generate_series(1, 40)`)
		run(t, s, line, `INSERT INTO conversations (id, visitor_id, status, waiting_since, last_at)
			SELECT gen_random_uuid(), id, 'waiting', t, t FROM (
				SELECT id, timestamptz '2026-07-18 14:00:00.000001+00' + (row_number() OVER ()) / 4 * interval '1 microsecond' AS t FROM visitors) v`)
	}
	rapid.Check(t, func(rt *rapid.T) {
		q := chat.InboxQuery{View: rapid.SampledFrom([]chat.View{chat.ViewQueue, chat.ViewAll}).Draw(rt, "view"), Lines: []string{"shop", "mall"}}
		q.Limit = rapid.IntRange(1, 100).Draw(rt, "limit")
		var all []chat.Conversation
		for {
			page, err := s.Inbox(t.Context(), q)
			if err != nil {
				rt.Fatal(err)
			}
			all = append(all, page.Conversations...)
			if q.Cursor = page.Cursor; q.Cursor == "" {
				break
			}
			if len(page.Conversations) != q.Limit {
				rt.Fatalf("a page of %d has a next one", len(page.Conversations))
			}
		}
		seen := map[chat.ID]bool{}
		for i, c := range all {
			if seen[c.ID] {
				rt.Fatalf("%s is shown twice", c.ID)
			}
			seen[c.ID] = true
			if i == 0 {
				continue
			}
			order := c.Last.Compare(all[i-1].Last.Time)
			if q.View == chat.ViewQueue && order < 0 || q.View == chat.ViewAll && order > 0 {
				rt.Fatalf("%d is out of order", i)
			}
		}
		if len(all) != 80 {
			rt.Fatalf("%d of 80 shown", len(all))
		}
	})
}

// A list costs what it shows, however long the logs are.
func TestStore_Inbox_plan(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	run(t, s, "shop", `INSERT INTO visitors (id) SELECT gen_random_uuid() FROM generate_series(1, 20000)`)
	run(t, s, "shop", `INSERT INTO conversations (id, visitor_id, status, agent_id, waiting_since, last_at)
		SELECT gen_random_uuid(), id, CASE n % 100 WHEN 0 THEN 'open' WHEN 1 THEN 'waiting' WHEN 2 THEN 'snoozed' ELSE 'closed' END,
			CAST('00000000-0000-4000-8000-' || lpad(CAST(n / 100 % 10 AS text), 12, '0') AS uuid), now(), now() - n * interval '1 second'
		FROM (SELECT id, row_number() OVER () AS n FROM visitors) v`)
	run(t, s, "shop", `ANALYZE visitors, conversations, inbox, messages`)
	p, err := s.line("shop")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := p.db.Connx(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), "SET plan_cache_mode = force_generic_plan"); err != nil { // what a statement in use for long has
		t.Fatal(err)
	}
	for _, view := range []chat.View{chat.ViewMine, chat.ViewQueue, chat.ViewAll, chat.ViewClosed} {
		name, args := list(chat.InboxQuery{View: view, Agent: "00000000-0000-4000-8000-000000000002", Limit: 50})
		bound, err := p.queries[name].bind(p.db.Mapper, []any{args})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.ExecContext(t.Context(), "PREPARE q AS "+p.queries[name].text); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		literals := make([]string, len(bound))
		for i, b := range bound {
			if list, ok := b.(pq.StringArray); ok {
				b = "{" + strings.Join(list, ",") + "}"
			}
			literals[i] = fmt.Sprintf("'%v'", b)
			if p.queries[name].names[i] == "only" {
				literals[i] = "NULL"
			}
		}
		var lines []string
		if err := conn.SelectContext(t.Context(), &lines, "EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE q("+strings.Join(literals, ", ")+")"); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		plan := strings.Join(lines, "\n")
		if strings.Contains(plan, `"messages"`) || strings.Contains(plan, `"notes"`) || !strings.Contains(plan, `"inbox"`) {
			t.Errorf("%s reads messages:\n%s", name, plan)
		}
		var explained []struct{ Plan planNode }
		if err := json.Unmarshal([]byte(plan), &explained); err != nil {
			t.Fatal(err)
		}
		if n := explained[0].Plan.most(); n > 1_000 { // 600 have not ended
			t.Errorf("%s looks at %v rows:\n%s", name, n, plan)
		}
		if _, err := conn.ExecContext(t.Context(), "DEALLOCATE q"); err != nil {
			t.Fatal(err)
		}
	}
}

// planNode is a node of what EXPLAIN says.
type planNode struct {
	Rows    float64 `json:"Actual Rows"`
	Removed float64 `json:"Rows Removed by Filter"`
	Loops   float64 `json:"Actual Loops"`
	Plans   []planNode
}

// most is how many rows one of the nodes had in its hands.
func (n planNode) most() float64 {
	rows := (n.Rows + n.Removed) * n.Loops
	for _, p := range n.Plans {
		rows = max(rows, p.most())
	}
	return rows
}

func TestStore_Mark(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lin, max := agent("林晓"), agent("Max")
	mark := func(t *testing.T, k talk, by chat.Author, delivered, read int64) (chat.Marks, bool) {
		t.Helper()
		m, changed, err := s.Mark(t.Context(), "shop", chat.Receipt{Conversation: k.id, Kind: by.Kind, Delivered: delivered, Read: read}, by.ID)
		if err != nil {
			t.Fatal(err)
		}
		if now := k.now(t).Read; now != m {
			t.Fatalf("told %+v, kept %+v", m, now)
		}
		return m, changed
	}
	t.Run("OK", func(t *testing.T) {
		k := opened(t, s, lin) // visitor 1, notice 2
		k.append(t, k.draft(lin, "三"), k.draft(lin, "四"), k.draft(lin, "五"))
		if m, changed := mark(t, k, k.visitor, 4, 0); !changed || m != (chat.Marks{VisitorDelivered: 4, Visitor: 1, Agent: 5}) {
			t.Fatalf("got %+v", m)
		}
		if i := k.inboxOf(t, k.visitor.ID); i.Unread != 3 || i.Delivered != 4 {
			t.Fatalf("got %+v", i)
		}
		if m, changed := mark(t, k, k.visitor, 0, 4); !changed || m.Visitor != 4 {
			t.Fatalf("got %+v", m)
		}
		if n, err := s.Unread(t.Context(), "shop", k.visitor.ID); err != nil || n != 1 {
			t.Fatalf("got %d, %v", n, err)
		}
		if m, changed := mark(t, k, k.visitor, 3, 2); changed || m.Visitor != 4 || m.VisitorDelivered != 4 {
			t.Fatalf("went back: %+v", m)
		}
		if m, changed := mark(t, k, k.visitor, 0, 99); !changed || m.Visitor != 5 || m.VisitorDelivered != 5 {
			t.Fatalf("got %+v", m)
		}
		if _, changed := mark(t, k, k.visitor, 99, 99); changed {
			t.Fatal("nothing moved")
		}
	})
	t.Run("agents", func(t *testing.T) {
		k := opened(t, s, lin)
		if m, changed := mark(t, k, max, 0, 1); !changed || m.Agent != 1 {
			t.Fatalf("got %+v", m)
		}
		if m, changed := mark(t, k, lin, 0, 1); !changed || m.Agent != 1 { // her own mark moved
			t.Fatalf("got %+v", m)
		}
		if i := k.inboxOf(t, lin.ID); i.Unread != 0 || i.Read != 1 {
			t.Fatalf("got %+v", i)
		}
	})
	t.Run("not hers", func(t *testing.T) {
		k := opened(t, s, lin)
		for _, r := range []chat.Receipt{{Conversation: k.id, Kind: chat.KindVisitor, Read: 1}, {Conversation: chat.NewID(time.Now()), Kind: chat.KindAgent, Read: 1}} {
			_, _, err := s.Mark(t.Context(), "shop", r, begin(t, s).visitor.ID)
			wantCode(t, err, chat.CodeNotFound)
		}
	})
	t.Run("never back", func(t *testing.T) {
		k := opened(t, s, lin)
		rapid.Check(t, func(rt *rapid.T) {
			was := k.now(t).Read
			by := rapid.SampledFrom([]chat.Author{k.visitor, lin}).Draw(rt, "by")
			if rapid.Bool().Draw(rt, "writes") {
				k.say(t, by, "又一条")
			} else {
				head := k.now(t).LastSeq
				mark(t, k, by, rapid.Int64Range(-1, head+2).Draw(rt, "delivered"), rapid.Int64Range(-1, head+2).Draw(rt, "read"))
			}
			c := k.now(t)
			if m := c.Read; m.Visitor < was.Visitor || m.Agent < was.Agent || m.VisitorDelivered < was.VisitorDelivered || max3(m) > c.LastSeq || m.Visitor > m.VisitorDelivered {
				rt.Fatalf("%+v became %+v at %d", was, m, c.LastSeq)
			}
			for _, who := range []chat.Author{k.visitor, lin} {
				i := k.inboxOf(t, who.ID)
				var unread int64
				for _, m := range k.messages(t) {
					if m.Seq > i.Read && m.Author.ID != who.ID && m.Kind != chat.KindNotice {
						unread++
					}
				}
				if i.Unread != unread || i.LastSeq != c.LastSeq {
					rt.Fatalf("%s: %d are unread, the row says %+v", who.Kind, unread, i)
				}
			}
		})
	})
}

func max3(m chat.Marks) int64 { return max(m.Visitor, m.Agent, m.VisitorDelivered) }
