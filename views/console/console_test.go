package console

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
)

var (
	zone = time.FixedZone("CST", 8*3600)
	now  = time.Date(2026, 7, 18, 14, 33, 0, 0, zone)
)

// id names the n-th thing of a test.
func id(n int) chat.ID { return chat.ID(fmt.Sprintf("019f0000-0000-7000-8000-%012x", n)) }

// ago is a time before now.
func ago(d time.Duration) chat.Time { return chat.Time{Time: now.Add(-d)} }

func reader(locale string) Reader {
	return Reader{
		Text: i18n.For(locale, zone), Now: now,
		Agent: chat.Agent{ID: id(1), Name: "林晓", Presence: chat.Online, Lines: []string{"shop", "club"}, Capacity: 6, Permissions: chat.Permissions()},
		Lines: []chat.Line{{Name: "shop", Title: "禾木商城", Color: "#2e6e52"}, {Name: "club", Title: "禾木会员", Color: "#9a5b1e"}},
	}
}

// talk is a conversation that the reader has, with a bit of everything in it.
func talk() Thread {
	visitor, own := chat.Author{Kind: chat.KindVisitor, ID: id(21), Name: "周明玥"}, chat.Author{Kind: chat.KindAgent, ID: id(1), Name: "林晓"}
	return Thread{
		Conversation: chat.Conversation{
			ID: id(11), Line: "shop", Visitor: id(21), VisitorName: "周明玥", Status: chat.StatusOpen, Agent: chat.AgentRef{ID: id(1), Name: "林晓"}, LastSeq: 6,
			Created: ago(26 * time.Hour), Replied: ago(26*time.Hour - 38*time.Second), Last: ago(time.Minute), Labels: []string{"退换货"},
			Read: chat.Marks{VisitorDelivered: 6, Visitor: 4, Agent: 4},
		},
		Visitor: chat.Visitor{
			ID: id(21), External: "u_20931", Name: "周明玥", Email: "zhou@hemu.example", Phone: "13800138013", Verified: true, Locale: "zh-CN", Created: ago(100 * 24 * time.Hour), Seen: ago(time.Minute),
			Attributes: json.RawMessage(`{"level":"PLUS","spent":6482.5,"vip":true,"likes":["a","b"],"none":null,"deep":{"x":1}}`),
			Page:       chat.Page{URL: "https://hemu.example/orders/1", Title: "订单", Referrer: "https://hemu.example/"}, Device: chat.Device{Name: "iPhone"},
		},
		Log: Log{
			Messages: []chat.Message{
				{Seq: 1, Author: chat.Author{Kind: chat.KindBot}, Kind: chat.KindText, Text: "hi", Created: ago(26 * time.Hour)},
				{Seq: 2, Author: visitor, Kind: chat.KindText, Text: "one", Created: ago(9 * time.Minute), ClientID: id(102)},
				{Seq: 3, Author: chat.Author{Kind: chat.KindSystem}, Kind: chat.KindNotice, Data: json.RawMessage(`{"notice":"joined","agent":"林晓"}`), Created: ago(8 * time.Minute)},
				{Seq: 4, Author: own, Kind: chat.KindText, Text: "see https://hemu.example/help。", Created: ago(7 * time.Minute), ClientID: id(104)},
				{Seq: 5, Author: visitor, Kind: chat.KindText, Text: "two", Created: ago(3 * time.Minute), ClientID: id(105)},
				{Seq: 6, Author: own, Kind: chat.KindText, Text: "three", Created: ago(time.Minute), ClientID: id(106)},
			},
			Notes: []chat.Message{{Seq: 1, Author: own, Kind: chat.KindNote, Text: "note", Created: ago(5 * time.Minute), ClientID: id(107)}},
			More:  true,
		},
		Epoch:    "e1",
		Seats:    []chat.Seat{{Agent: chat.AgentRef{ID: id(2), Name: "周航"}, Capacity: 6, Open: 2, Online: true}, {Agent: chat.AgentRef{ID: id(3), Name: "Priya"}, Capacity: 4, Open: 4, Online: true}, {Agent: chat.AgentRef{ID: id(4), Name: "沈意"}, Capacity: 6}},
		Canned:   []chat.Canned{{Shortcut: "hello", Title: "Hello", Body: "Hello\nthere"}, {Line: "club", Shortcut: "points", Title: "Points", Body: "x"}},
		ClientID: id(99),
	}
}

