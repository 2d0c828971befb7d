package handlers

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
)

// login tries to sign in from a browser.
func (r *rig) login(b *http.Client, email, password string) answer {
	r.t.Helper()
	return r.form(b, "/console/login", "email", email, "password", password)
}

func TestLogin_rehash(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	old, err := argon2id.CreateHash(password, &argon2id.Params{Memory: 1 << 10, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		t.Fatal(err)
	}
	lin, err := r.store.AgentByEmail(t.Context(), "lin@shop.example")
	if err != nil {
		t.Fatal(err)
	}
	lin.PasswordHash = old
	if err := r.store.PutAgent(t.Context(), lin); err != nil {
		t.Fatal(err)
	}
	first := browser(t)
	r.want(r.login(first, lin.Email, password), 303, "")
	now, err := r.store.Agent(t.Context(), lin.ID)
	if err != nil || now.PasswordHash == old {
		t.Fatalf("the old hash is kept, %v", err)
	}
	r.want(r.login(browser(t), lin.Email, password), 303, "")
	r.want(r.with(first, "GET", "/console", "", "Accept", "text/html"), 200, "") // the hash changed, the password did not
	now.PasswordHash = old
	if err := r.store.PutAgent(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	r.want(r.with(first, "GET", "/console", "", "Accept", "text/html"), 303, "")
	if err := r.store.Rehash(t.Context(), lin.ID, "$stale", "$other"); err != nil {
		t.Fatal(err)
	}
	if now, err = r.store.Agent(t.Context(), lin.ID); err != nil || now.PasswordHash != old {
		t.Errorf("a hash of another password was kept: %v", err)
	}
}

// Whoever tries an agent's password from everywhere uses up the account's tries, and hers are counted apart.
func TestLogin_knownDevice(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const email = "lin@shop.example"
	hers := browser(t)
	r.want(r.login(hers, email, password), 303, "")
	r.want(r.form(hers, "/console/logout"), 303, "")
	for r.door.limits.account.take(email) == nil { // as from a thousand networks
	}
	r.want(r.login(browser(t), email, password), 429, "")
	r.want(r.login(hers, strings.ToUpper(email), password), 303, "")
	t.Run("it is good for one account", func(t *testing.T) {
		r := r.at(t)
		for r.door.limits.account.take("mo@mall.example") == nil {
		}
		r.want(r.login(hers, "mo@mall.example", password), 429, "")
	})
	t.Run("and bounded itself", func(t *testing.T) {
		r := r.at(t)
		status := 0
		for range 12 {
			status = r.login(hers, email, "not the password").StatusCode
		}
		if status != 429 {
			t.Errorf("status %d", status)
		}
	})
}

func TestDevices_read(t *testing.T) {
	t.Parallel()
	d, err := newDevices([]byte(strings.Repeat("s", 32)))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	cookie, expires := d.issue("Lin@shop.example", now)
	if d.read(cookie, " lin@SHOP.example", now) == "" {
		t.Error("it is not known")
	}
	for name, got := range map[string]string{
		"another account": d.read(cookie, "mo@mall.example", now),
		"expired":         d.read(cookie, "lin@shop.example", expires),
		"changed":         d.read("A"+cookie, "lin@shop.example", now),
		"none":            d.read("", "lin@shop.example", now),
		"endless":         d.read(strings.Repeat("a", 1<<16), "lin@shop.example", now),
	} {
		if got != "" {
			t.Errorf("%s: %q", name, got)
		}
	}
}
