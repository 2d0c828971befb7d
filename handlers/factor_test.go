package handlers

import (
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/taadis/unique-support/core/chat"
)

// later is a clock that a test moves on: a code is taken once, and the next one is half a minute away.
type later struct{ by atomic.Int64 }

func (l *later) Now() time.Time { return time.Now().Add(time.Duration(l.by.Load())) }

// phone makes codes of the secret that a page shows.
type phone struct {
	secret string
	clock  *later
}

var shown = regexp.MustCompile(`account__secret">([A-Z2-7 ]+)<`)

func (r *rig) phone(page answer, clock *later) phone {
	r.t.Helper()
	m := shown.FindSubmatch(page.body)
	if m == nil {
		r.t.Fatalf("no secret in %.2000s", page.body)
	}
	return phone{strings.ReplaceAll(string(m[1]), " ", ""), clock}
}

// next is a code that was not shown before.
func (p phone) next(t *testing.T) string {
	t.Helper()
	p.clock.by.Add(int64(30 * time.Second))
	return p.now(t)
}

func (p phone) now(t *testing.T) string {
	t.Helper()
	code, err := totp.GenerateCode(p.secret, p.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

var written = regexp.MustCompile(`<code class="code">([a-z2-7-]{19})\s*</code>`)

// enroll sets up a second factor for whoever is signed in, and returns her phone and recovery codes.
func (r *rig) enroll(ask func(method, path string, fields ...string) answer, clock *later) (phone, []string) {
	r.t.Helper()
	r.want(ask("POST", "/console/account", "action", "begin"), 303, "")
	p := r.phone(r.want(ask("GET", "/console/account"), 200, ""), clock)
	page := r.want(ask("POST", "/console/account", "action", "confirm", "code", p.next(r.t)), 200, "")
	var codes []string
	for _, m := range written.FindAllSubmatch(page.body, -1) {
		codes = append(codes, string(m[1]))
	}
	if len(codes) != chat.RecoveryCodes {
		r.t.Fatalf("got %v in %.3000s", codes, page.body)
	}
	return p, codes
}

func TestFactor(t *testing.T) {
	t.Parallel()
	clock := &later{}
	r := newRig(t, func(o *Options) { o.Clock = clock })
	ann, ask := r.member("ann", "agent")
	html := []string{"Accept", "text/html"}
	r.want(ask("POST", "/console/account", "action", "begin"), 303, "")
	secret := r.phone(r.want(ask("GET", "/console/account"), 200, ""), clock)
	r.want(ask("POST", "/console/account", "action", "confirm", "code", "000000"), 422, "")
	if same := r.phone(r.want(ask("GET", "/console/account"), 200, ""), clock); same != secret {
		t.Error("a wrong code changes the secret that the phone has")
	}
	r.want(r.form(browser(t), "/console/login", "email", ann.Email, "password", password), 303, "") // not confirmed: not asked for
	r.door.limits.factor, r.door.limits.accountAt = newLimit(1, 100, time.Minute), newLimit(1, 100, time.Minute)
	page := r.want(ask("POST", "/console/account", "action", "confirm", "code", secret.next(t)), 200, "")
	codes := written.FindAllSubmatch(page.body, -1)
	p := secret
	halfway := func(t *testing.T) *http.Client {
		t.Helper()
		b := browser(t)
		a := r.at(t).want(r.form(b, "/console/login", "email", ann.Email, "password", password, "next", "/console/account"), 303, "")
		if to := a.Header.Get("Location"); to != "/console/login/code?next=%2Fconsole%2Faccount" {
			t.Fatalf("leads to %s", to)
		}
		return b
	}
	t.Run("OK: the code lets her in, where she was going", func(t *testing.T) {
		r := r.at(t)
		b := halfway(t)
		r.want(r.with(b, "GET", "/console", "", html...), 303, "")
		r.want(r.with(b, "GET", "/api/v1/inbox", ""), 401, chat.CodeUnauthenticated)
		r.want(r.with(b, "GET", "/console/login/code?next=/console/account", "", html...), 200, "")
		a := r.want(r.form(b, "/console/login/code", "code", " "+p.next(t)+" ", "next", "/console/account"), 303, "")
		if a.Header.Get("Location") != "/console/account" {
			t.Errorf("leads to %s", a.Header.Get("Location"))
		}
		r.want(r.with(b, "GET", "/console", "", html...), 200, "")
	})
	t.Run("a code is taken once, also in another browser", func(t *testing.T) {
		r := r.at(t)
		code := p.next(t)
		r.want(r.form(halfway(t), "/console/login/code", "code", code), 303, "")
		a := r.want(r.form(halfway(t), "/console/login/code", "code", code), 401, "")
		if !strings.Contains(string(a.body), `value="`+code+`"`) {
			t.Error("what was typed is gone")
		}
	})
	t.Run("a recovery code, once, with or without its dashes", func(t *testing.T) {
		r := r.at(t)
		code := strings.ToUpper(strings.ReplaceAll(string(codes[0][1]), "-", " "))
		r.want(r.form(halfway(t), "/console/login/code", "code", code), 303, "")
		r.want(r.form(halfway(t), "/console/login/code", "code", code), 401, "")
	})
	t.Run("without a password there is nothing to show a code for", func(t *testing.T) {
		r := r.at(t)
		r.want(r.form(browser(t), "/console/login/code", "code", p.next(t)), 401, "")
		b := halfway(t)
		clock.by.Add(int64(11 * time.Minute))
		r.want(r.form(b, "/console/login/code", "code", p.next(t)), 401, "")
	})
	t.Run("a new password by mail does not stand in for it", func(t *testing.T) {
		r := r.at(t)
		r.want(r.form(browser(t), "/console/forgot", "email", ann.Email), 200, "")
		if err := r.desk.Forgot(t.Context(), ann.Email); err != nil {
			t.Fatal(err)
		}
		token := r.deliver(1)[0].Token
		b := browser(t)
		a := r.want(r.form(b, "/console/join/"+token, "password", password+" new"), 303, "")
		if !strings.HasPrefix(a.Header.Get("Location"), "/console/login/code") {
			t.Errorf("leads to %s", a.Header.Get("Location"))
		}
		r.want(r.with(b, "GET", "/console", "", html...), 303, "")
		r.want(r.form(b, "/console/login/code", "code", p.next(t)), 303, "")
	})
	t.Run("turning it off wants the password, resetting it wants who may", func(t *testing.T) {
		r := r.at(t)
		b := browser(t)
		r.want(r.form(b, "/console/login", "email", ann.Email, "password", password+" new"), 303, "")
		r.want(r.form(b, "/console/login/code", "code", p.next(t)), 303, "")
		r.want(r.form(b, "/console/account", "action", "drop", "current", password), 422, "")
		r.want(r.form(b, "/console/account", "action", "drop", "current", password+" new"), 303, "")
		again := func(method, path string, fields ...string) answer {
			if method == "GET" {
				return r.with(b, method, path, "", html...)
			}
			return r.form(b, path, fields...)
		}
		r.enroll(again, clock)
		_, mo := r.member("mo", "agent")
		r.want(mo("POST", "/console/team/m/"+string(ann.ID), "action", "factor"), 403, "")
		_, gu := r.member("gu", "owner")
		r.want(gu("POST", "/console/team/m/"+string(ann.ID), "action", "factor"), 303, "")
		a := r.want(r.form(browser(t), "/console/login", "email", ann.Email, "password", password+" new"), 303, "")
		if a.Header.Get("Location") != "/console" {
			t.Errorf("leads to %s", a.Header.Get("Location"))
		}
		log := r.want(gu("GET", "/console/team/log.csv"), 200, "")
		for _, action := range []string{"factor:enroll", "factor:recovery", "factor:drop", "factor:reset"} {
			if !strings.Contains(string(log.body), action) {
				t.Errorf("%s is not in the audit log", action)
			}
		}
		if strings.Contains(r.log.String(), p.secret) {
			t.Error("the log has the secret")
		}
	})
}

func TestFactor_tries(t *testing.T) {
	t.Parallel()
	clock := &later{}
	r := newRig(t, func(o *Options) { o.Clock = clock })
	ann, ask := r.member("ann", "agent")
	p, _ := r.enroll(ask, clock)
	b := browser(t)
	r.want(r.form(b, "/console/login", "email", ann.Email, "password", password), 303, "")
	status := 0
	for range 11 {
		status = r.form(b, "/console/login/code", "code", "000000").StatusCode
	}
	if status != http.StatusTooManyRequests {
		t.Errorf("status %d", status)
	}
	r.want(r.form(b, "/console/login/code", "code", p.next(t)), 429, "") // whoever guesses learns nothing of the right one
}

func TestFactor_required(t *testing.T) {
	t.Parallel()
	clock := &later{}
	r := newRig(t, func(o *Options) { o.Clock, o.Factor = clock, FactorAdmins })
	_, agent := r.member("ann", "agent")
	r.want(agent("GET", "/console"), 200, "")
	gu, owner := r.member("gu", "owner")
	a := r.want(owner("GET", "/console/team?q=x"), 303, "")
	if to := a.Header.Get("Location"); to != "/console/account?next=%2Fconsole%2Fteam%3Fq%3Dx" {
		t.Errorf("leads to %s", to)
	}
	r.want(owner("POST", "/console/team/roles", "new", "sneaky"), 303, "")
	if roles, err := r.store.Roles(t.Context()); err != nil || len(roles) != 5 {
		t.Errorf("got %v, %v", roles, err)
	}
	b := browser(t)
	r.want(r.login(b, gu.Email, password), 303, "")
	r.want(r.with(b, "GET", "/api/v1/inbox", ""), 403, chat.CodeForbidden)
	r.want(r.with(b, "GET", "/api/v1/inbox/events", ""), 403, chat.CodeForbidden)
	r.enroll(owner, clock)
	r.want(owner("GET", "/console/team"), 200, "")
	r.want(r.with(b, "GET", "/api/v1/inbox", ""), 200, "") // set up once, it is there for every session
}

func TestAccount(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ann, ask := r.member("ann", "agent")
	other := browser(t)
	r.want(r.login(other, ann.Email, password), 303, "")
	t.Run("name and language", func(t *testing.T) {
		r := r.at(t)
		a := r.want(ask("POST", "/console/account", "action", "profile", "name", strings.Repeat("x", 81), "locale", "en"), 422, "")
		if !strings.Contains(string(a.body), strings.Repeat("x", 81)) {
			t.Error("what was typed is gone")
		}
		r.want(ask("POST", "/console/account", "action", "profile", "name", "安", "locale", "xx"), 422, "")
		r.want(ask("POST", "/console/account", "action", "profile", "name", " 安 ", "locale", "en"), 303, "")
		if now, err := r.store.Agent(t.Context(), ann.ID); err != nil || now.Name != "安" || now.Locale != "en" || now.Role != "agent" {
			t.Errorf("got %+v, %v", now, err)
		}
	})
	t.Run("how she wants to be told", func(t *testing.T) {
		r := r.at(t)
		if a := r.want(ask("GET", "/console"), 200, ""); !strings.Contains(string(a.body), `data-notify="desktop queue sound"`) || !strings.Contains(string(a.body), `data-me="`+string(ann.ID)) {
			t.Error("by default she is not told of everything")
		}
		r.want(ask("POST", "/console/account", "action", "notify", "notify", "desktop", "notify", "nonsense"), 303, "")
		if a := r.want(ask("GET", "/console"), 200, ""); !strings.Contains(string(a.body), `data-notify="desktop"`) {
			t.Error("what she chose does not hold")
		}
		r.want(ask("POST", "/console/account", "action", "notify"), 303, "")
		if a := r.want(ask("GET", "/console"), 200, ""); !strings.Contains(string(a.body), `data-notify=""`) {
			t.Error("nothing is not nothing")
		}
		if a := r.want(ask("GET", "/console/account"), 200, ""); strings.Contains(string(a.body), `value="sound" checked`) {
			t.Error("the page says otherwise")
		}
	})
	t.Run("a password: wants the old one, and ends the other sessions", func(t *testing.T) {
		r := r.at(t)
		r.want(ask("POST", "/console/account", "action", "password", "current", "not it at all", "password", "something quite new"), 422, "")
		r.want(ask("POST", "/console/account", "action", "password", "current", password, "password", "qwertyuiop"), 422, "")
		r.want(r.with(other, "GET", "/console", "", "Accept", "text/html"), 200, "")
		r.want(ask("POST", "/console/account", "action", "password", "current", password, "password", "something quite new"), 303, "")
		r.want(ask("GET", "/console"), 200, "")
		r.want(r.with(other, "GET", "/console", "", "Accept", "text/html"), 303, "")
		r.want(r.login(browser(t), ann.Email, "something quite new"), 303, "")
	})
	t.Run("tries are counted", func(t *testing.T) {
		status := 0
		for range 12 {
			status = ask("POST", "/console/account", "action", "password", "current", "not it at all", "password", "something else new").StatusCode
		}
		if status != 429 {
			t.Errorf("status %d", status)
		}
	})
	t.Run("nobody's", func(t *testing.T) {
		r := r.at(t)
		r.want(ask("POST", "/console/account", "action", "promote"), 422, "")
		r.want(r.form(browser(t), "/console/account", "action", "profile", "name", "x"), 303, "")
	})
}
