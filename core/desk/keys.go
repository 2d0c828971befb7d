package desk

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/taadis/unique-support/core/chat"
)

// keyLife is how long it is believed what an API key opens: a program that asks a thousand times a second costs the database two
// look-ups, and a revoked key opens nothing half a second later. Streams are not asked here; see revoked.
const keyLife = 500 * time.Millisecond

// keys remembers whom API keys act for. What opens nothing is not remembered: there is no end of that.
type keys struct {
	find  func(ctx context.Context, hash string) (chat.Agent, error)
	clock Clock

	asking singleflight.Group
	mu     sync.Mutex
	known  map[string]holder
}

// holder is whom a key acts for, as asked at a time.
type holder struct {
	agent chat.Agent
	asked time.Time
}

// agent returns the agent of a key. Her lists are shared: nobody changes them.
func (k *keys) agent(ctx context.Context, hash string) (chat.Agent, error) {
	k.mu.Lock()
	h, ok := k.known[hash]
	k.mu.Unlock()
	if ok && k.clock.Now().Sub(h.asked) < keyLife {
		return h.agent, nil
	}
	ctx = context.WithoutCancel(ctx) // who asks for many does not leave with one; the store's own time is short
	found, err, _ := k.asking.Do(hash, func() (any, error) {
		asked := k.clock.Now()
		agent, err := k.find(ctx, hash)
		k.mu.Lock()
		defer k.mu.Unlock()
		for other, h := range k.known {
			if asked.Sub(h.asked) >= keyLife {
				delete(k.known, other)
			}
		}
		if err == nil {
			k.known[hash] = holder{agent, asked}
		}
		return agent, err
	})
	return found.(chat.Agent), err
}
