package sql

import (
	"context"
	"fmt"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

type factorRow struct {
	Agent     chat.ID        `db:"agent_id"`
	Secret    []byte         `db:"secret"`
	Step      int64          `db:"step"`
	Recovery  pq.StringArray `db:"recovery"`
	Confirmed bool           `db:"confirmed"`
}

// Factor returns an agent's second factor, confirmed or not, or chat.NotFound.
func (s *Store) Factor(ctx context.Context, agent chat.ID) (chat.SecondFactor, error) {
	var r factorRow
	if err := s.main.get(ctx, &r, "Factor_Get", agent); err != nil {
		return chat.SecondFactor{}, fmt.Errorf("read second factor: %w", err)
	}
	return r.factor(), nil
}

func (r factorRow) factor() chat.SecondFactor {
	return chat.SecondFactor{Secret: r.Secret, Step: r.Step, Recovery: r.Recovery, Confirmed: r.Confirmed}
}

func (c team) Factor(agent chat.ID) (chat.SecondFactor, error) {
	var r factorRow
	err := c.t.get(&r, "Factor_Get", agent)
	return r.factor(), err
}

// UseStep takes the code of a half minute, or returns chat.NotFound: one of it or after it has been taken before.
func (s *Store) UseStep(ctx context.Context, agent chat.ID, step int64) error {
	n, err := s.main.exec(ctx, "Factor_Use", agent, step)
	if err == nil && n == 0 {
		err = chat.NotFound()
	}
	if err != nil {
		return fmt.Errorf("use a code: %w", err)
	}
	return nil
}

func (c team) PutFactor(agent chat.ID, f chat.SecondFactor) error {
	recovery := pq.StringArray(f.Recovery)
	if recovery == nil {
		recovery = pq.StringArray{}
	}
	_, err := c.t.exec("Factor_Put", factorRow{Agent: agent, Secret: f.Secret, Step: f.Step, Recovery: recovery, Confirmed: f.Confirmed})
	return err
}

func (c team) DropFactor(agent chat.ID) error {
	_, err := c.t.exec("Factor_Drop", agent)
	return err
}

func (c team) SingleSignOn(issuer, subject string) (agent chat.ID, err error) {
	err = c.t.get(&agent, "SingleSignOn_Get", issuer, subject)
	return agent, err
}

func (c team) PutSingleSignOn(issuer, subject string, agent chat.ID) error {
	n, err := c.t.exec("SingleSignOn_Put", issuer, subject, agent)
	if err == nil && n == 0 {
		err = chat.Conflict("duplicate", "This already exists.")
	}
	return err
}
