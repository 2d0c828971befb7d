package console

import (
	"encoding/json"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
)

func TestList_URL(t *testing.T) {
	t.Parallel()
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		l := List{View: chat.ViewAll, Line: "shop", Status: chat.StatusOpen, Label: "物流", Q: "a&b=c"}
		u, err := url.Parse(l.URL("/console", "cursor", "x y", "none", ""))
		if err != nil {
			t.Fatal(err)
		}
		if got := ParseList(u.Query()); got != l {
			t.Errorf("came back as %+v", got)
		}
		if u.Query().Get("cursor") != "x y" || u.Query().Has("none") {
			t.Errorf("query %s", u.RawQuery)
		}
	})
	t.Run("a view there is not becomes one's own", func(t *testing.T) {
		t.Parallel()
		if got := ParseList(url.Values{"view": {"everything"}}); got.View != chat.ViewMine {
			t.Errorf("view %q", got.View)
		}
	})
	t.Run("an id stays within its segment", func(t *testing.T) {
		t.Parallel()
		if got := (List{View: chat.ViewMine}).open("../logout?x#y"); got != "/console/c/..%2Flogout%3Fx%23y?view=mine" {
			t.Error(got)
		}
	})
}

func TestReader_Item(t *testing.T) {
	t.Parallel()
	r := reader(i18n.Chinese)
	l := List{View: chat.ViewMine}
	mine := chat.AgentRef{ID: id(1), Name: "林晓"}
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		i := r.Item(l, chat.Conversation{ID: id(11), Line: "club", Visitor: id(21), VisitorName: "周明玥", Status: chat.StatusOpen, Agent: mine, LastSeq: 7, Preview: " 好的 ", PreviewBy: chat.KindVisitor, Last: ago(time.Minute), Unread: 2, Labels: []string{"物流"}}, id(11))
		if i.Name != "周明玥" || i.Face.Initial != "周" || i.Time != "14:32" || i.Preview != "好的" || i.From != "" || i.UnreadLabel != "2 条未读" || i.Line != (Badge{Name: "club", Title: "禾木会员", Place: 1}) || !i.Current || i.Last != 7 {
			t.Errorf("%+v", i)
		}
	})
	t.Run("what has ended waits for no reader", func(t *testing.T) {
		t.Parallel()
		if i := r.Item(l, chat.Conversation{ID: id(11), Visitor: id(21), Status: chat.StatusClosed, Last: ago(time.Minute), Unread: 2}, ""); i.Unread != 0 || i.UnreadLabel != "" || !i.Ended {
			t.Errorf("%+v", i)
		}
	})
	t.Run("who wrote last", func(t *testing.T) {
		t.Parallel()
		for _, x := range []struct {
			by    chat.Kind
			agent chat.AgentRef
			want  string
		}{{chat.KindVisitor, mine, ""}, {chat.KindAgent, mine, "您："}, {chat.KindAgent, chat.AgentRef{ID: id(2), Name: "周航"}, "周航："}, {chat.KindAgent, chat.AgentRef{}, ""}, {chat.KindBot, mine, "智能助手："}, {chat.KindSystem, mine, ""}} {
			if got := r.Item(l, chat.Conversation{Preview: "x", PreviewBy: x.by, Agent: x.agent}, "").From; got != x.want {
				t.Errorf("%s of %s: %q", x.by, x.agent.Name, got)
			}
		}
	})
	t.Run("the clock turns amber after one minute, red after three", func(t *testing.T) {
		t.Parallel()
		for d, want := range map[time.Duration][2]string{
			-time.Second: {"0:00", ""}, 38 * time.Second: {"0:38", ""}, 59 * time.Second: {"0:59", ""}, time.Minute: {"1:00", "item__wait--warn"}, 179 * time.Second: {"2:59", "item__wait--warn"},
			3 * time.Minute: {"3:00", "item__wait--bad"}, 64*time.Minute + 9*time.Second: {"1:04:09", "item__wait--bad"}, 72 * time.Hour: {"3 天", "item__wait--bad"},
		} {
			w := r.Item(l, chat.Conversation{Status: chat.StatusWaiting, Waiting: ago(d)}, "").Wait
			if w.Label != want[0] || w.Class != want[1] || w.Since != ago(d).Text() {
				t.Errorf("%s: %+v", d, w)
			}
		}
		if w := r.Item(l, chat.Conversation{Status: chat.StatusClosed, Waiting: ago(time.Hour)}, "").Wait; w != (Wait{}) {
			t.Errorf("a closed one waits: %+v", w)
		}
	})
	t.Run("times of other days are days", func(t *testing.T) {
		t.Parallel()
		for d, want := range map[time.Duration]string{15 * time.Hour: "昨天", 30 * 24 * time.Hour: "6 月 18 日"} {
			if got := r.Item(l, chat.Conversation{Last: ago(d)}, "").Time; got != want {
				t.Errorf("%s ago: %q", d, got)
			}
		}
	})
}

