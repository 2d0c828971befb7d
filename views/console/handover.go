package console

import (
	"cmp"
	"slices"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/ui"
)

// Handover is the page where many conversations are handed over at once.
type Handover struct {
	Reader
	Rail Rail
	// Open are the conversations that wait or that somebody has; More says that there are others besides.
	Open []chat.Conversation
	More bool
	// Seats are those who can be given one, on any of the reader's lines, Teams the teams they are in.
	Seats []chat.Seat
	Teams []chat.Team
	// Of narrows the list to what one agent has; "" for all.
	Of chat.ID
	// Chosen, To and Note are what was filled in when it was refused, Error why; Done is how many were handed over just now.
	Chosen   []chat.ID
	To, Note string
	Error    string
	Done     int
}

// handed is a row of the page.
type handed struct {
	chat.Conversation
	Name, Standing, Href string
	Line                 Badge
	Wait                 Wait
	Chosen               bool
}

// rows are the conversations the list is narrowed to: who waits first, then by who has them.
func (p Handover) rows() []handed {
	var rows []handed
	for _, c := range p.Open {
		if p.Of != "" && c.Agent.ID != p.Of {
			continue
		}
		h := handed{Conversation: c, Name: p.visitor(c.Visitor, c.VisitorName), Href: List{View: chat.ViewAll}.open(c.ID), Line: p.badge(c.Line), Wait: p.wait(c), Chosen: slices.Contains(p.Chosen, c.ID)}
		if h.Standing = c.Agent.Name; c.Agent.ID == "" {
			h.Standing = p.Text.S("console.standing.waiting")
		}
		rows = append(rows, h)
	}
	slices.SortStableFunc(rows, func(a, b handed) int {
		if (a.Agent.ID == "") != (b.Agent.ID == "") {
			return map[bool]int{true: -1, false: 1}[a.Agent.ID == ""]
		}
		return cmp.Compare(a.Agent.Name, b.Agent.Name)
	})
	return rows
}

// holders are those who have a conversation now, by name.
func (p Handover) holders() []chat.AgentRef {
	var all []chat.AgentRef
	for _, c := range p.Open {
		if c.Agent.ID != "" && !slices.ContainsFunc(all, func(a chat.AgentRef) bool { return a.ID == c.Agent.ID }) {
			all = append(all, c.Agent)
		}
	}
	slices.SortFunc(all, func(a, b chat.AgentRef) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// standing says how much somebody has, and whether she is there.
func (p Handover) standing(s chat.Seat) string {
	said := s.Agent.Name + p.Text.S("console.why.and") + p.Text.F("console.load", "Open", s.Open, "Capacity", s.Capacity)
	if !s.Online {
		said += p.Text.S("console.why.and") + p.Text.S("console.transfer.offline")
	}
	return said
}

func (p Handover) meta() ui.Head {
	h := head(p.Text, p.Theme, p.Text.S("console.handover.title"))
	h.Styles = append(h.Styles, "css/admin.css")
	h.Links, h.Scripts = []string{"/console/lines.css"}, []string{"widget/admin.js"}
	return h
}
