package handlers

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
)

const (
	// visitorCookie and the line's name make a visitor's cookie, agentCookie is the console's. Over TLS both have the
	// __Host- prefix, so that no neighbouring host can set them.
	visitorCookie = "support_visitor_"
	agentCookie   = "support_console"
	hostPrefix    = "__Host-"
	// asAgent is the header by which the console says that it is the agent's, when a visitor's cookie is there too. Pictures and links,
	// which have no headers, say "?as=agent".
	asAgent = "X-Support-As"
)

// bearer returns the token of an Authorization header, "" when there is none.
func bearer(r *http.Request) string {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return token
}

// who finds out whom the request comes from; the zero Actor when nobody can be made out. An error is trouble of our own.
func (h *Handlers) who(c echo.Context, p policy) (chat.Actor, error) {
	if !p.visitor && !p.agent() {
		return chat.Actor{}, nil
	}
	if token := bearer(c.Request()); token != "" {
		return h.byBearer(c, token)
	}
	if p.visitor && c.Request().Header.Get(asAgent) != "agent" && c.QueryParam("as") != "agent" {
		// A visitor's page whose cookie has lapsed must not speak for the agent who is signed in beside it.
		if a := h.byCookie(c); a.Kind != "" || !p.agent() || c.Request().Method != http.MethodGet {
			return a, nil
		}
	}
	if p.agent() {
		return h.bySession(c)
	}
	return chat.Actor{}, nil
}

// byBearer finds whom a token or a key stands for. One that stands for nobody, or for a visitor of another line than the
// one in the path, is refused also where nobody in particular is asked for: its bearer believes to be somebody.
func (h *Handlers) byBearer(c echo.Context, token string) (chat.Actor, error) {
	var a chat.Actor
	if strings.HasPrefix(token, KeyPrefix) {
		var err error
		if a, err = h.byKey(c.Request().Context(), token); err != nil {
			return a, err
		}
	} else {
		a = h.byToken(token)
	}
	line := c.Param("line")
	if _, err := h.desk.Line(line); line != "" && err != nil {
		return chat.Actor{}, err
	}
	if a.Kind == "" || a.Kind == chat.KindVisitor && line != "" && line != a.Line {
		return chat.Actor{}, chat.Unauthenticated()
	}
	return a, nil
}

// KeyPrefix begins every API key.
const KeyPrefix = "sk_"

