package console

import (
	"net/url"
	"slices"
	"strings"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/ui"
)

// The shelves of the replies' page, beside the categories.
const (
	ShelfAll  = ""
	ShelfMine = "mine"
)

// RepliesPage is the page of the replies kept ready: their categories, a list, and one of them.
type RepliesPage struct {
	Reader
	Rail Rail
	All  []chat.Canned
	// Shelf is ShelfMine, ShelfAll, or a category; Q is what is searched for.
	Shelf, Q string
	// Edit is the reply that is open, nil for none; one without an id is new. Mark is what it was when it was read.
	Edit *chat.Canned
	Mark string
	// Scope is who may use it: "mine", "all", or a line's name.
	Scope string
	// May says that the reader may change it.
	May bool
	// Error says why the form was refused, Wrong the same beside the field it is about; Told says what was done.
	Error string
	Wrong map[string]string
	Told  string
	// Import is the page that takes a file.
	Import bool
}

// shelf is an entry of the way through the categories.
type shelf struct {
	Name, Label, Icon string
	N                 int
}

func (p RepliesPage) shelves() (own, shared []shelf) {
	own = []shelf{{ShelfAll, p.Text.S("console.replies.all"), "layers", len(p.All)}, {ShelfMine, p.Text.S("console.replies.mine"), "user", 0}}
	counts := map[string]int{}
	for _, c := range p.All {
		if c.Owner != "" {
			own[1].N++
		}
		if c.Category != "" {
			counts[c.Category]++
		}
	}
	for _, name := range p.Categories() {
		shared = append(shared, shelf{"c:" + name, name, "", counts[name]})
	}
	return own, shared
}

// Categories are those in use.
func (p RepliesPage) Categories() (names []string) {
	for _, c := range p.All {
		if c.Category != "" && !slices.Contains(names, c.Category) {
			names = append(names, c.Category)
		}
	}
	slices.Sort(names)
	return names
}

// found are the replies on the shelf that are searched for.
func (p RepliesPage) found() (found []chat.Canned) {
	q := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(p.Q)), "/")
	for _, c := range p.All {
		name, is := strings.CutPrefix(p.Shelf, "c:")
		switch {
		case p.Shelf == ShelfMine && c.Owner == "", is && c.Category != name:
			continue
		}
		if strings.Contains(strings.ToLower(c.Title+"\n"+c.Shortcut+"\n"+c.Body), q) {
			found = append(found, c)
		}
	}
	return found
}

// shelfLabel names the shelf.
func (p RepliesPage) shelfLabel() string {
	own, shared := p.shelves()
	for _, s := range append(own, shared...) {
		if s.Name == p.Shelf {
			return s.Label
		}
	}
	return p.Text.S("console.replies.all")
}

func (p RepliesPage) to(path string, pairs ...string) string {
	q := url.Values{}
	if p.Shelf != "" {
		q.Set("shelf", p.Shelf)
	}
	if p.Q != "" {
		q.Set("q", p.Q)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if q.Del(pairs[i]); pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func (p RepliesPage) edits(c chat.Canned) bool { return p.Edit != nil && p.Edit.ID == c.ID }

// path is where the open reply's form posts.
func (p RepliesPage) path() string {
	if p.Edit.ID == "" {
		return p.to("/console/canned/new")
	}
	return p.to("/console/canned/" + string(p.Edit.ID))
}

// scopes are who a reply can be for, by what the reader may.
func (p RepliesPage) scopes() (all []Option) {
	a := p.Agent.Actor()
	add := func(value, label string) {
		all = append(all, Option{Value: value, Label: label, Chosen: value == p.Scope})
	}
	if a.May(chat.ConversationReply) {
		add("mine", p.Text.S("console.replies.scope_mine"))
	}
	if a.May(chat.LibraryWrite) {
		for _, l := range p.Lines {
			add(l.Name, l.Title)
		}
		add("all", p.Text.S("console.replies.scope_all"))
	}
	if !slices.ContainsFunc(all, func(o Option) bool { return o.Chosen }) && p.Scope != "" {
		add(p.Scope, p.scope(p.Scope))
	}
	return all
}

func (p RepliesPage) scope(name string) string {
	switch name {
	case "mine":
		return p.Text.S("console.replies.scope_mine")
	case "all":
		return p.Text.S("console.replies.scope_all")
	}
	return p.badge(name).Title
}

// ScopeOf is who a reply is for, as the form says it.
func ScopeOf(c chat.Canned) string {
	switch {
	case c.Owner != "":
		return "mine"
	case c.Line != "":
		return c.Line
	}
	return "all"
}

// keeps reports whether the reader may keep replies at all.
func (p RepliesPage) keeps() bool {
	a := p.Agent.Actor()
	return a.May(chat.ConversationReply) || a.May(chat.LibraryWrite)
}

// samples are what the preview fills in.
func (p RepliesPage) samples() map[string]string {
	values := map[string]string{"agent.name": p.Agent.Name}
	for _, name := range chat.CannedVariables() {
		if values[name] == "" {
			values[name] = p.Text.S("console.replies.sample_" + variableKey(name))
		}
	}
	if len(p.Lines) > 0 {
		values["line.title"] = p.Lines[0].Title
	}
	return values
}

// variableKey is a variable as it stands in the keys of sentences.
func variableKey(name string) string { return strings.ReplaceAll(name, ".", "_") }

func (p RepliesPage) wrong(name string) string { return p.Wrong[name] }

func (p RepliesPage) title() string {
	if p.Edit != nil && p.Edit.Title != "" {
		return p.Edit.Title
	}
	return p.Text.S("console.replies.title")
}

// shows is the part a phone shows.
func (p RepliesPage) shows() string {
	if p.Edit != nil || p.Import {
		return "thread"
	}
	return "list"
}

func (p RepliesPage) meta() ui.Head {
	h := head(p.Text, p.Theme, p.title())
	h.Styles = append(h.Styles, "css/admin.css", "css/replies.css")
	h.Links, h.Scripts = []string{"/console/lines.css"}, []string{"widget/admin.js"}
	return h
}

// replyValues are what a canned reply's variables stand for in a conversation.
func (r Reader) replyValues(v chat.Visitor, line string) map[string]string {
	values := map[string]string{"visitor.name": strings.TrimSpace(v.Name), "visitor.email": v.Email, "visitor.phone": v.Phone, "agent.name": r.Agent.Name, "line.title": r.badge(line).Title}
	if card, ok := chat.ReadCard(v.Card); ok {
		values["order"], values["order.number"] = card.Title, card.Number
	}
	return values
}
