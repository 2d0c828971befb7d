package desk

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// joinWithin is how long an invitation can be followed, resetWithin a link to a new password.
	joinWithin  = 7 * 24 * time.Hour
	resetWithin = 24 * time.Hour
	// capacityMax is how many conversations a line may give one person at once.
	capacityMax = 200
)

// Team returns everybody who works here, by name, and the roles there are. A line that is away leaves out what only it knows.
func (d *Desk) Team(ctx context.Context) ([]chat.Member, []chat.Role, error) {
	if !chat.ActorFrom(ctx).May(chat.AdminRead) {
		return nil, nil, chat.Forbidden()
	}
	agents, err := d.store.Agents(ctx)
	if err != nil {
		return nil, nil, err
	}
	roles, err := d.store.Roles(ctx)
	if err != nil {
		return nil, nil, err
	}
	team := make([]chat.Member, len(agents))
	at := map[chat.ID]*chat.Member{}
	for i, a := range agents {
		team[i].Agent = a
		at[a.ID] = &team[i]
	}
	for _, l := range d.store.Lines() {
		seats, err := d.store.Seats(ctx, l.Name)
		if err != nil {
			continue
		}
		for _, s := range seats {
			if m := at[s.Agent.ID]; m != nil {
				m.Open, m.Seated = max(m.Open, s.Open), m.Seated || s.Online
			}
		}
	}
	return team, roles, nil
}

// ChangeMember has f change somebody's role, lines and capacity, or lock her out; her streams end within a second then. Nobody
// changes her own role nor locks herself out, nobody gives or takes what she may not do herself, and one who may change the team stays.
func (d *Desk) ChangeMember(ctx context.Context, id chat.ID, f func(c *chat.Change)) error {
	return d.changeTeam(ctx, func(t change) error {
		a, err := t.agent(id)
		if err != nil {
			return err
		}
		if err := t.gives(a.Role); err != nil {
			return err
		}
		c := chat.Change{Role: a.Role, Lines: a.Lines, Capacity: a.Capacity, Room: maps.Clone(a.Room), Skills: a.Skills, Disabled: a.Disabled}
		f(&c)
		if err := t.settles(c.Role, c.Lines, c.Capacity); err != nil {
			return err
		}
		if err := chat.CheckSkills(c.Skills); err != nil {
			return err
		}
		maps.DeleteFunc(c.Room, func(line string, n int) bool { return n == c.Capacity || !slices.Contains(c.Lines, line) })
		for _, n := range c.Room {
			if err := checkCapacity(n); err != nil {
				return err
			}
		}
		if a.ID == t.by.ID && (c.Role != a.Role || c.Disabled) {
			return chat.Conflict("own_role", "Somebody else has to change your role or lock you out.")
		}
		was := a
		a.Role, a.Lines, a.Capacity, a.Room, a.Skills, a.Disabled = c.Role, c.Lines, c.Capacity, c.Room, c.Skills, c.Disabled
		changed := difference(was, a)
		if len(changed) == 0 {
			return nil
		}
		if err := t.PutAgent(a); err != nil {
			return err
		}
		if err := t.someoneStays(); err != nil {
			return err
		}
		return t.record("member:change", a.Email, changed)
	})
}

// difference says what changed of a member: "before → after", under the name of the field.
func difference(was, is chat.Agent) map[string]string {
	changed := map[string]string{}
	note := func(field, before, after string) {
		if before != after {
			changed[field] = before + " → " + after
		}
	}
	note("role", was.Role, is.Role)
	note("lines", strings.Join(slices.Sorted(slices.Values(was.Lines)), " "), strings.Join(slices.Sorted(slices.Values(is.Lines)), " "))
	note("capacity", strconv.Itoa(was.Capacity), strconv.Itoa(is.Capacity))
	note("room", rooms(was.Room), rooms(is.Room))
	note("skills", strings.Join(was.Skills, ", "), strings.Join(is.Skills, ", "))
	note("disabled", strconv.FormatBool(was.Disabled), strconv.FormatBool(is.Disabled))
	return changed
}

// rooms writes an agent's capacity by line: "mall 2, shop 8".
func rooms(room map[string]int) string {
	all := make([]string, 0, len(room))
	for _, line := range slices.Sorted(maps.Keys(room)) {
		all = append(all, line+" "+strconv.Itoa(room[line]))
	}
	return strings.Join(all, ", ")
}

