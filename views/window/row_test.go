package window

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
)

var (
	shanghai = time.FixedZone("CST", 8*3600)
	now      = time.Date(2026, 7, 18, 14, 50, 0, 0, shanghai)
	shop     = chat.Line{Name: "shop", Title: "禾木商城", Color: "#2e6e52", ReplyTime: 2, Greeting: map[string]string{"zh-CN": "明玥，您好。\n直接打字也可以。"}}
	lin      = chat.Author{Kind: chat.KindAgent, ID: "0198a000-0000-7000-8000-000000000001", Name: "林晓"}
	mingyue  = chat.Author{Kind: chat.KindVisitor, ID: "0198a000-0000-7000-8000-000000000002"}
	desk     = chat.Author{Kind: chat.KindSystem}
)

// said is a message of so long ago.
func said(seq int64, by chat.Author, ago time.Duration, text string) chat.Message {
	return chat.Message{ID: "m", Seq: seq, Author: by, Kind: chat.KindText, Text: text, Created: chat.Time{Time: now.Add(-ago)}}
}

func noticed(seq int64, ago time.Duration, n chat.Notice) chat.Message {
	m := said(seq, desk, ago, "fallback")
	m.Kind = chat.KindNotice
	m.Data, _ = json.Marshal(n)
	return m
}

// sketch writes rows as words: "day", "unread", "notice:text", "own", "own+" for one that goes on the one before.
func sketch(rows []Row) string {
	var words []string
	for _, r := range rows {
		w := string(r.Kind)
		if r.Kind == RowNotice || r.Kind == RowDay {
			w += ":" + r.Text
		}
		if r.Cont {
			w += "+"
		}
		if r.State == "read" {
			w += "✓"
		}
		words = append(words, w)
	}
	return strings.Join(words, " ")
}