// inbox is a page with a row of every kind.
func inbox() chat.InboxPage {
	mine := chat.AgentRef{ID: id(1), Name: "林晓"}
	return chat.InboxPage{Cursor: "next", Unavailable: []string{"club"}, Conversations: []chat.Conversation{
		talk().Conversation,
		{ID: id(12), Line: "shop", Visitor: id(22), VisitorName: "陈可", Status: chat.StatusOpen, Agent: mine, LastSeq: 3, Preview: "没拿到", PreviewBy: chat.KindVisitor, Last: ago(4 * time.Minute), Waiting: ago(192 * time.Second), Unread: 120},
		{ID: id(13), Line: "club", Visitor: id(23), Status: chat.StatusWaiting, LastSeq: 1, Preview: "hello", PreviewBy: chat.KindVisitor, Last: ago(time.Minute), Waiting: ago(64 * time.Second), Unread: 1},
		{ID: id(14), Line: "shop", Visitor: id(24), VisitorName: "何青", Status: chat.StatusSnoozed, Agent: mine, LastSeq: 2, Preview: "好的", PreviewBy: chat.KindAgent, Last: ago(30 * time.Hour), Snoozed: chat.Time{Time: now.Add(40 * time.Hour)}},
		{ID: id(15), Line: "old", Visitor: id(25), VisitorName: "王砚秋", Status: chat.StatusClosed, Agent: chat.AgentRef{ID: id(2), Name: "周航"}, Preview: "bye", PreviewBy: chat.KindAgent, Created: ago(90 * 24 * time.Hour)},
	}}
}

var counts = chat.Counts{Mine: 4, Queue: 3, All: 41, Lines: map[string]int{"shop": 18}}

// states are all pages and fragments, by name.
// team is a team with somebody in every state, and a log of what was changed.
func team() Team {
	return Team{
		Members: []chat.Member{
			{Agent: chat.Agent{ID: id(1), Name: "林晓", Email: "linxiao@hemu.example", Role: "owner", Lines: []string{"shop", "club"}, Capacity: 6, Seen: ago(0)}, Open: 4, Seated: true},
			{Agent: chat.Agent{ID: id(2), Name: "周航", Email: "zhouhang@hemu.example", Role: "agent", Lines: []string{"shop"}, Capacity: 6, Seen: ago(time.Minute)}},
			{Agent: chat.Agent{ID: id(3), Name: "Maya", Email: "maya@hemu.example", Role: "night-shift", Lines: []string{"gone"}, Capacity: 5, Seen: ago(26 * time.Hour)}, Open: 6, Seated: true},
			{Agent: chat.Agent{ID: id(4), Name: "沈临", Email: "shenlin@hemu.example", Role: "auditor", Disabled: true}},
		},
		Roles: []chat.Role{{Name: "agent", Permissions: chat.Permissions()[:2]}, {Name: "auditor"}, {Name: "night-shift"}, {Name: "owner", Permissions: chat.Permissions()}, {Name: "spare-role"}},
		Pending: []chat.Invitation{
			{ID: id(31), Email: "new@hemu.example", Role: "agent", By: chat.AgentRef{Name: "林晓"}, Expires: chat.Time{Time: now.Add(6 * 24 * time.Hour)}},
			{ID: id(32), Email: "maya@hemu.example", Agent: id(3), By: chat.AgentRef{Name: "林晓"}, Expires: chat.Time{Time: now.Add(time.Hour)}},
		},
		Deeds: []chat.Deed{
			{Seq: 9, At: ago(time.Hour), By: chat.AgentRef{ID: id(1), Name: "林晓"}, Action: "member:change", Subject: "maya@hemu.example", Detail: map[string]string{"role": "agent → supervisor", "else": "x"}, Trace: "0123456789abcdef"},
			{Seq: 8, At: ago(30 * time.Hour), By: chat.AgentRef{Name: "林晓"}, Action: "role:change", Subject: "agent"},
			{Seq: 7, At: ago(31 * time.Hour), By: chat.AgentRef{Name: "林晓"}, Action: "moon:land", Subject: "x"},
		},
	}
}

