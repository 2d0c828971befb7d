package handlers

import (
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"github.com/taadis/unique-support/core/chat"
	"golang.org/x/time/rate"
)

// limit is a rate per key; a key that was quiet for a while is forgotten.
type limit struct {
	store *middleware.RateLimiterMemoryStore
	wait  time.Duration
}

func newLimit(perSecond float64, burst int, forget time.Duration) *limit {
	return &limit{wait: time.Duration(float64(time.Second) / perSecond), store: middleware.NewRateLimiterMemoryStoreWithConfig(
		middleware.RateLimiterMemoryStoreConfig{Rate: rate.Limit(perSecond), Burst: burst, ExpiresIn: forget})}
}

// take counts one try of the key, and refuses it when there were too many.
func (l *limit) take(key string) error {
	if ok, _ := l.store.Allow(key); ok {
		return nil
	}
	return &chat.Error{Code: chat.CodeRateLimited, Key: "rate_limited", Detail: "Too many tries. Please wait a moment.", RetryAfter: min(max(l.wait, time.Second), time.Minute)}
}

// limits are the rates of the whole server. One person is bounded tightly; an address loosely, since a school or a phone
// network is one address.
type limits struct {
	off                                            bool
	visitorSend, addressSend, addressEnter, typing *limit
	account, addressLogin                          *limit
}

func newLimits(off bool) *limits {
	return &limits{
		off:          off,
		visitorSend:  newLimit(5, 30, 10*time.Minute),
		addressSend:  newLimit(200, 1000, 10*time.Minute),
		addressEnter: newLimit(5, 100, 10*time.Minute),
		typing:       newLimit(5, 20, 10*time.Minute),
		account:      newLimit(1.0/12, 8, 30*time.Minute),
		addressLogin: newLimit(0.5, 40, 30*time.Minute),
	}
}

// Login counts a try to sign in, against the account and against the address.
func (l *limits) Login(address, account string) error {
	if l.off {
		return nil
	}
	if err := l.addressLogin.take(address); err != nil {
		return err
	}
	return l.account.take(account)
}

// Enter counts a new visitor session.
func (l *limits) Enter(address string) error {
	if l.off {
		return nil
	}
	return l.addressEnter.take(address)
}

// sends bounds what changes a conversation.
func (l *limits) sends(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if l.off {
			return next(c)
		}
		actor := chat.ActorFrom(c.Request().Context())
		if actor.Kind == chat.KindVisitor {
			if err := l.addressSend.take(c.RealIP()); err != nil {
				return err
			}
			if err := l.visitorSend.take(string(actor.ID)); err != nil {
				return err
			}
		}
		return next(c)
	}
}

// signals bounds typing and receipts.
func (l *limits) signals(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if l.off {
			return next(c)
		}
		if err := l.typing.take(string(chat.ActorFrom(c.Request().Context()).ID)); err != nil {
			return err
		}
		return next(c)
	}
}
