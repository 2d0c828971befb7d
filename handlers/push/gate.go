package push

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// gate lets so many new streams a second in, so that everybody coming back at once does not read the log at once.
type gate struct {
	mu   sync.Mutex
	rate float64
	has  float64
	at   time.Time
}

func newGate(rate int) *gate { return &gate{rate: float64(rate), has: float64(rate)} }

// pass reports whether one more may come in now.
func (g *gate) pass() bool {
	now := time.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.at.IsZero() {
		g.has = min(g.rate, g.has+now.Sub(g.at).Seconds()*g.rate)
	}
	g.at = now
	if g.has < 1 {
		return false
	}
	g.has--
	return true
}

// slots bound how many pulls a line's database serves at once; agents' heads, which span lines, have the name "".
type slots struct {
	mu sync.Mutex
	by map[string]chan struct{}
}

// pulls is how many pulls of a line run at once.
const pulls = 8

func (s *slots) of(line string) chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.by[line]
	if c == nil {
		c = make(chan struct{}, pulls)
		s.by[line] = c
	}
	return c
}

// soon is a wait that spreads those who are told to come back: 1 to 5 seconds.
func soon() time.Duration { return time.Second + rand.N(4*time.Second) }

func tooMany() *chat.Error {
	return &chat.Error{Code: chat.CodeRateLimited, Key: "rate_limited", Detail: "Too many at once. Please try again in a moment.", RetryAfter: soon()}
}
