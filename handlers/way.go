package handlers

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/taadis/unique-support/handlers/agent"
)

const (
	// wayCookie holds, sealed, what binds a sign-in elsewhere to the browser it began in; wayLife is how long it may take.
	wayCookie = "support_way"
	wayLife   = 10 * time.Minute
)

// ways seals what a browser has to bring back from another sign-in.
type ways struct{ seal cipher.AEAD }

func newWays(secret []byte) (ways, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "way v1", 32)
	if err != nil {
		return ways{}, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return ways{}, err
	}
	seal, err := cipher.NewGCMWithRandomNonce(block)
	return ways{seal}, err
}

// sealed is a way with the time when it is over.
type sealed struct {
	agent.Way
	Until int64
}

// SendAway keeps in the browser what it has to bring back.
func (h *Handlers) SendAway(c echo.Context, w agent.Way) error {
	until := h.now().Add(wayLife)
	b, err := json.Marshal(sealed{w, until.Unix()})
	if err != nil {
		return err
	}
	h.setWay(c, base64.RawURLEncoding.EncodeToString(h.ways.seal.Seal(nil, nil, b, nil)), until)
	return nil
}

// ComeBack returns what the browser brought back, once; ok is false when it brought nothing, or too late.
func (h *Handlers) ComeBack(c echo.Context) (w agent.Way, ok bool) {
	k, err := c.Cookie(h.cookieName(wayCookie))
	if err != nil {
		return w, false
	}
	h.setWay(c, "", time.Unix(1, 0))
	b, err := base64.RawURLEncoding.DecodeString(k.Value)
	if err == nil {
		b, err = h.ways.seal.Open(nil, nil, b, nil)
	}
	var s sealed
	if err != nil || json.Unmarshal(b, &s) != nil || h.now().Unix() >= s.Until {
		return w, false
	}
	return s.Way, true
}

func (h *Handlers) setWay(c echo.Context, value string, until time.Time) {
	c.SetCookie(&http.Cookie{Name: h.cookieName(wayCookie), Value: value, Path: "/", Expires: until, HttpOnly: true, Secure: h.secure, SameSite: http.SameSiteLaxMode})
}
