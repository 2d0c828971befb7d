package sql

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/taadis/unique-support/core/chat"
)

var hopsBegin = time.Date(2026, 3, 1, 8, 0, 0, 123_456_000, time.UTC)

// hopAt is a time of the tests, so many milliseconds on.
func hopAt(ms int) time.Time { return hopsBegin.Add(time.Duration(ms) * time.Millisecond) }

// way is a message's hops as an agent sees them, without the zone.
func (k talk) way(t testing.TB, m chat.Message) (node string, hops map[chat.Hop]time.Time) {
	t.Helper()
	tr, err := k.s.Trace(t.Context(), []string{"mall", "shop"}, m.ID)
	if err != nil {
		t.Fatal(err)
	}
	if tr.Message != m.ID || tr.Conversation != m.Conversation || tr.Seq != m.Seq || tr.Trace != m.Trace {
		t.Fatalf("got %+v, want that of %+v", tr, m)
	}
	hops = map[chat.Hop]time.Time{}
	for _, h := range tr.Hops {
		hops[h.Hop] = h.At.UTC()
	}
	return tr.Node, hops
}

func TestStore_PutPassages(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	accepted := func(m chat.Message) chat.Passage {
		return chat.Passage{
			Conversation: m.Conversation, Seq: m.Seq, Trace: m.Trace, Node: "a", Received: hopAt(0), Queued: hopAt(1), Routed: hopAt(2), Committed: hopAt(3),
		}
	}
	pushed := func(m chat.Message, ms int) chat.Passage {
		return chat.Passage{Conversation: m.Conversation, Seq: m.Seq, Pushed: hopAt(ms)}
	}
	want := map[chat.Hop]time.Time{chat.HopReceived: hopAt(0), chat.HopQueued: hopAt(1), chat.HopRouted: hopAt(2), chat.HopCommitted: hopAt(3), chat.HopPushed: hopAt(4)}
	for what, rounds := range map[string]func(m chat.Message) [][]chat.Passage{
		"OK": func(m chat.Message) [][]chat.Passage {
			p := accepted(m)
			p.Pushed = hopAt(4)
			return [][]chat.Passage{{p}}
		},
		"pushed later": func(m chat.Message) [][]chat.Passage { return [][]chat.Passage{{accepted(m)}, {pushed(m, 4)}} },
		"pushed elsewhere first": func(m chat.Message) [][]chat.Passage {
			return [][]chat.Passage{{pushed(m, 4)}, {accepted(m)}, {pushed(m, 9)}}
		},
		"all of it again": func(m chat.Message) [][]chat.Passage {
			return [][]chat.Passage{{pushed(m, 9)}, {accepted(m)}, {accepted(m)}, {pushed(m, 4)}, {pushed(m, 9)}}
		},
	} {
		t.Run(what, func(t *testing.T) {
			k := begin(t, s)
			m := k.say(t, k.visitor, "在吗").Message
			for _, p := range rounds(m) {
				if err := s.PutPassages(t.Context(), "shop", p); err != nil {
					t.Fatal(err)
				}
			}
			node, hops := k.way(t, m)
			if diff := cmp.Diff(want, hops); node != "a" || diff != "" {
				t.Fatalf("on %q %s", node, diff)
			}
		})
	}
	t.Run("two nodes at once", func(t *testing.T) {
		k := begin(t, s)
		var all []chat.Message
		for i := range 100 {
			all = append(all, k.say(t, k.visitor, fmt.Sprint(i)).Message)
		}
		var running sync.WaitGroup
		for n := range 4 {
			running.Go(func() {
				for round := range 5 {
					var ps []chat.Passage
					for i := range all { // every node in an order of its own
						m := all[(i*[]int{1, 3, 7, 9}[n]+round)%len(all)]
						if n == 0 {
							ps = append(ps, accepted(m))
						} else {
							ps = append(ps, pushed(m, 3+n))
						}
					}
					if err := s.PutPassages(t.Context(), "shop", ps); err != nil {
						t.Error(err)
					}
				}
			})
		}
		running.Wait()
		for _, m := range all {
			if _, hops := k.way(t, m); !cmp.Equal(want, hops) {
				t.Fatal(cmp.Diff(want, hops))
			}
		}
	})
	t.Run("nothing of it is known", func(t *testing.T) {
		k := begin(t, s)
		d := k.draft(k.visitor, "在吗")
		d.Trace, d.Received = "", time.Time{}
		m := k.append(t, d)[0].Message
		node, hops := k.way(t, m)
		if diff := cmp.Diff(map[chat.Hop]time.Time{chat.HopCommitted: m.Created.UTC()}, hops); node != "" || diff != "" {
			t.Fatalf("on %q %s", node, diff)
		}
	})
	t.Run("away", func(t *testing.T) {
		cutOff(t, s, "mall")
		wantCode(t, s.PutPassages(t.Context(), "mall", []chat.Passage{{Conversation: chat.NewID(time.Now()), Seq: 1}}), chat.CodeLineUnavailable)
		wantCode(t, s.PutPassages(t.Context(), "nowhere", nil), chat.CodeNotFound)
	})
}

