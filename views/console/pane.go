package console

import (
	"slices"
	"strings"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
	"github.com/taadis/unique-support/views/ui"
)

// Thread is everything a conversation's pane is drawn from.
type Thread struct {
	Conversation chat.Conversation
	Visitor      chat.Visitor
	Log          Log
	// Epoch names the history of the line's database, for script to notice a restored backup.
	Epoch string
	// Seats are the line's agents, for handing over.
	Seats []chat.Seat
	// Teams are those a conversation can be handed to, Decisions why its agents were given it.
	Teams     []chat.Team
	Decisions []chat.Decision
	// Canned are the replies she may use.
	Canned []chat.Canned
	// ClientID is a fresh id for the composer's form, so that it can be sent twice.
	ClientID chat.ID
	// Draft is what she had typed when it was refused, Note whether as a note, Error the sentence that says why.
	Draft string
	Note  bool
	Error string
	// Accept is what she may attach.
	Accept ui.Accept
	// Labels are those in use on the agent's lines.
	Labels []string
	// At is the message to look at, or where the note AtNote is; 0 for the newest.
	At, AtNote int64
}

// Pane is the open conversation, or the invitation to open one.
type Pane struct {
	Text i18n.Text
	List List
	// Empty says that no conversation is open; Queue is how many wait then.
	Empty bool
	Queue int

	ID     chat.ID
	Agent  chat.AgentRef
	Status chat.Status
	Epoch  string
	// First and Last are the numbers of the first and last message drawn; Read, Delivered and Seen how far both sides are.
	First, Last, Read, Delivered, Seen int64
	More                               bool
	// Head is the number of the newest message there is.
	Head int64

	Name     string
	Verified bool
	Line     Badge
	// Standing says in words where the conversation stands, StandingClass colours it; Wait is the clock beside it.
	Standing, StandingClass string
	// Bot says that an assistant has it.
	Bot  bool
	Wait Wait
	// Facts stand behind it where there is room: the device, how soon it was answered.
	Facts []string

	Rows []Row
	// Take, Transfer, Close and Reply are what may be done now; Reopen what may be once it is closed.
	Take, Transfer, Close, Reply, Reopen bool
	// Label says that its labels may be changed, Labels are those to choose among.
	Label  bool
	Labels []Option
	// Ended tells when and how a closed conversation ended.
	Ended string

	Canned []Reply
	Seats  []Seat
	// Mates are whom a note can name.
	Mates    []Seat
	Hands    []Hand
	ClientID chat.ID
	Draft    string
	Note     bool
	Error    string
	Accept   ui.Accept
}

// Reply is a canned reply in the composer's list.
type Reply struct{ Shortcut, Title, Body string }

// Seat is an agent a conversation can be handed to.
type Seat struct {
	ID     chat.ID
	Name   string
	Face   Face
	Online bool
	// Load says how much she has in hand: "3/6".
	Load string
	// Chosen is what she chose that keeps her from taking any, in words; "" where she is not there.
	Chosen string
	// Full says that she has as much as she takes; she can still be chosen.
	Full bool
}

// Blank draws the pane without a conversation.
func (r Reader) Blank(l List, n chat.Counts) Pane {
	return Pane{Text: r.Text, List: l, Empty: true, Queue: n.Queue}
}

// Pane draws a conversation.
func (r Reader) Pane(l List, t Thread) Pane {
	c := t.Conversation
	p := Pane{
		Text: r.Text, List: l, ID: c.ID, Agent: chat.AgentRef{ID: r.Agent.ID, Name: r.Agent.Name}, Status: c.Status, Epoch: t.Epoch,
		Read: c.Read.Visitor, Delivered: c.Read.VisitorDelivered, Seen: c.Read.Agent, More: t.Log.More,
		Name: r.visitor(c.Visitor, c.VisitorName), Verified: t.Visitor.Verified, Line: r.badge(c.Line), Bot: c.Agent.Bot, Wait: r.wait(c),
		Rows: r.Rows(c, t.Log), ClientID: t.ClientID, Draft: t.Draft, Note: t.Note, Error: t.Error, Accept: t.Accept,
	}
	if n := len(t.Log.Messages); n > 0 {
		p.First, p.Last = t.Log.Messages[0].Seq, t.Log.Messages[n-1].Seq
	}
	p.Head = max(c.LastSeq, p.Last)
	for i := range p.Rows {
		row := &p.Rows[i]
		row.Found = row.Note > 0 && row.Note == t.AtNote || t.AtNote == 0 && row.Seq > 0 && row.Seq == t.At
	}
	p.Standing, p.StandingClass = r.standing(c)
	if d := strings.TrimSpace(t.Visitor.Device.Name); d != "" {
		p.Facts = append(p.Facts, d)
	}
	if c.Bot != "" && !c.Agent.Bot {
		p.Facts = append(p.Facts, r.Text.S("console.bot.had"))
	}
	if !c.Replied.IsZero() {
		p.Facts = append(p.Facts, r.Text.F("console.first_reply", "Time", r.elapsed(max(0, c.Replied.Sub(c.Created.Time)))))
	}
	a := r.Agent.Actor()
	closed, mine := c.Status == chat.StatusClosed, c.Agent.ID == r.Agent.ID
	p.Reply = !closed && a.May(chat.ConversationReply)
	p.Take = p.Reply && (!mine || c.Agent.Bot) && c.Status != chat.StatusNew
	p.Transfer = p.Reply && a.May(chat.ConversationAssign) && c.Status != chat.StatusNew
	p.Close = p.Reply
	p.Label, p.Labels = a.May(chat.ConversationReply), labels(t.Labels, c.Labels)
	p.Reopen = a.May(chat.ConversationReply)
	if closed {
		p.Ended = r.ended(c)
	}
	values := r.replyValues(t.Visitor, c.Line)
	for _, x := range t.Canned {
		if x.Line == "" || x.Line == c.Line {
			p.Canned = append(p.Canned, Reply{Shortcut: x.Shortcut, Title: x.Title, Body: x.Fill(values)})
		}
	}
	p.Mates = r.seats(chat.Conversation{}, t.Seats)
	p.Seats, p.Hands = r.seats(c, t.Seats), hands(t.Teams, t.Seats)
	r.explain(p.Rows, t.Decisions, t.Teams)
	return p
}

