package desk

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// press is a store whose transactions end when they are let, and what it was asked to write.
type press struct {
	committer
	mu    sync.Mutex
	began [][]string // the texts of every transaction
	gate  chan struct{}
	// refuse says what is wrong with a transaction's texts; it may panic.
	refuse func(texts []string) error
	// held are the texts whose conversations others have; in a transaction that waits it is free.
	held map[string]bool
}

func newPress() *press {
	p := &press{gate: make(chan struct{}), refuse: func([]string) error { return nil }}
	p.append = func(ctx context.Context, batch []chat.Draft, wait bool) ([]chat.Appended, error) {
		texts, done := make([]string, len(batch)), make([]chat.Appended, len(batch))
		p.mu.Lock()
		for i, d := range batch {
			texts[i], done[i].Message.Text = d.Text, d.Text
			if p.held[d.Text] && !(wait && i == 0) {
				done[i] = chat.Appended{Err: chat.ErrHeld}
			}
		}
		if wait {
			delete(p.held, texts[0])
			p.began = append(p.began, append([]string{"wait:"}, texts...))
		} else {
			p.began = append(p.began, texts)
		}
		p.mu.Unlock()
		select {
		case <-p.gate:
		case <-ctx.Done():
			return nil, chat.Unavailable(time.Second, ctx.Err())
		}
		if err := p.refuse(texts); err != nil {
			return nil, err
		}
		return done, nil
	}
	p.wrote = func(time.Time, int, error) {}
	return p
}

// hand hands a batch in; the answer comes when it is written.
func (p *press) hand(ctx context.Context, texts ...string) <-chan []chat.Appended {
	drafts := make([]chat.Draft, len(texts))
	for i, s := range texts {
		drafts[i].Text = s
	}
	answer := make(chan []chat.Appended, 1)
	go func() { answer <- p.write(ctx, drafts) }()
	synctest.Wait()
	return answer
}

func (p *press) wantBegan(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	var got []string
	for _, texts := range p.began {
		got = append(got, strings.Join(texts, " "))
	}
	if !slices.Equal(got, want) {
		t.Fatalf("transactions %q, want %q", got, want)
	}
}

// answered is what an answer says: the texts accepted, and "!" for each refused.
func answered(answer <-chan []chat.Appended) string {
	select {
	case done := <-answer:
		var words []string
		for _, a := range done {
			if a.Err != nil {
				a.Message.Text = "!"
			}
			words = append(words, a.Message.Text)
		}
		return strings.Join(words, " ")
	default:
		return "nothing yet"
	}
}

func want(t *testing.T, answer <-chan []chat.Appended, what string) {
	t.Helper()
	synctest.Wait()
	if got := answered(answer); got != what {
		t.Fatalf("answered %q, want %q", got, what)
	}
}

