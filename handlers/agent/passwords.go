package agent

import (
	"context"
	"sync"

	"github.com/alexedwards/argon2id"
	"github.com/taadis/unique-support/core/chat"
)

// MinPassword is the shortest password an agent may have, in characters.
const MinPassword = 10

// Passwords makes and checks argon2id hashes, 64 MB and about 0.2 s each: two at once, the rest wait.
type Passwords struct {
	slots chan struct{}
	// decoy is compared when there is no such agent, so that the answer takes as long.
	decoy func() (string, error)
}

// NewPasswords returns a checker with two slots.
func NewPasswords() *Passwords {
	return &Passwords{slots: make(chan struct{}, 2), decoy: sync.OnceValues(func() (string, error) {
		return argon2id.CreateHash("nobody has this password", argon2id.DefaultParams)
	})}
}

// Hash returns the hash of a new password.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	if n := len([]rune(password)); n < MinPassword || n > 200 {
		return "", chat.Invalid("password_short", "A password has at least 10 characters.")
	}
	if err := p.enter(ctx); err != nil {
		return "", err
	}
	defer p.leave()
	return argon2id.CreateHash(password, argon2id.DefaultParams)
}

// Match reports whether the password is the one of the hash; an empty hash matches none, and takes as long.
func (p *Passwords) Match(ctx context.Context, password, hash string) (bool, error) {
	if len(password) > 800 {
		password = ""
	}
	if err := p.enter(ctx); err != nil {
		return false, err
	}
	defer p.leave()
	known := hash != ""
	if !known {
		var err error
		if hash, err = p.decoy(); err != nil {
			return false, err
		}
	}
	match, err := argon2id.ComparePasswordAndHash(password, hash)
	return match && known, err
}

func (p *Passwords) enter(ctx context.Context) error {
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *Passwords) leave() { <-p.slots }
