package handlers

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/oauth2-proxy/mockoidc"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
	"github.com/taadis/unique-support/handlers/sso"
)

// person is somebody as the provider knows her.
type person struct {
	sub, email, name string
	verified         any
	nonce            string // another one than was asked for
}

func (p person) ID() string { return p.sub }

func (p person) Userinfo([]string) ([]byte, error) {
	return json.Marshal(map[string]string{"sub": p.sub})
}

func (p person) Claims(_ []string, c *mockoidc.IDTokenClaims) (jwt.Claims, error) {
	nonce := c.Nonce
	if p.nonce != "" {
		nonce = p.nonce
	}
	return jwt.MapClaims{"iss": c.Issuer, "sub": c.Subject, "aud": c.Audience, "exp": c.ExpiresAt.Unix(), "iat": c.IssuedAt.Unix(), "nonce": nonce,
		"email": p.email, "email_verified": p.verified, "name": p.name}, nil
}

// company is a rig whose people sign in at a provider, and addresses of shop.example may join.
func company(t *testing.T, options ...option) (*rig, *mockoidc.MockOIDC) {
	t.Helper()
	provider, err := mockoidc.Run()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = provider.Shutdown() })
	c := provider.Config()
	p, err := sso.New(sso.Options{Issuer: c.Issuer, ClientID: c.ClientID, ClientSecret: c.ClientSecret, Base: "https://desk.example"})
	if err != nil {
		t.Fatal(err)
	}
	return newRig(t, append(options, func(o *Options) { o.SSO = p })...), provider
}

// leads is where an answer leads, at the rig where that is the desk.
func (r *rig) leads(a answer) string {
	return strings.Replace(a.Header.Get("Location"), "https://desk.example", "", 1)
}

// arrive goes the whole way to the provider and back, as far as the desk's answer.
func (r *rig) arrive(b *http.Client, provider *mockoidc.MockOIDC, p person, change func(back url.Values)) answer {
	r.t.Helper()
	provider.QueueUser(p)
	to := r.leads(r.want(r.with(b, "GET", "/console/sso?next=/console/team", "", "Accept", "text/html"), 303, ""))
	q := mustURL(r.t, to).Query()
	if q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") == "" || len(q.Get("state")) < 20 || len(q.Get("nonce")) < 20 {
		r.t.Fatalf("sent to %s", to)
	}
	resp, err := b.Get(to)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	back := mustURL(r.t, strings.Replace(resp.Header.Get("Location"), "https://desk.example", "", 1))
	if change != nil {
		values := back.Query()
		change(values)
		back.RawQuery = values.Encode()
	}
	return r.with(b, "GET", back.String(), "", "Accept", "text/html")
}

