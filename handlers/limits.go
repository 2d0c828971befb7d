package handlers

import (
	"hash/maphash"
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
	streams                                        *streamCount
	visitorSend, addressSend, addressEnter, typing *limit
	visitorFile, addressFile                       *limit
	arriving                                       chan struct{}
	accountAt, account, addressLogin, device       *limit
	forgot, addressForgot, factor                  *limit
}

func newLimits(off bool) *limits {
	return &limits{
		off:          off,
		streams:      newStreamCount(),
		visitorSend:  newLimit(5, 30, 10*time.Minute),
		addressSend:  newLimit(200, 1000, 10*time.Minute),
		addressEnter: newLimit(5, 100, 10*time.Minute),
		typing:       newLimit(5, 20, 10*time.Minute),
		visitorFile:  newLimit(0.2, 20, 10*time.Minute),
		addressFile:  newLimit(5, 200, 10*time.Minute),
		arriving:     make(chan struct{}, arriving),
		accountAt:    newLimit(1.0/12, 8, 30*time.Minute),
		account:      newLimit(1, 60, 30*time.Minute),
		addressLogin: newLimit(0.5, 40, 30*time.Minute),
		device:       newLimit(1.0/12, 8, 30*time.Minute),

		forgot:        newLimit(1.0/1200, 3, 2*time.Hour),
		addressForgot: newLimit(1.0/30, 10, time.Hour),
		factor:        newLimit(1.0/60, 10, 2*time.Hour),
	}
}

// Login counts a try to sign in: against the account and the address, or, where the account has signed in before, against that device
// alone. So nobody who tries somebody's password, from however many places, keeps her out.
func (l *limits) Login(address, account, device string) error {
	if l.off {
		return nil
	}
	if device != "" {
		return l.device.take(device)
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

// Forgot counts a try to have a new password sent, and says whether to do it: who asks for one account again and again, whether there is
// one or not, is told the same as before and fills nobody's mailbox.
func (l *limits) Forgot(address, account string) (asks bool, err error) {
	if l.off {
		return true, nil
	}
	if err := l.addressForgot.take(network(address)); err != nil {
		return false, err
	}
	return len(account) <= 254 && l.forgot.take(account) == nil, nil
}

// Factor counts a try to show a second factor: of a million codes three are right, so that a thousand tries a day find none for a year.
func (l *limits) Factor(account string) error {
	if l.off {
		return nil
	}
	return l.factor.take(account)
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

// streamCount is who has how many streams open. Actors and addresses are kept as hashes, and a count in two bytes: there are
// tens of thousands, each for as long as a page is open.
type streamCount struct {
	seed maphash.Seed
	mu   sync.Mutex
	of   map[uint64]uint16
}

func newStreamCount() *streamCount {
	return &streamCount{seed: maphash.MakeSeed(), of: map[uint64]uint16{}}
}

// enter counts a stream of an actor at an address, until over is called.
func (s *streamCount) enter(actor, address string) (over func(), err error) {
	a, b := maphash.String(s.seed, "actor "+actor), maphash.String(s.seed, "address "+address)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of[a] >= streamsEach || s.of[b] >= streamsAddress {
		return nil, &chat.Error{Code: chat.CodeRateLimited, Key: "streams", Detail: "Too many pages are open. Please close some.", RetryAfter: 10 * time.Second}
	}
	s.of[a]++
	s.of[b]++
	return func() { s.leave(a, b) }, nil
}

func (s *streamCount) leave(keys ...uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range keys {
		if s.of[k]--; s.of[k] == 0 {
			delete(s.of, k)
		}
	}
}

// Stream bounds how many streams are open at once.
func (l *limits) Stream(address string, actor chat.Actor) (over func(), err error) {
	if l.off {
		return func() {}, nil
	}
	return l.streams.enter(string(actor.ID), network(address))
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

// arriving is how many files may be on their way at once: each has a temporary file, and all but the first bytes in it.
const arriving = 64

// File counts a file somebody attaches: like Send, against her first.
func (l *limits) File(address string, actor chat.Actor) error {
	if l.off || actor.Kind == chat.KindAgent {
		return nil
	}
	if actor.Kind == chat.KindVisitor {
		if err := l.visitorFile.take(string(actor.ID)); err != nil {
			return err
		}
	}
	return l.addressFile.take(network(address))
}

// Arrive counts a form with files that is on its way, until over is called.
func (l *limits) Arrive() (over func(), err error) {
	select {
	case l.arriving <- struct{}{}:
		return func() { <-l.arriving }, nil
	default:
		return nil, chat.QueueFull(nil)
	}
}

// uploads bounds files.
func (l *limits) uploads(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := l.File(c.RealIP(), chat.ActorFrom(c.Request().Context())); err != nil {
			return err
		}
		over, err := l.Arrive()
		if err != nil {
			return err
		}
		defer over()
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
