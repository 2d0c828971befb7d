package main

import (
	"github.com/taadis/unique-support/handlers/agent"
	"github.com/taadis/unique-support/handlers/mail"
	"github.com/taadis/unique-support/handlers/sso"
)

// postman returns who sends mail, nil when nobody does.
func (c *config) postman(base string) (*mail.Sender, error) {
	if c.SMTPURL == "" {
		return nil, nil
	}
	return mail.New(mail.Options{URL: c.SMTPURL, From: c.MailFrom, Base: base})
}

// signOn returns the company's own sign-in, nil when there is none.
func (c *config) signOn(base string) (agent.SSO, error) {
	if c.OIDCIssuer == "" {
		return nil, nil
	}
	return sso.New(sso.Options{Issuer: c.OIDCIssuer, ClientID: c.OIDCClientID, ClientSecret: c.OIDCSecret, Base: base})
}