func TestItem_View(t *testing.T) {
	t.Parallel()
	_, doc := draw(t, states(reader(i18n.English))["row"])
	li := one(t, doc, "data-row", string(id(12)))
	if li.Data != "li" {
		t.Errorf("a row is a <%s>", li.Data)
	}
	if v, _ := attr(li, "data-last"); v != "3" {
		t.Errorf("data-last %q", v)
	}
	if v, _ := attr(one(t, li, "data-waiting-since", ""), "class"); v != "item__wait item__wait--bad" {
		t.Errorf("class %q", v)
	}
	if v, _ := attr(one(t, li, "class", "count"), "aria-label"); v != "120 unread messages" {
		t.Errorf("count says %q", v)
	}
	if got := text(one(t, li, "class", "count")); got != "99+" {
		t.Errorf("count shows %q", got)
	}
	if v, _ := attr(one(t, li, "class", "item item--new"), "href"); v != "/console/c/"+string(id(12))+"?view=mine" {
		t.Errorf("leads to %s", v)
	}
}

func TestInbox_View(t *testing.T) {
	t.Parallel()
	r := reader(i18n.English)
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		_, doc := draw(t, states(r)["open"])
		list := one(t, doc, "data-list", "mine")
		if _, hidden := attr(one(t, doc, "data-blank", ""), "hidden"); !hidden {
			t.Error("it says that there is nothing")
		}
		if n := len(having(list, "data-row", "")); n != 5 {
			t.Errorf("%d rows", n)
		}
		if v, _ := attr(one(t, list, "aria-current", "true"), "href"); v != "/console/c/"+string(id(11))+"?view=mine" {
			t.Errorf("the current one is %s", v)
		}
		more := one(t, one(t, list, "data-more", ""), "class", "button")
		if v, _ := attr(more, "href"); v != "/console?cursor=next&view=mine" {
			t.Errorf("more leads to %s", v)
		}
		if n := having(doc, "class", "notice notice--side"); len(n) != 1 || text(n[0]) != "Can’t be read right now: 禾木会员. The other lines work." {
			t.Error("the line that is away is not named")
		}
	})
	t.Run("nothing, and nothing found", func(t *testing.T) {
		t.Parallel()
		_, doc := draw(t, states(r)["empty"])
		if got := text(one(t, doc, "data-blank", "")); got != "All doneNew conversations will show up here." {
			t.Error(got)
		}
		_, doc = draw(t, states(r)["found"])
		if v, _ := attr(one(t, one(t, doc, "data-blank", ""), "class", "button"), "href"); v != "/console?view=all" {
			t.Errorf("clearing leads to %s", v)
		}
	})
	t.Run("the form keeps what it does not ask for", func(t *testing.T) {
		t.Parallel()
		_, doc := draw(t, states(r)["found"])
		form := one(t, doc, "class", "inbox__ask")
		got := map[string]string{}
		for _, n := range having(form, "name", "") {
			k, _ := attr(n, "name")
			if _, checked := attr(n, "checked"); k == "unread" && !checked {
				continue
			}
			got[k], _ = attr(n, "value")
			for _, o := range having(n, "selected", "") {
				got[k], _ = attr(o, "value")
			}
		}
		if d := cmp.Diff(map[string]string{"view": "all", "line": "shop", "status": "open", "label": "物流", "agent": "", "wait": "", "q": "x"}, got); d != "" {
			t.Error(d)
		}
	})
	t.Run("totals", func(t *testing.T) {
		t.Parallel()
		for l, want := range map[List]int{{View: chat.ViewMine}: 4, {View: chat.ViewQueue}: 3, {View: chat.ViewAll}: 41, {View: chat.ViewClosed}: -1, {View: chat.ViewAll, Line: "shop"}: 18, {View: chat.ViewMine, Line: "shop"}: -1, {View: chat.ViewAll, Q: "x"}: -1} {
			if got := total(l, counts); got != want {
				t.Errorf("%+v: %d", l, got)
			}
		}
	})
}

