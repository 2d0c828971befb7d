package desk

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/taadis/unique-support/core/chat"
)

// ledger is where a journal is written: it keeps what it was told, unless it is away.
type ledger struct {
	Traces
	mu       sync.Mutex
	err      error
	hang     chan struct{}
	calls    []int // how many passages each call had
	passages []chat.Passage
	reaches  []chat.Reach
	told     []chat.Passage // by the tracer
}

func (l *ledger) PutPassages(_ context.Context, _ string, ps []chat.Passage) error {
	if l.hang != nil {
		<-l.hang
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return l.err
	}
	l.calls = append(l.calls, len(ps))
	l.passages = append(l.passages, ps...)
	return nil
}

func (l *ledger) PutReaches(_ context.Context, _ string, rs []chat.Reach, tell bool) (news []chat.Passage, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return nil, l.err
	}
	l.reaches = append(l.reaches, rs...)
	if tell {
		for _, r := range rs {
			news = append(news, chat.Passage{Conversation: r.Conversation, Seq: r.UpTo, Read: r.At})
		}
	}
	return news, nil
}

// tracer writes down in a ledger what a Tracer is told: both ports have a method of that name.
type tracer struct{ l *ledger }

func (t tracer) Trace(_ string, p chat.Passage) {
	t.l.mu.Lock()
	defer t.l.mu.Unlock()
	t.l.told = append(t.l.told, p)
}

func (l *ledger) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = err
}

// seqs says which messages were written, in order, and clears it.
func (l *ledger) seqs() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var s []string
	for _, p := range l.passages {
		s = append(s, fmt.Sprint(p.Seq))
	}
	l.passages = nil
	return strings.Join(s, " ")
}

// keep runs a journal over the ledger in a bubble.
func keep(t *testing.T, f func(t *testing.T, j *journal, l *ledger, log *strings.Builder)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l, log := &ledger{}, &strings.Builder{}
		j := newJournal("shop", l, nil, slog.New(slog.NewTextHandler(log, nil)))
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() {
			if err := j.run(ctx); err != nil {
				t.Error(err)
			}
		})
		time.Sleep(time.Millisecond) // between the rounds
		f(t, j, l, log)
		stop()
		running.Wait()
	})
}

func round() {
	time.Sleep(journalEvery)
	synctest.Wait()
}

