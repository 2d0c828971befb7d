package chat

// SecondFactor is what an agent shows besides her password: a code that her phone makes of a secret and the time (RFC 6238), or one of
// her recovery codes.
type SecondFactor struct {
	// Secret is sealed: only the door opens it.
	Secret []byte
	// Step is the last half minute, since 1970, whose code was taken: none of it or before it is taken any more.
	Step int64
	// Recovery are the SHA-256, in hex, of the recovery codes that are left.
	Recovery []string
	// Confirmed says that she has shown a code of it; before that it is asked for nowhere.
	Confirmed bool
}

// RecoveryCodes is how many recovery codes an agent is given.
const RecoveryCodes = 10
