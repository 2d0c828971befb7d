// Package mail is the door that letters leave by: an SMTP server, whoever runs it.
package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/i18n"
	"github.com/taadis/unique-support/views/letter"
	gomail "github.com/wneessen/go-mail"
)

// patience is how long the server has for each answer.
const patience = 15 * time.Second

// Options are what a Sender is made of.
type Options struct {
	// URL is the server's: smtp://user:password@mail.example.com:587 encrypts with STARTTLS and goes nowhere without, smtps:// from the
	// first byte. "?tls=off" is for a server on the same machine or wire.
	URL string
	// From is whom mail is from, such as "Support <support@example.com>".
	From string
	// Base is where people reach the desk: links begin with it.
	Base string
	// TLS is what certificates are checked with; nil for the system's.
	TLS *tls.Config
}

// Sender sends letters.
type Sender struct {
	from   *netmail.Address
	base   string
	host   string
	server string
	with   []gomail.Option
}

// New returns a sender; nothing is sent, and no server is asked yet.
func New(o Options) (*Sender, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return nil, errors.New("SUPPORT_SMTP_URL is written smtp://user:password@mail.example.com:587, or smtps://") // without what it is: a password stands in it
	}
	from, err := netmail.ParseAddress(o.From)
	if err != nil {
		return nil, errors.New("SUPPORT_MAIL_FROM is written Support <support@example.com>")
	}
	base, err := url.Parse(o.Base)
	if err != nil || base.Host == "" {
		return nil, errors.New("SUPPORT_SMTP_URL needs SUPPORT_BASE_URL: mail has links in it")
	}
	s := &Sender{from: from, base: o.Base, server: u.Hostname()}
	_, s.host, _ = strings.Cut(from.Address, "@")
	s.with = []gomail.Option{gomail.WithTimeout(patience), gomail.WithHELO(base.Hostname()), gomail.WithTLSConfig(&tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12})}
	if o.TLS != nil {
		s.with[2] = gomail.WithTLSConfig(o.TLS)
	}
	port, auth := 587, gomail.SMTPAuthAutoDiscover
	switch tlsIs := u.Query().Get("tls"); {
	case u.Scheme == "smtps":
		port = 465
		s.with = append(s.with, gomail.WithSSL())
	case tlsIs == "":
		s.with = append(s.with, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case tlsIs == "off":
		port, auth = 25, gomail.SMTPAuthPlainNoEnc
		s.with = append(s.with, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return nil, errors.New(`SUPPORT_SMTP_URL takes "?tls=off" and nothing else behind its "?"`)
	}
	if u.Port() != "" {
		if port, err = strconv.Atoi(u.Port()); err != nil {
			return nil, errors.New("SUPPORT_SMTP_URL has no such port")
		}
	}
	s.with = append(s.with, gomail.WithPort(port))
	if password, ok := u.User.Password(); ok {
		s.with = append(s.with, gomail.WithSMTPAuth(auth), gomail.WithUsername(u.User.Username()), gomail.WithPassword(password))
	}
	_, err = gomail.NewClient(s.server, s.with...)
	return s, err
}

// Send hands a letter to the server. An error of chat.CodeInvalid means that it will never take it.
func (s *Sender) Send(ctx context.Context, l chat.Letter) error {
	m := gomail.NewMsg()
	m.FromMailAddress(s.from)
	if err := m.To(strings.Split(l.To, ", ")...); err != nil {
		return chat.Invalid("mail_refused", err.Error())
	}
	page := letter.Letter{Text: i18n.For(l.Locale, time.UTC), Letter: l, Link: s.base + "/console/join/" + l.Token}
	if l.Kind == chat.MailEscalation {
		page.Link = s.base + "/console/c/" + string(l.Conversation)
	}
	var html strings.Builder
	if err := page.View().Render(ctx, &html); err != nil {
		return fmt.Errorf("draw a mail: %w", err)
	}
	m.Subject(page.Subject())
	m.SetBodyString(gomail.TypeTextPlain, page.Plain())
	m.AddAlternativeString(gomail.TypeTextHTML, html.String())
	m.SetMessageIDWithValue(string(l.ID) + "@" + s.host) // the same for every try
	m.SetDate()
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetGenHeader("X-Trace-Id", l.Trace)
	c, err := gomail.NewClient(s.server, s.with...)
	if err != nil {
		return err
	}
	return refusal(c.DialAndSendWithContext(ctx, m))
}

// Try asks the server whether it is there and takes the password; it sends nothing.
func (s *Sender) Try(ctx context.Context) error {
	c, err := gomail.NewClient(s.server, s.with...)
	if err != nil {
		return err
	}
	if err := c.DialWithContext(ctx); err != nil {
		return err
	}
	return c.Close()
}

// refusal tells what a server will never take from what it may take later.
func refusal(err error) error {
	e, ok := errors.AsType[*gomail.SendError](err)
	if !ok || e.IsTemp() || e.ErrorCode() < 500 {
		return err
	}
	return &chat.Error{Code: chat.CodeInvalid, Key: "mail_refused", Detail: err.Error()}
}
