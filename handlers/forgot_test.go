package handlers

import (
	"bytes"
	"context"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/jobs"
)

func mailed(o *Options) { o.Mail = true }

// postbox is a postman who keeps what he is handed.
type postbox struct {
	mu      sync.Mutex
	letters []chat.Letter
	came    chan struct{}
}

func (p *postbox) Send(_ context.Context, l chat.Letter) error {
	p.mu.Lock()
	p.letters = append(p.letters, l)
	p.mu.Unlock()
	p.came <- struct{}{}
	return nil
}

// deliver runs the mailer until so many letters have come.
func (r *rig) deliver(n int) []chat.Letter {
	r.t.Helper()
	p := &postbox{came: make(chan struct{}, n)}
	ctx, stop := context.WithCancel(r.t.Context())
	ended := make(chan error)
	go func() {
		ended <- jobs.NewMailer(jobs.MailOptions{Mails: r.store, Writer: r.desk, Postman: p}).Run(ctx)
	}()
	for range n {
		<-p.came
	}
	stop()
	if err := <-ended; err != nil {
		r.t.Error(err)
	}
	return p.letters
}

func TestForgot(t *testing.T) {
	t.Parallel()
	r := newRig(t, mailed)
	ask := func(t *testing.T, b *http.Client, email string) answer {
		t.Helper()
		return r.at(t).want(r.form(b, "/console/forgot", "email", email), 200, "")
	}
	t.Run("OK: the link that comes opens the console with the new password", func(t *testing.T) {
		r := r.at(t)
		ask(t, browser(t), "Lin@shop.example")
		l := r.deliver(1)[0]
		b := browser(t)
		r.want(r.form(b, "/console/join/"+l.Token, "password", "password123"), 422, "")
		r.want(r.form(b, "/console/join/"+l.Token, "password", "a new one that is long"), 303, "")
		r.want(r.with(b, "GET", "/console", "", "Accept", "text/html"), 200, "")
		r.want(r.login(browser(t), "lin@shop.example", password), 401, "")
		r.want(r.form(browser(t), "/console/join/"+l.Token, "password", "a new one that is long"), 404, "")
		if strings.Contains(r.log.String(), l.Token) {
			t.Error("the log has the token")
		}
	})
	t.Run("whether there is such an agent nobody learns", func(t *testing.T) {
		hers, nobodys := ask(t, browser(t), "mo@mall.example"), ask(t, browser(t), "no@mall.example")
		clean := func(a answer) string {
			return regexp.MustCompile(`(mo|no)@mall.example|[0-9a-f]{32}`).ReplaceAllString(string(a.body), "")
		}
		if clean(hers) != clean(nobodys) {
			t.Errorf("%s differs from %s", hers.body, nobodys.body)
		}
	})
	t.Run("asked again and again, it says the same and sends no more", func(t *testing.T) {
		var first []byte
		for range 5 {
			a := ask(t, browser(t), "audit@example.com")
			if first == nil {
				first = a.body
			}
			if !bytes.Equal(first, a.body) {
				t.Errorf("%s differs from %s", a.body, first)
			}
		}
		r := r.at(t)
		if asks, err := r.door.limits.Forgot("198.51.100.7", "audit@example.com"); asks || err != nil {
			t.Errorf("it is asked for once more: %v", err)
		}
	})
	t.Run("no address", func(t *testing.T) {
		r := r.at(t)
		a := r.want(r.form(browser(t), "/console/forgot", "email", "<nobody>"), 422, "")
		if !bytes.Contains(a.body, []byte(`value="&lt;nobody&gt;"`)) || !bytes.Contains(a.body, []byte(`role="alert"`)) {
			t.Errorf("got %s", a.body)
		}
	})
	t.Run("too many from one address", func(t *testing.T) {
		r := r.at(t)
		for r.door.limits.addressForgot.take("127.0.0.1") == nil {
		}
		r.want(r.form(browser(t), "/console/forgot", "email", "mo@mall.example"), 429, "")
	})
	t.Run("where no mail can be sent, the page says whom to ask", func(t *testing.T) {
		r := newRig(t)
		a := r.want(r.form(browser(t), "/console/forgot", "email", "lin@shop.example"), 200, "")
		if !bytes.Contains(a.body, []byte("unique-support user password")) {
			t.Errorf("got %s", a.body)
		}
	})
}
