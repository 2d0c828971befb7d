package window

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
)

// hostile are words that want to be more than words, and words that only look odd.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `</textarea><script>alert(1)</script>`,
	`</template></ol></body>`, `<!--`, `]]>`, `{{.Trace}} ${1} {name}`, `javascript:alert(1)`, `&lt;b&gt; &amp;amp;`, "a\nb\tc", "\u202egnp.exe", `<svg/onload=alert(1)>`,
	`https://a.example/"onclick="alert(1)`, `=1+1`, "x\r\nevent: message",
}

// states are the pages there are, filled with the words given.
func states(t i18n.Text, k Look, words string) map[string]templ.Component {
	line := shop
	line.Title = "禾木商城" + words
	line.Greeting = map[string]string{"zh-CN": words + "\n" + words, "en": words}
	agent := chat.AgentRef{ID: lin.ID, Name: "林晓" + words}
	by := lin
	by.Name = agent.Name
	log := Log{More: true, Messages: []chat.Message{
		said(3, mingyue, 9*time.Minute, words), said(4, mingyue, 8*time.Minute, words), noticed(5, 7*time.Minute, chat.Notice{Name: "joined", Agent: words}),
		said(6, by, 6*time.Minute, words), said(7, chat.Author{Kind: chat.KindBot, Name: words}, time.Minute, words),
	}}
	log.Messages[0].ClientID = "0198a000-0000-7000-8000-00000000000c"
	conversation := func(s chat.Status) chat.Conversation {
		return chat.Conversation{ID: "0198a000-0000-7000-8000-00000000000a", Status: s, Agent: agent, Position: 2, Read: chat.Marks{Visitor: 6, Agent: 3}}
	}
	page := func(s chat.Status, change func(*Chat)) templ.Component {
		c := New(line, conversation(s), log, t, k, now)
		c.Epoch = "e1"
		c.Draft.ClientID = "0198a000-0000-7000-8000-00000000000b"
		if change != nil {
			change(&c)
		}
		return Page(c)
	}
	none := New(line, chat.Conversation{}, Log{}, t, k, now)
	shut := func(s chat.Status) templ.Component {
		l := line
		l.Hours = chat.Hours{Zone: china, Week: map[string][]chat.Span{"mon": {{From: 9 * 60, To: 18 * 60}}}}
		c := New(l, conversation(s), log, t, k, now)
		if s == chat.StatusNew {
			c = New(l, chat.Conversation{}, Log{}, t, k, now)
		}
		return Page(c)
	}
	down := none
	down.Draft = Draft{ClientID: "0198a000-0000-7000-8000-00000000000b", Text: words, Error: words}
	return map[string]templ.Component{
		"new":         Page(none),
		"waiting":     page(chat.StatusWaiting, nil),
		"open":        page(chat.StatusOpen, nil),
		"shut, new":   shut(chat.StatusNew),
		"shut, queue": shut(chat.StatusWaiting),
		"snoozed":     page(chat.StatusSnoozed, nil),
		"closed":      page(chat.StatusClosed, nil),
		"rated":       page(chat.StatusClosed, func(c *Chat) { c.Rating.Done = true }),
		"rated late":  page(chat.StatusClosed, func(c *Chat) { c.Rating.Done, c.Rating.Late = true, true }),
		"refused":     page(chat.StatusOpen, func(c *Chat) { c.Draft.Text, c.Draft.Error = words, words }),
		"ill rated":   page(chat.StatusClosed, func(c *Chat) { c.Rating.Comment, c.Rating.Error = words, words }),
		"unavailable": Unavailable(down),
		"not found":   NotFound(Lost{Text: t, Look: k}),
		"demo":        Shop(Demo{Text: t, Line: words}),
	}
}