func TestSSO(t *testing.T) {
	t.Parallel()
	r, provider := company(t)
	html := []string{"Accept", "text/html"}
	lin := person{sub: "lin-1", email: "LIN@shop.example", name: "Lin", verified: true}
	t.Run("OK: a member comes in where she was going, and is known by her subject from then on", func(t *testing.T) {
		r := r.at(t)
		if a := r.want(r.with(browser(t), "GET", "/console/login?next=/console/team", "", html...), 200, ""); !bytes.Contains(a.body, []byte("/console/sso?next=%2Fconsole%2Fteam")) {
			t.Error("it is not offered")
		}
		b := browser(t)
		if a := r.want(r.arrive(b, provider, lin, nil), 303, ""); a.Header.Get("Location") != "/console/team" {
			t.Errorf("leads to %s", a.Header.Get("Location"))
		}
		r.want(r.with(b, "GET", "/console", "", html...), 200, "")
		moved := lin
		moved.email, moved.verified = "lin.new@elsewhere.example", "true"
		r.want(r.arrive(browser(t), provider, moved, nil), 303, "")
		heir := lin
		heir.sub = "lin-2"
		r.want(r.arrive(browser(t), provider, heir, nil), 403, "")
		a := r.want(r.form(b, "/console/logout"), 303, "")
		if a.Header.Get("Location") != "/console/login?left=1" {
			t.Errorf("leads to %s", a.Header.Get("Location"))
		}
		r.want(r.with(b, "GET", "/console", "", html...), 303, "")
	})
	t.Run("whoever was invited joins as she was invited, nobody else", func(t *testing.T) {
		r := r.at(t)
		_, gu := r.member("gu", "owner")
		r.want(gu("POST", "/console/team/invite", "email", "new@else.example", "role", "supervisor", "line", "mall", "capacity", "3"), 200, "")
		b := browser(t)
		r.want(r.arrive(b, provider, person{sub: "new-1", email: "new@else.example", name: "新人", verified: true}, nil), 303, "")
		a, err := r.store.AgentByEmail(t.Context(), "new@else.example")
		if err != nil || a.Name != "新人" || a.Role != "supervisor" || len(a.Lines) != 1 || a.Lines[0] != "mall" || a.PasswordHash != "" {
			t.Errorf("got %+v, %v", a, err)
		}
		r.want(r.arrive(browser(t), provider, person{sub: "x", email: "stranger@else.example", verified: true}, nil), 403, "")
		r.want(r.login(browser(t), "new@else.example", ""), 401, "")
		r.want(gu("POST", "/console/team/m/"+string(a.ID), "action", "disable"), 303, "")
		r.want(r.arrive(browser(t), provider, person{sub: "new-1", email: "new@else.example", verified: true}, nil), 403, "")
		log := r.want(gu("GET", "/console/team/log.csv"), 200, "")
		if !bytes.Contains(log.body, []byte("sso:link")) || !bytes.Contains(log.body, []byte("member:join,new@else.example")) {
			t.Errorf("got %s", log.body)
		}
	})
	mo := person{sub: "mo-1", email: "mo@mall.example", verified: true}
	for name, c := range map[string]struct {
		who    person
		change func(url.Values)
		status int
	}{
		"an address that is not verified": {person{sub: "mo-1", email: "mo@mall.example", verified: false}, nil, 403},
		"one of which that is not said":   {person{sub: "mo-1", email: "mo@mall.example"}, nil, 403},
		"another nonce":                   {person{sub: "mo-1", email: "mo@mall.example", verified: true, nonce: "stolen"}, nil, 401},
		"another state":                   {mo, func(v url.Values) { v.Set("state", "stolen") }, 401},
		"no state":                        {mo, func(v url.Values) { v.Del("state") }, 401},
		"another code":                    {mo, func(v url.Values) { v.Set("code", "stolen") }, 401},
		"turned back":                     {mo, func(v url.Values) { v.Set("error", "access_denied") }, 401},
	} {
		t.Run("refused: "+name, func(t *testing.T) {
			r := r.at(t)
			b := browser(t)
			if a := r.want(r.arrive(b, provider, c.who, c.change), c.status, ""); !bytes.Contains(a.body, []byte(`role="alert"`)) {
				t.Errorf("got %s", a.body)
			}
			r.want(r.with(b, "GET", "/console", "", html...), 303, "")
		})
	}
	t.Run("the answer is good in the browser that asked, and once", func(t *testing.T) {
		r := r.at(t)
		var back url.Values
		b := browser(t)
		r.want(r.arrive(b, provider, lin, func(v url.Values) { back = v }), 303, "")
		path := sso.Callback + "?" + back.Encode()
		r.want(r.with(browser(t), "GET", path, "", html...), 401, "")
		r.want(r.with(b, "GET", path, "", html...), 401, "")
	})
	t.Run("where there is none", func(t *testing.T) {
		r := newRig(t)
		for _, path := range []string{"/console/sso", sso.Callback, "/console/sso/leave"} {
			r.want(r.with(browser(t), "GET", path, "", html...), 404, "")
		}
	})
	t.Run("the provider is away", func(t *testing.T) {
		p, err := sso.New(sso.Options{Issuer: "http://127.0.0.1:1", ClientID: "desk", Base: "https://desk.example"})
		if err != nil {
			t.Fatal(err)
		}
		r := newRig(t, func(o *Options) { o.SSO = p })
		r.want(r.with(browser(t), "GET", "/console/sso", "", html...), 503, "")
		r.want(r.with(browser(t), "GET", "/console/login", "", html...), 200, "")
	})
}

func TestDesk_SignInBy_domain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	d := desk.New(desk.Options{Store: r.store, Bus: r.store.Bus("x"), Clock: realClock{}, SSO: desk.SSO{Domains: []string{"shop.example"}, Role: "auditor", Lines: []string{"shop"}, Capacity: 4}})
	a, err := d.SignInBy(t.Context(), chat.SingleSignOn{Issuer: "https://login.example", Subject: "1", Email: "neu@SHOP.example", Name: "x\x00"})
	if err != nil || a.Role != "auditor" || len(a.Lines) != 1 || a.Capacity != 4 || a.Name != "neu" {
		t.Errorf("got %+v, %v", a, err)
	}
	for _, email := range []string{"neu@evil-shop.example", "neu@shop.example.evil.example", "shop.example"} {
		if _, err := d.SignInBy(t.Context(), chat.SingleSignOn{Issuer: "https://login.example", Subject: email, Email: email}); chat.CodeOf(err) != chat.CodeForbidden {
			t.Errorf("%s: %v", email, err)
		}
	}
}
