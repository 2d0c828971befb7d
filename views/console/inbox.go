package console

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
)

// Inbox is the column of conversations.
type Inbox struct {
	Text i18n.Text
	List List
	// Title names the list.
	Title string
	// Total counts it, -1 where that is not known.
	Total int
	Lines []Option
	// Statuses narrow the list further; none where the list has only one.
	Statuses []Option
	// Labels, Agents and Waits are chosen among behind a button; Chips are the filters that are on.
	Labels, Agents, Waits []Option
	Chips                 []Chip
	Items                 []Item
	// More asks for the next page, "" when this was the last.
	More string
	// Unavailable names the lines that could not answer.
	Unavailable []string
	// Later says that this page is not the first.
	Later bool
	// Lead makes the title the page's first heading, where no conversation is open.
	Lead bool
}

// Option is a choice of a filter.
type Option struct {
	Value, Label string
	Chosen       bool
}

// Item is a conversation's row in the list.
type Item struct {
	ID chat.ID
	// Last is the number of the newest message.
	Last    int64
	List    List
	Current bool
	Name    string
	Face    Face
	// At is when somebody last wrote, RFC 3339; Time what people read.
	At, Time string
	// From is who wrote the preview where it was not the visitor: "You: ".
	From, Preview string
	// Found is shown instead of the preview where something was looked for; Private says that it stands in a note.
	Found   []chat.Part
	Private bool
	// Named says that notes she has not seen name her.
	Named string
	// Href opens it.
	Href   string
	Unread int64
	// UnreadLabel says the count in words.
	UnreadLabel string
	Line        Badge
	Labels      []string
	Wait        Wait
	// Until is when a conversation that was set aside comes back; Ended that it is over.
	Until string
	Ended bool
	// Verified says that the visitor has proved who she is.
	Verified bool
	// Left says that it is a message that was left while the line did not work.
	Left bool
	// Bot says that an assistant has it, or had; "" when none wrote in it.
	Bot  string
	Text i18n.Text
}

// Inbox draws a page of the list; current is the conversation that is open, "" for none.
func (r Reader) Inbox(l List, p chat.InboxPage, n chat.Counts, current chat.ID) Inbox {
	in := Inbox{Text: r.Text, List: l, Title: r.title(l), Total: total(l, n), More: p.Cursor, Items: r.Items(l, p.Conversations, current)}
	in.Lines = append(in.Lines, Option{Label: r.Text.S("console.filter.any_line"), Chosen: l.Line == ""})
	for _, x := range r.Lines {
		in.Lines = append(in.Lines, Option{Value: x.Name, Label: x.Title, Chosen: l.Line == x.Name})
	}
	for _, s := range statuses(l.Everywhere()) {
		in.Statuses = append(in.Statuses, Option{Value: string(s), Label: r.status(s), Chosen: l.Status == s})
	}
	for _, name := range p.Unavailable {
		in.Unavailable = append(in.Unavailable, r.badge(name).Title)
	}
	in.Lead = current == ""
	r.Narrow(&in, l, Choices{})
	return in
}

// title names a list.
func (r Reader) title(l List) string {
	if l.Q != "" {
		return r.Text.S("console.found")
	}
	return r.Text.S("console.view." + string(l.View))
}

// Items turns conversations into rows of the list.
func (r Reader) Items(l List, cs []chat.Conversation, current chat.ID) []Item {
	out := make([]Item, 0, len(cs))
	for _, c := range cs {
		out = append(out, r.Item(l, c, current))
	}
	return out
}

// Item turns a conversation into a row of the list.
func (r Reader) Item(l List, c chat.Conversation, current chat.ID) Item {
	name := r.visitor(c.Visitor, c.VisitorName)
	last := c.Last
	if last.IsZero() {
		last = c.Created
	}
	i := Item{
		ID: c.ID, Last: c.LastSeq, List: l, Current: c.ID == current, Name: name, Face: face(c.Visitor, name),
		At: last.Text(), Time: r.when(last), Preview: strings.TrimSpace(c.Preview), Unread: c.Unread,
		Line: r.badge(c.Line), Labels: c.Labels, Wait: r.wait(c), Ended: c.Status == chat.StatusClosed, Verified: c.Verified, Left: !c.Left.IsZero(), Text: r.Text,
	}
	switch {
	case c.Agent.Bot:
		i.Bot = r.Text.S("console.bot.has")
	case c.Bot != "":
		i.Bot = r.Text.S("console.bot.had")
	}
	i.Href = l.open(c.ID)
	if c.Mentions > 0 {
		i.Named = r.Text.N("console.named", c.Mentions)
	}
	if h := c.Hit; h != nil {
		i.Href, i.Found, i.Private = l.hit(c.ID, *h), h.Excerpt, h.Note > 0
		i.At, i.Time = h.At.Text(), r.when(h.At)
	}
	if i.Ended { // nobody waits for it to be read
		i.Unread = 0
	}
	if i.Unread > 0 {
		i.UnreadLabel = r.Text.N("console.unread", int(i.Unread))
	}
	if c.Status == chat.StatusSnoozed {
		i.Until = r.moment(c.Snoozed)
	}
	if i.Preview == "" && c.PreviewBy != "" { // a picture has no words
		i.Preview = r.Text.S("console.picture")
	}
	switch {
	case c.Hit != nil:
		if c.Hit.By == chat.KindAgent && c.Hit.Name != "" {
			i.From = r.Text.F("console.from", "Name", c.Hit.Name)
		}
	case i.Preview == "":
		i.Preview = r.Text.S("console.no_words")
	case c.PreviewBy == chat.KindAgent && c.Agent.ID == r.Agent.ID:
		i.From = r.Text.F("console.from", "Name", r.Text.S("console.you"))
	case c.PreviewBy == chat.KindAgent && c.Agent.Name != "":
		i.From = r.Text.F("console.from", "Name", c.Agent.Name)
	case c.PreviewBy == chat.KindBot:
		i.From = r.Text.F("console.from", "Name", cmp.Or(c.Bot, r.Text.S("console.bot")))
	}
	return i
}

// total counts what a list would show, where the numbers at hand can tell.
func total(l List, n chat.Counts) int {
	line := List{View: chat.ViewAll, Line: l.Line}
	switch {
	case l == line && l.Line != "":
		return n.Lines[l.Line]
	case l.Narrowed():
		return -1
	}
	switch l.View {
	case chat.ViewMine:
		return n.Mine
	case chat.ViewQueue:
		return n.Queue
	case chat.ViewAll:
		return n.All
	}
	return -1
}

// statuses returns what a view can be narrowed to.
func statuses(v chat.View) []chat.Status {
	switch v {
	case chat.ViewMine:
		return []chat.Status{"", chat.StatusOpen, chat.StatusSnoozed}
	case chat.ViewAny:
		return []chat.Status{"", chat.StatusWaiting, chat.StatusOpen, chat.StatusSnoozed, chat.StatusClosed}
	case chat.ViewAll:
		return []chat.Status{"", chat.StatusWaiting, chat.StatusOpen, chat.StatusSnoozed}
	}
	return nil
}

func (r Reader) status(s chat.Status) string {
	if s == "" {
		return r.Text.S("console.status.any")
	}
	return r.Text.S("console.status." + string(s))
}

// missing names the lines that could not answer.
func (in Inbox) missing() string { return strings.Join(in.Unavailable, in.Text.S("console.comma")) }

// unread caps a count at 99+.
func unread(n int64) string {
	if n > 99 {
		return "99+"
	}
	return strconv.FormatInt(n, 10)
}