func render(t *testing.T, c templ.Component) (string, *html.Node) {
	t.Helper()
	var b strings.Builder
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), doc
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// all returns the elements with an attribute, those in templates included.
func all(doc *html.Node, name string) []*html.Node {
	var found []*html.Node
	for n := range doc.Descendants() {
		if _, ok := attr(n, name); ok {
			found = append(found, n)
		}
	}
	return found
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// everywhere calls f with every state, in both languages and every look.
func everywhere(t *testing.T, words string, f func(t *testing.T, name string, src string, doc *html.Node)) {
	t.Helper()
	for _, locale := range []string{i18n.Chinese, i18n.English} {
		for _, k := range []Look{{}, {Theme: "dark"}, {Theme: "light", NoHeader: true, Flush: true, Locale: locale}} {
			for name, page := range states(i18n.For(locale, shanghai), k, words) {
				src, doc := render(t, page)
				f(t, name+" "+locale+" "+k.Theme, src, doc)
			}
		}
	}
}

func TestPage_NothingInline(t *testing.T) {
	t.Parallel()
	for _, words := range append([]string{"您好"}, hostile...) {
		everywhere(t, words, func(t *testing.T, name, _ string, doc *html.Node) {
			for n := range doc.Descendants() {
				if n.Type == html.CommentNode {
					t.Errorf("%s: a comment %q", name, n.Data)
				}
				if n.Type != html.ElementNode {
					continue
				}
				if n.Data == "style" || n.Data == "iframe" || n.Data == "base" || n.Data == "object" {
					t.Errorf("%s: <%s>", name, n.Data)
				}
				if src, ok := attr(n, "src"); n.Data == "script" && (!ok || n.FirstChild != nil || !strings.HasPrefix(src, "/")) {
					t.Errorf("%s: a script %q", name, src)
				}
				for _, a := range n.Attr {
					if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
						t.Errorf("%s: <%s %s=%q>", name, n.Data, a.Key, a.Val)
					}
					if (a.Key == "href" || a.Key == "src" || a.Key == "action") && !regexp.MustCompile(`^(/|https?://|#m\d+$)`).MatchString(a.Val) {
						t.Errorf("%s: <%s %s=%q>", name, n.Data, a.Key, a.Val)
					}
					if rel, _ := attr(n, "rel"); a.Key == "target" && rel != "noopener noreferrer" {
						t.Errorf("%s: a link with rel %q", name, rel)
					}
				}
			}
		})
	}
}

func TestPage_WordsAreText(t *testing.T) {
	t.Parallel()
	zh := i18n.For(i18n.Chinese, shanghai)
	for _, words := range hostile {
		want := strings.ReplaceAll(words, "\r\n", "\n") // what a parser makes of any page
		_, doc := render(t, states(zh, Look{}, words)["refused"])
		rows := 0
		for _, n := range all(doc, "data-slot") {
			if slot, _ := attr(n, "data-slot"); slot != "text" || n.Data != "p" || n.Parent.Parent.Parent.Data != "ol" {
				continue
			}
			rows++
			if got := text(n); got != want {
				t.Errorf("%q became %q", words, got)
			}
		}
		if rows != 4 {
			t.Errorf("%q: %d messages", words, rows)
		}
		for n := range doc.Descendants() {
			if name, _ := attr(n, "name"); n.Data == "textarea" && name == "text" && text(n) != want {
				t.Errorf("the draft %q came back as %q", words, text(n))
			}
			if n.Data == "title" && text(n) != "禾木商城"+want+"客服" {
				t.Errorf("the title is %q", text(n))
			}
		}
	}
}