func TestReader_Side(t *testing.T) {
	t.Parallel()
	r := reader(i18n.English)
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		th := talk()
		s := r.Side(List{View: chat.ViewMine}, th.Conversation, th.Visitor, inbox().Conversations)
		want := []Fact{{Name: "level", Value: "PLUS"}, {Name: "spent", Value: "6482.5"}, {Name: "vip", Value: "Yes"}, {Name: "likes", Value: "a, b"}, {Name: "deep", Value: `{"x":1}`}}
		if d := cmp.Diff(want, s.Attributes); d != "" {
			t.Error(d)
		}
		if len(s.Identity) != 4 || len(s.Browsing) != 5 || len(s.Earlier) != 4 {
			t.Errorf("%d, %d, %d", len(s.Identity), len(s.Browsing), len(s.Earlier))
		}
	})
	t.Run("what nobody knows is left out", func(t *testing.T) {
		t.Parallel()
		s := r.Side(List{}, chat.Conversation{Visitor: id(21)}, chat.Visitor{}, nil)
		if len(s.Identity) != 1 || len(s.Browsing) != 0 || len(s.Attributes) != 0 {
			t.Errorf("%+v", s)
		}
	})
	t.Run("attributes that are none", func(t *testing.T) {
		t.Parallel()
		for _, raw := range []string{"", "null", "[]", `"x"`, "{", `{"a":`, `{"a":1,`} {
			if got := r.attributes("shop", json.RawMessage(raw)); len(got) > 1 {
				t.Errorf("%s: %+v", raw, got)
			}
		}
	})
	t.Run("only web addresses are links", func(t *testing.T) {
		t.Parallel()
		for s, want := range map[string]string{
			"https://a.example/x?y=1": "https://a.example/x?y=1", "http://a.example": "http://a.example", "javascript:alert(1)": "", " javascript:alert(1)": "", "JAVASCRIPT:alert(1)": "",
			"java\tscript:alert(1)": "", "data:text/html,x": "", "//a.example": "", "/x": "", "https:x": "", "https://": "", "": "", "vbscript:x": "", "file:///etc/passwd": "",
		} {
			if got := link(s); got != want {
				t.Errorf("%q: %q", s, got)
			}
		}
	})
}

func TestLogin_View(t *testing.T) {
	t.Parallel()
	_, doc := draw(t, states(reader(i18n.English))["refused"])
	form := all(doc, func(n *html.Node) bool { return n.Data == "form" })[0]
	if a, _ := attr(form, "action"); a != "/console/login" {
		t.Errorf("action %q", a)
	}
	if v, _ := attr(one(t, form, "name", "email"), "value"); v != "lin@hemu.example" {
		t.Errorf("the address became %q", v)
	}
	if v, ok := attr(one(t, form, "name", "password"), "value"); ok {
		t.Errorf("the password stands in the page: %q", v)
	}
	if got := text(one(t, doc, "id", "login-error")); got != "The e-mail or the password is wrong." {
		t.Errorf("it says %q", got)
	}
	if v, _ := attr(one(t, doc, "hreflang", i18n.Chinese), "href"); v != "/console/login?locale=zh-CN&next=%2Fconsole%3Fview%3Dall" {
		t.Errorf("the other language is at %s", v)
	}
}

func TestPage_Swap(t *testing.T) {
	t.Parallel()
	_, doc := draw(t, states(reader(i18n.English))["swap"])
	one(t, doc, "id", "main")
	one(t, doc, "id", "side")
	if got := text(all(doc, func(n *html.Node) bool { return n.Data == "title" })[0]); got != "周明玥 · Unique Support" {
		t.Errorf("title %q", got)
	}
	if n := having(doc, "data-template", ""); len(n) != 0 {
		t.Error("the templates come again")
	}
}
