package sql

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

func TestGrams(t *testing.T) {
	t.Parallel()
	t.Run("OK", func(t *testing.T) {
		if got := grams("退款", true); len(got) != 1 {
			t.Fatal(got)
		}
		if got := grams("Hi, 退款！", false); len(got) != 2 { // " hi" and 退款
			t.Fatal(got)
		}
	})
	t.Run("whatever stands in a text is asked by grams the text has", func(t *testing.T) {
		text := "您好，订单 20260714-0862 的 iPhone 16 Pro 能退款吗？ Straße Ünïcode мир 😀😀"
		has := grams(text, false)
		letters := []rune(text)
		for from := range letters {
			for to := from + 1; to <= len(letters); to++ {
				part := string(letters[from:to])
				for _, g := range grams(part, true) {
					if word := strings.Fields(strings.Map(latin, strings.ToLower(part))); !slices.Contains(has, g) && !slices.ContainsFunc(word, func(w string) bool { return len(w) == 2 }) {
						t.Fatalf("%q asks for %d, which the text does not have", part, g)
					}
				}
			}
		}
	})
	t.Run("one letter has none", func(t *testing.T) {
		if got := grams("好 a 1", true); len(got) != 0 {
			t.Fatal(got)
		}
	})
}

// latin leaves what Latin words are made of; two letters of one are only found at its beginning.
func latin(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
		return r
	}
	return ' '
}

// indexAll makes all that is there ready to be found, however new it is.
func indexAll(t testing.TB, s *Store, line string, limit int) (rounds int) {
	t.Helper()
	p, err := s.line(line)
	wantCode(t, err, "")
	for more := true; more; rounds++ {
		wantCode(t, p.tx(t.Context(), func(x *tx) error {
			more, err = index(x, highestID, time.Now().Add(time.Hour), limit)
			return err
		}), "")
	}
	return rounds
}

