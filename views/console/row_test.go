package console

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
)

// outline writes rows as "kind number" with "+" for those that go on.
func outline(rows []Row) []string {
	var out []string
	for _, r := range rows {
		s := string(r.Kind)
		switch r.Kind {
		case RowDay:
			s += " " + r.Date
		case RowUnread:
		case RowNote:
			s += fmt.Sprint(" ", r.Note)
		default:
			s += fmt.Sprint(" ", r.Seq)
		}
		if r.Cont {
			s += " +"
		}
		out = append(out, s)
	}
	return out
}

func TestReader_Rows(t *testing.T) {
	t.Parallel()
	r := reader(i18n.English)
	say := func(seq int64, kind chat.Kind, who int, before time.Duration) chat.Message {
		return chat.Message{Seq: seq, Author: chat.Author{Kind: kind, ID: id(who), Name: "x"}, Kind: chat.KindText, Text: "t", Created: ago(before)}
	}
	note := func(seq int64, who int, before time.Duration) chat.Message {
		m := say(seq, chat.KindAgent, who, before)
		m.Kind = chat.KindNote
		return m
	}
	c := chat.Conversation{Visitor: id(21), VisitorName: "周明玥", LastSeq: 9}

	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		th := talk()
		want := []string{"day 2026-07-17", "bot 1", "day 2026-07-18", "other 2", "notice 3", "own 4", "note 1", "unread", "other 5", "own 6"}
		if d := cmp.Diff(want, outline(r.Rows(th.Conversation, th.Log))); d != "" {
			t.Error(d)
		}
	})
	t.Run("nothing", func(t *testing.T) {
		t.Parallel()
		if rows := r.Rows(c, Log{}); len(rows) != 0 {
			t.Errorf("%d rows", len(rows))
		}
	})
	t.Run("one author's words belong together for three minutes", func(t *testing.T) {
		t.Parallel()
		rows := r.Rows(c, Log{Messages: []chat.Message{
			say(1, chat.KindAgent, 1, 10*time.Minute), say(2, chat.KindAgent, 1, 8*time.Minute), say(3, chat.KindAgent, 1, 5*time.Minute),
			say(4, chat.KindAgent, 2, 4*time.Minute), say(5, chat.KindVisitor, 21, 4*time.Minute), say(6, chat.KindVisitor, 21, 3*time.Minute),
		}})
		want := []string{"day 2026-07-18", "own 1", "own 2 +", "own 3", "own 4", "other 5", "other 6 +"}
		if d := cmp.Diff(want, outline(rows)); d != "" {
			t.Error(d)
		}
	})
	t.Run("a day, a note and what is unread part them", func(t *testing.T) {
		t.Parallel()
		midnight := now.Sub(time.Date(2026, 7, 18, 0, 0, 0, 0, zone))
		c := c
		c.Read.Agent, c.LastSeq = 3, 4
		rows := r.Rows(c, Log{
			Messages: []chat.Message{say(1, chat.KindVisitor, 21, midnight+time.Minute), say(2, chat.KindVisitor, 21, midnight-time.Minute), say(3, chat.KindVisitor, 21, 2*time.Minute), say(4, chat.KindVisitor, 21, time.Minute)},
			Notes:    []chat.Message{note(1, 1, midnight-2*time.Minute), note(2, 1, 10*time.Second), note(3, 1, 5*time.Second)},
		})
		want := []string{"day 2026-07-17", "other 1", "day 2026-07-18", "other 2", "note 1", "other 3", "unread", "other 4", "note 2", "note 3 +"}
		if d := cmp.Diff(want, outline(rows)); d != "" {
			t.Error(d)
		}
	})
	t.Run("numbers beat clocks", func(t *testing.T) {
		t.Parallel()
		rows := r.Rows(c, Log{Messages: []chat.Message{say(1, chat.KindVisitor, 21, time.Minute), say(2, chat.KindAgent, 1, 2*time.Minute)}})
		if got := strings.Join(outline(rows)[1:], ", "); got != "other 1, own 2" {
			t.Error(got)
		}
	})
	t.Run("notes outside the stretch are left out", func(t *testing.T) {
		t.Parallel()
		l := Log{Messages: []chat.Message{say(4, chat.KindVisitor, 21, 20*time.Minute), say(5, chat.KindVisitor, 21, 10*time.Minute)}, Notes: []chat.Message{note(1, 1, 30*time.Minute), note(2, 1, 15*time.Minute), note(3, 1, time.Minute)}, More: true}
		if got := strings.Join(outline(r.Rows(c, l))[1:], ", "); got != "other 4, note 2, other 5" {
			t.Error(got)
		}
		whole := c
		whole.LastSeq, l.More = 5, false
		if got := strings.Join(outline(r.Rows(whole, l))[1:], ", "); got != "note 1, other 4, note 2, other 5, note 3" {
			t.Error(got)
		}
	})
	t.Run("a new conversation has no line above its first message", func(t *testing.T) {
		t.Parallel()
		rows := r.Rows(c, Log{Messages: []chat.Message{say(1, chat.KindVisitor, 21, time.Minute)}})
		if got := strings.Join(outline(rows), ", "); got != "day 2026-07-18, other 1" {
			t.Error(got)
		}
	})
	t.Run("states", func(t *testing.T) {
		t.Parallel()
		c := c
		c.Read = chat.Marks{VisitorDelivered: 2, Visitor: 1}
		var got []string
		for _, row := range r.Rows(c, Log{Messages: []chat.Message{say(1, chat.KindAgent, 1, 3*time.Second), say(2, chat.KindAgent, 1, 2*time.Second), say(3, chat.KindAgent, 1, time.Second), say(4, chat.KindVisitor, 21, 0)}}) {
			got = append(got, row.State)
		}
		if d := cmp.Diff([]string{"", "read", "delivered", "sent", ""}, got); d != "" {
			t.Error(d)
		}
	})
	t.Run("a visitor without a name has one all the same", func(t *testing.T) {
		t.Parallel()
		c := chat.Conversation{Visitor: "019f0000-0000-7000-8000-00000000ab3f"}
		rows := r.Rows(c, Log{Messages: []chat.Message{say(1, chat.KindVisitor, 21, 0)}})
		if rows[1].Name != "Visitor AB3F" || rows[1].Face.Initial != "V" {
			t.Errorf("%+v", rows[1])
		}
	})
}