func TestCommitter_write(t *testing.T) {
	t.Parallel()
	try := func(name string, f func(t *testing.T, p *press)) {
		t.Run(name, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { f(t, newPress()) }) })
	}
	try("OK", func(t *testing.T, p *press) {
		a := p.hand(t.Context(), "a1", "a2")
		p.wantBegan(t, "a1 a2") // at once
		p.gate <- struct{}{}
		want(t, a, "a1 a2")
		b := p.hand(t.Context(), "b")
		p.gate <- struct{}{}
		want(t, b, "b")
	})
	try("what comes while transactions run is merged into the next, in the order it came", func(t *testing.T, p *press) {
		a, b := p.hand(t.Context(), "a"), p.hand(t.Context(), "b")
		c, d, e := p.hand(t.Context(), "c1", "c2"), p.hand(t.Context(), "d"), p.hand(t.Context(), "e")
		p.wantBegan(t, "a", "b")
		p.gate <- struct{}{}
		p.wantBegan(t, "a", "b", "c1 c2 d e")
		p.gate <- struct{}{}
		want(t, a, "a")
		want(t, b, "b")
		want(t, d, "nothing yet")
		p.gate <- struct{}{}
		want(t, c, "c1 c2")
		want(t, d, "d")
		want(t, e, "e")
		if p.running != 0 || len(p.waiting) != 0 {
			t.Errorf("%d run, %d wait", p.running, len(p.waiting))
		}
	})
	try("a transaction has a size", func(t *testing.T, p *press) {
		p.hand(t.Context(), "a")
		p.hand(t.Context(), "b")
		for range mergeMax {
			p.hand(t.Context(), "c", "c")
		}
		p.hand(t.Context(), strings.Repeat("d", mergeBytes-10))
		p.hand(t.Context(), strings.Repeat("e", 11))
		p.hand(t.Context(), strings.Repeat("f", 2*mergeBytes))
		for range 7 {
			p.gate <- struct{}{}
			synctest.Wait()
		}
		var sizes []int
		for _, texts := range p.began[2:] {
			sizes = append(sizes, len(texts))
		}
		if !slices.Equal(sizes, []int{mergeMax, mergeMax, 1, 1, 1}) {
			t.Errorf("got %v", sizes)
		}
	})
	try("only the guilty fails", func(t *testing.T, p *press) {
		p.refuse = func(texts []string) error {
			if slices.Contains(texts, "poison") {
				return chat.Invalid("value", "A value is out of range or malformed.")
			}
			return nil
		}
		close(p.gate)
		merged := p.hold(t, []string{"a"}, []string{"b", "poison", "c"}, []string{"d"})
		want(t, merged[0], "a")
		want(t, merged[1], "b ! c")
		want(t, merged[2], "d")
	})
	try("only the one that makes the store panic fails", func(t *testing.T, p *press) {
		p.refuse = func(texts []string) error {
			if slices.Contains(texts, "poison") {
				panic("oh")
			}
			return nil
		}
		close(p.gate)
		merged := p.hold(t, []string{"a"}, []string{"poison"}, []string{"c"})
		want(t, merged[0], "a")
		want(t, merged[1], "!")
		want(t, merged[2], "c")
		want(t, p.hand(t.Context(), "later"), "later")
	})
	try("a database that is away is not asked once for each", func(t *testing.T, p *press) {
		p.refuse = func([]string) error { return chat.Unavailable(time.Second, errors.New("away")) }
		close(p.gate)
		for _, a := range p.hold(t, []string{"a"}, []string{"b"}, []string{"c"}) {
			want(t, a, "!")
		}
		p.wantBegan(t, "x", "x", "a b c")
	})
	try("a goroutine that ends in the store leaves nobody behind", func(t *testing.T, p *press) {
		p.refuse = func(texts []string) error {
			if texts[0] == "a" {
				runtime.Goexit()
			}
			return nil
		}
		close(p.gate)
		merged := p.hold(t, []string{"a"}, []string{"b"})
		want(t, merged[0], "nothing yet") // its goroutine is no more
		want(t, merged[1], "!")
		want(t, p.hand(t.Context(), "later"), "later")
	})
	try("who gives up before the turn is not written, and holds up nobody", func(t *testing.T, p *press) {
		ctx, leave := context.WithCancel(t.Context())
		p.hand(t.Context(), "a")
		p.hand(t.Context(), "b")
		c := p.hand(ctx, "c")
		d := p.hand(t.Context(), "d")
		leave()
		want(t, c, "!")
		close(p.gate)
		p.wantBegan(t, "a", "b", "d")
		want(t, d, "d")
	})
	try("who gives up when it is being written hears what became of it", func(t *testing.T, p *press) {
		ctx, leave := context.WithCancel(t.Context())
		p.hand(t.Context(), "a")
		p.hand(t.Context(), "b")
		c, d := p.hand(ctx, "c"), p.hand(ctx, "d")
		p.gate <- struct{}{}
		p.wantBegan(t, "a", "b", "c d")
		leave()
		want(t, c, "nothing yet")
		want(t, d, "nothing yet")
		close(p.gate)
		want(t, c, "c")
		want(t, d, "d")
	})
	try("what others have keeps nobody else, and is tried before all who came later", func(t *testing.T, p *press) {
		p.held = map[string]bool{"a1": true, "c": true}
		p.hand(t.Context(), "x")
		p.hand(t.Context(), "y")
		a, b, c := p.hand(t.Context(), "a1", "a2"), p.hand(t.Context(), "b"), p.hand(t.Context(), "c")
		p.gate <- struct{}{}
		p.wantBegan(t, "x", "y", "a1 a2 b c")
		late := p.hand(t.Context(), "late")
		p.gate <- struct{}{} // y's
		p.wantBegan(t, "x", "y", "a1 a2 b c", "late")
		p.gate <- struct{}{}
		p.wantBegan(t, "x", "y", "a1 a2 b c", "late", "wait: a1 c")
		want(t, b, "b")
		want(t, a, "nothing yet")
		p.gate <- struct{}{} // late's
		want(t, late, "late")
		later := p.hand(t.Context(), "later")
		p.gate <- struct{}{}
		want(t, a, "a1 a2")
		p.wantBegan(t, "x", "y", "a1 a2 b c", "late", "wait: a1 c", "later", "wait: c")
		p.gate <- struct{}{}
		p.gate <- struct{}{}
		want(t, c, "c")
		want(t, later, "later")
		if p.running != 0 || len(p.waiting) != 0 {
			t.Errorf("%d run, %d wait", p.running, len(p.waiting))
		}
	})
	try("who gives up while others have it is told to come again, and what was written of his stays", func(t *testing.T, p *press) {
		p.held = map[string]bool{"a": true}
		ctx, leave := context.WithCancel(t.Context())
		a := p.hand(ctx, "a", "b")
		leave()
		p.gate <- struct{}{}
		want(t, a, "! b")
		if p.running != 0 || len(p.waiting) != 0 {
			t.Errorf("%d run, %d wait", p.running, len(p.waiting))
		}
	})
	try("a transaction that does not end is given up, and the next has a time of its own", func(t *testing.T, p *press) {
		a, b, began := p.hand(t.Context(), "a"), p.hand(t.Context(), "b"), time.Now()
		c := p.hand(t.Context(), "c")
		for _, answer := range []<-chan []chat.Appended{a, b} {
			if done := <-answer; chat.CodeOf(done[0].Err) != chat.CodeLineUnavailable || time.Since(began) != accept {
				t.Errorf("%v after %v", done[0].Err, time.Since(began))
			}
		}
		p.gate <- struct{}{}
		want(t, c, "c")
	})
}

