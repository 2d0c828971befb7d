package handlers

import (
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
	"github.com/taadis/unique-support/handlers/agent"
	"github.com/taadis/unique-support/handlers/api"
	"github.com/taadis/unique-support/handlers/push"
	"github.com/taadis/unique-support/handlers/visitor"
)

// Options are what the door is made of.
type Options struct {
	Desk *desk.Desk
	Hub  *push.Hub
	// Sessions keeps the console's sessions.
	Sessions scs.CtxStore
	// Secret signs visitors' tokens; at least 32 bytes.
	Secret []byte
	// BaseURL is where people reach the server; "" when it is whatever they typed.
	BaseURL string
	// Demo shows the sample shop at /demo.
	Demo bool
	// FileMax is how many bytes a file may have that somebody attaches; 0 is none at all.
	FileMax int64
	// Unlimited switches the rate limits off, for load tests.
	Unlimited bool
	// Proxies are the networks whose X-Forwarded-For is believed.
	Proxies []*net.IPNet
	// Passwords checks what agents sign in with.
	Passwords *agent.Passwords
	// Factor says who has to show a second factor: FactorOptional, also "", is nobody.
	Factor Factor
	// SSO is the company's own sign-in, nil for none; SSOName is what it is called, "" for what it is.
	SSO     agent.SSO
	SSOName string
	// Mail says that mail can be sent.
	Mail  bool
	Clock desk.Clock
	Log   *slog.Logger
	// Node is what people call this process, Build what it is; metrics and the operator's page say both.
	Node  string
	Build Build
	// Databases reads what is known of each line's database, and of the main one, which has the name ""; nil for nothing.
	Databases func() map[string]Database
	// Measures are metrics of rooms that the door does not know.
	Measures []prometheus.Collector
}

// Handlers is the door as a value: its Handler serves every path.
type Handlers struct {
	desk     *desk.Desk
	hub      *push.Hub
	sessions *scs.SessionManager
	tokens   tokens
	devices  devices
	ways     ways
	limits   *limits
	origin   *http.CrossOriginProtection
	secure   bool
	factor   Factor
	base     string // without a path; "" when it is whatever people typed
	fileMax  int64
	clock    desk.Clock
	log      *slog.Logger
	echo     *echo.Echo

	node      string
	build     Build
	databases func() map[string]Database
	measures  []prometheus.Collector
	requests  *requests

	draining atomic.Bool
	trying   atomic.Int32
}

// New returns the door. It refuses a secret that could be guessed.
func New(o Options) (*Handlers, error) {
	if len(o.Secret) < 32 {
		return nil, chat.Invalid("secret", "SUPPORT_SECRET must have at least 32 bytes.")
	}
	t, err := newTokens(o.Secret)
	if err != nil {
		return nil, err
	}
	known, err := newDevices(o.Secret)
	if err != nil {
		return nil, err
	}
	away, err := newWays(o.Secret)
	if err != nil {
		return nil, err
	}
	base, err := url.Parse(o.BaseURL)
	if err != nil {
		return nil, err
	}
	h := &Handlers{desk: o.Desk, hub: o.Hub, tokens: t, devices: known, ways: away, factor: o.Factor, limits: newLimits(o.Unlimited), origin: http.NewCrossOriginProtection(),
		secure: base.Scheme == "https", fileMax: o.FileMax, clock: o.Clock, log: o.Log, echo: echo.New(),
		node: o.Node, build: o.Build, databases: o.Databases, measures: o.Measures, requests: newRequests()}
	// scs.New would make a store of its own, with a goroutine that nothing ends.
	h.sessions = &scs.SessionManager{Store: o.Sessions, Codec: scs.GobCodec{}, HashTokenInStore: true, Lifetime: 14 * 24 * time.Hour, IdleTimeout: 3 * 24 * time.Hour}
	if base.Host != "" {
		h.base = base.Scheme + "://" + base.Host
		if err := h.origin.AddTrustedOrigin(h.base); err != nil {
			return nil, err
		}
	}
	factors, err := agent.NewFactors(o.Secret)
	if err != nil {
		return nil, err
	}
	e := h.echo
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = h.fail
	e.IPExtractor = extractor(o.Proxies)
	e.Use(trace, h.logged, h.rescue, h.protect, h.crossOrigin)
	v := visitor.New(visitor.Options{Desk: o.Desk, Door: h, Limits: h.limits, Clock: o.Clock, Demo: o.Demo, FileMax: o.FileMax})
	a := agent.New(agent.Options{Desk: o.Desk, Door: h, Limits: h.limits, Clock: o.Clock, Passwords: o.Passwords, FileMax: o.FileMax, Mail: o.Mail, Factors: factors, SSO: o.SSO, SSOName: o.SSOName})
	p := api.New(api.Options{Desk: o.Desk, Hub: o.Hub, Door: h, Limits: h.limits, Clock: o.Clock, FileMax: o.FileMax})
	for _, r := range h.routes(v, a, p, o.Demo) {
		h.requests.add(r)
		e.Add(r.method, r.path, h.guard(r))
		if r.method == get && !r.stream() {
			e.Add(head, r.path, h.guard(r)) // net/http leaves the body out
		}
	}
	return h, nil
}

// extractor finds the caller's address: from the socket, or, behind proxies that are named, from what they say.
func extractor(proxies []*net.IPNet) echo.IPExtractor {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, n := range proxies {
		trust = append(trust, echo.TrustIPRange(n))
	}
	return echo.ExtractIPFromXFFHeader(trust...)
}

// Factor says who has to show more than a password to sign in.
type Factor string

// Whoever wants to; those who may change lines or the team; everybody.
const (
	FactorOptional Factor = "optional"
	FactorAdmins   Factor = "admins"
	FactorEveryone Factor = "everyone"
)

// unowed reports whether a path is open also to an agent who has to set up a second factor first: there she does, or goes.
func unowed(path string) bool {
	return strings.HasPrefix(path, "/console/account") || strings.HasPrefix(path, "/console/log") || path == "/console/lines.css"
}

// Handler serves every path of the public address.
func (h *Handlers) Handler() http.Handler { return h.echo }

func (h *Handlers) now() time.Time { return h.clock.Now() }

// guard asks who the request is from and whether the route's policy lets them through.
func (h *Handlers) guard(r route) echo.HandlerFunc {
	return func(c echo.Context) error {
		actor, err := h.who(c, r.policy)
		if err != nil {
			return err
		}
		if err := r.policy.check(actor); err != nil {
			if r.policy.page && chat.CodeOf(err) == chat.CodeUnauthenticated {
				return c.Redirect(http.StatusSeeOther, "/console/login?next="+url.QueryEscape(c.Request().URL.RequestURI()))
			}
			return err
		}
		if actor.Owes && !unowed(r.path) {
			if r.policy.page {
				return c.Redirect(http.StatusSeeOther, "/console/account?next="+url.QueryEscape(c.Request().URL.RequestURI()))
			}
			return &chat.Error{Code: chat.CodeForbidden, Key: "factor_owed", Detail: "Please set up a second factor first."}
		}
		if actor.Locale == "" {
			actor.Locale = h.Locale(c)
		}
		ctx := chat.WithActor(c.Request().Context(), actor)
		c.SetRequest(c.Request().WithContext(ctx))
		return r.handle(c)
	}
}

// Leave makes /readyz say that this node leaves.
func (h *Handlers) Leave() { h.draining.Store(true) }

// Drain refuses new streams and spreads the leaving of those there are.
func (h *Handlers) Drain(spread time.Duration) {
	h.Leave()
	h.hub.Drain(spread)
}
