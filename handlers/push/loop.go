package push

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// piece is how much is written under one deadline: a slow reader that moves is not a stuck one.
const piece = 8 << 10

var errStream = errors.New("push: a stream needs a conversation with its log, or an agent")

// loop is a reader served by the goroutine of its request.
type loop struct {
	backlog
	hub    *Hub
	s      Stream
	w      http.ResponseWriter
	rc     *http.ResponseController
	ctx    context.Context
	cancel context.CancelFunc
	slots  chan struct{}

	// Only the request's goroutine uses these.
	spare            []*frame
	unflushed, armed int  // bytes written since the last flush, and since the deadline was set; 0 armed is no deadline
	heads            bool // an agent's heads are still to be written
	degraded         bool
	failures         int

	// deadline guards the connection's write deadline: once interrupted it stays in the past.
	deadline    sync.Mutex
	interrupted bool
	gone        bool // the request has returned and its connection is not ours any more

	state struct {
		sync.Mutex
		ended   bool
		leaving time.Duration // said goodbye when positive
		read    chat.Marks
	}
}

// Serve writes the stream until its reader leaves, is cut, or the hub drains. It returns an error, a *chat.Error, only when
// nothing was written. Where it can, it takes the connection over and returns at once: w is not to be written to any more.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, s Stream) error {
	if err := h.admit(&s); err != nil {
		s.closed()
		return err
	}
	s.Lines = slices.Compact(slices.Sorted(slices.Values(s.Lines)))
	if leanable(r) {
		return h.serveLean(w, &s)
	}
	defer s.closed()
	l := h.newLoop(w, r, s)
	defer l.cancel()
	if err := l.disarm(); err != nil { // the server's own deadline would end the stream
		return internal(fmt.Errorf("set the write deadline of a stream: %w", err))
	}
	if err := h.join(l); err != nil {
		return err
	}
	h.count.loops.Add(1)
	defer h.count.loops.Add(-1)
	defer h.part(l)
	defer l.close()
	l.run(r.ProtoMajor)
	return nil
}

// admit says whether a stream may begin, as far as that can be said before it is known where its reader is.
func (h *Hub) admit(s *Stream) error {
	if s.Conversation == "" && s.Agent == "" || s.Conversation != "" && s.Log == nil {
		return internal(errStream)
	}
	if h.isLeaving() {
		return unavailable(errLeaving)
	}
	if !h.gate.pass() {
		h.count.gated.Add(1)
		return tooMany()
	}
	return nil
}

func internal(err error) *chat.Error {
	return &chat.Error{Code: chat.CodeInternal, Key: "internal", Detail: "Internal error.", Err: err}
}

func (h *Hub) newLoop(w http.ResponseWriter, r *http.Request, s Stream) *loop {
	l := &loop{hub: h, s: s, w: w, rc: http.NewResponseController(w)}
	l.ctx, l.cancel = context.WithCancel(r.Context())
	l.wake = make(chan struct{}, 1)
	l.state.read = s.Read
	l.frames, l.limit = h.options.Queue, h.options.Bytes
	if s.Conversation != "" {
		l.counted, l.dirty, l.why = true, true, becauseNew
		if !s.Foreign {
			l.last = max(0, s.After)
		}
		l.slots = h.slots.of(s.Line)
		return l
	}
	l.frames, l.limit = 8*l.frames, 4*l.limit
	l.heads = s.Heads != nil
	l.slots = h.slots.of("")
	return l
}

// run is subscribed already: what happens from here on is queued or makes the backlog dirty, and then comes the history.
func (l *loop) run(proto int) {
	if !l.open(proto) {
		return
	}
	pulse := time.NewTimer(l.hub.pulse())
	defer pulse.Stop()
	var over <-chan struct{}
	if l.s.Until != nil {
		over = l.s.Until.Done()
	}
	var retry <-chan time.Time // after a pull that failed
	for ok := true; ok; {
		within := l.leaving() // asked before: what was queued when we were sent away is written
		if ok = l.drain(); !ok || l.left(within) {
			return
		}
		var slots chan<- struct{}
		if retry == nil && (l.heads || l.wants()) {
			slots = l.slots
		}
		select {
		case <-l.ctx.Done():
			return
		case <-over:
			l.end(causeRevoked)
			return
		case <-l.wake:
		case <-retry:
			retry = nil
		case <-pulse.C:
			pulse.Reset(l.hub.pulse())
			ok = l.heartbeat()
		case slots <- struct{}{}:
			var pause time.Duration
			if pause, ok = l.fetch(); pause > 0 {
				retry = time.After(pause)
			}
		}
	}
}

// open writes the head and the first bytes, which leave at once.
func (l *loop) open(proto int) bool {
	h := l.w.Header()
	l.s.headers(h)
	if proto == 1 {
		h.Set("Connection", "close") // the connection had our deadlines: nobody else is to have it
	}
	_ = l.rc.SetReadDeadline(time.Time{}) // the server's would end the request; not every writer has one
	l.w.WriteHeader(http.StatusOK)
	return l.write(l.s.opening()) && l.flush()
}

