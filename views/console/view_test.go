package console

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
)

// lint reports what no page of the console may hold.
func lint(t *testing.T, doc *html.Node) {
	t.Helper()
	ids := map[string]bool{}
	for _, n := range having(doc, "id", "") {
		v, _ := attr(n, "id")
		if ids[v] {
			t.Errorf("id %s stands twice", v)
		}
		ids[v] = true
	}
	for _, n := range all(doc, func(*html.Node) bool { return true }) {
		for _, a := range n.Attr {
			switch {
			case a.Key == "style" || strings.HasPrefix(a.Key, "on") || a.Key == "srcdoc":
				t.Errorf("<%s> has %s", n.Data, a.Key)
			case a.Key == "href" || a.Key == "src" || a.Key == "action" || a.Key == "formaction":
				if u, err := url.Parse(a.Val); err != nil || !slices.Contains([]string{"", "http", "https"}, u.Scheme) {
					t.Errorf("<%s> goes to %s", n.Data, a.Val)
				}
			}
		}
		switch n.Data {
		case "img": // a picture somebody sent, or the form of one
			if src, _ := attr(n, "src"); src != "" && !strings.HasPrefix(src, "/api/v1/conversations/") {
				t.Errorf("there is a picture of %q", src)
			}
		case "style", "iframe", "object", "embed", "base", "marquee":
			t.Errorf("there is a <%s>", n.Data)
		case "script":
			if src, _ := attr(n, "src"); !strings.HasPrefix(src, "/assets/") || n.FirstChild != nil {
				t.Errorf("a script is inline or foreign: %q", src)
			}
		case "button":
			if _, ok := attr(n, "type"); !ok {
				t.Errorf("a button has no type: %s", text(n))
			}
			if label, _ := attr(n, "aria-label"); label == "" && text(n) == "" {
				if _, jump := attr(n, "data-jump"); !jump {
					t.Error("a button has no name")
				}
			}
		case "a":
			if target, _ := attr(n, "target"); target != "" {
				if rel, _ := attr(n, "rel"); rel != "noopener noreferrer" {
					t.Errorf("a link out has rel %q", rel)
				}
			}
		}
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	key := regexp.MustCompile(`\b(console|state|day|error)\.[a-z_]+`)
	for _, locale := range []string{i18n.Chinese, i18n.English} {
		for name, c := range states(reader(locale)) {
			t.Run(locale+"/"+name, func(t *testing.T) {
				t.Parallel()
				_, doc := draw(t, c)
				lint(t, doc)
				if k := key.FindString(strings.ReplaceAll(text(doc), "hemu.example", "")); k != "" {
					t.Errorf("the page shows the key %s", k)
				}
				for _, n := range all(doc, func(n *html.Node) bool { return n.Data == "html" }) {
					if lang, ok := attr(n, "lang"); ok && lang != locale {
						t.Errorf("lang is %q", lang)
					}
				}
			})
		}
	}
	t.Run("references lead somewhere on a whole page", func(t *testing.T) {
		t.Parallel()
		for name, c := range states(reader(i18n.English)) {
			_, doc := draw(t, c)
			if len(having(doc, "class", "console")) == 0 {
				continue
			}
			for _, key := range []string{"aria-labelledby", "aria-describedby", "aria-controls", "commandfor"} {
				for _, n := range having(doc, key, "") {
					v, _ := attr(n, key)
					if len(having(doc, "id", v)) == 0 {
						t.Errorf("%s: %s=%s leads nowhere", name, key, v)
					}
				}
			}
			if h := all(doc, func(n *html.Node) bool { return n.Data == "h1" }); len(h) != 1 {
				t.Errorf("%s has %d first headings", name, len(h))
			}
		}
	})
}

func TestPane_View(t *testing.T) {
	t.Parallel()
	r := reader(i18n.English)
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		_, doc := draw(t, states(r)["open"])
		main := one(t, doc, "data-chat", "")
		for key, want := range map[string]string{
			"id": "main", "data-side": "agent", "data-agent": string(id(1)), "data-name": "林晓", "data-line": "shop", "data-conversation": string(id(11)), "data-status": "open",
			"data-first": "1", "data-last": "6", "data-more": "true", "data-read": "4", "data-delivered": "6", "data-seen": "4", "data-epoch": "e1", "data-locale": "en",
		} {
			if got, ok := attr(main, key); !ok || got != want {
				t.Errorf("%s = %q, want %q", key, got, want)
			}
		}
		log := one(t, main, "data-log", "")
		var seqs []string
		for _, n := range all(log, func(n *html.Node) bool { return n.Data == "li" }) {
			seq, _ := attr(n, "data-seq")
			note, _ := attr(n, "data-note")
			if seq+note == "" {
				continue
			}
			seqs = append(seqs, seq+strings.Repeat("n", len(note)))
			if at, _ := attr(n, "data-at"); !strings.HasSuffix(at, "Z") {
				t.Errorf("entry %s has data-at %q", seq, at)
			}
			if by, _ := attr(n, "data-by"); by == "" {
				t.Errorf("entry %s has no data-by", seq)
			}
		}
		if got := strings.Join(seqs, " "); got != "1 2 3 4 n 5 6" {
			t.Errorf("entries %q", got)
		}
		if a, _ := attr(one(t, main, "data-client", string(id(106))), "data-author"); a != string(id(1)) {
			t.Errorf("data-author = %q", a)
		}
		for _, key := range []string{"data-notice", "data-typing", "data-jump", "data-canned"} {
			if _, hidden := attr(one(t, main, key, ""), "hidden"); !hidden {
				t.Errorf("%s is not hidden", key)
			}
		}
		if href, _ := attr(one(t, main, "data-earlier", ""), "href"); href != "/console/c/"+string(id(11))+"?before=1&view=mine" {
			t.Errorf("data-earlier leads to %s", href)
		}
		for _, action := range []string{"transfer", "close", "side"} {
			if len(having(main, "data-action", action)) == 0 {
				t.Errorf("there is no %s", action)
			}
		}
		if len(having(main, "data-action", "take")) != 0 {
			t.Error("she can take what she has")
		}
	})
	t.Run("the composer works as a form", func(t *testing.T) {
		t.Parallel()
		_, doc := draw(t, states(r)["error"])
		form := one(t, doc, "data-composer", "")
		if m, _ := attr(form, "method"); m != "post" {
			t.Errorf("method %q", m)
		}
		if a, _ := attr(form, "action"); a != "/console/c/"+string(id(11))+"?view=mine" {
			t.Errorf("action %q", a)
		}
		if v, _ := attr(one(t, form, "name", "client_id"), "value"); v != string(id(99)) {
			t.Errorf("client_id %q", v)
		}
		if _, on := attr(one(t, form, "value", "note"), "checked"); !on {
			t.Error("the note was forgotten")
		}
		if got := text(one(t, form, "name", "text")); got != "half a note" {
			t.Errorf("the text became %q", got)
		}
		slot := one(t, form, "data-slot", "error")
		if _, hidden := attr(slot, "hidden"); hidden || text(slot) != "Too busy." {
			t.Errorf("the error says %q", text(slot))
		}
	})
	t.Run("a canned reply names who uses it", func(t *testing.T) {
		t.Parallel()
		th := talk()
		th.Canned = []chat.Canned{{Shortcut: "hi", Body: "您好，我是{agent}。"}}
		_, doc := draw(t, r.Pane(List{View: chat.ViewMine}, th).View())
		if got, _ := attr(one(t, doc, "data-shortcut", "hi"), "data-body"); got != "您好，我是林晓。" {
			t.Error(got)
		}
	})
	t.Run("a draft keeps the line breaks it began with", func(t *testing.T) {
		t.Parallel()
		th := talk()
		th.Draft = "\n\nx"
		_, doc := draw(t, r.Pane(List{View: chat.ViewMine}, th).View())
		if got := one(t, doc, "name", "text").FirstChild.Data; got != "\n\nx" {
			t.Errorf("the draft became %q", got)
		}
	})
	t.Run("closed", func(t *testing.T) {
		t.Parallel()
		_, doc := draw(t, states(r)["closed"])
		if _, hidden := attr(one(t, doc, "data-composer", ""), "hidden"); !hidden {
			t.Error("one can still write")
		}
		over := one(t, doc, "data-closed", "")
		if _, hidden := attr(over, "hidden"); hidden || !strings.Contains(text(over), "Rated 5 of 5") {
			t.Errorf("it says %q", text(over))
		}
		one(t, over, "data-action", "reopen")
	})
	t.Run("waiting", func(t *testing.T) {
		t.Parallel()
		_, doc := draw(t, states(r)["waiting"])
		if len(having(doc, "data-action", "take")) == 0 {
			t.Error("nobody can take it")
		}
		if got := text(one(t, doc, "data-standing", "")); got != "· Queue no. 2" {
			t.Errorf("it stands %q", got)
		}
		filled := all(one(t, doc, "data-chat", ""), func(n *html.Node) bool {
			c, _ := attr(n, "class")
			return strings.Contains(c, "button--primary") && n.Parent.Data != "p" // the dialog's own stands in a paragraph
		})
		if len(filled) != 1 {
			t.Errorf("%d filled buttons", len(filled))
		}
	})
	t.Run("who only reads can do nothing", func(t *testing.T) {
		t.Parallel()
		_, doc := draw(t, states(r)["reads"])
		for _, action := range []string{"take", "transfer", "close", "reopen"} {
			if len(having(doc, "data-action", action)) != 0 {
				t.Errorf("she can %s", action)
			}
		}
		if _, hidden := attr(one(t, doc, "data-composer", ""), "hidden"); !hidden {
			t.Error("she can write")
		}
	})
	t.Run("transfer lists the others, those online first", func(t *testing.T) {
		t.Parallel()
		th := talk()
		th.Seats = append([]chat.Seat{{Agent: chat.AgentRef{ID: id(5), Name: "Zoe"}, Capacity: 1}, {Agent: chat.AgentRef{ID: id(1), Name: "林晓"}, Online: true}}, th.Seats...)
		_, doc := draw(t, r.Pane(List{View: chat.ViewMine}, th).View())
		var names []string
		for _, n := range having(one(t, doc, "data-transfer", ""), "name", "to") {
			v, _ := attr(n, "value")
			names = append(names, v[len(v)-1:])
		}
		if got := strings.Join(names, " "); got != "2 3 5 4" {
			t.Errorf("offered %s", got)
		}
	})
	t.Run("transfer offers teams somebody of the line is in", func(t *testing.T) {
		t.Parallel()
		th := talk()
		th.Teams = []chat.Team{{ID: id(41), Name: "Night", Agents: []chat.ID{id(2), id(4), id(9)}}, {ID: id(42), Name: "Elsewhere", Agents: []chat.ID{id(9)}}}
		page, doc := draw(t, r.Pane(List{View: chat.ViewMine}, th).View())
		if n := len(having(one(t, doc, "data-transfer", ""), "value", "team:"+string(id(41)))); n != 1 || strings.Contains(page, "Elsewhere") || !strings.Contains(page, r.Text.F("console.transfer.team", "Online", 1, "Size", 2)) {
			t.Errorf("it is offered %d times", n)
		}
	})
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	slots := map[string][]string{
		"own": {"name", "time", "text", "state", "reason", "retry", "initial"}, "other": {"initial", "name", "time", "text"}, "bot": {"name", "time", "text"},
		"note": {"name", "time", "text", "reason", "retry", "initial"}, "notice": {"text"}, "day": {"day"}, "unread": {},
	}
	words := strings.Fields(`sending sent delivered read failed today yesterday typing new_messages title_unread offline reconnecting queued degraded trace_offline
		notice.joined notice.queued notice.transferred notice.closed notice.closed_by_visitor notice.reopened notice.left notice.rated queue queue_estimate
		error.invalid error.unauthenticated error.forbidden error.not_found error.conflict error.too_large error.unsupported_media error.rate_limited
		error.queue_full error.line_unavailable error.internal error.too_long`)
	places := map[string]string{
		"typing": "{name}", "new_messages": "{n}", "title_unread": "({n}) {title}", "queued": "{n}", "notice.joined": "{agent}", "notice.transferred": "{from}",
		"notice.rated": "{score}", "queue": "{n}", "queue_estimate": "{n}", "error.internal": "{trace}",
	}
	for _, locale := range []string{i18n.Chinese, i18n.English} {
		t.Run(locale, func(t *testing.T) {
			t.Parallel()
			_, doc := draw(t, states(reader(locale))["open"])
			for name, want := range slots {
				template := one(t, doc, "data-template", name)
				if template.Data != "template" || len(all(template, func(n *html.Node) bool { return n.Data == "li" })) != 1 {
					t.Errorf("%s is not a template of one row", name)
				}
				for _, s := range want {
					if n := having(template, "data-slot", s); len(n) == 0 {
						if v, _ := attr(template.FirstChild, "data-slot"); v != s {
							t.Errorf("%s has no place for %s", name, s)
						}
					}
				}
			}
			for _, h := range hops {
				row := one(t, one(t, doc, "data-trace", ""), "data-hop", string(h))
				if info := text(row); !strings.Contains(info, i18n.For(locale, zone).S("console.hop."+string(h)+"_info")) {
					t.Errorf("%s says %q", h, info)
				}
			}
			said := one(t, doc, "data-words", "")
			for _, w := range words {
				if got := text(one(t, said, "data-word", w)); got == "" || !strings.Contains(got, places[w]) {
					t.Errorf("%s says %q", w, got)
				}
			}
		})
	}
}

