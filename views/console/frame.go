package console

import (
	"slices"
	"strings"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
	"github.com/taadis/unique-support/views/ui"
)

// Page is the whole console: the rail, a list, a conversation and its visitor.
type Page struct {
	Text  i18n.Text
	Theme string
	Title string
	// Me is the agent who looks, Notify how she wants to be told of what visitors write: "sound desktop queue", or less.
	Me     chat.ID
	Notify string
	Rail   Rail
	Inbox  Inbox
	Pane   Pane
	Side   Side
}

// Rail is the column of lists and lines, with the agent's own menu at its foot.
type Rail struct {
	Text  i18n.Text
	Views []Entry
	Lines []Entry
	// Pages are those beside the lists that the agent may see; on one of them there are no conversations, and no keys for them.
	Pages []Entry
	Aside bool
	Me    Me
}

// Entry is a link of the rail.
type Entry struct {
	// Name is the view's or the line's.
	Name, Label, Href string
	Icon              string
	Line              Badge
	Current           bool
	// Count stands behind it, -1 for none; Hot makes it stand out.
	Count int
	Hot   bool
	// Less says that it stands in a phone's menu, not among its tabs.
	Less bool
}

// Me is the agent herself.
type Me struct {
	Text     i18n.Text
	Name     string
	Face     Face
	Presence chat.Presence
	// Reason is why she is busy or away. State says her presence in words; Open conversations of at most Capacity are in her hands.
	Reason, State  string
	Open, Capacity int
	// Action is where her choice of presence is posted: it comes back to the list and the conversation she is at.
	Action string
}

// Page puts the parts together.
func (r Reader) Page(l List, n chat.Counts, in Inbox, p Pane, s Side) Page {
	title := in.Title
	if !p.Empty {
		title = p.Name
	}
	return Page{Text: r.Text, Theme: r.Theme, Title: title, Rail: r.rail(l, n, p.ID), Inbox: in, Pane: p, Side: s, Me: r.Agent.ID, Notify: notify(r.Agent.Notify)}
}

// notify is how an agent wants to be told, as script reads it.
func notify(n chat.Notify) string {
	var wants []string
	for what, on := range map[string]bool{"sound": n.Sound, "desktop": n.Desktop, "queue": n.Queue} {
		if on {
			wants = append(wants, what)
		}
	}
	slices.Sort(wants)
	return strings.Join(wants, " ")
}

func (r Reader) rail(l List, n chat.Counts, open chat.ID) Rail {
	rail := Rail{Text: r.Text, Me: r.me(l, n, open)}
	for _, v := range []struct {
		view chat.View
		icon string
		n    int
	}{{chat.ViewMine, "inbox", n.Mine}, {chat.ViewQueue, "queue", n.Queue}, {chat.ViewAll, "layers", n.All}, {chat.ViewMentions, "at", n.Mentions}, {chat.ViewSnoozed, "snooze", -1}, {chat.ViewClosed, "check", -1}} {
		rail.Views = append(rail.Views, Entry{
			Name: string(v.view), Label: r.Text.S("console.view." + string(v.view)), Href: List{View: v.view}.URL("/console"), Icon: v.icon,
			Current: l.View == v.view && l.Line == "", Count: v.n, Hot: (v.view == chat.ViewQueue || v.view == chat.ViewMentions) && v.n > 0, Less: v.view == chat.ViewSnoozed || v.view == chat.ViewClosed,
		})
	}
	for _, x := range r.Lines {
		rail.Lines = append(rail.Lines, Entry{
			Name: x.Name, Label: x.Title, Href: List{View: chat.ViewAll, Line: x.Name}.URL("/console"), Line: r.badge(x.Name),
			Current: l.Line == x.Name, Count: n.Lines[x.Name],
		})
	}
	rail.Pages = append(rail.Pages, Entry{Name: "canned", Label: r.Text.S("console.replies.title"), Href: "/console/canned", Icon: "bolt", Count: -1})
	if r.Agent.Actor().May(chat.ReportsRead) {
		rail.Pages = append(rail.Pages, Entry{Name: "board", Label: r.Text.S("console.board.title"), Href: "/console/board", Icon: "monitor", Count: -1},
			Entry{Name: "reports", Label: r.Text.S("console.reports.title"), Href: "/console/reports", Icon: "chart", Count: -1})
	}
	if r.Agent.Actor().May(chat.Supervise) {
		rail.Pages = append(rail.Pages, Entry{Name: "handover", Label: r.Text.S("console.handover.title"), Href: "/console/handover", Icon: "transfer", Count: -1})
	}
	if r.Agent.Actor().May(chat.AdminRead) {
		rail.Pages = append(rail.Pages, Entry{Name: "team", Label: r.Text.S("console.team.title"), Href: "/console/team", Icon: "users", Count: -1},
			Entry{Name: "settings", Label: r.Text.S("console.settings.title"), Href: "/console/settings", Icon: "sliders", Count: -1})
	}
	return rail
}

