package main

import (
	"context"
	"time"
)

// outside is how long what the server speaks to has to answer.
const outside = 20 * time.Second

// diagnoseMail asks the mail server whether it would take mail; it sends none.
func (c *config) diagnoseMail(ctx context.Context) finding {
	const why, do = "Invitations, links to new passwords and word of visitors who wait are mailed.", "See SUPPORT_SMTP_URL and SUPPORT_MAIL_FROM in docs/operating/configuration.md."
	if c.SMTPURL == "" {
		return minor("mail", "none is sent", why, do)
	}
	base, err := c.base()
	if err != nil {
		return bad("mail", err.Error(), "", "")
	}
	s, err := c.postman(base)
	if err == nil {
		bounded, cancel := context.WithTimeout(ctx, outside)
		defer cancel()
		err = s.Try(bounded)
	}
	if err != nil {
		return bad("mail", err.Error(), why, do)
	}
	return well("mail")
}

// diagnoseSignOn asks the company's own sign-in, where there is one, what it is.
func (c *config) diagnoseSignOn(ctx context.Context) []finding {
	if c.OIDCIssuer == "" {
		return nil
	}
	base, err := c.base()
	if err != nil {
		return []finding{bad("single sign-on", err.Error(), "", "")}
	}
	p, err := c.signOn(base)
	if err == nil {
		bounded, cancel := context.WithTimeout(ctx, outside)
		defer cancel()
		_, err = p.Leave(bounded)
	}
	if err != nil {
		return []finding{bad("single sign-on", err.Error(), "Nobody signs in with the company account.", "See SUPPORT_OIDC_ISSUER in docs/operating/configuration.md; it is written as the provider calls itself.")}
	}
	return []finding{well("single sign-on")}
}