// hostile are texts that people write into every field there is.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' autofocus onfocus='alert(1)`, `</textarea><script>alert(1)</script>`, `</title><script>alert(1)</script>`,
	`</template><svg onload=alert(1)>`, `javascript:alert(1)`, `data:text/html,<script>alert(1)</script>`, `JaVaScRiPt://%0aalert(1)`, `java	script:alert(1)`, `https://a.example/"onmouseover="alert(1)`,
	`{{.Agent}}{{printf "%s" .}}`, `${alert(1)}`, `<!--`, `]]>`, `&lt;b&gt;&#60;i&#62;`, "\u202e\u2066gpj.exe\u2069", `<a href="javascript:alert(1)">x</a>`, `onclick="x()"`,
}

func TestHostile(t *testing.T) {
	t.Parallel()
	shape := func(doc *html.Node) string {
		var b strings.Builder
		for _, n := range all(doc, func(n *html.Node) bool { return n.Data != "a" && n.Data != "bdi" && n.Data != "span" }) {
			b.WriteString(n.Data + " ")
		}
		return b.String()
	}
	_, calm := draw(t, attacked("calm"))
	for _, s := range hostile {
		t.Run(s, func(t *testing.T) {
			t.Parallel()
			_, doc := draw(t, attacked(s))
			lint(t, doc)
			if shape(doc) != shape(calm) {
				t.Error("the text changed the page")
			}
			for _, n := range having(doc, "class", "bubble") {
				if inside := having(n, "data-slot", "text"); len(inside) == 1 {
					n = inside[0]
				}
				if at := n.Parent.Parent.Parent; at.Data == "ol" {
					if got := text(n); got != strings.Join(strings.Fields(s), " ") {
						t.Errorf("the message became %q", got)
					}
				}
			}
			if got := text(one(t, doc, "name", "text")); got != strings.Join(strings.Fields(s), " ") {
				t.Errorf("the draft became %q", got)
			}
		})
	}
}

