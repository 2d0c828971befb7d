package desk

import (
	"context"
	"slices"

	"github.com/taadis/unique-support/core/chat"
)

// Factor returns an agent's second factor, confirmed or not, or chat.NotFound.
func (d *Desk) Factor(ctx context.Context, agent chat.ID) (chat.SecondFactor, error) {
	return d.store.Factor(ctx, agent)
}

// UseStep takes the code of a half minute, once: chat.NotFound says that it, or a later one, was taken before.
func (d *Desk) UseStep(ctx context.Context, agent chat.ID, step int64) error {
	return d.store.UseStep(ctx, agent, step)
}

// UseRecovery takes one of an agent's recovery codes, by its SHA-256 in hex, and returns how many are left; chat.NotFound is no code of hers.
func (d *Desk) UseRecovery(ctx context.Context, a chat.Agent, hash string) (left int, err error) {
	err = d.store.ChangeTeam(ctx, func(t chat.TeamChange) error {
		f, err := t.Factor(a.ID)
		if err != nil {
			return err
		}
		i := slices.Index(f.Recovery, hash)
		if i < 0 || !f.Confirmed {
			return chat.NotFound()
		}
		f.Recovery = slices.Delete(f.Recovery, i, i+1)
		left = len(f.Recovery)
		if err := t.PutFactor(a.ID, f); err != nil {
			return err
		}
		return d.own(ctx, t, a, "factor:recovery")
	})
	return left, err
}

// BeginFactor keeps the sealed secret of a second factor that is to be confirmed. One that is confirmed stays.
func (d *Desk) BeginFactor(ctx context.Context, sealed []byte) error {
	return d.self(ctx, func(t chat.TeamChange, a chat.Agent) error {
		if a.SecondFactor {
			return chat.Conflict("factor_there", "You have a second factor already.")
		}
		return t.PutFactor(a.ID, chat.SecondFactor{Secret: sealed})
	})
}

// ConfirmFactor has the agent's second factor asked for from now on: she has shown the code of a half minute of the secret given, and is told
// the recovery codes whose hashes these are.
func (d *Desk) ConfirmFactor(ctx context.Context, sealed []byte, step int64, recovery []string) error {
	return d.self(ctx, func(t chat.TeamChange, a chat.Agent) error {
		f, err := t.Factor(a.ID)
		if err != nil {
			return err
		}
		if f.Confirmed || !slices.Equal(f.Secret, sealed) { // set up at two places at once
			return chat.Conflict("factor_there", "You have a second factor already.")
		}
		if err := t.PutFactor(a.ID, chat.SecondFactor{Secret: f.Secret, Step: step, Recovery: recovery, Confirmed: true}); err != nil {
			return err
		}
		return d.own(ctx, t, a, "factor:enroll")
	})
}

// SetRecovery gives the agent other recovery codes; those she had are worth nothing then.
func (d *Desk) SetRecovery(ctx context.Context, recovery []string) error {
	return d.self(ctx, func(t chat.TeamChange, a chat.Agent) error {
		f, err := t.Factor(a.ID)
		if err != nil {
			return err
		}
		f.Recovery = recovery
		if err := t.PutFactor(a.ID, f); err != nil {
			return err
		}
		return d.own(ctx, t, a, "factor:codes")
	})
}

// DropFactor takes the agent's own second factor away.
func (d *Desk) DropFactor(ctx context.Context) error {
	return d.self(ctx, func(t chat.TeamChange, a chat.Agent) error {
		if err := t.DropFactor(a.ID); err != nil {
			return err
		}
		return d.own(ctx, t, a, "factor:drop")
	})
}

// ResetFactor takes somebody's second factor away, who has lost it.
func (d *Desk) ResetFactor(ctx context.Context, id chat.ID) error {
	return d.changeTeam(ctx, func(t change) error {
		a, err := t.agent(id)
		if err != nil {
			return err
		}
		if err := t.gives(a.Role); err != nil {
			return err
		}
		if !a.SecondFactor {
			return nil
		}
		if err := t.DropFactor(id); err != nil {
			return err
		}
		return t.record("factor:reset", a.Email, nil)
	})
}