// HashKey is how an API key is looked up: nobody can read a key out of the database.
func HashKey(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// NewKey makes an API key and says how it is looked up.
func (h *Handlers) NewKey() (key, hash string) {
	var b [32]byte
	_, _ = rand.Read(b[:])
	key = KeyPrefix + base64.RawURLEncoding.EncodeToString(b[:])
	return key, HashKey(key)
}

func (h *Handlers) byKey(ctx context.Context, key string) (chat.Actor, error) {
	agent, err := h.desk.AgentByKey(ctx, HashKey(key))
	if chat.CodeOf(err) == chat.CodeNotFound && err != nil {
		return chat.Actor{}, nil
	}
	actor := agent.Actor()
	actor.Key = HashKey(key)
	return actor, err
}

func (h *Handlers) byToken(token string) chat.Actor { return h.tokens.read(token, h.now()) }

// byCookie finds the visitor among the cookies of several lines: the line in the path decides, else the conversation's.
func (h *Handlers) byCookie(c echo.Context) chat.Actor {
	line := c.Param("line")
	if line == "" {
		line = c.QueryParam("line")
	}
	var found []chat.Actor
	for _, k := range c.Cookies() {
		name, ok := strings.CutPrefix(strings.TrimPrefix(k.Name, hostPrefix), visitorCookie)
		if !ok || (line != "" && name != line) {
			continue
		}
		if a := h.byToken(k.Value); a.Kind != "" && a.Line == name {
			found = append(found, a)
		}
	}
	switch {
	case len(found) == 0:
		return chat.Actor{}
	case len(found) == 1 || c.Param("id") == "":
		return found[0]
	}
	where, err := h.desk.Locate(c.Request().Context(), chat.ID(c.Param("id")))
	for _, a := range found {
		if err == nil && a.Line == where {
			return a
		}
	}
	return found[0]
}

// bySession finds the agent of a console session; who she is and what she may is read anew each time.
func (h *Handlers) bySession(c echo.Context) (chat.Actor, error) {
	k, err := c.Cookie(h.cookieName(agentCookie))
	if err != nil {
		return chat.Actor{}, nil
	}
	ctx, err := h.sessions.Load(c.Request().Context(), k.Value)
	if err != nil {
		return chat.Actor{}, err
	}
	id := h.sessions.GetString(ctx, "agent")
	if id == "" {
		return chat.Actor{}, nil
	}
	agent, err := h.desk.Agent(ctx, chat.ID(id))
	if err != nil && chat.CodeOf(err) != chat.CodeNotFound {
		return chat.Actor{}, err
	}
	if err != nil || subtle.ConstantTimeCompare([]byte(h.sessions.GetString(ctx, "stamp")), []byte(stamp(agent))) != 1 {
		return chat.Actor{}, nil
	}
	actor := agent.Actor()
	actor.Owes = h.demands(agent) && h.sessions.GetString(ctx, "sso") == ""
	return actor, nil
}

// stamp changes with an agent's password, and when all her sessions are ended: those from before are none any more.
func stamp(a chat.Agent) string { return strconv.Itoa(a.Since) }

func (h *Handlers) cookieName(name string) string {
	if h.secure {
		return hostPrefix + name
	}
	return name
}

// Admit gives a visitor's browser its cookie and returns the token for clients without one. The streams of whoever she was
// until now end: they come back by themselves where they may, on another device of hers.
func (h *Handlers) Admit(c echo.Context, line string, v chat.Visitor) (token string, expires time.Time) {
	if before := chat.ActorFrom(c.Request().Context()); before.Kind == chat.KindVisitor && before.Line == line && before.ID != v.ID {
		h.desk.Part(line, before.ID)
	}
	token, expires = h.tokens.issue(line, v.ID, v.Verified, h.now())
	h.setVisitor(c, line, token, expires)
	return token, expires
}

// Dismiss takes a visitor's cookie from her browser and ends her streams. Her token itself lives on: nothing is stored for it.
func (h *Handlers) Dismiss(c echo.Context, line string) {
	if a := chat.ActorFrom(c.Request().Context()); a.Kind == chat.KindVisitor && a.Line == line {
		h.desk.Part(line, a.ID)
	}
	h.setVisitor(c, line, "", time.Unix(1, 0))
}

func (h *Handlers) setVisitor(c echo.Context, line, token string, expires time.Time) {
	c.SetCookie(&http.Cookie{Name: h.cookieName(visitorCookie + line), Value: token, Path: "/", Expires: expires, HttpOnly: true, Secure: h.secure, SameSite: http.SameSiteLaxMode})
}

// SignIn begins a console session for the agent; whatever the browser had before is worth nothing any more.
func (h *Handlers) SignIn(c echo.Context, agent chat.Agent) error {
	return h.begin(c, map[string]string{"agent": string(agent.ID), "stamp": stamp(agent)})
}

// SignInBy is SignIn for who came by the company's sign-in, which asks for a second factor itself where one is wanted.
func (h *Handlers) SignInBy(c echo.Context, agent chat.Agent) error {
	return h.begin(c, map[string]string{"agent": string(agent.ID), "stamp": stamp(agent), "sso": "1"})
}

// CameBy reports whether the browser's session began at the company's sign-in.
func (h *Handlers) CameBy(c echo.Context) bool {
	k, err := c.Cookie(h.cookieName(agentCookie))
	if err != nil {
		return false
	}
	ctx, err := h.sessions.Load(c.Request().Context(), k.Value)
	return err == nil && h.sessions.GetString(ctx, "sso") != ""
}

// begin begins a session that says so much, in place of the one the browser has.
func (h *Handlers) begin(c echo.Context, says map[string]string) error {
	ctx, err := h.sessions.Load(c.Request().Context(), "")
	if err != nil {
		return err
	}
	for name, value := range says {
		h.sessions.Put(ctx, name, value)
	}
	token, expires, err := h.sessions.Commit(ctx)
	if err != nil {
		return err
	}
	if err := h.forget(c); err != nil {
		return err
	}
	h.setSession(c, token, expires)
	return nil
}

// halfway is how long somebody has to show her second factor after her password was right.
const halfway = 10 * time.Minute

// Halfway keeps in the browser's session who has shown her password and not yet her second factor: that opens nothing.
func (h *Handlers) Halfway(c echo.Context, agent chat.Agent) error {
	return h.begin(c, map[string]string{"halfway": string(agent.ID), "stamp": stamp(agent), "until": strconv.FormatInt(h.now().Add(halfway).Unix(), 10)})
}

// Half returns who has shown her password in this browser, a few minutes ago at most, or chat.NotFound.
func (h *Handlers) Half(c echo.Context) (chat.Agent, error) {
	k, err := c.Cookie(h.cookieName(agentCookie))
	if err != nil {
		return chat.Agent{}, chat.NotFound()
	}
	ctx, err := h.sessions.Load(c.Request().Context(), k.Value)
	if err != nil {
		return chat.Agent{}, err
	}
	until, _ := strconv.ParseInt(h.sessions.GetString(ctx, "until"), 10, 64)
	id := h.sessions.GetString(ctx, "halfway")
	if id == "" || h.now().Unix() >= until {
		return chat.Agent{}, chat.NotFound()
	}
	agent, err := h.desk.Agent(ctx, chat.ID(id))
	if err == nil && h.sessions.GetString(ctx, "stamp") != stamp(agent) {
		err = chat.NotFound()
	}
	return agent, err
}

// demands reports whether an agent has to set up a second factor before she does anything else.
func (h *Handlers) demands(a chat.Agent) bool {
	if a.SecondFactor {
		return false
	}
	may := a.Actor().May
	return h.factor == FactorEveryone || h.factor == FactorAdmins && (may(chat.TeamWrite) || may(chat.AdminWrite))
}

// SignOut ends the console session, and the agent's streams: those of her other consoles come back by themselves.
func (h *Handlers) SignOut(c echo.Context) error {
	actor, err := h.bySession(c)
	if err != nil {
		return err
	}
	h.setSession(c, "", time.Unix(1, 0))
	if err := h.forget(c); err != nil {
		return err
	}
	h.hub.Cut(actor.ID)
	return nil
}

func (h *Handlers) setSession(c echo.Context, token string, expires time.Time) {
	c.SetCookie(&http.Cookie{Name: h.cookieName(agentCookie), Value: token, Path: "/", Expires: expires, HttpOnly: true, Secure: h.secure, SameSite: http.SameSiteLaxMode})
}

// forget destroys the session the request came with.
func (h *Handlers) forget(c echo.Context) error {
	k, err := c.Cookie(h.cookieName(agentCookie))
	if err != nil || k.Value == "" {
		return nil
	}
	ctx, err := h.sessions.Load(c.Request().Context(), k.Value)
	if err != nil {
		return err
	}
	return h.sessions.Destroy(ctx)
}