// SignOutMember ends every session somebody has; her streams end within a second.
func (d *Desk) SignOutMember(ctx context.Context, id chat.ID) error {
	return d.changeTeam(ctx, func(t change) error {
		a, err := t.agent(id)
		if err != nil {
			return err
		}
		if err := t.SignOut(id); err != nil {
			return err
		}
		return t.record("member:sign_out", a.Email, nil)
	})
}

// Invite makes a link by which somebody joins, and returns its token, which is nowhere kept. A new one for an address takes the
// place of the one before.
func (d *Desk) Invite(ctx context.Context, v chat.Invitation) (token string, err error) {
	v.Email = strings.TrimSpace(v.Email)
	if parsed, err := mail.ParseAddress(v.Email); err != nil || parsed.Address != v.Email || len(v.Email) > 254 {
		return "", chat.Invalid("email", "This is not an e-mail address.")
	}
	err = d.changeTeam(ctx, func(t change) error {
		if err := t.settles(v.Role, v.Lines, v.Capacity); err != nil {
			return err
		}
		agents, err := t.Agents()
		if err != nil {
			return err
		}
		if slices.ContainsFunc(agents, func(a chat.Agent) bool { return strings.EqualFold(a.Email, v.Email) }) {
			return chat.Conflict("email_taken", "An agent with this e-mail address already exists.")
		}
		if token, err = t.invite(v, joinWithin, chat.MailInvite, chat.ActorFrom(ctx).Locale); err != nil {
			return err
		}
		return t.record("member:invite", v.Email, map[string]string{"role": v.Role, "lines": strings.Join(v.Lines, " ")})
	})
	return token, err
}

// Reset makes a link by which somebody chooses a new password, and returns its token. Her password is good until she has.
func (d *Desk) Reset(ctx context.Context, id chat.ID) (token string, err error) {
	err = d.changeTeam(ctx, func(t change) error {
		a, err := t.agent(id)
		if err != nil {
			return err
		}
		if err := t.gives(a.Role); err != nil {
			return err
		}
		v := chat.Invitation{Email: a.Email, Role: a.Role, Lines: a.Lines, Capacity: a.Capacity, Agent: a.ID}
		if token, err = t.invite(v, resetWithin, chat.MailReset, cmp.Or(a.Locale, chat.ActorFrom(ctx).Locale)); err != nil {
			return err
		}
		return t.record("password:link", a.Email, nil)
	})
	return token, err
}

// Invitations returns those that can still be followed, the newest first.
func (d *Desk) Invitations(ctx context.Context) ([]chat.Invitation, error) {
	if !chat.ActorFrom(ctx).May(chat.AdminRead) {
		return nil, chat.Forbidden()
	}
	return d.store.Invitations(ctx)
}

// Uninvite takes an invitation back.
func (d *Desk) Uninvite(ctx context.Context, id chat.ID) error {
	return d.changeTeam(ctx, func(t change) error {
		v, err := t.DropInvitation(id)
		if err != nil {
			return err
		}
		return t.record("member:uninvite", v.Email, nil)
	})
}

// Invited returns the invitation a token stands for, or chat.NotFound: it was never given, is used, or has expired.
func (d *Desk) Invited(ctx context.Context, token string) (chat.Invitation, error) {
	return d.store.Invitation(ctx, hashed(token))
}

// Join uses a token up: it makes the agent it invites, or gives the one whose it is her new password, and ends her sessions.
func (d *Desk) Join(ctx context.Context, token, name, passwordHash string) (chat.Agent, error) {
	var joined chat.Agent
	name = strings.TrimSpace(name)
	now := d.clock.Now()
	err := d.store.ChangeTeam(ctx, func(c chat.TeamChange) error {
		v, err := c.TakeInvitation(hashed(token))
		if err != nil {
			return err
		}
		action := "password:change"
		if v.Agent != "" {
			t := change{TeamChange: c}
			if joined, err = t.agent(v.Agent); err != nil {
				return err
			}
			if joined.Disabled {
				return chat.NotFound()
			}
		} else {
			action = "member:join"
			if chat.CheckText(name, 80) != nil {
				return chat.Invalid("name", "A name is a text of at most 80 characters.")
			}
			joined = chat.Agent{ID: chat.NewID(now), Email: v.Email, Name: name, Role: v.Role, Lines: v.Lines, Capacity: v.Capacity, Presence: chat.Online, Created: chat.Time{Time: now}}
		}
		joined.PasswordHash = passwordHash
		if err := c.PutAgent(joined); err != nil {
			return err
		}
		return c.Record(chat.Deed{At: chat.Time{Time: now}, By: chat.AgentRef{ID: joined.ID, Name: joined.Name}, Action: action, Subject: joined.Email, Trace: chat.TraceFrom(ctx)})
	})
	if err != nil {
		return chat.Agent{}, err
	}
	return enabled(d.store.Agent(ctx, joined.ID))
}

