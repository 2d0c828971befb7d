package chat

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCheckText(t *testing.T) {
	t.Parallel()
	t.Run("OK", func(t *testing.T) {
		for _, s := range []string{"a", "  a  ", "在吗", "👩‍👩‍👧‍👦", "<script>alert(1)</script>", "'; DROP TABLE messages; --", "a\u202eb", "\u200d", "line\r\nline", "\x01", "\ufeffa", "\ufffd",
			strings.Repeat("a", MaxText), strings.Repeat("言", MaxText), strings.Repeat("😀", MaxText)} {
			if err := CheckText(s, MaxText); err != nil {
				t.Errorf("%.20q: got %v", s, err)
			}
		}
	})
	t.Run("refusals", func(t *testing.T) {
		for s, key := range map[string]string{
			"": "text_empty", " ": "text_empty", "\r\n\t\v\f": "text_empty", "\u00a0\u2003\u3000\u0085": "text_empty",
			"\x00": "text_nul", "a\x00": "text_nul", "\xff": "text_encoding", "a\xc3": "text_encoding", "\xed\xa0\x80": "text_encoding", "\xc0\x80": "text_encoding", "\xf4\x90\x80\x80": "text_encoding",
			strings.Repeat("言", MaxText+1): "text_long", strings.Repeat("a", 1<<20): "text_long",
		} {
			if err := CheckText(s, MaxText); !errors.Is(err, Invalid(key, "")) {
				t.Errorf("%.20q: got %v, want %s", s, err, key)
			}
		}
	})
}

// The shapes of the HTTP contract: what a full value writes, and what an empty one leaves out.
func TestMessage_MarshalJSON(t *testing.T) {
	t.Parallel()
	at := Time{time.Date(2026, 11, 24, 14, 32, 1, 234_567_890, time.FixedZone("", 8*3600))}
	full := Message{ID: "m", Conversation: "c", Seq: 12, ClientID: "k", Author: Author{Kind: KindAgent, ID: "a", Name: "林晓"}, Kind: KindText, Text: "<b>", Data: json.RawMessage(`{"x":1}`), Created: at, Trace: "t"}
	t.Run("OK", func(t *testing.T) {
		want := map[string]any{
			"id": "m", "conversation_id": "c", "seq": 12.0, "client_id": "k", "author": map[string]any{"kind": "agent", "id": "a", "name": "林晓"},
			"kind": "text", "text": "<b>", "data": map[string]any{"x": 1.0}, "created_at": "2026-11-24T06:32:01.234Z", "trace_id": "t",
		}
		if diff := cmp.Diff(want, written(t, full)); diff != "" {
			t.Fatal(diff)
		}
		b, _ := json.Marshal(full)
		var back Message
		if err := json.Unmarshal(b, &back); err != nil || back.Text != full.Text || back.Created.Text() != full.Created.Text() {
			t.Fatalf("got %+v, %v", back, err)
		}
	})
	t.Run("what is empty is left out", func(t *testing.T) {
		keys := slices.Sorted(maps.Keys(written(t, Message{Created: at})))
		if diff := cmp.Diff([]string{"author", "created_at", "id", "kind", "seq"}, keys); diff != "" {
			t.Fatal(diff)
		}
	})
	t.Run("one line whatever is in it", func(t *testing.T) {
		m := full
		m.Text, m.Data = "a\nb\r\u2028: id: 7\n\nevent: x", json.RawMessage("{\n\"x\":\n1}")
		if b, err := json.Marshal(m); err != nil || bytes.ContainsAny(b, "\n\r") {
			t.Fatalf("got %s, %v", b, err)
		}
	})
	t.Run("a log hides the words", func(t *testing.T) {
		var log bytes.Buffer
		l := slog.New(slog.NewJSONHandler(&log, nil))
		m := full
		m.Text = "canary"
		l.Info("x", "message", m, "draft", Draft{Text: "canary"}, "visitor", Visitor{Name: "canary"})
		if strings.Contains(log.String(), "canary") {
			t.Fatal(log.String())
		}
	})
}

func TestConversation_MarshalJSON(t *testing.T) {
	t.Parallel()
	keys := slices.Sorted(maps.Keys(written(t, Conversation{})))
	if diff := cmp.Diff([]string{"created_at", "id", "last_at", "last_seq", "line", "read", "status", "visitor_id"}, keys); diff != "" {
		t.Fatal(diff)
	}
	read := written(t, Conversation{})["read"]
	if diff := cmp.Diff(map[string]any{"visitor_delivered": 0.0, "visitor": 0.0, "agent": 0.0}, read); diff != "" {
		t.Fatal(diff)
	}
	for _, secret := range []any{Agent{PasswordHash: "canary"}, Line{DSN: "canary"}} {
		if b, err := json.Marshal(secret); err != nil || bytes.Contains(b, []byte("canary")) {
			t.Errorf("got %s, %v", b, err)
		}
	}
}

func written(t *testing.T, v any) (m map[string]any) {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTime_MarshalJSON(t *testing.T) {
	t.Parallel()
	for in, want := range map[time.Time]string{
		time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC):                                   `"2026-01-02T03:04:05.000Z"`,
		time.Date(2026, 1, 2, 3, 4, 5, 999_999_999, time.UTC):                         `"2026-01-02T03:04:05.999Z"`,
		time.Date(2026, 1, 1, 1, 0, 0, 1_000_000, time.FixedZone("Shanghai", 8*3600)): `"2025-12-31T17:00:00.001Z"`,
	} {
		b, err := json.Marshal(Time{in})
		if err != nil || string(b) != want || `"`+(Time{in}).Text()+`"` != want {
			t.Errorf("got %s, %v, want %s", b, err, want)
		}
		var back Time
		if err := json.Unmarshal(b, &back); err != nil || !back.Equal(in.Truncate(time.Millisecond)) {
			t.Errorf("got %v, %v", back, err)
		}
	}
	var read Time
	if err := json.Unmarshal([]byte(`"2026-01-02T03:04:05+08:00"`), &read); err != nil || read.Text() != "2026-01-01T19:04:05.000Z" {
		t.Errorf("got %v, %v", read, err)
	}
	for _, bad := range []string{`"yesterday"`, `1`, `""`, `"2026-13-01T00:00:00Z"`} {
		if err := json.Unmarshal([]byte(bad), &read); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}