// attacked is a page with the same text in every field.
func attacked(s string) templ.Component {
	r := reader(i18n.English)
	r.Agent.Name, r.Lines[0].Title = s, s
	th := talk()
	c := &th.Conversation
	c.VisitorName, c.Preview, c.PreviewBy, c.Labels, c.Agent.Name = s, s, chat.KindAgent, []string{s}, s
	quoted, _ := json.Marshal(s)
	th.Visitor = chat.Visitor{
		External: s, Name: s, Email: s, Phone: s, Locale: s, Attributes: json.RawMessage(`{` + string(quoted) + `:` + string(quoted) + `,"a":[` + string(quoted) + `]}`),
		Page: chat.Page{URL: s, Title: s, Referrer: s}, Device: chat.Device{Name: s, UserAgent: s}, Created: c.Created, Seen: c.Created,
	}
	for i := range th.Log.Messages {
		m := &th.Log.Messages[i]
		m.Text, m.Author.Name = s, s
		m.Data = nil
	}
	th.Log.Messages[2].Data = json.RawMessage(`{"notice":"joined","agent":` + string(quoted) + `}`)
	th.Log.Notes[0].Text, th.Log.Notes[0].Author.Name = s, s
	th.Seats[0].Agent.Name = s
	th.Canned[0] = chat.Canned{Shortcut: s, Title: s, Body: s}
	th.Draft, th.Error, th.Epoch = s, s, s
	l := ParseList(url.Values{"view": {s}, "line": {s}, "status": {s}, "label": {s}, "q": {s}})
	page := chat.InboxPage{Conversations: []chat.Conversation{*c}, Cursor: s, Unavailable: []string{s}}
	return r.Page(l, counts, r.Inbox(l, page, counts, c.ID), r.Pane(l, th), r.Side(l, *c, th.Visitor, []chat.Conversation{{ID: id(77), Preview: s, Status: chat.StatusClosed}})).View()
}