func TestPage_Contract(t *testing.T) {
	t.Parallel()
	everywhere(t, "您好", func(t *testing.T, name, src string, doc *html.Node) {
		if strings.HasPrefix(name, "unavailable") || strings.HasPrefix(name, "not found") || strings.HasPrefix(name, "demo") {
			if len(all(doc, "data-chat")) != 0 || strings.Contains(src, "widget/chat.js") {
				t.Errorf("%s: it comes alive", name)
			}
			return
		}
		for _, a := range []string{"data-chat", "data-log", "data-notice", "data-queue", "data-typing", "data-jump", "data-earlier", "data-composer", "data-closed", "data-who", "data-words"} {
			if len(all(doc, a)) == 0 {
				t.Errorf("%s: nothing has %s", name, a)
			}
		}
		body := all(doc, "data-chat")[0]
		for _, a := range []string{"data-side", "data-line", "data-conversation", "data-status", "data-first", "data-last", "data-more", "data-read", "data-delivered", "data-seen", "data-epoch", "data-locale"} {
			if _, ok := attr(body, a); !ok {
				t.Errorf("%s: the body has no %s", name, a)
			}
		}
		templates := map[string][]string{}
		for _, n := range all(doc, "data-template") {
			name, _ := attr(n, "data-template")
			items := 0
			for d := range n.Descendants() {
				if d.Data == "li" {
					items++
				}
				if slot, ok := attr(d, "data-slot"); ok {
					templates[name] = append(templates[name], slot)
				}
			}
			if items != 1 {
				t.Errorf("the template %s has %d items", name, items)
			}
		}
		for name, slots := range map[string][]string{
			"own": {"text", "time", "state", "retry", "reason"}, "other": {"text", "name", "time", "initial"}, "bot": {"text", "name", "time"},
			"notice": {"text"}, "day": {"day"},
		} {
			for _, slot := range slots {
				if !slices.Contains(templates[name], slot) {
					t.Errorf("the template %s has no %s: %v", name, slot, templates[name])
				}
			}
		}
		words := map[string]string{}
		for _, n := range all(doc, "data-word") {
			key, _ := attr(n, "data-word")
			words[key] = text(n)
		}
		for key, place := range map[string]string{
			"sending": "", "sent": "", "delivered": "", "read": "", "failed": "", "today": "", "yesterday": "", "typing": "{name}", "new_messages": "{n}", "title_unread": "{n}",
			"offline": "", "reconnecting": "", "queued": "{n}", "degraded": "", "queue": "{n}", "queue_wait": "", "connecting": "", "ended": "", "queue_estimate": "{n}", "notice.joined": "{agent}", "notice.transferred": "{from}",
			"notice.closed_by_visitor": "", "notice.rated": "{score}", "error.too_long": "", "error.queue_full": "", "error.internal": "",
		} {
			if words[key] == "" || !strings.Contains(words[key], place) {
				t.Errorf("the word %s is %q", key, words[key])
			}
		}
		for key, word := range words {
			if strings.Contains(word, "<no value>") || strings.Contains(word, "{{") || strings.Contains(word, "window.") {
				t.Errorf("the word %s is %q", key, word)
			}
		}
		if ids := all(doc, "id"); len(ids) != len(slices.Compact(slices.Sorted(maps.Keys(idsOf(ids))))) {
			t.Errorf("%s: an id stands twice", name)
		}
	})
}

func idsOf(nodes []*html.Node) map[string]bool {
	m := map[string]bool{}
	for _, n := range nodes {
		id, _ := attr(n, "id")
		m[id] = true
	}
	return m
}

