// Package visitor is the chat page's door, and that of what stands on a host's site: the page, its forms, the widget's
// script and the sample shop. The page needs no script; with it, messages go through the JSON door.
package visitor

import (
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
	"github.com/taadis/unique-support/static"
	"github.com/taadis/unique-support/views/i18n"
	"github.com/taadis/unique-support/views/window"
)

// Door is what the room above does for this one.
type Door interface {
	// Admit gives a visitor's browser its cookie.
	Admit(c echo.Context, line string, v chat.Visitor) (token string, expires time.Time)
	// Dismiss takes it away.
	Dismiss(c echo.Context, line string)
	// Frame says which sites may show the answer in a frame.
	Frame(c echo.Context, origins []string)
	// Locale is the language the request is answered in, Zone the reader's time zone.
	Locale(c echo.Context) string
	Zone(c echo.Context) *time.Location
	// Device reads what the visitor holds.
	Device(r *http.Request) chat.Device
}

// Limits bounds how often something may be tried.
type Limits interface {
	// Enter counts a new visitor session from an address.
	Enter(address string) error
	// Send counts a change somebody makes to a conversation.
	Send(address string, actor chat.Actor) error
	// Arrive counts a form with files that is on its way, until over is called; File counts one of its files.
	Arrive() (over func(), err error)
	File(address string, actor chat.Actor) error
}

// Options are what the visitor's door is made of.
type Options struct {
	Desk   *desk.Desk
	Door   Door
	Limits Limits
	Clock  desk.Clock
	// Demo allows the sample shop on this server to frame the chat page of the line it shows.
	Demo bool
	// FileMax is how many bytes a file may have.
	FileMax int64
}

// Handlers serves visitors.
type Handlers struct {
	desk   *desk.Desk
	door   Door
	limits Limits
	clock  desk.Clock
	demo   bool

	fileMax int64
}

// New returns the visitor's door.
func New(o Options) *Handlers {
	return &Handlers{desk: o.Desk, door: o.Door, limits: o.Limits, clock: o.Clock, demo: o.Demo, fileMax: o.FileMax}
}

// Widget is the script a host's site includes. It is asked for anew every five minutes, so that a new version reaches
// sites that nobody touches.
func (h *Handlers) Widget(c echo.Context) error {
	head := c.Response().Header()
	head.Set("Cache-Control", "public, max-age=300")
	head.Set("Cross-Origin-Resource-Policy", "cross-origin")
	return c.Blob(http.StatusOK, "text/javascript; charset=utf-8", static.Widget())
}

// Icon answers browsers that ask for an icon no page named.
func (h *Handlers) Icon(c echo.Context) error {
	return c.Redirect(http.StatusFound, static.Path("icons/mark.svg"))
}

// shopPolicy is that of a host with the strictest policy: its own things, and the desk in a frame.
const shopPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// Demo is a sample shop with the widget on it.
func (h *Handlers) Demo(c echo.Context) error {
	line, err := h.desk.Line("demo")
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Security-Policy", shopPolicy)
	return render(c, http.StatusOK, window.Shop(window.Demo{Text: h.text(c), Line: line.Name, Color: line.Color}))
}

func (h *Handlers) text(c echo.Context) i18n.Text {
	return i18n.For(h.door.Locale(c), h.door.Zone(c))
}

func render(c echo.Context, status int, page templ.Component) error {
	c.Response().Header().Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	c.Response().WriteHeader(status)
	return page.Render(c.Request().Context(), c.Response())
}
