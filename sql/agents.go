package sql

import (
	"cmp"
	"context"
	stdsql "database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

type agentRow struct {
	ID           chat.ID         `db:"id"`
	Email        string          `db:"email"`
	Name         string          `db:"name"`
	Role         string          `db:"role"`
	Locale       string          `db:"locale"`
	Presence     chat.Presence   `db:"presence"`
	Reason       string          `db:"away_reason"`
	Capacity     int             `db:"capacity"`
	PasswordHash string          `db:"password_hash"`
	Disabled     bool            `db:"disabled"`
	Created      time.Time       `db:"created_at"`
	Permissions  pq.StringArray  `db:"permissions"`
	Lines        pq.StringArray  `db:"lines"`
	Seen         stdsql.NullTime `db:"seen_at"`
	Since        int             `db:"sessions_since"`
	Skills       pq.StringArray  `db:"skills"`
	Teams        pq.StringArray  `db:"teams"`
	Room         []byte          `db:"room"`
	SecondFactor bool            `db:"second_factor"`
	Notify       []byte          `db:"notify"`
}

func (r agentRow) agent() chat.Agent {
	var room map[string]int
	_ = json.Unmarshal(r.Room, &room) // numbers by name, or null
	if len(r.Skills) == 0 {
		r.Skills = nil
	}
	notify := chat.DefaultNotify()
	_ = json.Unmarshal(r.Notify, &notify) // ours; what she never chose stays as it is by default
	return chat.Agent{
		Notify: notify,
		Skills: r.Skills, Teams: ids(r.Teams), Room: room,
		ID: r.ID, Email: r.Email, Name: r.Name, Role: r.Role, Locale: r.Locale, Presence: r.Presence, Reason: r.Reason, Capacity: r.Capacity,
		PasswordHash: r.PasswordHash, Disabled: r.Disabled, Created: chat.Time{Time: r.Created}, Lines: r.Lines,
		Permissions: permissions(r.Permissions), Seen: chat.Time{Time: r.Seen.Time}, Since: r.Since, SecondFactor: r.SecondFactor,
	}
}

func agents(rows []agentRow) []chat.Agent {
	all := make([]chat.Agent, len(rows))
	for i, r := range rows {
		all[i] = r.agent()
	}
	return all
}

// Agent returns one agent with her lines and permissions, or chat.NotFound.
func (s *Store) Agent(ctx context.Context, id chat.ID) (chat.Agent, error) {
	return s.agent(ctx, "Agent_ByID", id)
}

// AgentByEmail is Agent by e-mail address, whatever its case.
func (s *Store) AgentByEmail(ctx context.Context, email string) (chat.Agent, error) {
	return s.agent(ctx, "Agent_ByEmail", email)
}

func (s *Store) agent(ctx context.Context, statement string, by any) (chat.Agent, error) {
	var r agentRow
	if err := s.main.get(ctx, &r, statement, by); err != nil {
		return chat.Agent{}, fmt.Errorf("read agent: %w", err)
	}
	return r.agent(), nil
}

// AgentByKey returns the agent of an API key that is not revoked, by the SHA-256 of the key in hex, her permissions narrowed to the key's
// scopes. An agent who is disabled is not found.
func (s *Store) AgentByKey(ctx context.Context, hash string) (chat.Agent, error) {
	var r struct {
		agentRow
		Scopes pq.StringArray `db:"scopes"`
		Stale  bool           `db:"stale"`
	}
	if err := s.main.get(ctx, &r, "Agent_ByKey", hash); err != nil {
		return chat.Agent{}, fmt.Errorf("read agent by key: %w", err)
	}
	if r.Stale {
		if _, err := s.main.exec(ctx, "Key_Used", hash); err != nil {
			s.log.WarnContext(ctx, "not noted that a key was used", "error", err)
		}
	}
	a := r.agent()
	a.Permissions = slices.DeleteFunc(a.Permissions, func(p chat.Permission) bool { return !slices.Contains(r.Scopes, string(p)) })
	return a, nil
}

// Agents returns everybody, by name.
func (s *Store) Agents(ctx context.Context) ([]chat.Agent, error) {
	var rows []agentRow
	if err := s.main.selectAll(ctx, &rows, "Agent_List"); err != nil {
		return nil, fmt.Errorf("read agents: %w", err)
	}
	return agents(rows), nil
}

// PutAgent creates an agent or changes everything about her, lines included. Her e-mail address is nobody else's.
func (s *Store) PutAgent(ctx context.Context, a chat.Agent) error {
	if err := s.main.tx(ctx, func(t *tx) error { return putAgent(t, a) }); err != nil {
		return fmt.Errorf("put agent: %w", err)
	}
	return nil
}

func putAgent(t *tx, a chat.Agent) error {
	row := agentRow{
		ID: a.ID, Email: a.Email, Name: a.Name, Role: a.Role, Locale: a.Locale, Presence: cmp.Or(a.Presence, chat.Online),
		Capacity: a.Capacity, PasswordHash: a.PasswordHash, Disabled: a.Disabled, Created: a.Created.Time,
		Skills: append(pq.StringArray{}, a.Skills...),
	}
	if row.Created.IsZero() {
		row.Created = time.Now()
	}
	if _, err := t.exec("Agent_Put", row); err != nil {
		return err
	}
	if _, err := t.exec("Agent_DropLines", a.ID, pq.StringArray(a.Lines)); err != nil {
		return err
	}
	var rooms pq.StringArray
	for _, line := range a.Lines {
		rooms = append(rooms, "")
		if n, other := a.Room[line]; other {
			rooms[len(rooms)-1] = strconv.Itoa(n)
		}
	}
	_, err := t.exec("Agent_AddLines", a.ID, pq.StringArray(a.Lines), rooms)
	return err
}

// Rehash keeps another hash of the same password, unless the agent's is no longer the one it was.
func (s *Store) Rehash(ctx context.Context, id chat.ID, was, is string) error {
	if _, err := s.main.exec(ctx, "Agent_Rehash", id, was, is); err != nil {
		return fmt.Errorf("rehash a password: %w", err)
	}
	return nil
}

// SetNotify keeps how an agent wants to be told of what visitors write, or is chat.NotFound.
func (s *Store) SetNotify(ctx context.Context, id chat.ID, n chat.Notify) error {
	b, err := json.Marshal(n)
	if err != nil {
		return err
	}
	changed, err := s.main.exec(ctx, "Agent_SetNotify", id, string(b))
	if err == nil && changed == 0 {
		err = chat.NotFound()
	}
	if err != nil {
		return fmt.Errorf("set how to notify: %w", err)
	}
	return nil
}

// SetPresence keeps what an agent chose, and why, or is chat.NotFound.
func (s *Store) SetPresence(ctx context.Context, id chat.ID, p chat.Presence, reason string) error {
	n, err := s.main.exec(ctx, "Agent_SetPresence", id, string(p), reason)
	if err == nil && n == 0 {
		err = chat.NotFound()
	}
	if err != nil {
		return fmt.Errorf("set presence: %w", err)
	}
	return nil
}

type roleRow struct {
	Name        string         `db:"name"`
	Permissions pq.StringArray `db:"permissions"`
}

func roles(rows []roleRow) []chat.Role {
	all := make([]chat.Role, len(rows))
	for i, r := range rows {
		all[i] = chat.Role{Name: r.Name, Permissions: permissions(r.Permissions)}
	}
	return all
}

// Roles returns the roles an agent can have, by name.
func (s *Store) Roles(ctx context.Context) ([]chat.Role, error) {
	var rows []roleRow
	if err := s.main.selectAll(ctx, &rows, "Role_List"); err != nil {
		return nil, fmt.Errorf("read roles: %w", err)
	}
	return roles(rows), nil
}

func permissions(names []string) []chat.Permission {
	all := make([]chat.Permission, len(names))
	for i, n := range names {
		all[i] = chat.Permission(n)
	}
	return all
}

func names(ps []chat.Permission) pq.StringArray {
	all := make(pq.StringArray, len(ps))
	for i, p := range ps {
		all[i] = string(p)
	}
	return all
}
