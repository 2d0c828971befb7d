package sql

import (
	"slices"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// BenchmarkStore_Inbox_search looks for words among a million messages of one line, as the console does.
func BenchmarkStore_Inbox_search(b *testing.B) {
	s := newStore(b)
	began := time.Now()
	stock(b, s, "shop", 100_000, 10)
	run(b, s, "shop", `VACUUM ANALYZE`)
	b.Log("a million messages written and indexed in", time.Since(began))
	p, err := s.line("shop")
	wantCode(b, err, "")
	for _, relation := range []string{"messages", "message_grams", "message_grams_grams"} {
		var bytes int64
		wantCode(b, p.db.GetContext(b.Context(), &bytes, `SELECT pg_total_relation_size(CAST($1 AS regclass))`, relation), "")
		b.Log(relation, bytes>>20, "MB")
	}
	for _, words := range []string{"退款", "水壶漏水", "裂了 谢谢", "202607015500", "office", "HM-77881", "从来没有人说过", "您好", "?", "茶"} {
		b.Run(words, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				from := time.Now()
				page, err := s.Inbox(b.Context(), chat.InboxQuery{Q: words, View: chat.ViewAny, Lines: []string{"shop"}, Limit: 50})
				if err != nil || len(page.Unavailable) > 0 {
					b.Fatal(page.Unavailable, err)
				}
				took = append(took, time.Since(from))
			}
			b.ReportMetric(float64(slices.Max(took).Microseconds())/1000, "ms-at-most")
		})
	}
}
