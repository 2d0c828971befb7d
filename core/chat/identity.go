package chat

import (
	"fmt"
	"io"
	"slices"
)

// Signing is what a line asks of its visitors' identities.
type Signing string

// A line passes signed identities over, believes them and counts who comes without, or lets in nobody else.
const (
	SigningOff     Signing = "off"
	SigningReport  Signing = "report"
	SigningEnforce Signing = "enforce"
)

// MinIdentitySecret is the shortest secret an identity may be signed with, in bytes: what HS256 hashes to.
const MinIdentitySecret = 32

// Identity is how a line knows who its visitors are: by a JWT that the host's backend has signed with one of the secrets.
type Identity struct {
	Signing Signing
	// Secrets are one, or two while the host changes from the second to the first; none before the first was set.
	Secrets []string
}

// Check reports what is wrong with it.
func (i Identity) Check() error {
	if !slices.Contains([]Signing{SigningOff, SigningReport, SigningEnforce}, i.Signing) {
		return Invalid("signing", "Identities are off, report or enforce.")
	}
	if i.Signing != SigningOff && len(i.Secrets) == 0 {
		return Invalid("identity_secret", "Set an identity secret first.")
	}
	if len(i.Secrets) > 2 {
		return Invalid("identity_secret", "At most two identity secrets are valid at once.")
	}
	for _, s := range i.Secrets {
		if len(s) < MinIdentitySecret {
			return Invalid("identity_secret", "An identity secret has at least 32 bytes.")
		}
		if err := CheckText(s, 200); err != nil {
			return Invalid("identity_secret", "An identity secret is a text of at most 200 characters.")
		}
	}
	return nil
}

// Format keeps the secrets out of everything that is printed or logged.
func (i Identity) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, fmt.Sprintf("%s, %d secrets", string(i.Signing), len(i.Secrets)))
}

// Proof says how somebody who was let in has shown who she is.
type Proof uint8

// She is signed when her identity, or the session she goes on with, was; unsigned when none came; invalid when what came
// could not be believed.
const (
	ProofUnsigned Proof = iota
	ProofSigned
	ProofInvalid
	Proofs // how many there are
)

// String is the proof's name in metrics.
func (p Proof) String() string { return [Proofs]string{"unsigned", "signed", "invalid"}[p] }

// Identified is who somebody proved to be.
type Identified struct {
	Visitor Visitor
	// Merged are the conversations that were an anonymous visitor's and are hers now.
	Merged []Conversation
	// Ended is a conversation of hers that ended because another goes on, zero for none; Before is where it stood.
	Ended  Moved
	Before Status
}
