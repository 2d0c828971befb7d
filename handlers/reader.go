package handlers

import (
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/handlers/api"
	"github.com/taadis/unique-support/views/i18n"
)

const (
	// localeCookie remembers a language that was chosen; zoneCookie is the browser's time zone, kept by script.
	localeCookie = "support_locale"
	zoneCookie   = "support_zone"
)

// Locale is the language the request is answered in: the one it asks for, the agent's own, the one chosen before, what
// the browser prefers, the line's, Chinese.
func (h *Handlers) Locale(c echo.Context) string {
	ask := c.QueryParam("locale")
	if ask == "" {
		if a := chat.ActorFrom(c.Request().Context()); a.Kind == chat.KindAgent {
			ask = a.Locale
		}
	}
	if k, err := c.Cookie(localeCookie); ask == "" && err == nil {
		ask = k.Value
	}
	fallback := "zh-CN"
	if l, err := h.desk.Line(c.Param("line")); err == nil && l.Locale != "" {
		fallback = l.Locale
	}
	return i18n.Match(ask, c.Request().Header.Get("Accept-Language"), fallback)
}

// ChooseLocale remembers a language for a year.
func (h *Handlers) ChooseLocale(c echo.Context, locale string) {
	c.SetCookie(&http.Cookie{Name: localeCookie, Value: i18n.Match(locale, "", "zh-CN"), Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, Secure: h.secure, SameSite: http.SameSiteLaxMode})
}

// china is the zone of a reader of Chinese whose browser has not said which is hers.
var china = time.FixedZone("Asia/Shanghai", 8*3600)

// Address is where people reach the server, without a path: what it was told, else what this one typed.
func (h *Handlers) Address(c echo.Context) string {
	if h.base != "" {
		return h.base
	}
	return c.Scheme() + "://" + c.Request().Host
}

// Zone is the reader's time zone: the one the address names, or her browser said, else the likeliest for her language.
func (h *Handlers) Zone(c echo.Context) *time.Location {
	name := c.QueryParam("zone")
	if k, err := c.Cookie(zoneCookie); name == "" && err == nil {
		name = k.Value
	}
	if zone, err := chat.ParseZone(name); err == nil && len(name) < 64 {
		return zone.Location()
	}
	if h.Locale(c) == "zh-CN" {
		return china
	}
	return time.UTC
}

// Frame says which sites may show the answer in a frame: none unless the line names them.
func (h *Handlers) Frame(c echo.Context, origins []string) {
	sites := "'none'"
	if len(origins) > 0 {
		sites = strings.Join(origins, " ")
	}
	c.Response().Header().Set("Content-Security-Policy", csp+sites)
}

// Framing lets a page of ours show another of ours in a frame.
func (h *Handlers) Framing(c echo.Context) {
	c.Response().Header().Set("Content-Security-Policy", "frame-src 'self'; "+csp+"'none'")
}

// Device reads what the visitor holds from her request.
func (h *Handlers) Device(r *http.Request) chat.Device { return api.Device(r) }