// Beside is the rail of a page beside the lists.
func (r Reader) Beside(name string, n chat.Counts) Rail {
	rail := r.rail(List{}, n, "")
	rail.Aside = true
	for i := range rail.Pages {
		rail.Pages[i].Current = rail.Pages[i].Name == name
	}
	return rail
}

func (r Reader) me(l List, n chat.Counts, open chat.ID) Me {
	presence := r.Agent.Presence
	if presence == chat.Offline {
		presence = chat.Away
	}
	return Me{
		Text: r.Text, Name: r.Agent.Name, Face: face(r.Agent.ID, r.Agent.Name), Presence: presence,
		State: r.chosen(presence, r.Agent.Reason), Reason: r.Agent.Reason, Open: n.Mine, Capacity: r.Agent.Capacity,
		Action: l.URL("/console/presence", "c", string(open)),
	}
}

// Login is the sign-in page.
type Login struct {
	Text  i18n.Text
	Theme string
	// Email is what was typed before, Error why it was refused.
	Email, Error string
	// Next is where to go after; a path of the console.
	Next string
	// SSO offers the company's own sign-in, SSOName is what that is called; Left says that she left here and is still signed in there.
	SSO     bool
	SSOName string
	Left    bool
}

// way is what the button of the company's sign-in says.
func (l Login) way() string {
	if l.SSOName == "" {
		return l.Text.S("console.login.sso")
	}
	return l.Text.F("console.login.sso_name", "Name", l.SSOName)
}

// Forgot is the page of somebody who has forgotten her password.
type Forgot struct {
	Text  i18n.Text
	Theme string
	// Email is what was typed, Error why it was refused. Off says that no mail can be sent, Sent that what can be done is done.
	Email, Error string
	Off, Sent    bool
}

// Problem is the page of an error.
type Problem struct {
	Text  i18n.Text
	Theme string
	// Title and Detail say what happened and what to do; Trace names it in the log.
	Title, Detail, Trace string
	// Retry is where to try again, "" where that does not help.
	Retry string
}

// other returns the language a page can be switched to, with its own name.
func other(t i18n.Text) (locale, name string) {
	if t.Locale() == i18n.Chinese {
		return i18n.English, "English"
	}
	return i18n.Chinese, "中文"
}

// presences are what an agent can choose.
var presences = []chat.Presence{chat.Online, chat.Busy, chat.Away}

// title names a page of the console.
func title(t i18n.Text, name string) string {
	if name == "" {
		return t.S("console.product")
	}
	return name + " · " + t.S("console.product")
}

// shows is the part a phone shows: the list, or the conversation that is open.
func (p Page) shows() string {
	if p.Pane.Empty {
		return "list"
	}
	return "thread"
}

// head is what every page of the console has in its head.
func head(t i18n.Text, theme, name string) ui.Head {
	return ui.Head{Title: title(t, name), Theme: theme, Styles: []string{"css/tokens.css", "css/console.css", "css/agent.css", "css/charts.css", "css/trace.css"}}
}

func (p Page) meta() ui.Head {
	h := head(p.Text, p.Theme, p.Title)
	h.Links, h.Scripts = []string{"/console/lines.css"}, []string{"widget/console.js"}
	return h
}

// tabbed are a phone's tabs, or the lists that have no room among them.
func (r Rail) tabbed(less bool) (some []Entry) {
	for _, e := range r.Views {
		if e.Less == less {
			some = append(some, e)
		}
	}
	return some
}
