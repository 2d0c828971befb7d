package handlers

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

const (
	// deviceCookie says, under a signature, that an account has signed in with this browser. It opens nothing: tries to sign in are only
	// counted apart from those of strangers, so that these cannot keep the account's owner out.
	deviceCookie = "support_device"
	// deviceLife is how long it says so.
	deviceLife = 180 * 24 * time.Hour
)

// devices signs and reads the cookies of browsers that an account has signed in with: "<name>.<expiry>.<signature>".
type devices struct{ key []byte }

func newDevices(secret []byte) (devices, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "device v1", 32)
	return devices{key: key}, err
}

func (d devices) issue(email string, now time.Time) (string, time.Time) {
	expires := now.Add(deviceLife).Truncate(time.Second)
	body := rand.Text() + "." + strconv.FormatInt(expires.Unix(), 10)
	return body + "." + d.sign(email, body), expires
}

// read returns the name of the browser, or "" when the cookie is not the account's.
func (d devices) read(cookie, email string, now time.Time) string {
	i := strings.LastIndexByte(cookie, '.')
	if i < 0 || len(cookie) > 200 || !hmac.Equal([]byte(cookie[i+1:]), []byte(d.sign(email, cookie[:i]))) {
		return ""
	}
	name, until, _ := strings.Cut(cookie[:i], ".")
	if expires, err := strconv.ParseInt(until, 10, 64); err != nil || now.Unix() >= expires {
		return ""
	}
	return name
}

func (d devices) sign(email, body string) string {
	m := hmac.New(sha256.New, d.key)
	m.Write([]byte(strings.ToLower(strings.TrimSpace(email)) + "\x00" + body))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// Browser names the browser when the account has signed in with it before, else it is "".
func (h *Handlers) Browser(c echo.Context, email string) string {
	k, err := c.Cookie(h.cookieName(deviceCookie))
	if err != nil {
		return ""
	}
	return h.devices.read(k.Value, email, h.now())
}

// KeepBrowser makes the browser one that the account has signed in with. One that it already is keeps its name, and with it its count.
func (h *Handlers) KeepBrowser(c echo.Context, email string) {
	if h.Browser(c, email) != "" {
		return
	}
	cookie, expires := h.devices.issue(email, h.now())
	c.SetCookie(&http.Cookie{Name: h.cookieName(deviceCookie), Value: cookie, Path: "/", Expires: expires, HttpOnly: true, Secure: h.secure, SameSite: http.SameSiteLaxMode})
}
