package console

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
	"github.com/taadis/unique-support/views/ui"
)

// The tabs of the team's pages.
const (
	TabMembers = "members"
	TabPending = "pending"
	TabLog     = "log"
)

// Team is what is known of those who work here.
type Team struct {
	Members []chat.Member
	Roles   []chat.Role
	Pending []chat.Invitation
	Teams   []chat.Team
	// Deeds is a page of the audit log, the newest first; More says that there are older ones.
	Deeds []chat.Deed
	More  bool
	// Sound says that the log's chain holds, as far as it was checked; nil when it was not.
	Sound *bool
}

// TeamPage is one of the team's pages.
type TeamPage struct {
	Reader
	Rail Rail
	Team Team
	Keys Keys
	// Tab is the page, Q what is searched for among members.
	Tab, Q string
	// Error is why the last form was refused.
	Error string
	// Member is whose page it is, nil on the others; Form is the form that is open, for her or for an invitation.
	Member *chat.Member
	Form   *TeamForm
	// TeamForm is what was typed of a team when it was refused.
	TeamForm chat.Team
	// Link is a link that was made just now: it is shown this once.
	Link, LinkFor string
	// Mail says that the desk sends mail.
	Mail bool
}

// TeamForm is what an administrator fills in about somebody.
type TeamForm struct {
	Email, Role string
	Lines       []string
	Capacity    string
	// Skills and Room, by line, are a member's; an invitation has neither.
	Skills string
	Room   map[string]string
}

// Join is the page of an invitation, or of a link to a new password.
type Join struct {
	Text  i18n.Text
	Theme string
	// Path is where the form goes.
	Path string
	// Email is whose it is, Name what was typed before, Error why it was refused. Reset asks for a password only.
	Email, Name, Error string
	Reset              bool
	// Gone says that the link is used, or has expired: there is nothing to fill in.
	Gone bool
}

// may reports whether the reader may change the team.
func (p TeamPage) may() bool { return p.Agent.Actor().May(chat.TeamWrite) }

// found are the members searched for.
func (p TeamPage) found() (found []chat.Member) {
	q := strings.ToLower(strings.TrimSpace(p.Q))
	for _, m := range p.Team.Members {
		if strings.Contains(strings.ToLower(m.Name), q) || strings.Contains(strings.ToLower(m.Email), q) {
			found = append(found, m)
		}
	}
	return found
}

// role says a role's name as people call it: ours are translated, a desk's own are called what they are.
func role(t i18n.Text, name string) string {
	if key := "console.role." + strings.ReplaceAll(name, "-", "_"); t.Has(key) {
		return t.S(key)
	}
	return name
}

// state is what a member does now, and the dot that says so.
func (p TeamPage) state(m chat.Member) (label string, dot string) {
	switch {
	case m.Disabled:
		return p.Text.S("console.team.disabled"), "dot--off"
	case m.Seated && m.Open >= m.Capacity:
		return p.Text.S("console.presence.full"), "dot--busy"
	case m.Seated:
		return p.Text.S("console.presence.online"), "dot--on"
	case p.here(m) && m.Presence == chat.Busy:
		return p.chosen(chat.Busy, m.Reason), "dot--busy"
	case p.here(m):
		return p.chosen(chat.Away, m.Reason), "dot--away"
	}
	return p.Text.S("console.team.offline"), "dot--off"
}

// here reports whether a member is at her console: she was seen in the last two minutes, or it is she who looks.
func (p TeamPage) here(m chat.Member) bool {
	return m.ID == p.Agent.ID || !m.Seen.IsZero() && p.Now.Sub(m.Seen.Time).Minutes() < 2
}

// since says whose an invitation is, and how long it is good.
func (p TeamPage) since(v chat.Invitation) string {
	if v.By.Name == "" {
		return p.Text.F("console.team.pending_self", "When", p.moment(v.Expires))
	}
	return p.Text.F("console.team.pending_by", "Name", v.By.Name, "When", p.moment(v.Expires))
}

func (p TeamPage) seen(m chat.Member) string {
	switch {
	case m.Seated || p.here(m):
		return p.Text.S("console.team.now")
	case m.Seen.IsZero():
		return p.Text.S("console.team.never")
	}
	return p.when(m.Seen)
}

// badges are the lines a member works for, in the order they have everywhere.
func (p TeamPage) badges(names []string) (badges []Badge) {
	for _, l := range p.Lines {
		if slices.Contains(names, l.Name) {
			badges = append(badges, p.badge(l.Name))
		}
	}
	for _, name := range names {
		if !slices.ContainsFunc(badges, func(b Badge) bool { return b.Name == name }) {
			badges = append(badges, p.badge(name))
		}
	}
	return badges
}

// roles are the columns of the grid: the one who may most first.
func (p TeamPage) roles() []chat.Role {
	roles := slices.Clone(p.Team.Roles)
	slices.SortStableFunc(roles, func(a, b chat.Role) int { return len(b.Permissions) - len(a.Permissions) })
	return roles
}

// used reports whether somebody has the role.
func (p TeamPage) used(name string) bool {
	return slices.ContainsFunc(p.Team.Members, func(m chat.Member) bool { return m.Role == name })
}

// fixed reports whether a role's permissions are not to be changed here: the reader's own, and those of one who may more than she.
func (p TeamPage) fixed(r chat.Role) bool {
	if r.Name == p.Agent.Role {
		return true
	}
	return slices.ContainsFunc(r.Permissions, func(x chat.Permission) bool { return !p.Agent.Actor().May(x) })
}

func (p TeamPage) grants(r chat.Role, x chat.Permission) bool {
	return slices.Contains(r.Permissions, x)
}

// deed says what an entry of the audit log tells, in the reader's language.
func (p TeamPage) deed(d chat.Deed) string {
	key := "console.deed." + strings.NewReplacer(":", "_").Replace(d.Action)
	if !p.Text.Has(key) {
		return d.Action + " " + d.Subject
	}
	return p.Text.F(key, "Subject", p.subject(d))
}

func (p TeamPage) subject(d chat.Deed) string {
	if strings.HasPrefix(d.Action, "role:") {
		return role(p.Text, d.Subject)
	}
	return d.Subject
}

// details are the particulars of an entry, in the order of their names.
func (p TeamPage) details(d chat.Deed) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(d.Detail)) {
		label := name
		if key := "console.deed.field_" + name; p.Text.Has(key) {
			label = p.Text.S(key)
		}
		all = append(all, p.Text.F("console.deed.detail", "Name", label, "Value", d.Detail[name]))
	}
	return strings.Join(all, p.Text.S("console.deed.comma"))
}

// title names the page.
func (p TeamPage) title() string {
	if p.Member != nil {
		return p.Member.Name
	}
	return p.Text.S("console.team.title")
}

func (p TeamPage) meta() ui.Head {
	h := head(p.Text, p.Theme, p.title())
	h.Styles = append(h.Styles, "css/admin.css")
	h.Links, h.Scripts = []string{"/console/lines.css"}, []string{"widget/admin.js"}
	return h
}

func share(open, capacity int) string { return fmt.Sprintf("%d/%d", open, capacity) }

// permissionKey is the sentence of a permission.
func permissionKey(p chat.Permission) string {
	return "console.permission." + strings.ReplaceAll(string(p), ":", "_")
}

func (j Join) title() string {
	if j.Reset {
		return j.Text.S("console.join.reset")
	}
	return j.Text.S("console.join.title")
}
