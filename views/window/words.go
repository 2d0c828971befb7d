package window

import "github.com/taadis/unique-support/views/i18n"

// Word is a sentence for script, under its key; "{name}" stands where a value goes.
type Word struct{ Key, Text string }

// Words are what the page's script says.
func Words(t i18n.Text) []Word {
	words := []Word{
		{"sending", t.S("state.sending")}, {"sent", t.S("state.sent")}, {"delivered", t.S("state.delivered")},
		{"read", t.S("state.read")}, {"failed", t.S("state.failed")},
		{"today", t.S("day.today")}, {"yesterday", t.S("day.yesterday")},
		{"typing", t.F("window.typing", "Name", "{name}")},
		{"new_messages", t.F("window.jump", "N", "{n}")},
		{"title_unread", t.F("window.title_unread", "N", "{n}", "Title", "{title}")},
		{"offline", t.S("window.offline")}, {"reconnecting", t.S("window.reconnecting")},
		{"queued", t.F("window.queued", "N", "{n}")}, {"degraded", t.S("window.degraded")},
		{"queue", "{n}"}, // the sentence stands around it, so that the number can be drawn large
		{"queue_estimate", t.F("window.queue_estimate", "N", "{n}")}, {"queue_wait", t.S("window.queue_wait")},
		{"connecting", t.S("window.connecting")}, {"ended", t.S("window.ended")},
		{"rate", t.F("window.rate", "Name", "{name}")},
		{"you", t.S("window.you")},
		{"error.too_long", t.S("error.too_long")}, {"error.contact", t.S("error.contact")},
	}
	for _, name := range notices {
		words = append(words, Word{"notice." + name, t.F("window.notice."+name, "Agent", "{agent}", "From", "{from}", "Score", "{score}", "Minutes", "{minutes}")})
	}
	for _, code := range []string{"invalid", "unauthenticated", "forbidden", "not_found", "conflict", "too_large", "unsupported_media", "rate_limited", "queue_full", "line_unavailable"} {
		words = append(words, Word{"error." + code, t.S("error." + code)})
	}
	return append(words, Word{"error.internal", t.F("error.internal", "Trace", "{trace}")})
}
