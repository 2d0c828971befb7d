package sql

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

type teamRow struct {
	ID     chat.ID        `db:"id"`
	Name   string         `db:"name"`
	Agents pq.StringArray `db:"agents"`
}

func teams(rows []teamRow) []chat.Team {
	all := make([]chat.Team, len(rows))
	for i, r := range rows {
		all[i] = chat.Team{ID: r.ID, Name: r.Name, Agents: ids(r.Agents)}
	}
	return all
}

// ids is nil for none.
func ids(of []string) []chat.ID {
	if len(of) == 0 {
		return nil
	}
	all := make([]chat.ID, len(of))
	for i, id := range of {
		all[i] = chat.ID(id)
	}
	return all
}

// Teams returns the teams, by name.
func (s *Store) Teams(ctx context.Context) ([]chat.Team, error) {
	var rows []teamRow
	if err := s.main.selectAll(ctx, &rows, "Team_List"); err != nil {
		return nil, fmt.Errorf("read teams: %w", err)
	}
	return teams(rows), nil
}

func (c team) Teams() ([]chat.Team, error) {
	var rows []teamRow
	if err := c.t.selectAll(&rows, "Team_List"); err != nil {
		return nil, err
	}
	return teams(rows), nil
}

func (c team) PutTeam(t chat.Team) error {
	if _, err := c.t.exec("Team_Put", t.ID, t.Name); err != nil {
		return err
	}
	if _, err := c.t.exec("Team_Leave", t.ID, texts(t.Agents)); err != nil {
		return err
	}
	_, err := c.t.exec("Team_Enter", t.ID, texts(t.Agents))
	return err
}

func (c team) DropTeam(id chat.ID) error {
	_, err := c.t.exec("Team_Drop", id)
	return err
}

func (c team) PutRouting(line string, r chat.Routing) error {
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write routing of %s: %w", line, err)
	}
	n, err := c.t.exec("Line_Routing", line, string(b))
	if err == nil && n == 0 {
		err = chat.NotFound()
	}
	if err == nil {
		c.routed[line] = r
	}
	return err
}

// routed keeps what was written of lines; the other nodes hear of it within seconds.
func (s *Store) routed(all map[string]chat.Routing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for line, r := range all {
		if p := s.lines[line]; p != nil {
			p.line.Routing = r
		}
	}
}