func TestJournal_write(t *testing.T) {
	t.Parallel()
	begin := time.Now()
	at := func(ms int) time.Time { return begin.Add(time.Duration(ms) * time.Millisecond) }
	committed := func(seq int64) chat.Passage {
		return chat.Passage{Conversation: "c", Seq: seq, Node: "a", Committed: at(3)}
	}
	pushed := func(seq int64) chat.Passage { return chat.Passage{Conversation: "c", Seq: seq, Pushed: at(5)} }
	away := chat.Unavailable(time.Second, nil)

	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		keep(t, func(t *testing.T, j *journal, l *ledger, _ *strings.Builder) {
			j.pass(pushed(1)) // what another goroutine sees first
			j.pass(committed(1))
			j.pass(committed(2))
			j.pass(pushed(2))
			if l.seqs() != "" {
				t.Fatal("it did not wait for its round")
			}
			round()
			both := committed(1)
			both.Pushed = at(5)
			if diff := cmp.Diff(both, l.passages[0]); diff != "" {
				t.Fatal(diff)
			}
			if got := l.seqs(); got != "1 2" {
				t.Fatalf("wrote %s", got)
			}
			if round(); len(l.calls) != 1 {
				t.Fatalf("%d calls for nothing", len(l.calls)-1)
			}
			if got := j.statistics(); got != (HopStats{Written: 2}) {
				t.Fatalf("got %+v", got)
			}
		})
	})
	t.Run("one that nobody was offered waits a round", func(t *testing.T) {
		t.Parallel()
		keep(t, func(t *testing.T, j *journal, l *ledger, _ *strings.Builder) {
			j.pass(committed(1))
			j.pass(committed(2))
			j.pass(pushed(3))
			round()
			j.pass(pushed(1))
			j.pass(committed(4))
			if got := l.seqs(); got != "" {
				t.Fatalf("wrote %s", got)
			}
			if n := j.statistics().Waiting; n != 5 {
				t.Fatalf("%d wait", n)
			}
			round()
			if !l.passages[0].Pushed.Equal(at(5)) {
				t.Fatal("it costs a row twice")
			}
			if got := l.seqs(); got != "1 2 3" {
				t.Fatalf("wrote %s", got)
			}
			j.pass(pushed(2)) // too late: written by itself
			round()
			round()
			if got := l.seqs(); got != "4 2" {
				t.Fatalf("wrote %s", got)
			}
		})
	})
	t.Run("so many a statement", func(t *testing.T) {
		t.Parallel()
		keep(t, func(t *testing.T, j *journal, l *ledger, _ *strings.Builder) {
			for seq := range int64(2*journalBatch + 1) {
				j.pass(committed(seq))
				j.pass(pushed(seq))
			}
			round()
			if diff := cmp.Diff([]int{journalBatch, journalBatch, 1}, l.calls); diff != "" {
				t.Fatal(diff)
			}
		})
	})
	t.Run("marks", func(t *testing.T) {
		t.Parallel()
		keep(t, func(t *testing.T, j *journal, l *ledger, _ *strings.Builder) {
			r := chat.Reach{Conversation: "c", By: chat.KindAgent, After: 1, UpTo: 3, Read: true, At: at(9)}
			j.reach(r)
			j.reach(chat.Reach{Conversation: "c", By: chat.KindAgent, After: 3, UpTo: 3, Read: true, At: at(9)}) // no step
			round()
			if diff := cmp.Diff([]chat.Reach{r}, l.reaches); diff != "" {
				t.Fatal(diff)
			}
		})
	})
	t.Run("while the line is away it keeps what has room", func(t *testing.T) {
		t.Parallel()
		keep(t, func(t *testing.T, j *journal, l *ledger, log *strings.Builder) {
			l.fail(away)
			j.reach(chat.Reach{Conversation: "c", By: chat.KindAgent, UpTo: 1, Read: true, At: at(9)})
			for seq := range int64(10) {
				j.pass(committed(seq))
				round()
			}
			for seq := range int64(journalMax) {
				j.pass(committed(100 + seq))
			}
			round()
			round()
			if got := j.statistics(); got != (HopStats{Dropped: 11, Waiting: journalMax}) {
				t.Fatalf("got %+v", got)
			}
			if n := strings.Count(log.String(), "hops are dropped"); n != 1 {
				t.Fatalf("said %d times: %s", n, log)
			}
			l.fail(nil)
			round()
			if got := j.statistics(); got != (HopStats{Written: journalMax, Dropped: 11}) {
				t.Fatalf("got %+v", got)
			}
			got := strings.Fields(l.seqs())
			for seq := range 10 {
				if !slices.Contains(got, fmt.Sprint(seq)) {
					t.Errorf("%d is not written", seq)
				}
			}
			if len(got) != journalMax-1 || len(l.reaches) != 1 {
				t.Fatalf("wrote %d and %d marks", len(got), len(l.reaches))
			}
			j.pass(committed(1))
			j.pass(pushed(1))
			if round(); l.seqs() != "1" {
				t.Fatal("it takes nothing any more")
			}
		})
	})
	t.Run("what is refused for good is not asked again", func(t *testing.T) {
		t.Parallel()
		keep(t, func(t *testing.T, j *journal, l *ledger, log *strings.Builder) {
			l.fail(chat.NotFound())
			j.pass(committed(1))
			j.pass(pushed(1))
			j.reach(chat.Reach{Conversation: "c", By: chat.KindAgent, UpTo: 1, At: at(9)})
			round()
			if got := j.statistics(); got != (HopStats{Dropped: 2}) || !strings.Contains(log.String(), "hops refused") {
				t.Fatalf("got %+v, %s", got, log)
			}
		})
	})
	t.Run("whoever passes never waits for the line", func(t *testing.T) {
		t.Parallel()
		keep(t, func(t *testing.T, j *journal, l *ledger, _ *strings.Builder) {
			l.hang = make(chan struct{})
			j.pass(committed(1))
			j.pass(pushed(1))
			round()
			j.pass(committed(2))
			j.pass(pushed(2))
			n := j.statistics().Waiting
			close(l.hang)
			if n != 4 {
				t.Fatalf("%d wait", n)
			}
			round()
			if got := l.seqs(); got != "1 2" {
				t.Fatalf("wrote %s", got)
			}
		})
	})
	t.Run("the last round", func(t *testing.T) {
		t.Parallel()
		keep(t, func(t *testing.T, j *journal, l *ledger, _ *strings.Builder) {
			j.pass(committed(1))
			j.write(t.Context(), true)
			if got := l.seqs(); got != "1" {
				t.Fatalf("wrote %s", got)
			}
			l.fail(away)
			j.pass(committed(2))
			j.write(t.Context(), true)
			if got := j.statistics(); got != (HopStats{Written: 1, Dropped: 1}) {
				t.Fatalf("got %+v", got)
			}
		})
	})
	t.Run("the tracer hears what was written", func(t *testing.T) {
		t.Parallel()
		l := &ledger{}
		j := newJournal("shop", l, tracer{l}, slog.New(slog.DiscardHandler))
		l.fail(away)
		j.pass(committed(1))
		j.pass(pushed(1))
		if j.write(t.Context(), false); len(l.told) != 0 {
			t.Fatalf("told %+v", l.told)
		}
		l.fail(nil)
		j.reach(chat.Reach{Conversation: "c", By: chat.KindAgent, UpTo: 1, Read: true, At: at(9)})
		j.write(t.Context(), false)
		j.write(t.Context(), false)
		both := committed(1)
		both.Pushed = at(5)
		if diff := cmp.Diff([]chat.Passage{both, {Conversation: "c", Seq: 1, Read: at(9)}}, l.told); diff != "" {
			t.Fatal(diff)
		}
	})
}

