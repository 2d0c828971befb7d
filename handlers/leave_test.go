package handlers

import (
	"bytes"
	"strings"
	"testing"

	"github.com/taadis/unique-support/core/chat"
)

// Without script a message is left by the form everybody writes in.
func TestPages_leave(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	zone, err := chat.ParseZone("UTC")
	if err != nil {
		t.Fatal(err)
	}
	hours := func(open bool) {
		t.Helper()
		h := chat.Hours{Zone: zone, Week: map[string][]chat.Span{"mon": {}}}
		for _, day := range chat.Weekdays() {
			if open {
				h.Week[day] = []chat.Span{{To: 24 * 60}}
			}
		}
		if err := r.store.SetHours(t.Context(), "shop", h); err != nil {
			t.Fatal(err)
		}
	}
	b := browser(t)
	hours(true)
	page := r.want(r.with(b, "GET", "/c/shop", "", "Accept", "text/html"), 200, "")
	if !bytes.Contains(page.body, []byte(`data-shut=""`)) {
		t.Error("the page says that it is closed")
	}
	hours(false)
	t.Run("drawn before it closed: the words come back with a field more", func(t *testing.T) {
		r := r.at(t)
		a := r.want(r.form(b, "/c/shop", "text", "Is it in stock?", "contact", ""), 422, "")
		for _, want := range []string{">Is it in stock?</textarea>", `data-shut="Closed now"`, "Leave a phone number or an email address"} {
			if !bytes.Contains(a.body, []byte(want)) {
				t.Errorf("it does not say %s", want)
			}
		}
		if a = r.want(r.form(b, "/c/shop", "text", "Is it in stock?", "contact", "me@home"), 422, ""); !bytes.Contains(a.body, []byte(`value="me@home"`)) || a.Header.Get("Set-Cookie") != "" {
			t.Error("what she typed is gone, or a visitor was made")
		}
	})
	t.Run("left, and once is enough", func(t *testing.T) {
		r := r.at(t)
		r.want(r.form(b, "/c/shop", "text", "Is it in stock?", "contact", "me@home.example"), 303, "")
		r.want(r.form(b, "/c/shop", "text", "The grey one.", "contact", ""), 303, "")
		page := string(r.want(r.with(b, "GET", "/c/shop", "", "Accept", "text/html"), 200, "").body)
		if !strings.Contains(page, `data-left="true"`) || !strings.Contains(page, "We have your message") {
			t.Error("the page does not say that it was left")
		}
		inbox := r.want(r.call("GET", "/api/v1/inbox?view=queue", "", "Authorization", "Bearer "+keyOf("Lin")), 200, "")
		if !bytes.Contains(inbox.body, []byte(`"contact":"me@home.example"`)) || !bytes.Contains(inbox.body, []byte(`"left_message_at"`)) {
			t.Errorf("agents see %s", inbox.body)
		}
	})
	t.Run("the line opened meanwhile: nothing is asked for", func(t *testing.T) {
		r := r.at(t)
		hours(true)
		r.want(r.form(browser(t), "/c/shop", "text", "Hello", "contact", ""), 303, "")
	})
}