func TestStore_PutReaches(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lin := agent("林晓")
	// three messages of the visitor, a notice, two of the agent's: 1, 2, 3, [4], 5, 6
	talk6 := func(t *testing.T) (talk, []chat.Message) {
		k := begin(t, s)
		for _, text := range []string{"1", "2", "3"} {
			k.say(t, k.visitor, text)
		}
		k.assign(t, lin)
		k.say(t, lin, "5")
		k.say(t, lin, "6")
		return k, k.messages(t)
	}
	put := func(t *testing.T, tell bool, rs ...chat.Reach) []chat.Passage {
		t.Helper()
		news, err := s.PutReaches(t.Context(), "shop", rs, tell)
		if err != nil {
			t.Fatal(err)
		}
		return news
	}
	// times is which hop of which message is known, in milliseconds.
	times := func(t *testing.T, k talk, ms []chat.Message) map[string]int {
		t.Helper()
		got := map[string]int{}
		for _, m := range ms {
			_, hops := k.way(t, m)
			for _, hop := range []chat.Hop{chat.HopDelivered, chat.HopRead} {
				if at, known := hops[hop]; known {
					got[fmt.Sprintf("%d %s", m.Seq, hop)] = int(at.Sub(hopsBegin).Milliseconds())
				}
			}
		}
		return got
	}
	check := func(t *testing.T, want, got map[string]int) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	}
	t.Run("OK", func(t *testing.T) {
		k, ms := talk6(t)
		if news := put(t, false, chat.Reach{Conversation: k.id, By: chat.KindAgent, After: 0, UpTo: 2, Read: true, At: hopAt(10)}); len(news) != 0 {
			t.Fatalf("nobody asked for %+v", news)
		}
		put(t, false,
			chat.Reach{Conversation: k.id, By: chat.KindAgent, After: 2, UpTo: 6, Read: true, At: hopAt(20)},
			chat.Reach{Conversation: k.id, By: chat.KindVisitor, After: 3, UpTo: 6, At: hopAt(30)},
			chat.Reach{Conversation: k.id, By: chat.KindVisitor, After: 3, UpTo: 5, Read: true, At: hopAt(40)})
		check(t, map[string]int{
			"1 read": 10, "2 read": 10, "3 read": 20, "4 delivered": 30, "4 read": 40, "5 delivered": 30, "5 read": 40, "6 delivered": 30,
		}, times(t, k, ms))
	})
	t.Run("the first time stays, and only news is told", func(t *testing.T) {
		k, ms := talk6(t)
		put(t, true, chat.Reach{Conversation: k.id, By: chat.KindAgent, UpTo: 1, Read: true, At: hopAt(10)})
		again := chat.Reach{Conversation: k.id, By: chat.KindAgent, UpTo: 2, Read: true, At: hopAt(5)}
		news := put(t, true, again, again)
		if len(news) != 1 || news[0].Seq != 2 || news[0].Conversation != k.id || news[0].Trace != ms[1].Trace || !news[0].Read.Equal(hopAt(5)) || !news[0].Delivered.IsZero() {
			t.Fatalf("got %+v", news)
		}
		check(t, map[string]int{"1 read": 10, "2 read": 5}, times(t, k, ms))
	})
	t.Run("before the hops are known", func(t *testing.T) {
		k, ms := talk6(t)
		put(t, false, chat.Reach{Conversation: k.id, By: chat.KindAgent, UpTo: 1, Read: true, At: hopAt(10)})
		if err := s.PutPassages(t.Context(), "shop", []chat.Passage{{Conversation: k.id, Seq: 1, Node: "a", Received: hopAt(0), Committed: hopAt(1)}}); err != nil {
			t.Fatal(err)
		}
		node, hops := k.way(t, ms[0])
		want := map[chat.Hop]time.Time{chat.HopReceived: hopAt(0), chat.HopCommitted: hopAt(1), chat.HopRead: hopAt(10)}
		if diff := cmp.Diff(want, hops); node != "a" || diff != "" {
			t.Fatalf("on %q %s", node, diff)
		}
	})
	t.Run("no further back than so many", func(t *testing.T) {
		k := begin(t, s)
		var drafts []chat.Draft
		for i := range reachMax + 2 {
			drafts = append(drafts, k.draft(k.visitor, fmt.Sprint(i)))
		}
		k.append(t, drafts...)
		if news := put(t, true, chat.Reach{Conversation: k.id, By: chat.KindAgent, UpTo: reachMax + 2, Read: true, At: hopAt(1)}); len(news) != reachMax || news[0].Seq == 1 {
			t.Fatalf("%d were marked", len(news))
		}
	})
}

