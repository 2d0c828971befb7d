package handlers

import (
	"net/netip"
	"sync"
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
	streams                                        streamCount
	visitorSend, addressSend, addressEnter, typing *limit
	accountAt, account, addressLogin               *limit
}

func newLimits(off bool) *limits {
	return &limits{
		off:          off,
		streams:      streamCount{of: map[string]int{}},
		visitorSend:  newLimit(5, 30, 10*time.Minute),
		addressSend:  newLimit(200, 1000, 10*time.Minute),
		addressEnter: newLimit(5, 100, 10*time.Minute),
		typing:       newLimit(5, 20, 10*time.Minute),
		accountAt:    newLimit(1.0/12, 8, 30*time.Minute),
		account:      newLimit(1, 60, 30*time.Minute),
		addressLogin: newLimit(0.5, 40, 30*time.Minute),
	}
}

// Login counts a try to sign in, against the account and against the address.
func (l *limits) Login(address, account string) error {
	if l.off {
		return nil
	}
	if len(account) > 254 { // no account, and nothing to keep as a key
		account = ""
	}
	// Whoever tries somebody's password from elsewhere locks out his own network, and only much later everybody.
	if err := l.accountAt.take(account + " " + network(address)); err != nil {
		return err
	}
	if err := l.account.take(account); err != nil {
		return err
	}
	return l.addressLogin.take(network(address))
}

// Enter counts a new visitor session.
func (l *limits) Enter(address string) error {
	if l.off {
		return nil
	}
	return l.addressEnter.take(network(address))
}

// Send counts a change a visitor makes: against her first, so that one who sends too fast uses up nobody else's share.
func (l *limits) Send(address string, actor chat.Actor) error {
	if l.off || actor.Kind == chat.KindAgent {
		return nil
	}
	if actor.Kind == chat.KindVisitor {
		if err := l.visitorSend.take(string(actor.ID)); err != nil {
			return err
		}
	}
	return l.addressSend.take(network(address))
}

// How many streams may be open at once: a visitor with eight tabs that all reconnect has sixteen for a moment; an address
// may be a school's or a phone network's.
const (
	streamsEach    = 16
	streamsAddress = 1000
)

// streamCount is who has how many streams open.
type streamCount struct {
	mu sync.Mutex
	of map[string]int
}

// enter counts a stream of an actor at an address, until leave is called.
func (s *streamCount) enter(actor, address string) (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of[actor] >= streamsEach || s.of[address] >= streamsAddress {
		return nil, &chat.Error{Code: chat.CodeRateLimited, Key: "streams", Detail: "Too many pages are open. Please close some.", RetryAfter: 10 * time.Second}
	}
	s.of[actor]++
	s.of[address]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, key := range []string{actor, address} {
			if s.of[key]--; s.of[key] == 0 {
				delete(s.of, key)
			}
		}
	}, nil
}

// streaming bounds how many streams are open at once.
func (l *limits) streaming(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if l.off {
			return next(c)
		}
		leave, err := l.streams.enter("actor "+string(chat.ActorFrom(c.Request().Context()).ID), "address "+network(c.RealIP()))
		if err != nil {
			return err
		}
		defer leave()
		return next(c)
	}
}

// network is what one customer of a provider usually has: an IPv4 address, or 64 bits of IPv6.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Unmap().Is4() {
		return address
	}
	return netip.PrefixFrom(ip.WithZone(""), 64).Masked().String()
}

// sends bounds what changes a conversation.
func (l *limits) sends(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := l.Send(c.RealIP(), chat.ActorFrom(c.Request().Context())); err != nil {
			return err
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
