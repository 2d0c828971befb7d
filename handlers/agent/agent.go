// Package agent is the console's door: pages and forms for those who answer. What changes while a page is open comes
// through the JSON door and the stream; everything here also works without script.
package agent

import (
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
	"github.com/taadis/unique-support/handlers/media"
	"github.com/taadis/unique-support/static"
	"github.com/taadis/unique-support/views/console"
	"github.com/taadis/unique-support/views/i18n"
)

// Door is what the room above does for this one.
type Door interface {
	// SignIn begins a console session for the agent, SignOut ends the one there is.
	SignIn(c echo.Context, agent chat.Agent) error
	SignOut(c echo.Context) error
	// Halfway keeps who has shown her password and not yet her second factor, Half returns her, or chat.NotFound.
	Halfway(c echo.Context, agent chat.Agent) error
	Half(c echo.Context) (chat.Agent, error)
	// SignInBy is SignIn for who came by the company's sign-in, CameBy says whether the browser's session began there.
	SignInBy(c echo.Context, agent chat.Agent) error
	CameBy(c echo.Context) bool
	// SendAway keeps in the browser what it has to bring back from there, ComeBack returns it, once.
	SendAway(c echo.Context, w Way) error
	ComeBack(c echo.Context) (w Way, ok bool)
	// Browser names the browser when the account has signed in with it before, else it is ""; KeepBrowser makes it one that has.
	Browser(c echo.Context, email string) string
	KeepBrowser(c echo.Context, email string)
	// Locale is the language the request is answered in, Zone the reader's time zone.
	Locale(c echo.Context) string
	// ChooseLocale remembers a language.
	ChooseLocale(c echo.Context, locale string)
	Zone(c echo.Context) *time.Location
	// Frame lets sites show the page in a frame, Framing lets the page show another of ours in one.
	Frame(c echo.Context, origins []string)
	Framing(c echo.Context)
	// NewKey makes an API key and says how it is looked up.
	NewKey() (key, hash string)
	// Address is where people reach the server, without a path.
	Address(c echo.Context) string
}

// Limits bounds how often something may be tried.
type Limits interface {
	// Login counts a try to sign in: against the device, when the account knows it, else against the account and the address.
	Login(address, account, device string) error
	// Forgot counts a try to have a new password sent. asks says whether to do it: who asks for one account again and again is told the same.
	Forgot(address, account string) (asks bool, err error)
	// Factor counts a try to show a second factor, or a password, of the account.
	Factor(account string) error
	// Arrive counts a form with files that is on its way, until over is called; File counts one of its files.
	Arrive() (over func(), err error)
	File(address string, actor chat.Actor) error
}

// Options are what the console's door is made of.
type Options struct {
	Desk      *desk.Desk
	Door      Door
	Limits    Limits
	Passwords *Passwords
	Clock     desk.Clock
	// FileMax is how many bytes a file may have.
	FileMax int64
	// Mail says that mail can be sent.
	Mail    bool
	Factors *Factors
	// SSO is the company's own sign-in, nil for none; SSOName is what it is called.
	SSO     SSO
	SSOName string
}

// Handlers serves the console.
type Handlers struct {
	desk      *desk.Desk
	door      Door
	limits    Limits
	passwords *Passwords
	clock     desk.Clock

	fileMax int64
	mail    bool
	factors *Factors
	sso     SSO
	ssoName string
}

// New returns the console's door.
func New(o Options) *Handlers {
	return &Handlers{desk: o.Desk, door: o.Door, limits: o.Limits, passwords: o.Passwords, clock: o.Clock, fileMax: o.FileMax, mail: o.Mail, factors: o.Factors, sso: o.SSO, ssoName: o.SSOName}
}

// reader is who looks at the console, as the views want her.
func (h *Handlers) reader(c echo.Context) (console.Reader, error) {
	ctx := c.Request().Context()
	a, err := h.desk.Agent(ctx, chat.ActorFrom(ctx).ID)
	if err != nil {
		return console.Reader{}, err
	}
	return console.Reader{Text: h.text(c), Now: h.clock.Now(), Agent: a, Lines: h.lines(a), Theme: c.QueryParam("theme")}, nil
}

func (h *Handlers) text(c echo.Context) i18n.Text {
	return i18n.For(h.door.Locale(c), h.door.Zone(c))
}

// lines are the lines an agent works for; their order is that of /console/lines.css.
func (h *Handlers) lines(a chat.Agent) []chat.Line {
	var mine []chat.Line
	for _, l := range h.desk.Lines() {
		if a.Actor().At(l.Name) {
			mine = append(mine, l)
		}
	}
	return mine
}

// Lines is the style sheet of the lines' colours.
func (h *Handlers) Lines(c echo.Context) error {
	ctx := c.Request().Context()
	a, err := h.desk.Agent(ctx, chat.ActorFrom(ctx).ID)
	if err != nil {
		return err
	}
	var colors []string
	for _, l := range h.lines(a) {
		colors = append(colors, l.Color)
	}
	c.Response().Header().Set("Cache-Control", "private, max-age=60")
	return c.Blob(http.StatusOK, "text/css; charset=utf-8", static.Lines(colors))
}

// render answers with a page.
func render(c echo.Context, status int, page templ.Component) error {
	c.Response().Header().Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	c.Response().WriteHeader(status)
	return page.Render(c.Request().Context(), c.Response())
}

// swaps reports whether script asks for the parts of a page that change.
func swaps(c echo.Context) bool { return c.Request().Header.Get("X-Partial") == "true" }

// thread is a conversation as its pane shows it: the last messages, or those before a number.
func (h *Handlers) thread(ctx context.Context, id chat.ID, before int64) (console.Thread, []chat.Conversation, error) {
	var t console.Thread
	found, err := h.desk.Watch(ctx, id)
	if err != nil {
		return t, nil, err
	}
	t.Conversation, t.Epoch = found.Conversation, found.Epoch
	if t.Log.Messages, t.Log.More, err = h.desk.Messages(ctx, id, desk.Range{Before: before, Last: true}); err != nil {
		return t, nil, err
	}
	if t.Log.Notes, err = h.desk.Notes(ctx, id); err != nil {
		return t, nil, err
	}
	var earlier []chat.Conversation
	if t.Visitor, earlier, err = h.desk.Visitor(ctx, id); err != nil {
		return t, nil, err
	}
	if t.Seats, err = h.desk.Colleagues(ctx, t.Conversation.Line); err != nil {
		return t, nil, err
	}
	if t.Teams, err = h.desk.Teams(ctx); err != nil {
		return t, nil, err
	}
	if t.Decisions, err = h.desk.Decisions(ctx, id); err != nil {
		return t, nil, err
	}
	if t.Labels, err = h.desk.Labels(ctx); err != nil {
		return t, nil, err
	}
	if t.Canned, err = h.desk.CannedReplies(ctx); err != nil {
		return t, nil, err
	}
	t.ClientID, t.Accept = chat.NewID(h.clock.Now()), media.Accept(h.fileMax)
	return t, earlier, nil
}
