package console

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// Hand is a team a conversation can be handed to.
type Hand struct {
	ID   chat.ID
	Name string
	// Online of Size agents who work for the line take conversations now.
	Online, Size int
}

// hands lists the teams of the line's agents. Nobody works for the line in one that is left out.
func hands(teams []chat.Team, seats []chat.Seat) []Hand {
	var all []Hand
	for _, t := range teams {
		h := Hand{ID: t.ID, Name: t.Name}
		for _, s := range seats {
			if slices.Contains(t.Agents, s.Agent.ID) {
				h.Size++
				if s.Online {
					h.Online++
				}
			}
		}
		if h.Size > 0 {
			all = append(all, h)
		}
	}
	return all
}

// Why says why a conversation's agents have had it, the last one first, and before that whom it waits for.
func (r Reader) Why(c chat.Conversation, decisions []chat.Decision, teams []chat.Team) []Fact {
	var why []Fact
	if c.Status == chat.StatusWaiting {
		if asks := r.asks(c.Team, c.Skill, teams); len(asks) > 0 {
			why = append(why, Fact{Name: r.Text.S("console.why.asks"), Value: strings.Join(asks, r.Text.S("console.why.and"))})
		}
	}
	for _, d := range slices.Backward(decisions) {
		why = append(why, Fact{Name: d.Agent.Name, Value: r.moment(d.Created) + r.Text.S("console.why.and") + r.because(d, teams)})
	}
	return why
}

// because is a decision's reason in words.
func (r Reader) because(d chat.Decision, teams []chat.Team) string {
	var said string
	switch key := "console.why." + d.Reason; {
	case d.By == chat.KindAgent && d.Reason != chat.ReasonTaken:
		said = r.Text.F(key, "By", d.ByName)
	case d.Reason == string(chat.LeastBusy):
		said = r.Text.F(key, "Open", d.Open, "Capacity", d.Capacity)
	case d.Reason == chat.ReasonOverflow:
		said = r.Text.F(key, "Wait", r.elapsed(time.Duration(d.Waited)*time.Second))
	case r.Text.Has(key):
		said = r.Text.S(key)
	default:
		said = d.Reason
	}
	all := []string{said}
	if d.Reason != chat.ReasonOverflow {
		all = append(all, r.asks(d.Team, d.Skill, teams)...)
	}
	if d.VIP {
		all = append(all, r.Text.S("console.why.vip"))
	}
	if d.Returned {
		all = append(all, r.Text.S("console.why.returned"))
	}
	return strings.Join(all, r.Text.S("console.why.and"))
}

// asks says which team and which skill were asked for.
func (r Reader) asks(team chat.TeamRef, skill string, teams []chat.Team) (all []string) {
	if team.ID != "" {
		if i := slices.IndexFunc(teams, func(t chat.Team) bool { return t.ID == team.ID }); i >= 0 {
			team.Name = teams[i].Name
		}
		all = append(all, r.Text.F("console.why.team", "Team", cmp.Or(team.Name, string(team.ID))))
	}
	if skill != "" {
		all = append(all, r.Text.F("console.why.skill", "Skill", skill))
	}
	return all
}

// explain writes behind a notice why the desk gave the conversation to whom it names.
func (r Reader) explain(rows []Row, decisions []chat.Decision, teams []chat.Team) {
	for i := range rows {
		if rows[i].Kind != RowNotice {
			continue
		}
		for _, d := range decisions {
			if d.Seq == rows[i].Seq && d.By == chat.KindSystem {
				rows[i].Text += r.Text.S("console.why.and") + r.because(d, teams)
			}
		}
	}
}
