package handlers

import (
	"bytes"
	"testing"

	"github.com/taadis/unique-support/core/chat"
)

// Without script a line's questions are asked before the first words.
func TestPages_begin(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Unlimited = true })
	asked := chat.Questions{
		{Name: "name", Type: "text", Label: map[string]string{"en": "Your name"}},
		{Name: "phone", Type: "phone", Optional: true, Label: map[string]string{"en": "Phone"}},
		{Name: "topic", Type: "choice", Label: map[string]string{"en": "About"}, Options: map[string][]string{"en": {"Orders", "Returns"}}},
	}
	if err := r.store.SetQuestions(t.Context(), "shop", asked); err != nil {
		t.Fatal(err)
	}
	b := browser(t)
	page := func(r *rig) []byte {
		return r.want(r.with(b, "GET", "/c/shop", "", "Accept", "text/html"), 200, "").body
	}
	t.Run("asked, and what is wrong said beside what was typed", func(t *testing.T) {
		r := r.at(t)
		if !bytes.Contains(page(r), []byte(`data-asks="true"`)) {
			t.Error("nothing is asked")
		}
		a := r.want(r.form(b, "/c/shop", "action", "begin", "name", "<Ada>", "phone", "138", "topic", "Weather"), 422, "")
		for _, want := range []string{`value="&lt;Ada&gt;"`, `value="138"`, "Please choose one.", `aria-invalid="true"`} {
			if !bytes.Contains(a.body, []byte(want)) {
				t.Errorf("it does not say %s", want)
			}
		}
		if a.Header.Get("Set-Cookie") != "" {
			t.Error("a visitor was made")
		}
	})
	t.Run("answered once, and agents read it", func(t *testing.T) {
		r := r.at(t)
		r.want(r.form(b, "/c/shop", "action", "begin", "name", "Ada", "phone", "", "topic", "Returns"), 303, "")
		if !bytes.Contains(page(r), []byte(`data-asks="false"`)) {
			t.Error("it is asked again")
		}
		r.want(r.form(b, "/c/shop", "text", "It broke."), 303, "")
		inbox := r.want(r.call("GET", "/api/v1/inbox?view=queue", "", key("Lin")...), 200, "").json(t)
		c := inbox["conversations"].([]any)[0].(map[string]any)
		if c["visitor_name"] != "Ada" {
			t.Errorf("agents see %v", c)
		}
		one := r.want(r.call("GET", "/api/v1/conversations/"+c["id"].(string), "", key("Lin")...), 200, "")
		if !bytes.Contains(one.body, []byte(`"answers":[{"name":"name","label":"Your name","value":"Ada"},{"name":"topic","label":"About","value":"Returns"}]`)) {
			t.Errorf("agents see %s", one.body)
		}
	})
	t.Run("who is signed is asked nothing", func(t *testing.T) {
		r := r.at(t)
		r.signs(chat.SigningReport)
		g := r.signed("u-7")
		a := r.want(r.call("GET", "/c/shop", "", append(g.auth(), "Accept", "text/html")...), 200, "")
		if !bytes.Contains(a.body, []byte(`data-asks="false"`)) {
			t.Error("she is asked")
		}
	})
}
