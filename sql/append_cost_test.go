package sql

import (
	"fmt"
	"testing"

	"github.com/taadis/unique-support/core/chat"
)

// BenchmarkStore_Append writes batches as a committer does: of conversations that agents have, each with one message, by turns
// of the visitor and the agent. The server of tests does not wait for its disk: this is what Postgres and we compute.
func BenchmarkStore_Append(b *testing.B) {
	s := newStore(b)
	by := make([]chat.Author, 20)
	for i := range by {
		by[i] = agent(fmt.Sprint("客服", i))
	}
	talks := make([]talk, 2048)
	for i := range talks {
		talks[i] = opened(b, s, by[i%len(by)])
	}
	at := 0
	for _, size := range []int{1, 8, 32, 128, 512} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			for b.Loop() {
				drafts := make([]chat.Draft, size)
				for i := range drafts {
					k, who := talks[at%len(talks)], talks[at%len(talks)].visitor
					if at/len(talks)%2 == 1 {
						who = by[at%len(talks)%len(by)]
					}
					drafts[i] = k.draft(who, "您好，请问什么时候发货？订单是昨天下的。")
					at++
				}
				talks[0].append(b, drafts...)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*size), "µs/message")
		})
	}
}
