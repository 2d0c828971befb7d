package sample

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

func TestWeek(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 18, 14, 33, 0, 0, time.FixedZone("CST", 8*3600))
	agents := Crew()
	for i := range agents {
		agents[i].ID = chat.NewID(now)
	}
	all := Week(now, 1, agents)
	t.Run("it is the same for the same seed, and another for another", func(t *testing.T) {
		if !reflect.DeepEqual(all, Week(now, 1, agents)) {
			t.Error("one seed makes two weeks")
		}
		if reflect.DeepEqual(all, Week(now, 2, agents)) {
			t.Error("two seeds make one week")
		}
	})
	t.Run("there is some of everything", func(t *testing.T) {
		n := map[string]int{}
		for _, k := range all {
			n[string(k.Conversation.Status)]++
			n[k.Line]++
			if k.Rating.Comment != "" {
				n["comment"]++
			}
			if k.Picture != "" {
				n["picture"]++
			}
			for _, m := range k.Messages {
				n[string(m.Kind)]++
			}
			n["note"] += len(k.Notes)
			if k.Conversation.Status == chat.StatusClosed && k.Conversation.Replied.IsZero() {
				n["left"]++
			}
		}
		for what, least := range map[string]int{"closed": 300, "waiting": 4, "open": 7, "snoozed": 1, "demo": 100, "member": 50, "global": 50, "comment": 10, "picture": 20, "card": 10, "note": 10, "left": 10} {
			if n[what] < least {
				t.Errorf("%d of %s", n[what], what)
			}
		}
	})
	t.Run("each could have been", func(t *testing.T) {
		ids := map[chat.ID]bool{}
		for _, k := range all {
			last := k.Conversation.Created.Time
			for i, m := range k.Messages {
				if _, err := chat.ParseID(string(m.ID)); err != nil || ids[m.ID] {
					t.Fatalf("the id %s", m.ID)
				}
				ids[m.ID] = true
				if m.Seq != int64(i+1) || m.Created.Before(last) || m.Created.After(now) {
					t.Fatalf("%s: message %d at %v", k.Conversation.ID, m.Seq, m.Created)
				}
				last = m.Created.Time
				if m.Kind == chat.KindCard {
					if _, err := chat.ReadData(chat.KindCard, chat.KindAgent, json.RawMessage(m.Data)); err != nil {
						t.Error(err)
					}
				}
			}
			c := k.Conversation
			if c.LastSeq != int64(len(k.Messages)) || (c.Status == chat.StatusOpen) != (c.Agent.ID != "" && c.Closed.IsZero() && c.Snoozed.IsZero()) || k.Rating.Score > 0 && c.Status != chat.StatusClosed {
				t.Errorf("%+v", c)
			}
			if c.Status == chat.StatusOpen && (c.Agent.ID == agents[0].ID || c.Agent.ID == agents[1].ID) {
				t.Error("the demo's own agents have their hands free")
			}
		}
	})
}
