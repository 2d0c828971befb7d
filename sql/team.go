package sql

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

type invitationRow struct {
	ID       chat.ID        `db:"id"`
	Hash     string         `db:"hash"`
	Email    string         `db:"email"`
	Role     string         `db:"role"`
	Lines    pq.StringArray `db:"lines"`
	Capacity int            `db:"capacity"`
	Agent    chat.ID        `db:"agent_id"`
	By       chat.ID        `db:"by_id"`
	ByName   string         `db:"by_name"`
	Created  time.Time      `db:"created_at"`
	Expires  time.Time      `db:"expires_at"`
	Lasts    float64        `db:"lasts"` // seconds
	Mail     chat.JobState  `db:"mail"`
	MailErr  string         `db:"mail_error"`
}

func (r invitationRow) invitation() chat.Invitation {
	return chat.Invitation{
		ID: r.ID, Email: r.Email, Role: r.Role, Lines: r.Lines, Capacity: r.Capacity, Agent: r.Agent, By: chat.AgentRef{ID: r.By, Name: r.ByName},
		Created: chat.Time{Time: r.Created}, Expires: chat.Time{Time: r.Expires}, Mail: r.Mail, MailError: r.MailErr,
	}
}

// ChangeTeam runs f with the team as it is; what f changes is written together, or not at all, and nobody changes the team meanwhile.
func (s *Store) ChangeTeam(ctx context.Context, f func(t chat.TeamChange) error) error {
	var routed map[string]chat.Routing
	err := s.main.tx(ctx, func(t *tx) error {
		if _, err := t.exec("Team_Lock"); err != nil {
			return err
		}
		routed = map[string]chat.Routing{}
		return f(team{t, routed})
	})
	if err != nil {
		return fmt.Errorf("change team: %w", err)
	}
	s.routed(routed)
	return nil
}

// Seen says that the agents have a console open now.
func (s *Store) Seen(ctx context.Context, agents []chat.ID) error {
	if _, err := s.main.exec(ctx, "Team_Seen", texts(agents)); err != nil {
		return fmt.Errorf("note who was seen: %w", err)
	}
	return nil
}

// Invitations returns those that can still be followed, the newest first.
func (s *Store) Invitations(ctx context.Context) ([]chat.Invitation, error) {
	var rows []invitationRow
	if err := s.main.selectAll(ctx, &rows, "Invitation_List"); err != nil {
		return nil, fmt.Errorf("read invitations: %w", err)
	}
	all := make([]chat.Invitation, len(rows))
	for i, r := range rows {
		all[i] = r.invitation()
	}
	return all, nil
}

// Invitation returns the one whose token has this SHA-256 in hex, or chat.NotFound.
func (s *Store) Invitation(ctx context.Context, hash string) (chat.Invitation, error) {
	var r invitationRow
	if err := s.main.get(ctx, &r, "Invitation_Find", hash); err != nil {
		return chat.Invitation{}, fmt.Errorf("read invitation: %w", err)
	}
	return r.invitation(), nil
}

// InvitationByID returns one that can still be followed, or chat.NotFound.
func (s *Store) InvitationByID(ctx context.Context, id chat.ID) (chat.Invitation, error) {
	var r invitationRow
	if err := s.main.get(ctx, &r, "Invitation_ByID", id); err != nil {
		return chat.Invitation{}, fmt.Errorf("read invitation: %w", err)
	}
	return r.invitation(), nil
}

// team is a change of the team that is under way.
type team struct {
	t *tx
	// routed is what was set of lines, to be known here once it is written.
	routed map[string]chat.Routing
}

func (c team) Agents() ([]chat.Agent, error) {
	var rows []agentRow
	if err := c.t.selectAll(&rows, "Agent_List"); err != nil {
		return nil, err
	}
	return agents(rows), nil
}

func (c team) Roles() ([]chat.Role, error) {
	var rows []roleRow
	if err := c.t.selectAll(&rows, "Role_List"); err != nil {
		return nil, err
	}
	return roles(rows), nil
}

func (c team) PutAgent(a chat.Agent) error { return putAgent(c.t, a) }

func (c team) SignOut(agent chat.ID) error {
	_, err := c.t.exec("Team_SignOut", agent)
	return err
}

func (c team) PutRole(r chat.Role) error {
	_, err := c.t.exec("Role_Put", r.Name, names(r.Permissions))
	return err
}

func (c team) DropRole(name string) error {
	_, err := c.t.exec("Role_Drop", name)
	return err
}

func (c team) PutInvitation(v chat.Invitation, hash string, lasts time.Duration) error {
	_, err := c.t.exec("Invitation_Put", invitationRow{
		ID: v.ID, Hash: hash, Email: v.Email, Role: v.Role, Lines: v.Lines, Capacity: v.Capacity, Agent: v.Agent, By: v.By.ID, ByName: v.By.Name,
		Lasts: lasts.Seconds(),
	})
	return err
}

func (c team) InvitationOf(agent chat.ID, lasts time.Duration) (chat.Invitation, error) {
	var r invitationRow
	err := c.t.get(&r, "Invitation_Of", agent, lasts.Seconds())
	return r.invitation(), err
}

func (c team) InvitationFor(email string) (chat.Invitation, error) {
	var r invitationRow
	err := c.t.get(&r, "Invitation_For", email)
	return r.invitation(), err
}

func (c team) PutMail(m chat.Mail) error {
	_, err := c.t.exec("Mail_Put", mailRowOf(m))
	return err
}

func (c team) TakeInvitation(hash string) (chat.Invitation, error) {
	var r invitationRow
	err := c.t.get(&r, "Invitation_Take", hash)
	return r.invitation(), err
}

func (c team) DropInvitation(id chat.ID) (chat.Invitation, error) {
	var r invitationRow
	err := c.t.get(&r, "Invitation_Drop", id)
	return r.invitation(), err
}
