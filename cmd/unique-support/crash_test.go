package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"golang.org/x/sync/errgroup"
)

// outbox sends one message after the other, each under one client id until it is answered, as every client does.
type outbox struct {
	guest guest

	mu      sync.Mutex
	written []chat.Message
	// refused are answers that say the message is at fault; unasked are 503s that do not say when to come back.
	refused, unasked []string
	// away counts 503s, unknown the sends without any answer, repeats those that turned out to be written already.
	away, unknown, repeats int
}

func (o *outbox) send(ctx context.Context, text string) error {
	client := chat.NewID(time.Now())
	for try := 0; ; try++ {
		one, cancel := context.WithTimeout(ctx, 5*time.Second)
		a, err := request(one, "POST", o.guest.at+"/messages", o.guest.Token, words(client, text))
		cancel()
		wait, done := o.answered(a, err)
		if done {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%q was not accepted: %w", text, ctx.Err())
		case <-time.After(wait + rand.N(50*time.Millisecond<<min(try, 3))):
		}
	}
}

// answered notes an answer, and tells how long to wait at least unless it is the last word.
func (o *outbox) answered(a reply, err error) (wait time.Duration, done bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case err != nil:
		o.unknown++
	case a.status == 200 || a.status == 201:
		var m chat.Message
		if err := json.Unmarshal([]byte(a.body), &m); err != nil {
			o.refused = append(o.refused, err.Error())
		}
		if a.status == 200 {
			o.repeats++
		}
		o.written = append(o.written, m)
		return 0, true
	case a.status == 503:
		o.away++
		seconds, err := strconv.Atoi(a.header.Get("Retry-After"))
		if err != nil || seconds < 1 || seconds > 5 || !strings.Contains(a.body, `"code":"line_unavailable"`) && !strings.Contains(a.body, `"code":"queue_full"`) {
			o.unasked = append(o.unasked, fmt.Sprint(a.header, a.body))
		}
		return time.Duration(seconds) * time.Second, false
	default:
		o.refused = append(o.refused, fmt.Sprint(a.status, a.body))
		return 0, true
	}
	return 0, false
}

// window shows what a stream brings, and comes back by its number whenever it breaks.
type window struct {
	guest guest

	mu     sync.Mutex
	shown  []chat.Message
	opened int
	// wrong are events that do not follow what was shown.
	wrong []string
	last  string
	heard string
}

// watch follows the conversation until ctx ends.
func (w *window) watch(ctx context.Context) error {
	for ctx.Err() == nil {
		_ = listen(ctx, w.guest.at+"/events", w.guest.Token, w.stands(), w.open, w.show) // it breaks: that is the point
		select {
		case <-ctx.Done():
		case <-time.After(rand.N(100 * time.Millisecond)):
		}
	}
	return nil
}

func (w *window) stands() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last
}

func (w *window) open() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.opened++
}

func (w *window) show(e event) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.heard = e.name
	if e.name == "reset" {
		w.wrong = append(w.wrong, "reset: "+e.data)
	}
	if e.name != "message" {
		return true
	}
	var m chat.Message
	if err := json.Unmarshal([]byte(e.data), &m); err != nil || m.Seq != int64(len(w.shown)+1) || e.id != fmt.Sprintf("%s.%d", w.guest.Epoch, m.Seq) {
		w.wrong = append(w.wrong, fmt.Sprintf("after %d: %s %s (%v)", len(w.shown), e.id, e.data, err))
	}
	w.shown, w.last = append(w.shown, m), e.id
	return true
}

func (w *window) stats() (shown, opened int, heard string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.shown), w.opened, w.heard
}

