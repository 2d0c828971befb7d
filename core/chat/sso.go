package chat

// SingleSignOn is who somebody is at the company's own sign-in. Issuer and Subject name her for ever; her address may go to somebody else.
type SingleSignOn struct {
	Issuer, Subject string
	// Email is verified by the provider, Name what it calls her.
	Email, Name string
}