func TestStore_Trace(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	k, other := begin(t, s), beginAt(t, s, "mall", "Ada")
	m := k.say(t, k.visitor, "在吗").Message
	done, err := s.Append(t.Context(), "mall", []chat.Draft{other.draft(other.visitor, "hello")})
	if err != nil {
		t.Fatal(err)
	}
	t.Run("OK", func(t *testing.T) { k.way(t, m) })
	t.Run("unknown, or of no line asked", func(t *testing.T) {
		for _, id := range []chat.ID{chat.NewID(time.Now()), "", "x", done[0].Message.ID} {
			_, err := s.Trace(t.Context(), []string{"shop"}, id)
			wantCode(t, err, chat.CodeNotFound)
		}
		_, err := s.Trace(t.Context(), nil, m.ID)
		wantCode(t, err, chat.CodeNotFound)
	})
	t.Run("one line away", func(t *testing.T) {
		cutOff(t, s, "mall")
		k.way(t, m)
		_, err := s.Trace(t.Context(), []string{"mall", "shop"}, done[0].Message.ID)
		wantCode(t, err, chat.CodeLineUnavailable)
	})
}

// A batch of hops as the journal writes it, to the microsecond a row; and the marks that come after it.
func BenchmarkStore_PutPassages(b *testing.B) {
	s := newStore(b)
	const conversations, rows = 100, 500
	var ps []chat.Passage
	var rs []chat.Reach
	for i := range conversations {
		k := begin(b, s)
		var drafts []chat.Draft
		for range rows / conversations {
			drafts = append(drafts, k.draft(k.visitor, fmt.Sprint(i)))
		}
		for _, a := range k.append(b, drafts...) {
			ps = append(ps, chat.Passage{
				Conversation: k.id, Seq: a.Message.Seq, Node: "desk-1:8080", Received: hopAt(0), Queued: hopAt(1), Routed: hopAt(2), Committed: hopAt(3), Pushed: hopAt(4),
			})
		}
		rs = append(rs, chat.Reach{Conversation: k.id, By: chat.KindAgent, UpTo: rows / conversations, Read: true, At: hopAt(9)})
	}
	shop, err := s.line("shop")
	if err != nil {
		b.Fatal(err)
	}
	write := func(b *testing.B, again bool, f func() error) {
		for b.Loop() {
			if !again {
				b.StopTimer()
				if _, err := shop.db.Exec("TRUNCATE traces"); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
			if err := f(); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/rows, "µs/row")
	}
	b.Run("new", func(b *testing.B) {
		write(b, false, func() error { return s.PutPassages(b.Context(), "shop", ps) })
	})
	b.Run("known", func(b *testing.B) {
		write(b, true, func() error { return s.PutPassages(b.Context(), "shop", ps) })
	})
	b.Run("read", func(b *testing.B) {
		write(b, false, func() error {
			_, err := s.PutReaches(b.Context(), "shop", rs, false)
			return err
		})
	})
}
