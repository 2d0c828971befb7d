package console

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/ui"
)

// BoardPage is how the desk stands now, for a screen on the wall.
type BoardPage struct {
	Reader
	Rail        Rail
	Board       []chat.BoardLine
	Unavailable []string
}

func (p BoardPage) meta() ui.Head {
	h := head(p.Text, p.Theme, p.Text.S("console.board.title"))
	h.Styles = append(h.Styles, "css/admin.css", "css/reports.css")
	h.Links, h.Scripts = []string{"/console/lines.css"}, []string{"widget/board.js"}
	return h
}

// BoardFigure is a large number.
type BoardFigure struct{ Name, Value, Class string }

func (p BoardPage) figures() []BoardFigure {
	waiting, open, risks := 0, 0, 0
	var oldest chat.Time
	for _, l := range p.Board {
		waiting, open, risks = waiting+l.Waiting, open+l.Open, risks+len(l.Risks)
		if !l.Oldest.IsZero() && (oldest.IsZero() || l.Oldest.Before(oldest.Time)) {
			oldest = l.Oldest
		}
	}
	online, load, room := 0, 0, 0
	for _, s := range p.seats() {
		if s.Online {
			online, load, room = online+1, load+s.Open, room+s.Capacity
		}
	}
	label, class := p.waited(oldest)
	risk := ""
	if risks > 0 {
		risk = "board__n--bad"
	}
	return []BoardFigure{
		{p.Text.S("console.board.waiting"), strconv.Itoa(waiting), class},
		{p.Text.S("console.board.longest"), label, class},
		{p.Text.S("console.board.open"), strconv.Itoa(open), ""},
		{p.Text.S("console.board.online"), strconv.Itoa(online), ""},
		{p.Text.S("console.board.load"), share(load, room), ""},
		{p.Text.S("console.board.risks"), strconv.Itoa(risks), risk},
	}
}

// waited is how long somebody has waited, and how bad that is.
func (p BoardPage) waited(since chat.Time) (label, class string) {
	if since.IsZero() {
		return "–", ""
	}
	d := max(0, p.Now.Sub(since.Time))
	switch {
	case d >= 3*time.Minute:
		class = "board__n--bad"
	case d >= time.Minute:
		class = "board__n--warn"
	}
	return p.elapsed(d), class
}

// seats are the agents of all lines once each, with what they have on all of them: those online first.
func (p BoardPage) seats() (all []chat.Seat) {
	for _, l := range p.Board {
		for _, s := range l.Seats {
			i := slices.IndexFunc(all, func(x chat.Seat) bool { return x.Agent.ID == s.Agent.ID })
			if i < 0 {
				all = append(all, s)
				continue
			}
			all[i].Open, all[i].Capacity, all[i].Online = all[i].Open+s.Open, all[i].Capacity+s.Capacity, all[i].Online || s.Online
		}
	}
	slices.SortStableFunc(all, func(a, b chat.Seat) int {
		if a.Online != b.Online {
			if a.Online {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(b.Open, a.Open), cmp.Compare(a.Agent.Name, b.Agent.Name))
	})
	return all
}

// present are the seats worth a place on the wall: of those who are here, or have something in hand.
func (p BoardPage) present() (all []chat.Seat) {
	for _, s := range p.seats() {
		if s.Online || s.Open > 0 {
			all = append(all, s)
		}
	}
	return all
}

func online(l chat.BoardLine) (n int) {
	for _, s := range l.Seats {
		if s.Online {
			n++
		}
	}
	return n
}

// risks are those of all lines, the longest wait first.
func (p BoardPage) risks() (all []chat.Conversation) {
	for _, l := range p.Board {
		all = append(all, l.Risks...)
	}
	since := func(c chat.Conversation) time.Time {
		if c.Status == chat.StatusWaiting {
			return c.Waiting.Time
		}
		return c.Last.Time
	}
	slices.SortStableFunc(all, func(a, b chat.Conversation) int { return since(a).Compare(since(b)) })
	return all[:min(len(all), 20)]
}

func (p BoardPage) risk(c chat.Conversation) (why, label, class string) {
	if c.Status == chat.StatusWaiting {
		label, class = p.waited(c.Waiting)
		return p.Text.S("console.board.why_queue"), label, class
	}
	label, class = p.waited(c.Last)
	return p.Text.S("console.board.why_answer"), label, class
}
