package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/taadis/unique-support/core/chat"
)

// box is an SMTP server that keeps what it takes.
type box struct {
	mu   sync.Mutex
	got  []string
	to   []string
	user string
	// refuse is what it answers to whoever is to get a mail.
	refuse *smtp.SMTPError
}

func (b *box) NewSession(c *smtp.Conn) (smtp.Session, error) { return &session{box: b, conn: c}, nil }

type session struct {
	box  *box
	conn *smtp.Conn
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if password != "p@ss/word" {
			return smtp.ErrAuthFailed
		}
		s.box.mu.Lock()
		defer s.box.mu.Unlock()
		s.box.user = user
		return nil
	}), nil
}

func (s *session) Mail(string, *smtp.MailOptions) error { return nil }

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	if s.box.refuse != nil {
		return s.box.refuse
	}
	s.box.to = append(s.box.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	s.box.got = append(s.box.got, string(b))
	return err
}

func (*session) Reset() {}

func (*session) Logout() error { return nil }

// serve runs the box on this machine, encrypted when there are certificates, and returns its address.
func (b *box) serve(t *testing.T, certificates []tls.Certificate) string {
	t.Helper()
	s := smtp.NewServer(b)
	s.Domain = "mail.example"
	if certificates == nil {
		s.AllowInsecureAuth = true
	} else {
		s.TLSConfig = &tls.Config{Certificates: certificates}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = s.Serve(l)
	}()
	t.Cleanup(func() {
		_ = s.Close()
		<-served
	})
	return l.Addr().String()
}

func sender(t *testing.T, url string, trust *tls.Config) *Sender {
	t.Helper()
	s, err := New(Options{URL: url, From: "客服 <desk@support.example>", Base: "https://chat.example", TLS: trust})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var invite = chat.Letter{ID: "0190a5d2-0000-7000-8000-000000000001", Kind: chat.MailInvite, To: "new@shop.example", Locale: "zh-CN", By: `顾 <b>"Gu"</b>`, Token: "the-token",
	Expires: chat.Time{Time: time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)}, Trace: "0190"}

// parts reads a letter as a mail program does: its text and its HTML.
func parts(t *testing.T, m *netmail.Message) (plain, html string) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatal(kind, err)
	}
	read := multipart.NewReader(m.Body, params["boundary"])
	for i := range 2 {
		p, err := read.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			plain = string(b)
		} else {
			html = string(b)
		}
	}
	return plain, html
}

