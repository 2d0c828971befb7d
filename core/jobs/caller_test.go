package jobs

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

var here = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

func called(t *testing.T, c *Caller, url string) chat.JobAttempt {
	t.Helper()
	t.Cleanup(c.Close)
	a, _ := c.Post(t.Context(), Call{URL: url, Secrets: hook.Secrets, ID: "0190a5d2-0000-7000-8000-000000000001", Body: []byte(`{"type":"test"}`)})
	return a
}

func TestCaller_Post(t *testing.T) {
	t.Parallel()
	t.Run("OK: the receiver can tell who speaks", func(t *testing.T) {
		t.Parallel()
		var h http.Header
		var body []byte
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h = r.Header
			body, _ = io.ReadAll(r.Body)
			_, _ = w.Write([]byte("thanks"))
		}))
		defer s.Close()
		c := NewCaller(here, "unique-support/1")
		defer c.Close()
		old := "whsec_OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"
		a, _ := c.Post(t.Context(), Call{URL: s.URL + "/push", Secrets: []string{hook.Secrets[0], old}, ID: "0190a5d2-0000-7000-8000-000000000001", Trace: strings.Repeat("a", 32), Body: []byte(`{"a":1}`)})
		if a.Status != 200 || a.Answer != "thanks" || a.Error != "" || a.Trace != strings.Repeat("a", 32) {
			t.Fatalf("got %+v", a)
		}
		var want []string
		for _, key := range []string{"012345678901234567890123", "999999999999999999999999"} {
			m := hmac.New(sha256.New, []byte(key))
			_, _ = io.WriteString(m, h.Get("Webhook-Id")+"."+h.Get("Webhook-Timestamp")+"."+string(body))
			want = append(want, "v1,"+base64.StdEncoding.EncodeToString(m.Sum(nil)))
		}
		if got := h.Get("Webhook-Signature"); got != strings.Join(want, " ") {
			t.Errorf("the signature is %s, not %s", got, want)
		}
		if !strings.HasPrefix(h.Get("Traceparent"), "00-"+a.Trace+"-") || h.Get("Content-Type") != "application/json" || h.Get("User-Agent") != "unique-support/1" || string(body) != `{"a":1}` {
			t.Errorf("sent were %v and %s", h, body)
		}
	})
	t.Run("little of the answer is read", func(t *testing.T) {
		t.Parallel()
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusBadGateway)
			for range 10_000 {
				if _, err := io.WriteString(w, strings.Repeat("没", 1000)); err != nil {
					return
				}
			}
		}))
		defer s.Close()
		if a := called(t, NewCaller(here, ""), s.URL); a.Status != 502 || len(a.Answer) < chat.JobAnswer-3 || len(a.Answer) > chat.JobAnswer+3 {
			t.Errorf("got %d bytes with %d", len(a.Answer), a.Status)
		}
	})
	t.Run("a redirect is not followed", func(t *testing.T) {
		t.Parallel()
		followed := false
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			followed = followed || r.URL.Path == "/inside"
			http.Redirect(w, r, "/inside", http.StatusTemporaryRedirect)
		}))
		defer s.Close()
		if a := called(t, NewCaller(here, ""), s.URL); a.Status != 307 || a.Error == "" || followed {
			t.Errorf("got %+v", a)
		}
	})
	t.Run("when to come again", func(t *testing.T) {
		t.Parallel()
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", r.URL.Path[1:])
			w.WriteHeader(http.StatusTooManyRequests)
		}))
		defer s.Close()
		c := NewCaller(here, "")
		defer c.Close()
		for asked, want := range map[string]time.Duration{"60": time.Minute, "99999": mostAgain, "soon": 0, "-4": 0} {
			if _, after := c.Post(t.Context(), Call{URL: s.URL + "/" + asked, Secrets: hook.Secrets}); after != want {
				t.Errorf("%s is understood as %s", asked, after)
			}
		}
	})
	t.Run("who is away, or leaves", func(t *testing.T) {
		t.Parallel()
		s := httptest.NewServer(http.NotFoundHandler())
		s.Close()
		a := called(t, NewCaller(here, ""), s.URL+"/?key=hidden")
		if a.Status != 0 || !strings.Contains(a.Error, "refused") || strings.Contains(a.Error, "hidden") {
			t.Errorf("got %+v", a)
		}
		ctx, leave := context.WithCancel(t.Context())
		leave()
		if a, _ := NewCaller(here, "").Post(ctx, Call{URL: s.URL, Secrets: hook.Secrets}); a.Error != "cut short: this node leaves" {
			t.Errorf("got %+v", a)
		}
	})
	t.Run("not into our own network, nor unencrypted out of it", func(t *testing.T) {
		t.Parallel()
		reached := false
		s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
		defer s.Close()
		if a := called(t, NewCaller(nil, ""), s.URL); !strings.Contains(a.Error, "is no public address") {
			t.Errorf("got %+v", a)
		}
		name := strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
		if a := called(t, NewCaller(nil, ""), name); !strings.Contains(a.Error, "is no public address") {
			t.Errorf("got %+v", a)
		}
		if a := called(t, NewCaller(nil, ""), "http://192.0.2.1/"); !strings.Contains(a.Error, "without encryption") {
			t.Errorf("got %+v", a)
		}
		if reached {
			t.Error("it was reached")
		}
	})
}

// The example of docs/operating/push.md.
func TestSign(t *testing.T) {
	t.Parallel()
	h := http.Header{}
	if err := Sign(h, hook.Secrets, "0190a5d2-0000-7000-8000-000000000001", time.Unix(1700000000, 0), []byte(`{"type":"test"}`)); err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("../../docs/operating/push.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, said := range []string{hook.Secrets[0], "`Webhook-Id: " + h.Get("Webhook-Id") + "`", "`Webhook-Timestamp: " + h.Get("Webhook-Timestamp") + "`", "`" + h.Get("Webhook-Signature") + "`"} {
		if !strings.Contains(string(doc), said) {
			t.Errorf("the page does not say %s", said)
		}
	}
}

func TestPermit(t *testing.T) {
	t.Parallel()
	for _, a := range []string{"1.1.1.1", "223.5.5.5", "2606:4700::1111", "64:ff9b::101:101", "2002:101:101::1", "10.1.2.3"} {
		if err := permit(netip.MustParseAddr(a), []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}); err != nil {
			t.Errorf("%s: %v", a, err)
		}
	}
	for _, a := range []string{"127.0.0.1", "10.2.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1", "198.18.0.1", "240.0.0.1",
		"::1", "::", "fe80::1", "fd00::1", "ff02::1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::1", "2002:a9fe:a9fe::", "2001:db8::1", "2001::1"} {
		if permit(netip.MustParseAddr(a), []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}) == nil {
			t.Errorf("%s was let through", a)
		}
	}
}
