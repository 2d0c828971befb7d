package handlers

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// Somebody behind many others may leave a message instead of waiting, without script, too.
func TestPages_late(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	if err := r.store.SetQueue(t.Context(), "shop", chat.Queue{LeaveWaiting: 1}); err != nil {
		t.Fatal(err)
	}
	first, second := browser(t), browser(t)
	page := func(b *http.Client) string {
		t.Helper()
		return string(r.want(r.with(b, "GET", "/c/shop", "", "Accept", "text/html"), 200, "").body)
	}
	r.want(r.form(first, "/c/shop", "text", "Hello"), 303, "")
	if s := page(first); !strings.Contains(s, `data-late="false"`) {
		t.Error("who is next is offered to leave a message")
	}
	r.want(r.form(second, "/c/shop", "text", "Is it in stock?"), 303, "")
	id := conversationOf(t, page(second))
	c, err := r.store.Conversation(t.Context(), "shop", chat.ID(id))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.store.PutVisitor(t.Context(), "shop", chat.Visitor{ID: c.Visitor, Email: "ada@home.example", Seen: chat.Time{Time: time.Now()}}); err != nil {
		t.Fatal(err)
	}
	if s := page(second); !strings.Contains(s, `data-late="true"`) || !strings.Contains(s, "Rather leave a message?") || !strings.Contains(s, `value="ada@home.example"`) {
		t.Error("who waits behind somebody is not offered to leave a message, or not asked for what is known")
	}
	a := r.want(r.form(second, "/c/shop", "action", "leave", "contact", "me@home"), 422, "")
	if s := string(a.body); !strings.Contains(s, `value="me@home"`) || !strings.Contains(s, "<details class=\"late\" open") || !strings.Contains(s, "Leave a phone number or an email address") {
		t.Error("what is wrong is not said beside what she typed")
	}
	r.want(r.form(second, "/c/shop", "action", "leave", "contact", "me@home.example"), 303, "")
	if s := page(second); !strings.Contains(s, `data-late="false"`) || !strings.Contains(s, `data-left="true"`) || !strings.Contains(s, "We have your message") {
		t.Error("the page does not say that it was left")
	}
	if c, err := r.store.Conversation(t.Context(), "shop", chat.ID(id)); err != nil || c.Contact != "me@home.example" || c.Left.IsZero() || c.Status != chat.StatusWaiting {
		t.Errorf("got %+v (%v)", c, err)
	}
}
