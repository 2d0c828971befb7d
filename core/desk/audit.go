package desk

import (
	"context"
	"regexp"
	"slices"

	"github.com/taadis/unique-support/core/chat"
)

// deedsPage is how many entries of the audit log are read at once.
const deedsPage = 500

// roleName is how a role is called where programs read it.
var roleName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)

// SetRole makes a role, or changes what it may; those who have it feel it with their next call.
func (d *Desk) SetRole(ctx context.Context, r chat.Role) error {
	if !roleName.MatchString(r.Name) {
		return chat.Invalid("role_name", "A role's name is of small letters, digits and dashes, at most 32 of them.")
	}
	return d.changeTeam(ctx, func(t change) error {
		roles, err := t.Roles()
		if err != nil {
			return err
		}
		was := chat.Role{}
		if i := slices.IndexFunc(roles, func(x chat.Role) bool { return x.Name == r.Name }); i >= 0 {
			was = roles[i]
		}
		if err := t.within(append(slices.Clone(was.Permissions), r.Permissions...)); err != nil {
			return err
		}
		if was.Name != "" && same(was.Permissions, r.Permissions) {
			return nil
		}
		if err := t.PutRole(r); err != nil {
			return err
		}
		if err := t.someoneStays(); err != nil {
			return err
		}
		return t.record("role:change", r.Name, gained(was.Permissions, r.Permissions))
	})
}

// gained says which permissions were added and which taken away.
func gained(was, is []chat.Permission) map[string]string {
	list := func(of, without []chat.Permission) (names string) {
		for _, p := range of {
			if !slices.Contains(without, p) {
				names += " " + string(p)
			}
		}
		return names
	}
	detail := map[string]string{}
	if added := list(is, was); added != "" {
		detail["added"] = added[1:]
	}
	if taken := list(was, is); taken != "" {
		detail["taken"] = taken[1:]
	}
	return detail
}

// DropRole deletes a role that nobody has.
func (d *Desk) DropRole(ctx context.Context, name string) error {
	return d.changeTeam(ctx, func(t change) error {
		if err := t.gives(name); err != nil {
			return err
		}
		agents, err := t.Agents()
		if err != nil {
			return err
		}
		if slices.ContainsFunc(agents, func(a chat.Agent) bool { return a.Role == name }) {
			return roleUsed()
		}
		if err := t.DropRole(name); chat.CodeOf(err) == chat.CodeInvalid { // an invitation names it
			return roleUsed()
		} else if err != nil {
			return err
		}
		return t.record("role:drop", name, nil)
	})
}

func roleUsed() error {
	return chat.Conflict("role_used", "Somebody has this role, or is invited to have it.")
}

// Deeds returns the last entries of the audit log with a number below before, the newest first, and whether there are more;
// before 0 means from the end.
func (d *Desk) Deeds(ctx context.Context, before int64, limit int) (deeds []chat.Deed, more bool, err error) {
	if !chat.ActorFrom(ctx).May(chat.AdminRead) {
		return nil, false, chat.Forbidden()
	}
	if deeds, err = d.store.DeedsBefore(ctx, before, limit+1); err != nil {
		return nil, false, err
	}
	if more = len(deeds) > limit; more {
		deeds = deeds[:limit]
	}
	return deeds, more, nil
}

// EachDeed calls f with every entry of the audit log, the oldest first. Its chain is checked on the way: sound is false from the
// first entry on that is not what its hash says, or does not follow the one before it.
func (d *Desk) EachDeed(ctx context.Context, f func(deed chat.Deed, sound bool) error) error {
	if !chat.ActorFrom(ctx).May(chat.AdminRead) {
		return chat.Forbidden()
	}
	var seq int64
	hash, sound := "", true
	for {
		page, err := d.store.DeedsAfter(ctx, seq, deedsPage)
		if err != nil {
			return err
		}
		for _, deed := range page {
			sound = sound && deed.Seq == seq+1 && deed.Hash == deed.Chain(hash)
			if err := f(deed, sound); err != nil {
				return err
			}
			seq, hash = deed.Seq, deed.Hash
		}
		if len(page) < deedsPage {
			return nil
		}
	}
}