func TestRows(t *testing.T) {
	t.Parallel()
	zh := i18n.For(i18n.Chinese, shanghai)
	read := func(visitor, agent int64) chat.Conversation {
		return chat.Conversation{Read: chat.Marks{Visitor: visitor, Agent: agent}}
	}
	m := time.Minute
	for _, c := range []struct {
		name string
		in   []chat.Message
		c    chat.Conversation
		want string
	}{
		{"nothing", nil, read(0, 0), ""},
		{"days", []chat.Message{said(1, mingyue, 49*time.Hour, "a"), said(2, mingyue, 16*time.Hour, "b"), said(3, mingyue, m, "c")}, read(3, 0), "day:7 月 16 日 own day:昨天 own day:今天 own"},
		{"a group ends after three minutes", []chat.Message{said(1, mingyue, 10*m, "a"), said(2, mingyue, 8*m, "b"), said(3, mingyue, 5*m, "c")}, read(3, 0), "day:今天 own own+ own"},
		{"a group ends with its author", []chat.Message{said(1, mingyue, 2*m, "a"), said(2, lin, 2*m, "b"), said(3, lin, m, "c")}, read(3, 0), "day:今天 own other other+"},
		{"another agent begins her own", []chat.Message{said(1, lin, 2*m, "a"), said(2, chat.Author{Kind: chat.KindAgent, ID: "other"}, m, "b")}, read(2, 0), "day:今天 other other"},
		{"a notice parts a group", []chat.Message{said(1, mingyue, 2*m, "a"), noticed(2, 2*m, chat.Notice{Name: "joined", Agent: "林晓"}), said(3, mingyue, m, "b")}, read(3, 0), "day:今天 own notice:林晓加入了对话 own"},
		{"midnight parts a group", []chat.Message{said(1, mingyue, 14*time.Hour+51*m, "a"), said(2, mingyue, 14*time.Hour+50*m, "b")}, read(2, 0), "day:昨天 own day:今天 own"},
		{"the line of the unread parts a group", []chat.Message{said(1, lin, 2*m, "a"), said(2, lin, m, "b"), said(3, lin, m, "c")}, read(1, 0), "day:今天 other unread other other+"},
		{"what she answered she has read", []chat.Message{said(1, lin, 5*m, "a"), said(2, lin, 4*m, "b"), said(3, mingyue, 3*m, "c")}, read(1, 0), "day:今天 other other+ own"},
		{"a notice is not unread", []chat.Message{said(1, mingyue, 5*m, "a"), noticed(2, 4*m, chat.Notice{Name: "closed", By: chat.KindAgent})}, read(1, 0), "day:今天 own notice:对话已结束"},
		{"nothing is new to one who never looked", []chat.Message{said(1, lin, 5*m, "a")}, read(0, 0), "day:今天 other"},
		{"what the agent read", []chat.Message{said(1, mingyue, 9*m, "a"), said(2, mingyue, m, "b")}, read(2, 1), "day:今天 own✓ own"},
		{"the bot", []chat.Message{said(1, chat.Author{Kind: chat.KindBot, Name: "小禾"}, m, "a")}, read(1, 0), "day:今天 bot"},
		{"who ended it", []chat.Message{noticed(1, m, chat.Notice{Name: "closed", By: chat.KindVisitor}), noticed(2, m, chat.Notice{Name: "transferred", Agent: "林晓", From: "周宁"}), noticed(3, m, chat.Notice{Name: "rated", Score: 4})}, read(3, 0),
			"day:今天 notice:您结束了对话 notice:周宁已把对话转给林晓 notice:您评了 4 分"},
		{"a notice of another version", []chat.Message{noticed(1, m, chat.Notice{Name: "sealed"}), said(2, desk, m, "")}, read(2, 0), "day:今天 notice:fallback other"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := sketch(Rows(c.in, c.c, shop, zh, now)); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
	t.Run("a row says it in the reader's zone", func(t *testing.T) {
		in := said(7, lin, 0, "您好")
		in.ClientID = "0198a000-0000-7000-8000-000000000003"
		got := Rows([]chat.Message{in}, read(7, 0), shop, i18n.For(i18n.English, time.UTC), now)
		want := []Row{
			{Kind: RowDay, Day: "2026-07-18", Text: "Today"},
			{Kind: RowOther, Seq: 7, By: chat.KindAgent, Client: in.ClientID, Name: "林晓", Text: "您好", At: "2026-07-18T06:50:00.000Z", Clock: "06:50"},
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
}

func TestNew(t *testing.T) {
	t.Parallel()
	zh := i18n.For(i18n.Chinese, shanghai)
	t.Run("somebody new", func(t *testing.T) {
		c := New(shop, chat.Conversation{}, Log{}, zh, Look{}, now)
		if c.Status != chat.StatusNew || c.Who != "禾木商城" || c.Note != "一般 2 分钟内回复" || c.Hello != "明玥，您好。" || c.Lead != "直接打字也可以。" || c.Online {
			t.Errorf("%+v", c)
		}
		if en := New(shop, chat.Conversation{}, Log{}, i18n.For(i18n.English, nil), Look{}, now); en.Hello != "Hello, how can we help?" || en.Lead == "" {
			t.Errorf("%q %q", en.Hello, en.Lead)
		}
	})
	t.Run("waiting", func(t *testing.T) {
		c := New(shop, chat.Conversation{ID: "c", Status: chat.StatusWaiting, Position: 3, Wait: 6}, Log{}, zh, Look{}, now)
		if c.Queue.ahead() != 2 || c.Queue.estimate(zh) != "大约 6 分钟，接入后会通知您" || c.Note != "客服接入中" {
			t.Errorf("%+v", c.Queue)
		}
		if (Queue{Position: 3}).estimate(zh) != zh.S("window.queue_wait") || (Queue{}).ahead() != 0 {
			t.Error("it estimates what nobody knows")
		}
	})
	t.Run("open", func(t *testing.T) {
		log := Log{More: true, Messages: []chat.Message{said(4, mingyue, time.Minute, "a"), said(5, lin, 0, "b")}}
		c := New(shop, chat.Conversation{ID: "c", Status: chat.StatusOpen, Agent: chat.AgentRef{ID: lin.ID, Name: "林晓"}, Read: chat.Marks{Visitor: 5, Agent: 4}}, log, zh, Look{}, now)
		if c.Who != "林晓" || c.Note != "禾木商城 · 一般 2 分钟内回复" || !c.Online || c.First != 4 || c.Last != 5 || c.Read != 4 || c.Seen != 5 || !c.More {
			t.Errorf("%+v", c)
		}
	})
}

func TestLook(t *testing.T) {
	t.Parallel()
	k := ReadLook(map[string][]string{"theme": {"dark"}, "header": {"0"}, "inset": {"none"}, "locale": {"en"}, "order": {"x"}})
	if want := (Look{Locale: "en", Theme: "dark", NoHeader: true, Flush: true}); k != want {
		t.Errorf("%+v", k)
	}
	if got := k.Query("before", "7"); got != "?before=7&header=0&inset=none&locale=en&theme=dark" {
		t.Error(got)
	}
	if odd := ReadLook(map[string][]string{"theme": {"auto"}, "header": {"1"}, "inset": {"auto"}}); odd != (Look{}) || odd.Query() != "" {
		t.Errorf("%+v", odd)
	}
	hostile := Look{Locale: `"><script>&x=`}
	if got := hostile.Query(); strings.ContainsAny(got, `"<> `) || strings.Count(got, "&") > 0 {
		t.Error(got)
	}
}