func TestSender_Send(t *testing.T) {
	t.Parallel()
	t.Run("OK: both kinds of text, with the link, in the reader's language", func(t *testing.T) {
		t.Parallel()
		b := &box{}
		s := sender(t, "smtp://desk:p%40ss%2Fword@"+b.serve(t, nil)+"?tls=off", nil)
		if err := s.Send(t.Context(), invite); err != nil {
			t.Fatal(err)
		}
		if len(b.got) != 1 || b.to[0] != "new@shop.example" || b.user != "desk" {
			t.Fatalf("got %d for %v, by %s", len(b.got), b.to, b.user)
		}
		m, err := netmail.ReadMessage(strings.NewReader(b.got[0]))
		if err != nil {
			t.Fatal(err)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		if err != nil || !strings.Contains(subject, `顾 <b>"Gu"</b> 邀请你加入`) || m.Header.Get("Message-Id") != "<"+string(invite.ID)+"@support.example>" || m.Header.Get("Auto-Submitted") == "" {
			t.Errorf("got %s, %v, %v", subject, m.Header, err)
		}
		plain, html := parts(t, m)
		for _, says := range []string{"https://chat.example/console/join/the-token", "2026-12-01 08:00 UTC"} {
			if !strings.Contains(plain, says) || !strings.Contains(html, says) {
				t.Errorf("%s is not in both of %s and %s", says, plain, html)
			}
		}
		if strings.Contains(html, "<b>") || !strings.Contains(html, "&lt;b&gt;") {
			t.Errorf("a name is markup in %s", html)
		}
	})
	t.Run("who waits is told of to all, with the way to her", func(t *testing.T) {
		t.Parallel()
		b := &box{}
		l := chat.Letter{ID: invite.ID, Kind: chat.MailEscalation, To: "a@shop.example, b@shop.example", Locale: "en", Line: "Hemu", Conversation: "0190a5d2-0000-7000-8000-000000000009", Minutes: 5, Since: invite.Expires}
		if err := sender(t, "smtp://"+b.serve(t, nil)+"?tls=off", nil).Send(t.Context(), l); err != nil {
			t.Fatal(err)
		}
		m, err := netmail.ReadMessage(strings.NewReader(b.got[0]))
		if err != nil || len(b.to) != 2 {
			t.Fatal(b.to, err)
		}
		plain, _ := parts(t, m)
		for _, says := range []string{"A visitor wrote to Hemu", "5 minutes", "https://chat.example/console/c/0190a5d2-0000-7000-8000-000000000009", "since 2026-12-01 08:00 UTC"} {
			if !strings.Contains(plain, says) {
				t.Errorf("%s is not in %s", says, plain)
			}
		}
	})
	t.Run("encrypted, or not at all", func(t *testing.T) {
		t.Parallel()
		// A web server's certificate for 127.0.0.1, which tests have.
		web := httptest.NewTLSServer(nil)
		defer web.Close()
		roots := x509.NewCertPool()
		roots.AddCert(web.Certificate())
		trust := &tls.Config{RootCAs: roots, ServerName: "127.0.0.1"}
		b := &box{}
		at := b.serve(t, web.TLS.Certificates)
		if err := sender(t, "smtp://"+at, trust).Send(t.Context(), invite); err != nil || len(b.got) != 1 {
			t.Errorf("got %d, %v", len(b.got), err)
		}
		if err := sender(t, "smtp://"+at, nil).Send(t.Context(), invite); err == nil || len(b.got) != 1 {
			t.Errorf("a certificate nobody vouches for: %d, %v", len(b.got), err)
		}
		open := &box{}
		if err := sender(t, "smtp://"+open.serve(t, nil), trust).Send(t.Context(), invite); err == nil || len(open.got) != 0 {
			t.Errorf("without encryption: %d, %v", len(open.got), err)
		}
	})
	t.Run("refused for good, and for now", func(t *testing.T) {
		t.Parallel()
		for code, want := range map[int]chat.Code{550: chat.CodeInvalid, 451: chat.CodeInternal} {
			b := &box{refuse: &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 1}, Message: "not here"}}
			err := sender(t, "smtp://"+b.serve(t, nil)+"?tls=off", nil).Send(t.Context(), invite)
			if err == nil || chat.CodeOf(err) != want || !strings.Contains(err.Error(), "not here") {
				t.Errorf("%d: %v", code, err)
			}
		}
	})
	t.Run("a wrong password may be mended, a wrong address not", func(t *testing.T) {
		t.Parallel()
		b := &box{}
		s := sender(t, "smtp://desk:wrong@"+b.serve(t, nil)+"?tls=off", nil)
		if err := s.Send(t.Context(), invite); err == nil || strings.Contains(err.Error(), "wrong") {
			t.Errorf("got %v", err)
		}
		if err := s.Try(t.Context()); err == nil || strings.Contains(err.Error(), "wrong") {
			t.Errorf("got %v", err)
		}
		well := &box{}
		if err := sender(t, "smtp://desk:p%40ss%2Fword@"+well.serve(t, nil)+"?tls=off", nil).Try(t.Context()); err != nil || len(well.got) != 0 || well.user != "desk" {
			t.Errorf("got %v, %v", well, err)
		}
		bad := invite
		bad.To = "a\r\nBcc: b@example.com"
		if err := s.Send(t.Context(), bad); !errors.Is(err, chat.Invalid("mail_refused", "")) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("who leaves does not wait", func(t *testing.T) {
		t.Parallel()
		l, err := net.Listen("tcp", "127.0.0.1:0") // takes nothing and says nothing
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := sender(t, "smtp://"+l.Addr().String()+"?tls=off", nil).Send(ctx, invite); err == nil {
			t.Error("it was sent")
		}
	})
}

func TestNew(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{
		{URL: "http://user:hidden@mail.example", From: "a@b.example", Base: "https://chat.example"},
		{URL: "smtp://user:hidden@", From: "a@b.example", Base: "https://chat.example"},
		{URL: "smtp://user:hidden@mail.example", From: "nobody", Base: "https://chat.example"},
		{URL: "smtp://user:hidden@mail.example", From: "a@b.example"},
		{URL: "smtp://user:hidden@mail.example?tls=maybe", From: "a@b.example", Base: "https://chat.example"},
	} {
		if _, err := New(o); err == nil || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: %v", o.URL, err)
		}
	}
}
