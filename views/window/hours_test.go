package window

import (
	"strings"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
)

var china, _ = chat.ParseZone("Asia/Shanghai")

func TestHours(t *testing.T) {
	t.Parallel()
	berlin, err := chat.ParseZone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	// A shop in Shanghai, read by somebody in Berlin, where it is seven hours earlier in winter.
	h := chat.Hours{Zone: china, Week: map[string][]chat.Span{"tue": {{From: 9 * 60, To: 18 * 60}}, "fri": {{From: 9 * 60, To: 18 * 60}}}, Days: map[string][]chat.Span{"2026-11-27": {}}}
	en, zh := i18n.For(i18n.English, berlin.Location()), i18n.For(i18n.Chinese, berlin.Location())
	at := func(s string) time.Time {
		now, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return now
	}
	for _, c := range []struct{ now, en, zh string }{
		{"2026-11-24T00:30:00Z", "Closed now · back today at 02:00", "现在休息 · 今天 02:00上线"},
		{"2026-11-23T12:00:00Z", "Closed now · back tomorrow at 02:00", "现在休息 · 明天 02:00上线"},
		{"2026-11-19T12:00:00Z", "Closed now · back tomorrow at 02:00", "现在休息 · 明天 02:00上线"},
		{"2026-11-20T12:00:00Z", "Closed now · back on Tuesday at 02:00", "现在休息 · 周二 02:00上线"},
		{"2026-11-24T12:00:00Z", "Closed now · back on 1 December at 02:00", "现在休息 · 12 月 1 日 02:00上线"},
		{"2026-11-24T02:00:00Z", "", ""},
	} {
		if got := hours(h, en, at(c.now)).Now; got != c.en {
			t.Errorf("%s: %q, want %q", c.now, got, c.en)
		}
		if got := hours(h, zh, at(c.now)).Now; got != c.zh {
			t.Errorf("%s: %q, want %q", c.now, got, c.zh)
		}
	}
	t.Run("what comes next stands in the page", func(t *testing.T) {
		t.Parallel()
		got := hours(h, en, at("2026-11-24T09:59:00Z"))
		if got.Now != "" || got.Turns != 61 || got.Then != "Closed now · back on 1 December at 02:00" {
			t.Errorf("got %+v", got)
		}
		if got = hours(h, en, at("2026-11-24T10:00:00Z")); got.Now == "" || got.Then != "" || got.Turns == 0 {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("it is said under the name, in the queue and above the field", func(t *testing.T) {
		t.Parallel()
		l := shop
		l.Hours = h
		page := New(l, chat.Conversation{Status: chat.StatusWaiting, Position: 2, Wait: 3}, Log{}, en, Look{}, at("2026-11-24T00:30:00Z"))
		html, _ := render(t, Page(page))
		if n := strings.Count(html, ">Closed now · back today at 02:00<"); n != 3 {
			t.Errorf("it stands there %d times", n)
		}
		if page = New(l, chat.Conversation{Status: chat.StatusOpen, Agent: chat.AgentRef{ID: "a", Name: "Lin"}}, Log{}, en, Look{}, at("2026-11-24T00:30:00Z")); strings.Contains(page.Note, "Closed") {
			t.Error("somebody answers, and the page says that nobody does")
		}
	})
}
