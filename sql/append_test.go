package sql

import (
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/taadis/unique-support/core/chat"
)

// Whatever is sent at once, over and over and with other words, every key is accepted once, at a number of its own, without a gap.
func TestStore_Append_atOnce(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	rapid.Check(t, func(rt *rapid.T) {
		talks := make([]talk, rapid.IntRange(1, 4).Draw(rt, "conversations"))
		for i := range talks {
			talks[i] = begin(t, s)
		}
		// Few keys and fewer words, so that the same key meets itself, with the same words and with others.
		keys := make([]chat.ID, rapid.IntRange(1, 12).Draw(rt, "keys"))
		for i := range keys {
			keys[i] = chat.NewID(time.Now())
		}
		batches := make([][]chat.Draft, rapid.IntRange(2, 6).Draw(rt, "goroutines"))
		for g := range batches {
			for range rapid.IntRange(1, 20).Draw(rt, "drafts") {
				k := rapid.SampledFrom(talks).Draw(rt, "conversation")
				d := k.draft(k.visitor, rapid.SampledFrom([]string{"一", "二"}).Draw(rt, "text"))
				d.ClientID = rapid.SampledFrom(keys).Draw(rt, "key")
				batches[g] = append(batches[g], d)
			}
		}
		answers := make([][]chat.Appended, len(batches))
		errs := make([]error, len(batches))
		var running sync.WaitGroup
		for g, batch := range batches {
			running.Go(func() { answers[g], errs[g] = s.Append(t.Context(), "shop", batch) }) // it is AppendFree, again for what others have
		}
		running.Wait()
		checkAnswers(rt, t, talks, batches, answers, errs)
	})
}

func checkAnswers(rt *rapid.T, t *testing.T, talks []talk, batches [][]chat.Draft, answers [][]chat.Appended, errs []error) {
	type id struct{ conversation, key chat.ID }
	written := map[id]chat.Message{}
	for _, k := range talks {
		ms := k.messages(t)
		for i, m := range ms {
			if m.Seq != int64(i+1) {
				rt.Fatalf("the log reads %s", seqs(ms))
			}
			if _, twice := written[id{k.id, m.ClientID}]; twice {
				rt.Fatalf("%s stands there twice", m.ClientID)
			}
			written[id{k.id, m.ClientID}] = m
		}
		if c := k.now(t); c.LastSeq != int64(len(ms)) {
			rt.Fatalf("last_seq is %d of %d", c.LastSeq, len(ms))
		}
	}
	accepted := map[id]int{}
	for g, batch := range batches {
		if errs[g] != nil {
			rt.Fatalf("got %v", errs[g])
		}
		for i, d := range batch {
			a, m := answers[g][i], written[id{d.Conversation, d.ClientID}]
			switch {
			case a.Err != nil:
				if chat.CodeOf(a.Err) != chat.CodeConflict || m.Text == d.Text {
					rt.Fatalf("%q over %q: %v", d.Text, m.Text, a.Err)
				}
			case a.Message.ID != m.ID || a.Message.Seq != m.Seq || m.Text != d.Text:
				rt.Fatalf("%q was answered %+v, and %+v stands there", d.Text, a.Message, m)
			case !a.Repeat:
				accepted[id{d.Conversation, d.ClientID}]++
			}
		}
	}
	for k := range written {
		if accepted[k] != 1 {
			rt.Fatalf("%s was accepted %d times", k.key, accepted[k])
		}
	}
	if len(accepted) != len(written) {
		rt.Fatalf("%d accepted, %d written", len(accepted), len(written))
	}
}