// hold hands batches in that are merged into one transaction; the gate is open.
func (p *press) hold(t *testing.T, batches ...[]string) (answers []<-chan []chat.Appended) {
	t.Helper()
	open := p.gate
	p.gate = make(chan struct{})
	for range commits {
		p.hand(t.Context(), "x")
	}
	for _, texts := range batches {
		answers = append(answers, p.hand(t.Context(), texts...))
	}
	shut := p.gate
	p.gate = open
	close(shut)
	synctest.Wait()
	return answers
}

// Many shards at once: every batch is answered with its own drafts, in order, and no more transactions run than may.
func TestCommitter_write_atOnce(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	running, most := 0, 0
	c := &committer{wrote: func(time.Time, int, error) {}, append: func(_ context.Context, batch []chat.Draft, _ bool) ([]chat.Appended, error) {
		mu.Lock()
		running++
		most = max(most, running)
		mu.Unlock()
		runtime.Gosched()
		done := make([]chat.Appended, len(batch))
		for i, d := range batch {
			done[i].Message.Text = d.Text
		}
		mu.Lock()
		running--
		mu.Unlock()
		return done, nil
	}}
	var all sync.WaitGroup
	for shard := range 64 {
		all.Go(func() {
			for n := range 50 {
				drafts := []chat.Draft{{Text: fmt.Sprint(shard, " ", n, " a")}, {Text: fmt.Sprint(shard, " ", n, " b")}}
				for i, a := range c.write(t.Context(), drafts) {
					if a.Err != nil || a.Message.Text != drafts[i].Text {
						t.Errorf("%q was answered %q, %v", drafts[i].Text, a.Message.Text, a.Err)
					}
				}
			}
		})
	}
	all.Wait()
	if most > commits || c.running != 0 {
		t.Errorf("%d at once, %d still run", most, c.running)
	}
}