func TestReader_notice(t *testing.T) {
	t.Parallel()
	for data, want := range map[string][2]string{
		`{"notice":"joined","agent":"Lin"}`:                    {"Lin接入", "Lin joined"},
		`{"notice":"queued"}`:                                  {"访客开始排队", "The visitor is waiting"},
		`{"notice":"transferred","agent":"Zhou","from":"Lin"}`: {"Lin转接给Zhou", "Lin transferred to Zhou"},
		`{"notice":"closed","by":"visitor"}`:                   {"访客结束了会话", "The visitor ended the conversation"},
		`{"notice":"closed","by":"agent","agent":"Lin"}`:       {"Lin结束了会话", "Lin closed the conversation"},
		`{"notice":"closed","by":"system"}`:                    {"会话长时间没有新消息，已自动结束", "Closed automatically, nobody had written for a while"},
		`{"notice":"reopened","by":"agent","agent":"Lin"}`:     {"会话重新打开", "Reopened"},
		`{"notice":"left","agent":"Lin"}`:                      {"Lin离开了，会话回到排队", "Lin left, back in the queue"},
		`{"notice":"rated","score":4}`:                         {"访客评了 4 分", "The visitor rated this 4 of 5"},
		`{"notice":"of a later version"}`:                      {"its text", "its text"},
		`not json`:                                             {"its text", "its text"},
		`{"notice":"joined","agent":"{{.From}} <b>$&</b>"}`:    {"{{.From}} <b>$&</b>接入", "{{.From}} <b>$&</b> joined"},
	} {
		m := chat.Message{Kind: chat.KindNotice, Data: json.RawMessage(data), Text: "its text"}
		if got := reader(i18n.Chinese).notice(m); got != want[0] {
			t.Errorf("%s: %q", data, got)
		}
		if got := reader(i18n.English).notice(m); got != want[1] {
			t.Errorf("%s: %q", data, got)
		}
	}
	if got := reader(i18n.English).notice(chat.Message{}); got != "The conversation changed" {
		t.Errorf("nothing says %q", got)
	}
}
