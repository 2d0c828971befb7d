// Package sso asks a company's own sign-in who somebody is, by OpenID Connect: authorization code, PKCE, state and nonce.
package sso

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/taadis/unique-support/core/chat"
	"golang.org/x/oauth2"
)

// patience is how long the provider has for each answer.
const patience = 10 * time.Second

// Options are what a Provider is made of.
type Options struct {
	// Issuer is the provider's address, as it calls itself; ClientID and ClientSecret are ours there. A public client has no secret.
	Issuer, ClientID, ClientSecret string
	// Base is where people reach the desk.
	Base string
}

// Provider is a company's sign-in.
type Provider struct {
	o      Options
	client *http.Client

	mu    sync.Mutex
	known *discovered
}

// discovered is what the provider says of itself.
type discovered struct {
	config   oauth2.Config
	verifier *oidc.IDTokenVerifier
	leave    string
}

// New returns a provider. It is asked for nothing before somebody signs in: the desk starts without it.
func New(o Options) (*Provider, error) {
	u, err := url.Parse(o.Issuer)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || o.ClientID == "" {
		return nil, errors.New("SUPPORT_OIDC_ISSUER is written https://login.example.com, and SUPPORT_OIDC_CLIENT_ID is who the desk is there")
	}
	if o.Base == "" {
		return nil, errors.New("SUPPORT_OIDC_ISSUER needs SUPPORT_BASE_URL: people come back there")
	}
	return &Provider{o: o, client: &http.Client{Timeout: patience}}, nil
}

// Callback is the path that people come back to.
const Callback = "/console/sso/callback"

// discover reads what the provider says of itself, once it has said so.
func (p *Provider) discover(ctx context.Context) (*discovered, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known != nil {
		return p.known, nil
	}
	// Its keys are read again whenever one is new, with what this context carries: so nothing of one person's request.
	found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client), p.o.Issuer)
	if err != nil {
		return nil, away(err)
	}
	var more struct {
		Leave string `json:"end_session_endpoint"`
	}
	if err := found.Claims(&more); err != nil {
		return nil, away(err)
	}
	p.known = &discovered{
		config:   oauth2.Config{ClientID: p.o.ClientID, ClientSecret: p.o.ClientSecret, Endpoint: found.Endpoint(), RedirectURL: p.o.Base + Callback, Scopes: []string{oidc.ScopeOpenID, "email", "profile"}},
		verifier: found.Verifier(&oidc.Config{ClientID: p.o.ClientID}),
		leave:    more.Leave,
	}
	return p.known, nil
}

func away(err error) error {
	return &chat.Error{Code: chat.CodeLineUnavailable, Key: "sso_away", Detail: "The company's sign-in does not answer. Please try again in a moment.", RetryAfter: 5 * time.Second, Err: err}
}

// Begin returns where somebody signs in; she comes back with the state. The verifier and the nonce are hers until then.
func (p *Provider) Begin(ctx context.Context, state, nonce, verifier string) (string, error) {
	d, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	return d.config.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), nil
}

// End says who came back with the code. What the provider says is believed when its signature, audience, time and nonce are right.
func (p *Provider) End(ctx context.Context, code, nonce, verifier string) (chat.SingleSignOn, error) {
	d, err := p.discover(ctx)
	if err != nil {
		return chat.SingleSignOn{}, err
	}
	ctx = oidc.ClientContext(ctx, p.client)
	token, err := d.config.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		if _, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
			return chat.SingleSignOn{}, refused(err)
		}
		return chat.SingleSignOn{}, away(err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := d.verifier.Verify(ctx, raw)
	if err != nil {
		return chat.SingleSignOn{}, refused(err)
	}
	var claims struct {
		Email    string `json:"email"`
		Verified any    `json:"email_verified"`
		Name     string `json:"name"`
	}
	if err := id.Claims(&claims); err != nil {
		return chat.SingleSignOn{}, refused(err)
	}
	if id.Nonce != nonce || id.Subject == "" {
		return chat.SingleSignOn{}, refused(errors.New("another nonce, or no subject"))
	}
	if s, _ := claims.Verified.(string); claims.Verified != true && !strings.EqualFold(s, "true") || claims.Email == "" { // some write it as a text
		return chat.SingleSignOn{}, &chat.Error{Code: chat.CodeForbidden, Key: "sso_unverified", Detail: "The company's sign-in has not verified your e-mail address."}
	}
	return chat.SingleSignOn{Issuer: id.Issuer, Subject: id.Subject, Email: claims.Email, Name: claims.Name}, nil
}

func refused(err error) error {
	return &chat.Error{Code: chat.CodeUnauthenticated, Key: "sso_refused", Detail: "This sign-in cannot be believed. Please try again.", Err: fmt.Errorf("single sign-on: %w", err)}
}

// Leave returns where somebody signs out there, too, and comes back from; "" when the provider has no such place.
func (p *Provider) Leave(ctx context.Context) (string, error) {
	d, err := p.discover(ctx)
	if err != nil || d.leave == "" {
		return "", err
	}
	u, err := url.Parse(d.leave)
	if err != nil {
		return "", away(err)
	}
	q := u.Query()
	q.Set("client_id", p.o.ClientID)
	q.Set("post_logout_redirect_uri", p.o.Base+"/console/login")
	u.RawQuery = q.Encode()
	return u.String(), nil
}
