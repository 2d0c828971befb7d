package agent

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"github.com/taadis/unique-support/core/chat"
)

// MinPassword is the shortest password an agent may have, in characters.
const MinPassword = 10

// MaxPassword is the longest.
const MaxPassword = 200

// cost is what a hash costs to make, and to guess: the second choice of RFC 9106, section 4, some 0.2 s of a processor. A hash that
// cost something else is made anew when its password is next heard. It is the same on every machine, whatever processors it has.
var cost = argon2id.Params{Memory: 64 << 10, Iterations: 3, Parallelism: 4, SaltLength: 16, KeyLength: 32}

// Passwords makes and checks argon2id hashes, 64 MB each: two at once, the rest wait.
type Passwords struct {
	slots chan struct{}
	// decoy is compared when there is no such agent, so that the answer takes as long.
	decoy func() (string, error)
}

// NewPasswords returns a checker with two slots.
func NewPasswords() *Passwords {
	return &Passwords{slots: make(chan struct{}, 2), decoy: sync.OnceValues(func() (string, error) {
		return argon2id.CreateHash("nobody has this password", &cost)
	})}
}

// Hash returns the hash of a new password. What it is made of is nobody's business, but how well it is known is: one of those that are
// tried first, or the e-mail address it is for, is refused.
func (p *Passwords) Hash(ctx context.Context, password, email string) (string, error) {
	if n := utf8.RuneCountInString(password); n < MinPassword || n > MaxPassword {
		return "", chat.Invalid("password_short", "A password has at least 10 characters.")
	}
	known, err := stolen(password)
	if err != nil {
		return "", fmt.Errorf("look for a stolen password: %w", err)
	}
	if known || monotonous(password) || strings.EqualFold(password, email) {
		return "", chat.Invalid("password_known", "This password is known and is tried first. Please choose another.")
	}
	return p.make(ctx, password)
}

func (p *Passwords) make(ctx context.Context, password string) (string, error) {
	if err := p.enter(ctx); err != nil {
		return "", err
	}
	defer p.leave()
	return argon2id.CreateHash(password, &cost)
}

// Again returns a new hash of a password that was right, when its own did not cost what a hash costs today; "" when it did.
func (p *Passwords) Again(ctx context.Context, password, hash string) (string, error) {
	if had, _, _, err := argon2id.DecodeHash(hash); err != nil || *had == cost {
		return "", err
	}
	return p.make(ctx, password)
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