func TestStore_Inbox_search(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lin := agent("林晓")
	refund, order := opened(t, s, lin), begin(t, s)
	refund.say(t, refund.visitor, "杯子裂了，我想申请退款\n订单号是 20260714-0862")
	refund.say(t, lin, "Refund approved, 请稍等")
	thanks := refund.say(t, refund.visitor, "谢谢")
	note := refund.draft(lin, "仓库周六还能发，@周航 帮忙加急")
	note.Kind = chat.KindNote
	refund.append(t, note)
	card := order.draft(order.visitor, "雾灰手作陶杯 · 20260714-0999")
	card.Kind, card.Data = chat.KindCard, []byte(`{"title":"雾灰手作陶杯","spec":"350 ml","number":"20260714-0999"}`)
	order.append(t, card)
	mall := beginAt(t, s, "mall", "Tomás Ferreira")
	if _, err := s.PutVisitor(t.Context(), "mall", chat.Visitor{ID: mall.visitor.ID, Phone: "13800138013", Attributes: []byte(`{"order_no":"HM-778812","tags":["老客户"]}`)}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(t.Context(), "mall", []chat.Draft{mall.draft(mall.visitor, "Could you ship it? 退款也可以")}); err != nil {
		t.Fatal(err)
	}
	ended := opened(t, s, agent("Max"))
	ended.say(t, ended.visitor, "之前的退款到了吗")
	if _, err := s.End(t.Context(), "shop", ended.id, lin, ""); err != nil {
		t.Fatal(err)
	}
	fresh := searchFresh
	find := func(t *testing.T, q chat.InboxQuery) chat.InboxPage {
		t.Helper()
		q.Agent = lin.ID
		if q.Lines == nil {
			q.Lines = []string{"shop", "mall"}
		}
		if q.View == "" {
			q.View = chat.ViewAny
		}
		if q.Limit == 0 {
			q.Limit = 50
		}
		_, args := list(q)
		page, err := s.search(t.Context(), q, args, fresh)
		wantCode(t, err, "")
		return page
	}
	want := func(t *testing.T, q chat.InboxQuery, talks ...talk) chat.InboxPage {
		t.Helper()
		page := find(t, q)
		var ids []chat.ID
		for _, k := range talks {
			ids = append(ids, k.id)
		}
		if diff := cmp.Diff(ids, idsOf(page.Conversations)); diff != "" || page.Conversations == nil {
			t.Fatal(q.Q, diff)
		}
		return page
	}
	said := func(h *chat.Hit) (all, hit string) {
		for _, p := range h.Excerpt {
			all += p.Text
			if p.Hit {
				hit += "[" + p.Text + "]"
			}
		}
		return all, hit
	}
	all := func(t *testing.T) {
		t.Helper()
		page := want(t, chat.InboxQuery{Q: "退款"}, ended, mall, refund)
		h := page.Conversations[2].Hit
		if all, hit := said(h); h.Seq != 3 || h.By != chat.KindVisitor || all != "杯子裂了，我想申请退款" || hit != "[退款]" {
			t.Fatal(h, all, hit)
		}
		want(t, chat.InboxQuery{Q: "REFUND"}, refund)
		want(t, chat.InboxQuery{Q: "approv 稍等"}, refund)
		want(t, chat.InboxQuery{Q: "退款 没有"})
		want(t, chat.InboxQuery{Q: "0714-0862"}, refund)
		want(t, chat.InboxQuery{Q: "0999"}, order)
		want(t, chat.InboxQuery{Q: "hm-778812"}, mall)
		want(t, chat.InboxQuery{Q: "38001"}, mall)
		want(t, chat.InboxQuery{Q: "老客户"}, mall)
		want(t, chat.InboxQuery{Q: "Ferreira"}, mall)
		if h := want(t, chat.InboxQuery{Q: "加急"}, refund).Conversations[0].Hit; h.Note != 1 || h.Seq != thanks.Message.Seq || h.By != chat.KindAgent {
			t.Fatal(h)
		}
		want(t, chat.InboxQuery{Q: "退款", Status: chat.StatusClosed}, ended)
		want(t, chat.InboxQuery{Q: "退款", View: chat.ViewMine}, refund)
		want(t, chat.InboxQuery{Q: "退款", Lines: []string{"mall"}}, mall)
		want(t, chat.InboxQuery{Q: "50%"})
	}
	t.Run("what is not indexed yet", all)
	fresh = 0
	if rounds := indexAll(t, s, "shop", 3); rounds < 2 {
		t.Fatalf("all of it in %d rounds of three", rounds)
	}
	indexAll(t, s, "mall", 100)
	for _, line := range []string{"shop", "mall"} { // nobody is found by having been seen
		run(t, s, line, `UPDATE searched SET seen = now() + interval '1 hour'`)
	}
	t.Run("what is", all)
	t.Run("page after page", func(t *testing.T) {
		var ids []chat.ID
		q := chat.InboxQuery{Q: "退款", Limit: 1}
		for range 4 {
			page := find(t, q)
			ids = append(ids, idsOf(page.Conversations)...)
			if q.Cursor = page.Cursor; q.Cursor == "" {
				break
			}
		}
		if diff := cmp.Diff([]chat.ID{ended.id, mall.id, refund.id}, ids); diff != "" || q.Cursor != "" {
			t.Fatal(diff, q.Cursor)
		}
	})
	t.Run("what was taken back is gone", func(t *testing.T) {
		a := order.say(t, order.visitor, "密码是 hunter2")
		fresh = searchFresh
		want(t, chat.InboxQuery{Q: "hunter2"}, order)
		if _, err := s.Recall(t.Context(), "shop", order.id, a.Message.Seq, order.visitor, ""); err != nil {
			t.Fatal(err)
		}
		want(t, chat.InboxQuery{Q: "hunter2"})
	})
	t.Run("a line that is away is named, the rest is found", func(t *testing.T) {
		run(t, s, "mall", `ALTER TABLE visitor_grams RENAME TO away`) // a fault of its own: not one of ours
		if _, err := s.Inbox(t.Context(), chat.InboxQuery{Q: "退款", View: chat.ViewAny, Lines: []string{"mall"}, Limit: 1}); err == nil {
			t.Fatal("no error")
		}
		page := find(t, chat.InboxQuery{Q: "退款", Lines: []string{"shop", "gone"}})
		if diff := cmp.Diff([]string{"gone"}, page.Unavailable); diff != "" || len(page.Conversations) != 2 {
			t.Fatal(diff, page)
		}
	})
}

// Neither a rare word nor the rest of a long log is found by reading it from end to end.
func TestStore_Inbox_searchPlan(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	stock(t, s, "shop", 200, 50)
	run(t, s, "shop", `ANALYZE message_grams, messages, visitor_grams`)
	p, err := s.line("shop")
	wantCode(t, err, "")
	args := searchArgs{Grams: array(grams("水壶漏水", true)), Patterns: pq.StringArray{"%水壶漏水%"}, Before: highestID, Most: searchMost, Fresh: searchFresh}
	q := p.queries["Search_Texts"]
	bound, err := q.bind(p.db.Mapper, []any{args})
	wantCode(t, err, "")
	var plan []string
	wantCode(t, p.db.SelectContext(t.Context(), &plan, "EXPLAIN "+q.text, bound...), "")
	text := strings.Join(plan, "\n")
	if !strings.Contains(text, "Bitmap Index Scan on message_grams_grams") || strings.Contains(text, "Seq Scan on message") {
		t.Fatal(text)
	}
}

func stock(t testing.TB, s *Store, line string, conversations, each int) {
	t.Helper()
	stockRaw(t, s, line, conversations, each)
	run(t, s, line, `ANALYZE`)
	indexAll(t, s, line, 1000)
}

// stockRaw writes conversations of so many messages each, as long ago as they are many, and indexes them.
func stockRaw(t testing.TB, s *Store, line string, conversations, each int) {
	t.Helper()
	begins := []string{"您好，", "在吗？", "", "请问", "麻烦帮我看下，", "Hello, ", "不好意思，"}
	middles := []string{"订单什么时候发货", "想申请退款", "快递一直没有更新", "杯子收到的时候裂了", "能开电子发票吗", "我要换一个颜色", "优惠券用不了", "Could you ship it to the office", "地址写错了想改", "这款什么时候补货", "会员积分怎么用", "茶巾缩水正常吗"}
	ends := []string{"？", "，谢谢", "，订单号 %d", "。", "，单号 SF%d", "，比较急", "，手机尾号 %04d"}
	by := agent("林晓")
	start := time.Now().Add(-time.Duration(conversations) * time.Minute)
	for from := 0; from < conversations; from += 200 {
		var ids, visitors, conv, ms, texts, kinds, at []string
		var seqs []int64
		for i := from; i < min(from+200, conversations); i++ {
			began := start.Add(time.Duration(i) * time.Minute)
			c, v := chat.NewID(began), chat.NewID(began)
			ids, visitors = append(ids, string(c)), append(visitors, string(v))
			for n := range each {
				x := i*each + n
				text := begins[x*7919%len(begins)] + middles[x*104729/3%len(middles)] + strings.ReplaceAll(ends[x*1299709/7%len(ends)], "%04d", "%d")
				if strings.Contains(text, "%d") {
					text = fmt.Sprintf(text, 202607000000+x*31)
				}
				if x%9973 == 0 {
					text = "水壶漏水了"
				}
				when := began.Add(time.Duration(n) * time.Second)
				conv, ms, seqs, texts, at = append(conv, string(c)), append(ms, string(chat.NewID(when))), append(seqs, int64(n+1)), append(texts, text), append(at, when.Format(time.RFC3339Nano))
				kinds = append(kinds, []string{"visitor", "agent"}[n%2])
			}
		}
		run(t, s, line, `INSERT INTO visitors (id, name, attributes, seen_at) SELECT v, '访客' || n, jsonb_build_object('order_no', 'HM-' || n), now() - interval '1 day'
			FROM unnest(CAST($1 AS uuid[]), CAST($2 AS integer[])) AS x (v, n)`, pq.StringArray(visitors), pq.Array(numbers(from, len(ids))))
		run(t, s, line, `INSERT INTO conversations (id, visitor_id, visitor_name, status, agent_id, last_seq, preview, last_at) SELECT c, v, '访客', 'closed', CAST($3 AS uuid), $4, '在吗', now()
			FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[])) AS x (c, v)`, pq.StringArray(ids), pq.StringArray(visitors), by.ID, each)
		run(t, s, line, `INSERT INTO messages (conversation_id, seq, id, author_kind, author_name, kind, text, created_at) SELECT c, n, i, k, '', 'text', x, CAST(a AS timestamptz)
			FROM unnest(CAST($1 AS uuid[]), CAST($2 AS bigint[]), CAST($3 AS uuid[]), CAST($4 AS text[]), CAST($5 AS text[]), CAST($6 AS text[])) AS m (c, n, i, k, x, a)`,
			pq.StringArray(conv), pq.Array(seqs), pq.StringArray(ms), pq.StringArray(kinds), pq.StringArray(texts), pq.StringArray(at))
	}
}

func numbers(from, n int) []int64 {
	all := make([]int64, n)
	for i := range all {
		all[i] = int64(from + i)
	}
	return all
}
