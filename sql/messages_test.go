package sql

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/taadis/unique-support/core/chat"
)

func TestStore_Append(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lin := agent("林晓")

	t.Run("OK", func(t *testing.T) {
		k := begin(t, s)
		before := time.Now().Add(-time.Minute)
		d := k.draft(k.visitor, "你好\n我的订单\r\n"+strings.Repeat("长", 200))
		got := k.append(t, d, k.draft(k.visitor, "还在吗"))
		if got[0].Message.Seq != 1 || got[1].Message.Seq != 2 || got[0].Repeat {
			t.Fatalf("got %+v", got)
		}
		first := got[0].Message
		if first.ClientID != d.ClientID || first.Author != k.visitor || first.Trace != d.Trace || first.Created.Before(before) {
			t.Fatalf("got %+v", first)
		}
		want := []chat.Message{got[0].Message, got[1].Message}
		if diff := cmp.Diff(want, k.messages(t)); diff != "" {
			t.Fatal(diff)
		}
		c := k.now(t)
		if c.LastSeq != 2 || c.Preview != "还在吗" || c.PreviewBy != chat.KindVisitor || c.Status != chat.StatusWaiting {
			t.Fatalf("got %+v", c)
		}
		if !c.Waiting.Equal(first.Created.Time) || !c.Last.Equal(got[1].Message.Created.Time) {
			t.Fatalf("it waits since %v, last written %v", c.Waiting, c.Last)
		}
		if diff := cmp.Diff(c, got[1].Conversation); diff != "" {
			t.Fatalf("the answer's conversation is another: %s", diff)
		}
	})

	t.Run("preview", func(t *testing.T) {
		k := begin(t, s)
		c := k.say(t, k.visitor, "一行\n两行\r\n"+strings.Repeat("长", 200)).Conversation
		if want := "一行 两行 " + strings.Repeat("长", 120-7); c.Preview != want {
			t.Fatalf("got %q (%d), want %q", c.Preview, len([]rune(c.Preview)), want)
		}
	})

	t.Run("repeat", func(t *testing.T) {
		k := begin(t, s)
		d := k.draft(k.visitor, "一次")
		first := k.append(t, d)[0]
		again := k.append(t, d, d, k.draft(k.visitor, "两次"))
		for _, a := range again[:2] {
			if !a.Repeat || a.Conversation.ID != "" {
				t.Fatalf("got %+v", a)
			}
			if diff := cmp.Diff(first.Message, a.Message); diff != "" {
				t.Fatal(diff)
			}
		}
		if again[2].Repeat || again[2].Message.Seq != 2 {
			t.Fatalf("got %+v", again[2])
		}
		d.Text = "别的"
		upper := d
		upper.ClientID = chat.ID(strings.ToUpper(string(d.ClientID)))
		done, err := s.Append(t.Context(), "shop", []chat.Draft{d, upper})
		wantCode(t, err, "")
		for _, a := range done {
			if !errors.Is(a.Err, chat.Conflict("client_id_used", "")) || a.Message.ID != "" {
				t.Fatalf("got %+v", a)
			}
		}
		if k.now(t).LastSeq != 2 {
			t.Fatalf("got %+v", k.now(t))
		}
	})

	t.Run("repeat within a batch", func(t *testing.T) {
		k := begin(t, s)
		d := k.draft(k.visitor, "一次")
		other := d
		other.Text = "别的"
		done, err := s.Append(t.Context(), "shop", []chat.Draft{d, d, other, k.draft(k.visitor, "下一条")})
		wantCode(t, err, "")
		if done[0].Repeat || !done[1].Repeat || done[1].Message.ID != done[0].Message.ID || chat.CodeOf(done[2].Err) != chat.CodeConflict || done[3].Message.Seq != 2 {
			t.Fatalf("got %+v", done)
		}
	})

	t.Run("repeat after the end", func(t *testing.T) {
		k := begin(t, s)
		d := k.draft(k.visitor, "再见")
		k.append(t, d)
		if _, err := s.End(t.Context(), "shop", k.id, k.visitor, ""); err != nil {
			t.Fatal(err)
		}
		if a := k.append(t, d)[0]; !a.Repeat || a.Message.Seq != 1 {
			t.Fatalf("got %+v", a)
		}
		done, err := s.Append(t.Context(), "shop", []chat.Draft{k.draft(k.visitor, "等等")})
		wantCode(t, err, "")
		if !errors.Is(done[0].Err, chat.Conflict("closed", "")) {
			t.Fatalf("got %v", done[0].Err)
		}
	})

	t.Run("one refused, the others written", func(t *testing.T) {
		k, other := begin(t, s), begin(t, s)
		drafts := []chat.Draft{
			k.draft(k.visitor, "好"),
			k.draft(other.visitor, "不是我的"),
			{Conversation: chat.NewID(time.Now()), ClientID: chat.NewID(time.Now()), Author: k.visitor, Kind: chat.KindText, Text: "没有"},
			k.draft(k.visitor, "a\x00b"),
			k.draft(k.visitor, "\xff"),
			{Conversation: "x", ClientID: "x", Author: k.visitor, Kind: chat.KindText, Text: "x"},
			{Conversation: k.id, ClientID: "x", Author: k.visitor, Kind: chat.KindText, Text: "x"},
			{Conversation: k.id, ClientID: chat.NewID(time.Now()), Author: k.visitor, Kind: chat.KindNote, Text: "x"},
			{Conversation: k.id, ClientID: chat.NewID(time.Now()), Author: k.visitor, Kind: chat.KindText, Text: "x", Data: []byte("{")},
			other.draft(lin, "还没开始"),
			other.draft(other.visitor, "也好"),
			other.draft(lin, "开始了"),
		}
		want := []chat.Code{"", chat.CodeNotFound, chat.CodeNotFound, chat.CodeInvalid, chat.CodeInvalid, chat.CodeNotFound, chat.CodeInvalid,
			chat.CodeInvalid, chat.CodeInvalid, chat.CodeConflict, "", ""}
		done, err := s.Append(t.Context(), "shop", drafts)
		wantCode(t, err, "")
		for i, a := range done {
			if a.Err != nil && chat.CodeOf(a.Err) != want[i] || a.Err == nil && want[i] != "" {
				t.Errorf("draft %d: got %v, want %q", i, a.Err, want[i])
			}
		}
		if done[11].Message.Seq != 2 || k.now(t).LastSeq != 1 {
			t.Fatalf("got %+v", done)
		}
	})

	t.Run("states", func(t *testing.T) {
		k := begin(t, s)
		c := k.say(t, k.visitor, "在吗").Conversation
		if c.Status != chat.StatusWaiting || c.Position == 0 || !c.Replied.IsZero() {
			t.Fatalf("got %+v", c)
		}
		k.assign(t, lin)
		a := k.say(t, lin, "在的")
		if c = a.Conversation; c.Status != chat.StatusOpen || !c.Replied.Equal(a.Message.Created.Time) || c.Position != 0 {
			t.Fatalf("got %+v", c)
		}
		if again := k.say(t, lin, "您说").Conversation; !again.Replied.Equal(c.Replied.Time) {
			t.Fatalf("got %+v", again)
		}
		if _, err := s.Snooze(t.Context(), "shop", k.id, time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if c = k.say(t, lin, "稍后答复").Conversation; c.Status != chat.StatusSnoozed {
			t.Fatalf("got %+v", c)
		}
		if c = k.say(t, k.visitor, "好了吗").Conversation; c.Status != chat.StatusOpen || !c.Snoozed.IsZero() || c.Agent.ID != lin.ID {
			t.Fatalf("got %+v", c)
		}
		run(t, s, "shop", "UPDATE conversations SET status = 'snoozed', agent_id = NULL, snoozed_until = now() WHERE id = $1", k.id)
		if c = k.say(t, k.visitor, "有人吗").Conversation; c.Status != chat.StatusWaiting || c.Waiting.IsZero() {
			t.Fatalf("got %+v", c)
		}
	})

	t.Run("inbox", func(t *testing.T) {
		k, max := begin(t, s), agent("Max")
		k.say(t, k.visitor, "一")
		k.say(t, k.visitor, "二")
		k.assign(t, lin) // seq 3
		if i := k.inboxOf(t, lin.ID); i.Unread != 2 || i.Read != 0 {
			t.Fatalf("got %+v", i)
		}
		k.append(t, k.draft(k.visitor, "三"), k.draft(lin, "四"), k.draft(k.visitor, "五"))
		if i := k.inboxOf(t, lin.ID); i.Unread != 1 || i.Read != 5 || i.Delivered != 5 {
			t.Fatalf("got %+v", i)
		}
		if i := k.inboxOf(t, k.visitor.ID); i.Unread != 0 || i.Read != 6 {
			t.Fatalf("got %+v", i)
		}
		k.say(t, max, "六") // a colleague
		if i := k.inboxOf(t, max.ID); i.Unread != 0 || i.Read != 7 {
			t.Fatalf("got %+v", i)
		}
		if i := k.inboxOf(t, lin.ID); i.Unread != 2 {
			t.Fatalf("got %+v", i)
		}
		if n, err := s.Unread(t.Context(), "shop", k.visitor.ID); err != nil || n != 1 {
			t.Fatalf("got %d, %v", n, err)
		}
		if m := k.now(t).Read; m != (chat.Marks{VisitorDelivered: 6, Visitor: 6, Agent: 7}) {
			t.Fatalf("got %+v", m)
		}
	})

	t.Run("time never goes back", func(t *testing.T) {
		k := begin(t, s)
		k.say(t, k.visitor, "一")
		run(t, s, "shop", "UPDATE conversations SET last_at = now() + interval '1 hour' WHERE id = $1", k.id)
		ahead := k.now(t).Last
		if a := k.say(t, k.visitor, "二"); !a.Message.Created.Equal(ahead.Time) {
			t.Fatalf("got %v, want %v", a.Message.Created, ahead)
		}
	})

	t.Run("away", func(t *testing.T) {
		s := newStore(t)
		k := begin(t, s)
		cutOff(t, s, "shop")
		_, err := s.Append(t.Context(), "shop", []chat.Draft{k.draft(k.visitor, "在吗")})
		wantCode(t, err, chat.CodeLineUnavailable)
	})
}

func TestStore_Notes(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lin := agent("林晓")
	k := opened(t, s, lin)
	note := k.draft(lin, "VAT 需要财务确认")
	note.Kind = chat.KindNote
	plain := k.draft(k.visitor, "好的")
	done := k.append(t, note, plain, note)
	if done[0].Message.Seq != 1 || done[1].Message.Seq != 3 || !done[2].Repeat {
		t.Fatalf("got %+v", done)
	}
	t.Run("OK", func(t *testing.T) {
		notes, err := s.Notes(t.Context(), "shop", k.id)
		if diff := cmp.Diff([]chat.Message{done[0].Message}, notes); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
		if c := k.now(t); c.NoteSeq != 1 || c.LastSeq != 3 || c.Preview != "好的" {
			t.Fatalf("got %+v", c)
		}
	})
	t.Run("never among the messages", func(t *testing.T) {
		all, err := s.MessagesBefore(t.Context(), "shop", k.id, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range append(all, k.messages(t)...) {
			if m.Kind == chat.KindNote || strings.Contains(m.Text, "VAT") {
				t.Fatalf("got %+v", m)
			}
		}
	})
	t.Run("repeat", func(t *testing.T) {
		if a := k.append(t, note)[0]; !a.Repeat || a.Message.ID != done[0].Message.ID {
			t.Fatalf("got %+v", a)
		}
		other := note
		other.Text = "别的"
		again, err := s.Append(t.Context(), "shop", []chat.Draft{other})
		if err != nil || chat.CodeOf(again[0].Err) != chat.CodeConflict {
			t.Fatalf("got %+v, %v", again, err)
		}
	})
	t.Run("in a closed one", func(t *testing.T) {
		if _, err := s.End(t.Context(), "shop", k.id, lin, ""); err != nil {
			t.Fatal(err)
		}
		late := k.draft(lin, "已退款")
		late.Kind = chat.KindNote
		if a := k.append(t, late)[0]; a.Message.Seq != 2 {
			t.Fatalf("got %+v", a)
		}
	})
}

func TestStore_Messages(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	k := begin(t, s)
	for i := range 7 {
		k.say(t, k.visitor, fmt.Sprint(i))
	}
	for _, c := range []struct {
		before bool
		seq    int64
		limit  int
		want   string
	}{
		{false, 0, 3, "1 2 3 "}, {false, 5, 100, "6 7 "}, {false, 7, 5, ""}, {false, 0, 0, ""},
		{true, 0, 3, "5 6 7 "}, {true, 3, 100, "1 2 "}, {true, 1, 5, ""}, {true, 6, 2, "4 5 "},
	} {
		read := s.Messages
		if c.before {
			read = s.MessagesBefore
		}
		ms, err := read(t.Context(), "shop", k.id, c.seq, c.limit)
		if err != nil || seqs(ms) != c.want {
			t.Errorf("%+v: got %s, %v", c, seqs(ms), err)
		}
	}
	if _, err := s.Messages(t.Context(), "nowhere", k.id, 0, 1); chat.CodeOf(err) != chat.CodeNotFound {
		t.Fatalf("got %v", err)
	}
	heads, err := s.Recent(t.Context(), "shop", time.Minute)
	if err != nil || heads[k.id] != 7 {
		t.Fatalf("got %v, %v", heads, err)
	}
	run(t, s, "shop", "UPDATE conversations SET last_at = now() - interval '2 minutes'")
	if heads, err = s.Recent(t.Context(), "shop", time.Minute); err != nil || len(heads) != 0 {
		t.Fatalf("got %v, %v", heads, err)
	}
}

func TestSame(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"", "", true}, {"{}", "", false}, {`{"a":1,"b":2}`, `{"b": 2, "a": 1}`, true}, {`{"a":1}`, `{"a":2}`, false}, {`[1]`, `[1,1]`, false},
	} {
		if got := sameJSON(json.RawMessage(c.a), json.RawMessage(c.b)); got != c.want {
			t.Errorf("%s, %s: got %v", c.a, c.b, got)
		}
	}
}
