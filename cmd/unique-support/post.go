package main

import "github.com/taadis/unique-support/handlers/mail"

// postman returns who sends mail, nil when nobody does.
func (c *config) postman(base string) (*mail.Sender, error) {
	if c.SMTPURL == "" {
		return nil, nil
	}
	return mail.New(mail.Options{URL: c.SMTPURL, From: c.MailFrom, Base: base})
}