func states(r Reader) map[string]templ.Component {
	l := List{View: chat.ViewMine}
	page := func(t Thread, in Inbox) Page {
		return r.Page(l, counts, in, r.Pane(l, t), r.Side(l, t.Conversation, t.Visitor, inbox().Conversations))
	}
	list := r.Inbox(l, inbox(), counts, id(11))
	with := func(change func(*Thread)) templ.Component {
		t := talk()
		change(&t)
		return page(t, list).View()
	}
	narrowed := List{View: chat.ViewAll, Line: "shop", Status: chat.StatusOpen, Label: "物流", Q: "x"}
	away := r
	away.Agent.Presence, away.Agent.Permissions, away.Theme = chat.Away, []chat.Permission{chat.ConversationRead}, "dark"
	desk := func(tab string, change func(*TeamPage)) templ.Component {
		p := TeamPage{Reader: r, Rail: r.Beside("team", counts), Team: team(), Tab: tab}
		change(&p)
		return p.View()
	}
	return map[string]templ.Component{
		"reports": report(r, "7", nil), "reports of a day": report(r, "1", nil), "reports of nothing": report(r, "30", func(p *ReportPage) { p.Report = chat.NewReport(p.Report.ReportQuery, nil, 0) }),
		"reports refused":        report(r, "custom", func(p *ReportPage) { p.Report, p.Error = chat.Report{}, "no" }),
		"reports without a line": report(r, "7", func(p *ReportPage) { p.Report.Unavailable, p.Filter.Label = []string{"club"}, "gone" }),
		"board":                  board(r, func(*BoardPage) {}), "board of nobody": board(r, func(p *BoardPage) { p.Board, p.Unavailable = nil, []string{"shop", "club"} }),
		"team": desk(TabMembers, func(*TeamPage) {}), "team searched": desk(TabMembers, func(p *TeamPage) { p.Q = "nobody" }),
		"team only read": desk(TabMembers, func(p *TeamPage) { p.Agent.Permissions = []chat.Permission{chat.AdminRead} }),
		"team refused":   desk(TabMembers, func(p *TeamPage) { p.Error = "no" }),
		"teams": desk(TabTeams, func(p *TeamPage) {
			p.Team.Teams = []chat.Team{{ID: id(41), Name: "Night", Agents: []chat.ID{id(2)}}, {ID: id(42), Name: "Nobody"}}
			p.Team.Members[1].Skills, p.Team.Members[1].Room, p.TeamForm = []string{"French"}, map[string]int{"shop": 2}, chat.Team{ID: id(42), Name: "Refused"}
		}),
		"hand over": Handover{Reader: r, Rail: r.Beside("handover", counts), Open: inbox().Conversations, More: true, Seats: talk().Seats, Teams: []chat.Team{{ID: id(41), Name: "Night"}},
			Chosen: []chat.ID{id(13)}, To: "team:" + string(id(41)), Note: "<b>", Error: "no", Done: 2}.View(),
		"nothing to hand over": Handover{Reader: r, Rail: r.Beside("handover", counts)}.View(),
		"no teams":             desk(TabTeams, func(*TeamPage) {}),
		"teams only read":      desk(TabTeams, func(p *TeamPage) { p.Agent.Permissions = []chat.Permission{chat.AdminRead} }),
		"pending":              desk(TabPending, func(p *TeamPage) { p.Link, p.LinkFor = "https://desk.example/console/join/x", "new@hemu.example" }),
		"nothing pending":      desk(TabPending, func(p *TeamPage) { p.Team.Pending = nil }),
		"audit log":            desk(TabLog, func(p *TeamPage) { sound := true; p.Team.Sound, p.Team.More = &sound, true }),
		"audit log broken":     desk(TabLog, func(p *TeamPage) { sound := false; p.Team.Sound = &sound }),
		"audit log empty":      desk(TabLog, func(p *TeamPage) { p.Team.Deeds = nil }),
		"invite": desk("", func(p *TeamPage) {
			p.Form = &TeamForm{Email: "x", Role: "agent", Lines: []string{"shop"}, Capacity: "6"}
		}),
		"member": desk("", func(p *TeamPage) {
			p.Member, p.Form = &p.Team.Members[1], &TeamForm{Role: "agent", Lines: []string{"shop"}, Capacity: "6"}
		}),
		"member locked out": desk("", func(p *TeamPage) { p.Member, p.Form = &p.Team.Members[3], &TeamForm{Role: "agent"} }),
		"join":              Join{Text: r.Text, Path: "/console/join/x", Email: "new@hemu.example", Name: "<b>", Error: "short"}.View(),
		"reset":             Join{Text: r.Text, Path: "/console/join/x", Email: "new@hemu.example", Reset: true}.View(),
		"join gone":         Join{Text: r.Text, Path: "/console/join/x", Gone: true}.View(),
		"open":              page(talk(), list).View(),
		"swap":              page(talk(), list).Swap(),
		"waiting": with(func(t *Thread) {
			t.Conversation.Status, t.Conversation.Agent, t.Conversation.Position, t.Conversation.Waiting = chat.StatusWaiting, chat.AgentRef{}, 2, ago(time.Minute)
		}),
		"queued": with(func(t *Thread) { t.Conversation.Status, t.Conversation.Agent = chat.StatusWaiting, chat.AgentRef{} }),
		"theirs": with(func(t *Thread) { t.Conversation.Agent = chat.AgentRef{ID: id(2), Name: "周航"} }),
		"snoozed": with(func(t *Thread) {
			t.Conversation.Status, t.Conversation.Snoozed = chat.StatusSnoozed, chat.Time{Time: now.Add(time.Hour)}
		}),
		"closed": with(func(t *Thread) {
			t.Conversation.Status, t.Conversation.Closed, t.Conversation.Score = chat.StatusClosed, ago(time.Minute), 5
		}),
		"new": with(func(t *Thread) {
			*t = Thread{Conversation: chat.Conversation{ID: id(31), Line: "shop", Visitor: id(32), Status: chat.StatusNew, Created: ago(0)}}
		}),
		"error":   with(func(t *Thread) { t.Draft, t.Note, t.Error = "half a note", true, "Too busy." }),
		"alone":   with(func(t *Thread) { t.Seats, t.Canned = nil, nil }),
		"empty":   r.Page(l, counts, r.Inbox(l, chat.InboxPage{}, chat.Counts{}, ""), r.Blank(l, counts), r.Nobody()).View(),
		"found":   r.Page(narrowed, counts, r.Inbox(narrowed, chat.InboxPage{}, counts, ""), r.Blank(narrowed, counts), r.Nobody()).View(),
		"reads":   away.Page(l, counts, away.Inbox(l, inbox(), counts, id(11)), away.Pane(l, talk()), away.Side(l, talk().Conversation, chat.Visitor{}, nil)).View(),
		"list":    list.Body(),
		"more":    list.Page(),
		"row":     r.Item(l, inbox().Conversations[1], "").View(),
		"login":   Login{Text: r.Text}.View(),
		"refused": Login{Text: r.Text, Email: "lin@hemu.example", Error: r.Text.S("error.credentials"), Next: "/console?view=all"}.View(),
		"problem": Problem{Text: r.Text, Title: "Title", Detail: "Detail", Trace: chat.NewTrace(), Retry: "/console"}.View(),
		"broken":  Problem{Text: r.Text, Title: "Title", Detail: "Detail"}.View(),
	}
}

// draw renders a component and reads it back as a browser would.
func draw(t *testing.T, c templ.Component) (string, *html.Node) {
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

// all returns the elements that satisfy a test, in the order of the page.
func all(n *html.Node, want func(*html.Node) bool) []*html.Node {
	var out []*html.Node
	for x := range n.Descendants() {
		if x.Type == html.ElementNode && want(x) {
			out = append(out, x)
		}
	}
	return out
}

// having returns the elements with an attribute, of the value unless that is "".
func having(n *html.Node, key, value string) []*html.Node {
	return all(n, func(x *html.Node) bool {
		v, ok := attr(x, key)
		return ok && (value == "" || v == value)
	})
}

// one returns the only element with an attribute.
func one(t *testing.T, n *html.Node, key, value string) *html.Node {
	t.Helper()
	found := having(n, key, value)
	if len(found) != 1 {
		t.Fatalf("%d elements with %s=%q, want one", len(found), key, value)
	}
	return found[0]
}

func attr(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

func text(n *html.Node) string {
	var b strings.Builder
	for x := range n.Descendants() {
		if x.Type == html.TextNode {
			b.WriteString(x.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