func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// change is a change of the team by somebody who may.
type change struct {
	chat.TeamChange
	by    chat.Actor
	lines []chat.Line
	now   time.Time
	trace string
	token func(id chat.ID) string
	mail  bool
}

func (d *Desk) changeTeam(ctx context.Context, f func(t change) error) error {
	by := chat.ActorFrom(ctx)
	if !by.May(chat.TeamWrite) {
		return chat.Forbidden()
	}
	return d.store.ChangeTeam(ctx, func(t chat.TeamChange) error {
		return f(change{TeamChange: t, by: by, lines: d.store.Lines(), now: d.clock.Now(), trace: chat.TraceFrom(ctx), token: d.token, mail: d.mail})
	})
}

func (t change) record(action, subject string, detail map[string]string) error {
	return t.Record(chat.Deed{At: chat.Time{Time: t.now}, By: chat.AgentRef{ID: t.by.ID, Name: t.by.Name}, Action: action, Subject: subject, Detail: detail, Trace: t.trace})
}

func (t change) agent(id chat.ID) (chat.Agent, error) {
	agents, err := t.Agents()
	if err != nil {
		return chat.Agent{}, err
	}
	i := slices.IndexFunc(agents, func(a chat.Agent) bool { return a.ID == id })
	if i < 0 {
		return chat.Agent{}, chat.NotFound()
	}
	return agents[i], nil
}

// gives refuses a role that may do what whoever changes the team may not: nobody makes somebody mightier than herself.
func (t change) gives(role string) error {
	roles, err := t.Roles()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(roles, func(r chat.Role) bool { return r.Name == role })
	if i < 0 {
		return chat.Invalid("role", "There is no such role.")
	}
	return t.within(roles[i].Permissions)
}

func (t change) within(ps []chat.Permission) error {
	for _, p := range ps {
		if !t.by.May(p) {
			return &chat.Error{Code: chat.CodeForbidden, Key: "beyond_own", Detail: "You cannot give what you may not do yourself."}
		}
	}
	return nil
}

// settles checks what a member is to be.
func (t change) settles(role string, lines []string, capacity int) error {
	if err := checkCapacity(capacity); err != nil {
		return err
	}
	for _, name := range lines {
		if !slices.ContainsFunc(t.lines, func(l chat.Line) bool { return l.Name == name }) {
			return chat.Invalid("line", "There is no such line.")
		}
	}
	return t.gives(role)
}

func checkCapacity(n int) error {
	if n < 0 || n > capacityMax {
		return chat.Invalid("capacity", "Capacity is a number from 0 to 200.")
	}
	return nil
}

// someoneStays refuses to leave nobody who may change the team.
func (t change) someoneStays() error {
	agents, err := t.Agents()
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(agents, func(a chat.Agent) bool { return !a.Disabled && a.Actor().May(chat.TeamWrite) }) {
		return chat.Conflict("last_owner", "Somebody has to be left who may change the team.")
	}
	return nil
}

// invite keeps an invitation, has its link sent where mail can be, and returns the link's token.
func (t change) invite(v chat.Invitation, lasts time.Duration, kind chat.MailKind, locale string) (token string, err error) {
	v.ID, v.By = chat.NewID(t.now), chat.AgentRef{ID: t.by.ID, Name: t.by.Name}
	token = t.token(v.ID)
	if err := t.PutInvitation(v, hashed(token), lasts); err != nil || !t.mail {
		return token, err
	}
	return token, t.PutMail(chat.Mail{ID: chat.NewID(t.now), Kind: kind, To: v.Email, Locale: locale, Invitation: v.ID, Trace: t.trace})
}