// fetch has a slot: it reads what is missing, gives the slot back and writes. A pause says when to try again.
func (l *loop) fetch() (pause time.Duration, ok bool) {
	out, err := l.ask()
	switch {
	case err != nil && l.ctx.Err() != nil:
		return 0, false
	case err != nil:
		return l.failed(err)
	case l.degraded:
		l.degraded, l.failures = false, 0
		if !l.beat(false) {
			return 0, false
		}
	}
	return 0, out()
}

// ask reads from the log, or an agent's heads, and returns what will write it.
func (l *loop) ask() (out func() bool, err error) {
	defer func() { <-l.slots }()
	ctx, cancel := context.WithTimeout(l.ctx, pullTimeout)
	defer cancel()
	if !l.counted {
		heads, err := l.s.Heads(ctx)
		return func() bool { return l.writeHeads(heads) }, err
	}
	after, why := l.pulling()
	l.hub.count.pulls[why].Add(1)
	ms, err := l.s.Log.Pull(ctx, l.s.Line, l.s.Conversation, after)
	if err != nil {
		return nil, err
	}
	short := len(ms) < Page
	ms = slices.DeleteFunc(ms, func(m chat.Message) bool { return m.Seq <= after })
	l.pulled(ms, short)
	return func() bool { return l.writeHistory(after, ms) }, nil
}

// failed keeps the stream open and says what is the matter.
func (l *loop) failed(err error) (time.Duration, bool) {
	l.hub.failed(&l.s, err)
	pause := backoff(l.failures)
	l.failures++
	if l.degraded {
		return pause, true
	}
	l.degraded = true
	return pause, l.beat(true)
}

// failed counts a pull that failed.
func (h *Hub) failed(s *Stream, err error) {
	h.count.pullErrors.Add(1)
	h.log.Debug("pull failed", "line", s.Line, "conversation", string(s.Conversation), "error", err)
}

// backoff is the pause after so many pulls that failed before this one.
func backoff(failures int) time.Duration {
	pause := min(maxPause, firstPause<<min(failures, 10))
	return pause/2 + rand.N(pause/2)
}

func (l *loop) stream() *Stream { return &l.s }

// offer is called by the lanes.
func (l *loop) offer(e *chat.Event, f *frame) {
	if !l.allowed(e) {
		return
	}
	if e.Kind == chat.EventReceipt {
		l.state.Lock()
		receipt(&l.state.read, e)
		l.state.Unlock()
	}
	switch l.backlog.offer(f) {
	case queued:
		l.hub.count.pushed.Add(1)
	case dropped:
		l.hub.count.dropped.Add(1)
		if !l.counted {
			l.end(causeOverflow)
		}
	}
}

// miss is called where an event was lost: the log has a conversation's messages; of what agents see only the heads are kept.
func (l *loop) miss(e *chat.Event) {
	switch {
	case l.counted && !e.Ephemeral():
		l.behind(e.Seq, becauseLane)
	case !l.counted && (e.Kind == chat.EventMessage || e.Kind == chat.EventConversation) && l.allowed(e):
		l.end(causeOverflow)
	}
}

func (l *loop) behind(head int64, why reason) { l.backlog.behind(head, why) }

// allowed asks the stream's owner, whose panic ends this stream and no lane.
func (l *loop) allowed(e *chat.Event) (ok bool) {
	if l.s.Allow == nil {
		return true
	}
	defer func() {
		if v := recover(); v != nil {
			l.hub.log.Error("permission check panicked", "agent", string(l.s.Agent), "panic", fmt.Sprint(v))
			l.end(causePanic)
			ok = false
		}
	}()
	return l.s.Allow(*e)
}

// goodbye asks the stream's goroutine to take its leave.
func (l *loop) goodbye(within time.Duration) {
	l.state.Lock()
	l.state.leaving = within
	l.state.Unlock()
	l.ring()
}

// leaving is how long the client is to be away; 0 while nobody asked for a goodbye.
func (l *loop) leaving() time.Duration {
	l.state.Lock()
	defer l.state.Unlock()
	return l.state.leaving
}

// left says goodbye when that was asked for.
func (l *loop) left(within time.Duration) bool {
	if within == 0 {
		return false
	}
	if l.event(chat.EventGoodbye, goodbye(within)) && l.write(l.s.end()) {
		l.flush()
	}
	return true
}

// goodbye is the data of a goodbye: when to come back, at the latest.
func goodbye(within time.Duration) []byte {
	return fmt.Appendf(nil, `{"after_ms":%d}`, within.Milliseconds())
}

func (l *loop) end(why cause) {
	l.state.Lock()
	first := !l.state.ended
	l.state.ended = true
	l.state.Unlock()
	if first {
		l.hub.count.cut[why].Add(1)
		l.cancel()
	}
}
