package desk

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// cage is the world of a canary: a store, a bus and the streams of a node, each of which can fail.
type cage struct {
	Store
	Bus
	Pusher

	mu      sync.Mutex
	fails   error         // what AppendFree says
	deaf    chat.Audience // who is pushed nothing
	seq     int64         // of the newest message
	begun   int           // conversations
	dropped int           // calls
	seen    func(side chat.Audience, seq int64)
	left    int
	pushed  []chat.Event
}

func (c *cage) Lines() []chat.Line                  { return []chat.Line{{Name: "shop"}} }
func (c *cage) Line(name string) (chat.Line, error) { return chat.Line{Name: name}, nil }
func (c *cage) Announce(chat.Event)                 {}

func (c *cage) DropCanaries(context.Context, string, string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dropped++
	return nil
}

func (c *cage) PutVisitor(_ context.Context, _ string, v chat.Visitor) (chat.Visitor, error) {
	return v, nil
}

func (c *cage) Begin(context.Context, string, chat.ID, time.Time) (chat.Conversation, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.begun, c.seq = c.begun+1, 0
	return chat.Conversation{ID: chat.NewID(time.Now())}, nil
}

func (c *cage) AppendFree(_ context.Context, _ string, batch []chat.Draft, _ bool) ([]chat.Appended, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fails != nil {
		return nil, c.fails
	}
	c.seq++
	return []chat.Appended{{Message: chat.Message{Conversation: batch[0].Conversation, Seq: c.seq, Author: batch[0].Author, Kind: batch[0].Kind}}}, nil
}

func (c *cage) Publish(e chat.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pushed = append(c.pushed, e)
	for _, side := range []chat.Audience{chat.ToVisitor, chat.ToCanary} {
		if e.To&side != 0 && c.deaf&side == 0 && c.seen != nil {
			c.seen(side, e.Seq)
		}
	}
}

func (c *cage) Probe(_ string, _ chat.ID, seen func(side chat.Audience, seq int64)) (leave func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen = seen
	return func() { c.left++ }
}

// set changes the cage while the canary sings.
func (c *cage) set(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

// caged runs f beside a canary that sings every 15 seconds, and returns what was logged.
func caged(t *testing.T, f func(c *cage, d *Desk, stats func() CanaryStats)) (c *cage, log string) {
	t.Helper()
	c = &cage{}
	var said bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		d := New(Options{Store: c, Bus: c, Pusher: c, Clock: wall{}, Log: slog.New(slog.NewTextHandler(&said, nil)), Node: "n", Canary: CanaryOptions{Every: 15 * time.Second, Watch: c}})
		l, err := d.at("shop")
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- l.canary.run(ctx) }()
		f(c, d, l.canary.read)
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := d.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
	return c, said.String()
}

type wall struct{}

func (wall) Now() time.Time { return time.Now() }

func TestCanary(t *testing.T) {
	t.Parallel()
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		c, log := caged(t, func(c *cage, _ *Desk, stats func() CanaryStats) {
			time.Sleep(10 * time.Minute)
			synctest.Wait()
			if s := stats(); time.Since(s.Last) > 18*time.Second || s.Stopped != "" {
				t.Errorf("got %+v", s)
			}
		})
		// Every 12 to 18 seconds, the first after one.
		if c.seq < 34 || c.seq > 50 || c.begun != 1 || c.left != 1 || log != "" {
			t.Errorf("%d messages in %d conversations, left %d times, and it said %q", c.seq, c.begun, c.left, log)
		}
		for _, e := range c.pushed {
			if e.To&chat.ToAgents != 0 || e.Kind != chat.EventMessage {
				t.Fatalf("people see %+v", e)
			}
		}
	})
	for stage, breaks := range map[string]func(c *cage){
		"accept":  func(c *cage) { c.fails = chat.QueueFull(nil) },
		"commit":  func(c *cage) { c.fails = chat.Unavailable(time.Second, errors.New("away")) },
		"visitor": func(c *cage) { c.deaf = chat.ToVisitor },
		"agents":  func(c *cage) { c.deaf = chat.ToCanary },
	} {
		t.Run(stage+" fails: it says so once, and when it is well again", func(t *testing.T) {
			t.Parallel()
			_, log := caged(t, func(c *cage, _ *Desk, stats func() CanaryStats) {
				time.Sleep(10 * time.Second)
				c.set(func() { breaks(c) })
				time.Sleep(time.Minute)
				synctest.Wait()
				if s := stats(); s.Stopped != stage || s.Failures[stage] < 2 || time.Since(s.Last) < time.Minute {
					t.Errorf("got %+v", s)
				}
				c.set(func() { c.fails, c.deaf = nil, 0 })
				time.Sleep(30 * time.Second)
				synctest.Wait()
				if s := stats(); s.Stopped != "" || time.Since(s.Last) > 30*time.Second {
					t.Errorf("then %+v", s)
				}
			})
			if strings.Count(log, "level=WARN") != 1 || !strings.Contains(log, `msg="`+canaryWords[stage]+`" line=shop stopped_at=`+stage) ||
				strings.Count(log, `msg="canary: the line is well again"`) != 1 || strings.Count(log, "\n") != 2 {
				t.Errorf("it said\n%s", log)
			}
		})
	}
	t.Run("a long conversation is replaced, and the old one dropped", func(t *testing.T) {
		t.Parallel()
		c, _ := caged(t, func(c *cage, _ *Desk, _ func() CanaryStats) {
			time.Sleep(10 * time.Second)
			c.set(func() { c.seq = canaryLength - 1 })
			time.Sleep(40 * time.Second)
		})
		if c.begun != 2 || c.dropped != 2 || c.left != 2 {
			t.Errorf("%d conversations, %d drops, left %d times", c.begun, c.dropped, c.left)
		}
	})
	t.Run("a conversation that is gone is replaced", func(t *testing.T) {
		t.Parallel()
		c, _ := caged(t, func(c *cage, _ *Desk, stats func() CanaryStats) {
			time.Sleep(10 * time.Second)
			c.set(func() { c.fails = chat.NotFound() })
			time.Sleep(15 * time.Second)
			c.set(func() { c.fails = nil })
			time.Sleep(20 * time.Second)
			synctest.Wait()
			if s := stats(); s.Stopped != "" {
				t.Errorf("got %+v", s)
			}
		})
		if c.begun < 2 {
			t.Errorf("%d conversations", c.begun)
		}
	})
	t.Run("a node that leaves raises no alarm", func(t *testing.T) {
		t.Parallel()
		_, log := caged(t, func(_ *cage, d *Desk, stats func() CanaryStats) {
			time.Sleep(10 * time.Second)
			if err := d.Close(t.Context()); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Minute)
			if s := stats(); s.Stopped != "" {
				t.Errorf("got %+v", s)
			}
		})
		if log != "" {
			t.Errorf("it said %q", log)
		}
	})
}