func TestProgram_killed(t *testing.T) {
	t.Parallel()
	const total = 300
	p := startProgram(t, "SUPPORT_LIMITS=off")
	g := enters(t, p.url, "demo")
	sender, reader := &outbox{guest: g}, &window{guest: g}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var sending, reading errgroup.Group
	watching, look := context.WithCancel(ctx)
	reading.Go(func() error { return reader.watch(watching) })
	defer func() { look(); _ = reading.Wait() }()
	sending.Go(func() error {
		for i := range total {
			if err := sender.send(ctx, fmt.Sprint(i+1)); err != nil {
				return err
			}
		}
		return nil
	})
	reaches := func(n int) {
		t.Helper()
		eventually(t, fmt.Sprintf("%d accepted", n), func() bool {
			sender.mu.Lock()
			defer sender.mu.Unlock()
			if len(sender.refused) > 0 {
				t.Fatalf("refused: %v", sender.refused)
			}
			return len(sender.written) >= n
		})
	}

	for _, n := range []int{60, 120} {
		reaches(n)
		p.kill()
		p.start()
		p.ready()
	}
	reaches(180)
	t.Run("without its Postgres it answers 503 and keeps the streams, and starts it again", func(t *testing.T) {
		eventually(t, "a stream open", func() bool { shown, _, _ := reader.stats(); return shown >= 150 })
		_, opened, _ := reader.stats()
		before := postmaster(t, p.dir)
		if err := syscall.Kill(before, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		reaches(200)
		if after := postmaster(t, p.dir); after == before {
			t.Error("Postgres is not another one")
		}
		eventually(t, "shown again", func() bool { shown, _, _ := reader.stats(); return shown >= 200 })
		if _, now, _ := reader.stats(); now != opened {
			t.Errorf("the stream was opened %d times, then %d", opened, now)
		}
		sender.mu.Lock()
		defer sender.mu.Unlock()
		if sender.away == 0 || len(sender.unasked) > 0 {
			t.Errorf("%d times 503, these without a Retry-After: %v", sender.away, sender.unasked)
		}
	})
	if err := sending.Wait(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "everything shown", func() bool { shown, _, _ := reader.stats(); return shown >= total })
	t.Run("what was accepted is there once, in the order it was sent", func(t *testing.T) {
		log := g.log(t)
		if len(log) != total || len(sender.written) != total || len(sender.refused) > 0 {
			t.Errorf("%d of %d accepted, %d in the log, refused: %v", len(sender.written), total, len(log), sender.refused)
		}
		for i, m := range log {
			if told := sender.written[i]; m.Seq != int64(i+1) || m.Text != fmt.Sprint(i+1) || told.ID != m.ID || told.Seq != m.Seq {
				t.Fatalf("place %d has number %d, %q; the sender was told %d of %q", i+1, m.Seq, m.Text, told.Seq, told.Text)
			}
		}
		t.Logf("%d sends without an answer, %d answered 503, %d had been written already", sender.unknown, sender.away, sender.repeats)
	})
	t.Run("the screen shows it once, in order", func(t *testing.T) {
		reader.mu.Lock()
		defer reader.mu.Unlock()
		if len(reader.wrong) > 0 || len(reader.shown) != total {
			t.Errorf("%d shown, out of place: %v", len(reader.shown), reader.wrong)
		}
		for i, m := range reader.shown {
			if m.Text != fmt.Sprint(i+1) {
				t.Fatalf("place %d shows %q", i+1, m.Text)
			}
		}
		t.Logf("the stream was opened %d times", reader.opened)
	})
	t.Run("told to end it says goodbye and ends well, soon", func(t *testing.T) {
		began := time.Now()
		if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		err := <-p.ended
		p.ended <- err // for whoever stops it
		if took := time.Since(began); err != nil || took > 5*time.Second {
			t.Errorf("it ended after %s: %v", took, err)
		}
		if _, _, heard := reader.stats(); heard != "goodbye" {
			t.Errorf("the last the stream said was %q", heard)
		}
	})
}

func TestWindow_show(t *testing.T) {
	t.Parallel()
	for name, told := range map[string][]int{"a message lost": {1, 3}, "one shown twice": {1, 2, 2}, "two out of order": {2, 1}} {
		t.Run(name, func(t *testing.T) {
			w := window{guest: guest{Epoch: "e"}}
			for _, seq := range told {
				w.show(event{"message", fmt.Sprintf("e.%d", seq), fmt.Sprintf(`{"seq":%d}`, seq)})
			}
			if len(w.wrong) == 0 {
				t.Error("it is not seen")
			}
		})
	}
}