// However many tell of hops at once, each message's is written whole and once it is whole never again.
func TestJournal_pass_atOnce(t *testing.T) {
	t.Parallel()
	l := &ledger{}
	j := newJournal("shop", l, nil, slog.New(slog.DiscardHandler))
	const tellers, each = 8, 500
	now := time.Now()
	var telling, writing sync.WaitGroup
	done := make(chan struct{})
	writing.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				j.write(t.Context(), false)
			}
		}
	})
	for i := range tellers {
		telling.Go(func() {
			c := chat.ID(fmt.Sprint(i))
			for seq := range int64(each) {
				j.pass(chat.Passage{Conversation: c, Seq: seq, Committed: now})
				j.pass(chat.Passage{Conversation: c, Seq: seq, Pushed: now})
				j.reach(chat.Reach{Conversation: c, By: chat.KindVisitor, After: seq, UpTo: seq + 1, At: now})
			}
		})
	}
	telling.Wait()
	close(done)
	writing.Wait()
	j.write(t.Context(), true)
	whole := map[place]chat.Passage{}
	for _, p := range l.passages {
		at := place{p.Conversation, p.Seq}
		known := whole[at]
		known.Merge(p)
		known.Conversation, known.Seq = p.Conversation, p.Seq
		whole[at] = known
	}
	for at, p := range whole {
		if p.Committed.IsZero() || p.Pushed.IsZero() {
			t.Fatalf("of %v there is %+v", at, p)
		}
	}
	got := j.statistics()
	if len(whole) != tellers*each || len(l.reaches) != tellers*each || got.Dropped != 0 || got.Waiting != 0 {
		t.Fatalf("%d passages, %d marks, %+v", len(whole), len(l.reaches), got)
	}
	if !slices.ContainsFunc(l.calls, func(n int) bool { return n > 1 }) {
		t.Fatal("nothing was written together")
	}
}

// void is where nothing is written.
type void struct{ Traces }

func (void) PutPassages(context.Context, string, []chat.Passage) error { return nil }

// What a message's hops cost: those who tell of them and, spread over all, the journal's rounds, the database left out.
func BenchmarkJournal(b *testing.B) {
	j := newJournal("shop", void{}, nil, slog.New(slog.DiscardHandler))
	now := time.Now()
	b.ReportAllocs()
	var seq int64
	for b.Loop() {
		seq++
		j.pass(chat.Passage{Conversation: "0198c5a5-0000-7000-8000-000000000000", Seq: seq, Node: "a", Received: now, Queued: now, Routed: now, Committed: now})
		j.pass(chat.Passage{Conversation: "0198c5a5-0000-7000-8000-000000000000", Seq: seq, Pushed: now})
		if seq%2500 == 0 {
			j.write(b.Context(), false)
		}
	}
}
