package sql

import (
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/chat/sample"
)

// A week that was made up stands in the tables as one that was: every conversation reads as it is said to be, can go on, and is counted.
func TestStore_PutSample(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if used, err := s.Used(t.Context(), "shop"); used || err != nil {
		t.Fatal(used, err)
	}
	agents := sample.Crew()
	for i := range agents {
		agents[i].ID = chat.NewID(time.Now())
	}
	var w Sample
	w.Ratings = map[chat.ID]chat.Rating{}
	answered, left, rated := int64(0), int64(0), int64(0)
	talks := sample.Week(time.Now(), 3, agents)
	for _, k := range talks {
		w.Visitors, w.Conversations = append(w.Visitors, k.Visitor), append(w.Conversations, k.Conversation)
		w.Messages, w.Notes = append(w.Messages, k.Messages...), append(w.Notes, k.Notes...)
		if k.Rating.Score > 0 {
			rated++
			w.Ratings[k.Conversation.ID] = k.Rating
		}
		if c := k.Conversation; c.Status == chat.StatusClosed && c.Replied.IsZero() {
			left++
		} else if c.Status == chat.StatusClosed {
			answered++
		}
	}
	wantCode(t, s.PutSample(t.Context(), "shop", w), "")
	if used, err := s.Used(t.Context(), "shop"); !used || err != nil {
		t.Fatal(used, err)
	}
	t.Run("each is what it is said to be", func(t *testing.T) {
		for i := range 20 {
			k := talks[i*len(talks)/20]
			got, err := s.Conversation(t.Context(), "shop", k.Conversation.ID)
			wantCode(t, err, "")
			if got.Status != k.Conversation.Status || got.LastSeq != k.Conversation.LastSeq || got.Score != k.Rating.Score || got.Agent != k.Conversation.Agent || !slices.Equal(got.Labels, k.Conversation.Labels) ||
				got.Last.Sub(k.Conversation.Last.Time).Abs() > time.Millisecond {
				t.Fatalf("got %+v, want %+v", got, k.Conversation)
			}
			ms, err := s.Messages(t.Context(), "shop", k.Conversation.ID, 0, 200)
			if wantCode(t, err, ""); len(ms) != len(k.Messages) || ms[0].Text != k.Messages[0].Text {
				t.Fatalf("got %+v", ms)
			}
		}
	})
	t.Run("one that is open goes on", func(t *testing.T) {
		i := slices.IndexFunc(talks, func(k sample.Talk) bool { return k.Conversation.Status == chat.StatusOpen })
		c := talks[i].Conversation
		k := talk{s: s, id: c.ID, visitor: chat.Author{Kind: chat.KindVisitor, ID: c.Visitor}}
		if got := k.say(t, k.visitor, "还在吗"); got.Message.Seq != c.LastSeq+1 {
			t.Fatalf("got %+v", got)
		}
	})
	t.Run("it is counted", func(t *testing.T) {
		count(t, s, 0)
		q, err := chat.NewReportQuery(time.Now().AddDate(0, 0, -8), 9, time.Now())
		wantCode(t, err, "")
		q.Lines = []string{"shop"}
		got := report(t, s, q).Total
		if diff := gocmp.Diff([]int64{int64(len(talks)), answered, left, rated}, []int64{got.Begun, got.Resolved, got.Abandoned, got.Rated()}); diff != "" {
			t.Fatal(diff)
		}
	})
}
