package console

import (
	"slices"
	"strconv"

	"github.com/taadis/unique-support/core/chat"
)

// Choices are what a list can be narrowed to, besides what every list has.
type Choices struct {
	Labels []string
	Agents []chat.AgentRef
}

// waits are the waiting times to choose from, in minutes.
var waits = []int{1, 3, 10, 30}

// Chip is a filter that is on, and the way to take it off.
type Chip struct {
	// Name is the field's name.
	Name, Label string
	// Off says what taking it off does, Href does it.
	Off, Href string
}

// Narrow gives the list its filters.
func (r Reader) Narrow(in *Inbox, l List, c Choices) {
	if l.Label != "" && !slices.Contains(c.Labels, l.Label) {
		c.Labels = append([]string{l.Label}, c.Labels...)
	}
	in.Labels = []Option{{Label: r.Text.S("console.filter.any_label"), Chosen: l.Label == ""}}
	for _, x := range c.Labels {
		in.Labels = append(in.Labels, Option{Value: x, Label: x, Chosen: l.Label == x})
	}
	in.Agents = []Option{{Label: r.Text.S("console.filter.any_agent"), Chosen: l.Agent == ""}, {Value: "none", Label: r.Text.S("console.filter.nobody"), Chosen: l.Agent == "none"}}
	for _, a := range c.Agents {
		name := a.Name
		if a.ID == r.Agent.ID {
			name = r.Text.F("console.filter.me", "Name", name)
		}
		in.Agents = append(in.Agents, Option{Value: string(a.ID), Label: name, Chosen: l.Agent == string(a.ID)})
	}
	in.Waits = []Option{{Label: r.Text.S("console.filter.any_wait"), Chosen: l.Wait == 0}}
	for _, n := range waits {
		in.Waits = append(in.Waits, Option{Value: strconv.Itoa(n), Label: r.Text.N("console.filter.wait", n), Chosen: l.Wait == n})
	}
	if l.Wait > 0 && !slices.Contains(waits, l.Wait) {
		in.Waits = append(in.Waits, Option{Value: strconv.Itoa(l.Wait), Label: r.Text.N("console.filter.wait", l.Wait), Chosen: true})
	}
	in.Chips = r.chips(l, c.Agents)
}

// chips are the filters that are on. A line that is chosen in the rail is one, too; words that are looked for stand in their field.
func (r Reader) chips(l List, agents []chat.AgentRef) (chips []Chip) {
	add := func(name, label string, off func(*List)) {
		without := l
		off(&without)
		chips = append(chips, Chip{Name: name, Label: label, Off: r.Text.F("console.filter.off", "Filter", label), Href: without.URL("/console")})
	}
	if l.Line != "" {
		add("line", r.badge(l.Line).Title, func(l *List) { l.Line = "" })
	}
	if l.Status != "" {
		add("status", r.status(l.Status), func(l *List) { l.Status = "" })
	}
	if l.Label != "" {
		add("label", l.Label, func(l *List) { l.Label = "" })
	}
	if l.Agent != "" {
		name := r.Text.S("console.filter.somebody")
		if l.Agent == "none" {
			name = r.Text.S("console.filter.nobody")
		}
		for _, a := range agents {
			if string(a.ID) == l.Agent {
				name = a.Name
			}
		}
		add("agent", name, func(l *List) { l.Agent = "" })
	}
	if l.Unread {
		add("unread", r.Text.S("console.filter.unread"), func(l *List) { l.Unread = false })
	}
	if l.Wait > 0 {
		add("wait", r.Text.N("console.filter.wait", l.Wait), func(l *List) { l.Wait = 0 })
	}
	return chips
}

// more counts the filters that stand behind the button.
func (in Inbox) more() (n int) {
	for _, on := range []bool{in.List.Label != "", in.List.Agent != "", in.List.Unread, in.List.Wait > 0} {
		if on {
			n++
		}
	}
	return n
}

// emptiness says why there is nothing: the view has nothing, or which filter left nothing, where it is only one.
func (in Inbox) emptiness() string {
	switch l := in.List; {
	case l.Q != "":
		return "found"
	case !l.Narrowed() && !in.Later:
		return string(l.View)
	case l == List{View: l.View, Unread: true}:
		return "unread"
	case l == List{View: l.View, Wait: l.Wait}:
		return "wait"
	case l == List{View: l.View, Label: l.Label}:
		return "label"
	case l == List{View: l.View, Agent: l.Agent}:
		return "agent"
	}
	return "narrowed"
}