// labels are those it has and those others have.
func labels(known, has []string) []Option {
	var out []Option
	for _, l := range has {
		out = append(out, Option{Value: l, Label: l, Chosen: true})
	}
	for _, l := range known {
		if !slices.Contains(has, l) {
			out = append(out, Option{Value: l, Label: l})
		}
	}
	return out
}

// standing says where a conversation stands.
func (r Reader) standing(c chat.Conversation) (string, string) {
	switch c.Status {
	case chat.StatusWaiting:
		if !c.Left.IsZero() {
			return r.Text.S("console.left"), "standing--warn"
		}
		if c.Position > 0 {
			return r.Text.F("console.standing.position", "N", c.Position), "standing--warn"
		}
		return r.Text.S("console.standing.waiting"), "standing--warn"
	case chat.StatusOpen:
		if c.Agent.Bot {
			return r.Text.F("console.standing.bot", "Agent", c.Agent.Name), "standing--warn"
		}
		if c.Agent.ID == r.Agent.ID {
			return r.Text.S("console.standing.mine"), "standing--mine"
		}
		return r.Text.F("console.standing.theirs", "Agent", c.Agent.Name), ""
	case chat.StatusSnoozed:
		return r.Text.F("console.standing.snoozed", "Time", r.moment(c.Snoozed)), ""
	case chat.StatusClosed:
		return r.Text.S("console.standing.closed"), ""
	}
	return r.Text.S("console.standing.new"), ""
}

func (r Reader) ended(c chat.Conversation) string {
	s := r.Text.F("console.ended", "Time", r.moment(c.Closed))
	if c.Score > 0 {
		s += " · " + r.Text.F("console.rated", "Score", c.Score)
	}
	return s
}

// seats lists whom a conversation can be handed to: everybody at the line but herself and who has it, those online first.
func (r Reader) seats(c chat.Conversation, in []chat.Seat) []Seat {
	var out []Seat
	for _, s := range in {
		if s.Agent.ID == r.Agent.ID || s.Agent.ID == c.Agent.ID {
			continue
		}
		chosen := ""
		if !s.Online && (s.Presence == chat.Busy || s.Presence == chat.Away) {
			chosen = r.chosen(s.Presence, s.Reason)
		}
		out = append(out, Seat{
			Chosen: chosen,
			ID:     s.Agent.ID, Name: s.Agent.Name, Face: face(s.Agent.ID, s.Agent.Name), Online: s.Online,
			Load: r.Text.F("console.load", "Open", s.Open, "Capacity", s.Capacity), Full: s.Open >= s.Capacity,
		})
	}
	slices.SortStableFunc(out, func(a, b Seat) int {
		switch {
		case a.Online == b.Online:
			return 0
		case a.Online:
			return -1
		}
		return 1
	})
	return out
}

// primary says which button of the pane is the filled one: there is one at most.
func (p Pane) primary() string {
	if p.Take && (p.Status == chat.StatusWaiting || p.Bot) {
		return "take"
	}
	return "send"
}

// body is the reply on one line.
func (r Reply) body() string {
	return shorten(strings.Join(strings.Fields(r.Body), " "), 160)
}

func (s Seat) standing(t i18n.Text) string {
	switch {
	case s.Chosen != "":
		return s.Chosen
	case !s.Online:
		return t.S("console.transfer.offline")
	case s.Full:
		return t.S("console.transfer.full")
	}
	return t.S("console.transfer.online")
}

// draft is what stands in the field. A browser drops one line break after <textarea>; this one is for that.
func (p Pane) draft() string {
	if p.Draft == "" {
		return ""
	}
	return "\n" + p.Draft
}