func TestPage(t *testing.T) {
	t.Parallel()
	zh := i18n.For(i18n.Chinese, shanghai)
	hidden := func(doc *html.Node, name string) bool {
		for _, n := range all(doc, name) {
			if _, ok := attr(n, "hidden"); !ok {
				return false
			}
		}
		return true
	}
	t.Run("what shows in which state", func(t *testing.T) {
		for name, show := range map[string]string{"new": "data-composer", "waiting": "data-composer data-queue data-earlier", "open": "data-composer data-earlier", "closed": "data-closed data-earlier"} {
			_, doc := render(t, states(zh, Look{}, "您好")[name])
			for _, a := range []string{"data-composer", "data-queue", "data-closed", "data-earlier", "data-notice", "data-jump", "data-typing"} {
				if shown := !hidden(doc, a); shown != strings.Contains(show, a) {
					t.Errorf("%s: %s shown is %v", name, a, shown)
				}
			}
		}
	})
	t.Run("script has the sentence of the page that is drawn when somebody joins, or leaves", func(t *testing.T) {
		_, fresh := render(t, states(zh, Look{}, "您好")["new"])
		_, open := render(t, states(zh, Look{}, "您好")["open"])
		alone, _ := attr(all(open, "data-who-note")[0], "data-alone")
		attended, _ := attr(all(fresh, "data-who-note")[0], "data-attended")
		if was, is := text(all(fresh, "data-who-note")[0]), text(all(open, "data-who-note")[0]); was != alone || is != attended || was == is {
			t.Errorf("%q became %q, script says %q and %q", was, is, alone, attended)
		}
	})
	t.Run("a message carries its numbers", func(t *testing.T) {
		_, doc := render(t, states(zh, Look{}, "您好")["open"])
		rows := all(doc, "data-seq")
		if len(rows) != 5 {
			t.Fatalf("%d rows", len(rows))
		}
		for a, want := range map[string]string{"data-seq": "3", "data-by": "visitor", "data-author": "", "data-client": "0198a000-0000-7000-8000-00000000000c", "data-at": "2026-07-18T06:41:00.000Z", "data-state": "read"} {
			if got, _ := attr(rows[0], a); got != want {
				t.Errorf("%s is %q, want %q", a, got, want)
			}
		}
		for _, row := range rows {
			by, _ := attr(row, "data-by")
			if got, there := attr(row, "data-author"); there != (by == "agent" || by == "bot") || there && !strings.Contains(text(row), got) {
				t.Errorf("a row by %q is %q's: %s", by, got, text(row))
			}
		}
		if class, _ := attr(rows[1], "class"); class != "message message--own message--cont" {
			t.Error(class)
		}
		for a, want := range map[string]string{"data-first": "3", "data-last": "7", "data-more": "true", "data-read": "3", "data-seen": "6", "data-conversation": "0198a000-0000-7000-8000-00000000000a", "data-status": "open", "data-epoch": "e1"} {
			if got, _ := attr(all(doc, "data-chat")[0], a); got != want {
				t.Errorf("%s is %q, want %q", a, got, want)
			}
		}
	})
	t.Run("without script everything posts to one place", func(t *testing.T) {
		_, doc := render(t, states(zh, Look{Theme: "dark", NoHeader: true}, "您好")["closed"])
		actions := map[string]bool{}
		for n := range doc.Descendants() {
			if n.Data == "form" {
				action, _ := attr(n, "action")
				if method, _ := attr(n, "method"); method != "post" || action != "/c/shop?header=0&theme=dark" {
					t.Errorf("a form goes to %s %q", method, action)
				}
			}
			if name, _ := attr(n, "name"); n.Data == "button" && name == "action" {
				value, _ := attr(n, "value")
				actions[value] = true
			}
		}
		if got := strings.Join(slices.Sorted(maps.Keys(actions)), " "); got != "again card close human rate send" {
			t.Errorf("the actions are %s", got)
		}
		if href, _ := attr(all(doc, "data-earlier")[0], "href"); href != "/c/shop?before=3&header=0&theme=dark" {
			t.Error(href)
		}
	})
	t.Run("the look", func(t *testing.T) {
		src, doc := render(t, states(zh, Look{Theme: "dark", NoHeader: true, Flush: true}, "您好")["open"])
		if theme, _ := attr(doc.FirstChild.NextSibling, "data-theme"); theme != "dark" {
			t.Errorf("the theme is %q", theme)
		}
		if strings.Contains(src, `class="bar"`) || !strings.Contains(src, `class="chat chat--flush"`) || strings.Contains(src, `content="#f7f6f4"`) {
			t.Error("it does not look as asked")
		}
		if !strings.Contains(src, `href="/assets/theme/2e6e52.css"`) {
			t.Error("the line's colour is missing")
		}
	})
	t.Run("a rated conversation asks no more", func(t *testing.T) {
		_, doc := render(t, states(zh, Look{}, "您好")["rated"])
		if _, open := attr(all(doc, "data-rating")[0].Parent, "open"); open || hidden(doc, "data-closed") {
			t.Error("what was said does not fold away")
		}
		_, doc = render(t, states(zh, Look{}, "您好")["rated late"])
		if len(all(doc, "data-rating")) != 0 || hidden(doc, "data-closed") {
			t.Error("it asks again, or offers no way on")
		}
	})
	t.Run("the shop has one script of ours", func(t *testing.T) {
		src, _ := render(t, Shop(Demo{Text: zh, Line: "demo", Color: "#2e6e52"}))
		if !strings.Contains(src, `<script async src="/widget.js" data-line="demo" data-color="#2e6e52"></script>`) || strings.Count(src, "<script") != 1 {
			t.Error(src)
		}
	})
}
