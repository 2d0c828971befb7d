package console

import (
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
)

// said are the sentences that script says, by the word it asks for, with what it puts into each.
var said = []struct {
	word, key string
	values    []string
}{
	{"sending", "state.sending", nil},
	{"sent", "console.not_received", nil},
	{"delivered", "state.delivered", nil},
	{"read", "state.read", nil},
	{"failed", "state.failed", nil},
	{"today", "day.today", nil},
	{"yesterday", "day.yesterday", nil},
	{"typing", "console.typing", []string{"Name", "{name}"}},
	{"new_messages", "console.new_messages", []string{"N", "{n}"}},
	{"title_unread", "console.title_unread", []string{"N", "{n}", "Title", "{title}"}},
	{"alert_visitor", "console.notify.visitor", nil},
	{"alert_other", "console.notify.other", nil},
	{"mentioned", "console.mentioned", []string{"Name", "{name}"}},
	{"bar_go", "console.bar.go", nil},
	{"bar_talk", "console.bar.talk", nil},
	{"bar_search", "console.bar.search", []string{"Q", "{q}"}},
	{"offline", "console.offline", nil},
	{"reconnecting", "console.reconnecting", nil},
	{"queued", "console.queued", []string{"N", "{n}"}},
	{"degraded", "console.degraded", nil},
	{"trace_offline", "console.trace.offline", nil},
	{"queue", "console.queue", []string{"N", "{n}"}},
	{"queue_estimate", "console.queue_estimate", []string{"N", "{n}"}},
	{"notice.joined", "console.notice.joined", []string{"Agent", "{agent}"}},
	{"notice.queued", "console.notice.queued", nil},
	{"notice.transferred", "console.notice.transferred", []string{"Agent", "{agent}", "From", "{from}"}},
	{"notice.human", "console.notice.human", nil},
	{"notice.human_by_bot", "console.notice.human_by_bot", []string{"Agent", "{agent}"}},
	{"notice.reminded", "console.notice.reminded", nil},
	{"notice.ending", "console.notice.ending", []string{"Minutes", "{minutes}"}},
	{"notice.passed", "console.notice.passed", []string{"From", "{from}"}},
	{"notice.closed", "console.notice.closed", []string{"Agent", "{agent}"}},
	{"notice.closed_by_visitor", "console.notice.closed_by_visitor", nil},
	{"notice.closed_by_system", "console.notice.closed_by_system", nil},
	{"notice.reopened", "console.notice.reopened", nil},
	{"notice.left", "console.notice.left", []string{"Agent", "{agent}"}},
	{"notice.rated", "console.notice.rated", []string{"Score", "{score}"}},
	{"notice.recalled", "console.notice.recalled", []string{"Agent", "{agent}"}},
	{"notice.recalled_by_visitor", "console.notice.recalled_by_visitor", nil},
	{"notice.unknown", "console.notice.unknown", nil},
}

// codes are the errors of the API; script says "error.<code>".
var codes = []chat.Code{
	chat.CodeInvalid, chat.CodeUnauthenticated, chat.CodeForbidden, chat.CodeNotFound, chat.CodeConflict, chat.CodeTooLarge,
	chat.CodeUnsupportedMedia, chat.CodeRateLimited, chat.CodeQueueFull, chat.CodeLineUnavailable,
}

// words returns what script says in a language: a word and its sentence, values standing as {name}.
func words(t i18n.Text) [][2]string {
	out := make([][2]string, 0, len(said)+len(codes)+2)
	for _, w := range said {
		pairs := make([]any, len(w.values))
		for i, v := range w.values {
			pairs[i] = v
		}
		out = append(out, [2]string{w.word, t.F(w.key, pairs...)})
	}
	for _, c := range codes {
		out = append(out, [2]string{"error." + string(c), t.S("error." + string(c))})
	}
	return append(out,
		[2]string{"error.internal", t.F("error.internal", "Trace", "{trace}")},
		[2]string{"error.too_long", t.S("error.too_long")})
}

// shortcuts are the keys that do something, by their sentence.
var shortcuts = []struct {
	key     string
	strokes []string
}{
	{"bar", []string{"Ctrl / ⌘", "K"}},
	{"search", []string{"/"}},
	{"next", []string{"J", "↓"}},
	{"previous", []string{"K", "↑"}},
	{"open", []string{"Enter"}},
	{"reply", []string{"R"}},
	{"note_key", []string{"N"}},
	{"transfer", []string{"T"}},
	{"labels", []string{"L"}},
	{"side", []string{"I"}},
	{"close", []string{"E"}},
	{"back", []string{"Esc"}},
	{"send", []string{"Enter"}},
	{"break", []string{"Shift", "Enter"}},
	{"help", []string{"?"}},
}
