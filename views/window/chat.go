package window

import (
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
	"github.com/taadis/unique-support/views/ui"
)

// Look is how the page that shows the chat wants it, from the query of GET /c/{line}.
type Look struct {
	// Locale is the language asked for, as it was asked; "" leaves it to the browser and the line.
	Locale string
	// Theme is "light", "dark" or "" for the visitor's own.
	Theme string
	// NoHeader leaves out the bar, for an app that draws its own (header=0).
	NoHeader bool
	// Flush leaves no room for notches, for an app that leaves it itself (inset=none).
	Flush bool
}

// ReadLook reads the query of the page; what it does not know it leaves at the default.
func ReadLook(q url.Values) Look {
	return Look{Locale: q.Get("locale"), Theme: ui.Theme(q.Get("theme")), NoHeader: q.Get("header") == "0", Flush: q.Get("inset") == "none"}
}

// Query returns the query that asks for the look, with what else is to stand in it as name, value, name, value; "" for the default.
func (k Look) Query(more ...string) string {
	q := url.Values{}
	set := func(name, value string, is bool) {
		if is && value != "" {
			q.Set(name, value)
		}
	}
	set("locale", k.Locale, true)
	set("theme", k.Theme, true)
	set("header", "0", k.NoHeader)
	set("inset", "none", k.Flush)
	for i := 0; i+1 < len(more); i += 2 {
		set(more[i], more[i+1], true)
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// Chat is the visitor's page.
type Chat struct {
	Text i18n.Text
	Look Look
	// Path is the page's own, "/c/shop": forms and links add the look's query.
	Path string
	// Line is the line's name, Title what people read, Color its accent.
	Line, Title, Color string
	// Visitor is who the page is for, empty for nobody yet; Signed says that she has proved it. Awaits says that the page was drawn
	// for nobody because its host is about to say who is here.
	Visitor        chat.ID
	Signed, Awaits bool
	// Conversation is empty before the visitor's first words where nothing is to be kept for her yet.
	Conversation chat.ID
	Status       chat.Status
	Epoch        string
	// Who has the conversation, the line where nobody has; Note is the sentence under the name. Online shows the dot: somebody
	// has taken it.
	Who, Note string
	Online    bool
	// Alone, Attended and Assisted are the sentences that script changes it to while nobody has the conversation, while somebody has,
	// and while an assistant has: that is Bot.
	Alone, Attended, Assisted string
	Bot                       bool
	// Rows is the thread, numbered First to Last; More says that there is something before it.
	Rows        []Row
	First, Last int64
	More        bool
	// Read and Delivered are how far the other side has come, Seen how far the visitor has.
	Read, Delivered, Seen int64
	// Hello and Lead are what a new visitor reads first.
	Hello, Lead string
	Hours       Hours
	Begin       Begin
	Queue       Queue
	Rating      Rating
	Draft       Draft
	// Offer is the card she may send with one touch, nil for none.
	Offer *chat.Card
	// Accept is what she may attach.
	Accept ui.Accept
}

// Queue is a visitor's place among those who wait.
type Queue struct {
	// Position is 1 for the next; 0 when it is not known.
	Position int
	// Minutes is how long that probably takes; 0 when unknown.
	Minutes int
	// Shut says that the line does not work now, and when it does again; "" while it works.
	Shut string
	// Leaves says that the line lets those who wait long leave a message, Late that it is offered now.
	Leaves, Late bool
}

// Rating is the question at the end.
type Rating struct {
	// Agent is who helped; "" when nobody did.
	Agent string
	// Score is what the visitor chose: what she sent before, or 0.
	Score int
	// Done says that she has rated, Late that she may not change it any more.
	Done, Late bool
	// Tags are the reasons she gave.
	Tags []string
	// Comment and Error are what she wrote and why it was refused.
	Comment, Error string
}

// Draft is what stands in the composer.
type Draft struct {
	// ClientID is made by the server, so that a form sent twice is one message. A draft that was refused keeps its own.
	ClientID chat.ID
	Text     string
	// AnswerTo is the form whose Answers these were; nothing else of the draft is set then but the id and the error.
	AnswerTo int64
	Answers  []chat.Answer
	// Error says why it was not sent, in the visitor's language; "" when nothing is wrong.
	Error string
	// Contact is where she is to be answered when she leaves a message, ContactError what is wrong with that.
	Contact, ContactError string
}

// Lost is what the page of an address that leads nowhere is made of.
type Lost struct {
	Text i18n.Text
	Look Look
}

// Log is a piece of a conversation's log and whether there is something before it.
type Log struct {
	Messages []chat.Message
	More     bool
}

// New fills the page of a conversation. The zero Conversation is that of somebody who has not written yet.
func New(l chat.Line, c chat.Conversation, log Log, t i18n.Text, k Look, now time.Time) Chat {
	p := Chat{
		Text: t, Look: k, Path: "/c/" + l.Name, Line: l.Name, Title: l.Title, Color: l.Color,
		Conversation: c.ID, Status: c.Status, Who: l.Title, Rows: Rows(log.Messages, c, l, t, now), More: log.More,
		Read: c.Read.Agent, Delivered: c.Read.Agent, Seen: c.Read.Visitor,
		Rating: Rating{Agent: c.Agent.Name, Score: c.Score},
	}
	if p.Status == "" {
		p.Status = chat.StatusNew
	}
	if n := len(log.Messages); n > 0 {
		p.First, p.Last = log.Messages[0].Seq, log.Messages[n-1].Seq
	}
	p.Hours = hours(l.Hours, t, now)
	p.Hours.Left = !c.Left.IsZero()
	p.Note = note(l, p.Status, c.Agent.Name, p.Hours.Now, t)
	p.Alone, p.Attended, p.Assisted = expect(l, "", t), expect(l, l.Title, t), t.S("window.bot_note")
	if c.Agent.Name != "" {
		p.Who, p.Online = c.Agent.Name, p.Status == chat.StatusOpen
	}
	if p.Bot = c.Agent.Bot && p.Status != chat.StatusClosed; p.Bot {
		p.Note = p.Assisted
	}
	p.Hello, p.Lead = hello(l, t)
	p.Queue = Queue{Position: c.Position, Minutes: c.Wait, Shut: p.Hours.Now, Leaves: l.Queue.LeaveMinutes+l.Queue.LeaveWaiting > 0, Late: c.Offer}
	return p
}

// Rated fills in the visitor's rating.
func (c *Chat) Rated(r chat.Rating, of chat.Conversation, now time.Time) {
	anew := r.Created.Before(of.Closed.Time)
	c.Rating.Done, c.Rating.Late = !anew, !r.Changeable(of, now)
	c.Rating.Score, c.Rating.Tags, c.Rating.Comment = r.Score, r.Tags, r.Comment
}

// note returns the sentence under the name: where the conversation stands, else the line, where an agent's name stands above,
// and what to expect. While the line does not work that is shut, unless an agent answers all the same.
func note(l chat.Line, s chat.Status, agent, shut string, t i18n.Text) string {
	switch {
	case s == chat.StatusClosed:
		return t.S("window.ended")
	case shut != "" && agent == "":
		return shut
	case s == chat.StatusWaiting:
		return t.S("window.connecting")
	}
	if agent != "" {
		return expect(l, l.Title, t)
	}
	return expect(l, "", t)
}

// expect says when an answer comes, where the line knows, after the title if there is one.
func expect(l chat.Line, title string, t i18n.Text) string {
	if l.ReplyTime == 0 {
		return title
	}
	soon := t.F("window.reply_time", "N", l.ReplyTime)
	if title == "" {
		return soon
	}
	return title + " · " + soon
}

// hello returns the line's greeting, its first line as the title and the rest below, or ours.
func hello(l chat.Line, t i18n.Text) (title, lead string) {
	title, lead, _ = strings.Cut(strings.TrimSpace(l.Greeting[t.Locale()]), "\n")
	if title == "" {
		title = t.S("window.hello")
	}
	if lead = strings.TrimSpace(lead); lead == "" {
		lead = t.S("window.hello_lead")
	}
	return title, lead
}

// Offered puts the card that her host signed above the field, unless she has sent it already.
func (c *Chat) Offered(card chat.Card) {
	for _, r := range c.Rows {
		if r.By == chat.KindVisitor && r.Extra.Card != nil && *r.Extra.Card == card {
			return
		}
	}
	c.Offer = &card
}

// offer is the card as script sends it, "" for none.
func (c Chat) offer() string {
	if c.Offer == nil {
		return ""
	}
	b, err := json.Marshal(c.Offer)
	if err != nil {
		panic("encode a card: " + err.Error()) // it is made of strings
	}
	return string(b)
}

// asking completes a row that asks something.
func (c Chat) asking(r Row) Row {
	r.Ask.Seq, r.Ask.Action, r.Ask.Client = r.Seq, c.Action(), c.Draft.ClientID
	r.Ask.Send, r.Ask.May = c.Text.S("window.form_send"), c.Text.S("window.form_may")
	if r.Seq > 0 && r.Seq == c.Draft.AnswerTo {
		r.Ask.Filled, r.Ask.Error = c.Draft.Answers, c.Draft.Error
	}
	return r
}

// Action is where the page's forms post.
func (c Chat) Action() string { return c.Path + c.Look.Query() }

// transcript is where the conversation can be had as a text.
func (c Chat) transcript() string {
	return c.Path + "/transcript" + Look{Locale: c.Text.Locale()}.Query()
}

// earlier is the page that ends before the first message drawn.
func (c Chat) earlier() string { return c.Path + c.Look.Query("before", seq(c.First)) }

// otherLanguage is the same page in the other language.
func (c Chat) otherLanguage() string {
	k := c.Look
	k.Locale = c.otherLocale()
	return c.Path + k.Query()
}

func (c Chat) otherLocale() string {
	if c.Text.Locale() == i18n.English {
		return i18n.Chinese
	}
	return i18n.English
}

func (c Chat) pageTitle() string { return c.Text.F("window.title", "Title", c.Title) }

func (c Chat) closed() bool { return c.Status == chat.StatusClosed }

func (c Chat) rateTitle() string {
	if c.Rating.Agent == "" {
		return c.Text.S("window.rate_plain")
	}
	return c.Text.F("window.rate", "Name", c.Rating.Agent)
}

// ahead is how many come before her.
func (q Queue) ahead() int { return max(0, q.Position-1) }

// around returns the sentence of her place before and after the number.
func (q Queue) around(t i18n.Text) (before, after string) {
	before, after, _ = strings.Cut(t.F("window.queue", "N", "{n}"), "{n}")
	return before, after
}

func (q Queue) estimate(t i18n.Text) string {
	if q.Shut != "" {
		return q.Shut
	}
	if q.Minutes == 0 || q.Position == 0 {
		return t.S("window.queue_wait")
	}
	return t.F("window.queue_estimate", "N", q.Minutes)
}
