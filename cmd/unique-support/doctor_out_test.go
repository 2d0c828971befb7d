package main

import (
	"testing"

	"github.com/oauth2-proxy/mockoidc"
)

func TestDoctor_outside(t *testing.T) {
	t.Parallel()
	provider, err := mockoidc.Run()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = provider.Shutdown() })
	look := func(flags ...string) []finding {
		c := parsed(t, append([]string{"--data", t.TempDir(), "--base-url", "https://chat.example.com"}, flags...)...)
		return append(c.diagnoseSignOn(t.Context()), c.diagnoseMail(t.Context()))
	}
	for _, c := range []struct {
		state, words string
		flags        []string
	}{
		{"note", "mail: none is sent", nil},
		{"BAD", "mail: SUPPORT_MAIL_FROM", []string{"--smtp-url", "smtp://127.0.0.1:1?tls=off"}},
		{"BAD", "mail: ", []string{"--smtp-url", "smtp://127.0.0.1:1?tls=off", "--mail-from", "desk@example.com"}},
		{"ok", "single sign-on", []string{"--oidc-issuer", provider.Config().Issuer, "--oidc-client-id", "desk"}},
		{"BAD", "single sign-on: ", []string{"--oidc-issuer", "http://127.0.0.1:1", "--oidc-client-id", "desk"}},
	} {
		if found := look(c.flags...); !has(found, c.state, c.words) {
			t.Errorf("%v: got %+v", c.flags, found)
		}
	}
	if found := look(); len(found) != 1 {
		t.Errorf("what is not set is looked for: %+v", found)
	}
}
