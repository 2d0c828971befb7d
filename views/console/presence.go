package console

import "github.com/taadis/unique-support/core/chat"

// chosen says what an agent chose, and why.
func (r Reader) chosen(p chat.Presence, reason string) string {
	said := r.Text.S("console.presence." + string(p))
	if reason == "" || p == chat.Online || p == chat.Offline {
		return said
	}
	return said + r.Text.S("console.why.and") + why(r.Text, reason)
}

// why says a reason in the reader's language; one that is somebody's own words is said as it is.
func why(t interface {
	Has(key string) bool
	S(key string) string
}, reason string) string {
	if key := "console.presence.why_" + reason; t.Has(key) {
		return t.S(key)
	}
	return reason
}
