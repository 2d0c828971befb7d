package push

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"github.com/r3labs/sse/v2"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// window is how many events a lane has inside r3labs at once. The subscriber's channel there has 64 places: with fewer
	// under way the stream's goroutine never blocks on it, not even when nobody reads it any more.
	window = 32
	// laneQueue and laneBytes bound what waits in front of r3labs.
	laneQueue = 1024
	laneBytes = 1 << 20
	// again is the pause before a lane whose handler ended is started again.
	again = 10 * time.Millisecond
)

// newServer makes the r3labs server and the lanes' streams, once: no replay, no expiry, no stream that a request creates.
func newServer(lanes []*lane) *sse.Server {
	by := map[string]*lane{}
	server := sse.NewWithCallback(nil, func(name string, _ *sse.Subscriber) { by[name].left <- struct{}{} })
	server.AutoReplay = false
	server.AutoStream = false
	server.EventTTL = 0
	server.BufferSize = 2 * window
	for _, l := range lanes {
		by[l.name] = l
		server.CreateStream(l.name)
	}
	return server
}

// lane carries the events of some conversations, in order, through one r3labs stream.
type lane struct {
	hub  *Hub
	name string
	left chan struct{} // the subscriber has left its stream

	mu     sync.Mutex
	server *sse.Server
	// ready says that a subscriber is there and everything before it is settled.
	ready  bool
	ticket uint64
	queue  fifo[chat.Event]
	bytes  int
	flight fifo[passage] // given to r3labs, by ticket
}

// passage is an event on its way through r3labs; a marker has no kind.
type passage struct {
	ticket uint64
	event  chat.Event
}

func newLane(h *Hub, i int) *lane {
	return &lane{hub: h, name: "lane" + strconv.Itoa(i), left: make(chan struct{}, 1)}
}

// publish queues an event; it reports false when the lane is full.
func (l *lane) publish(e chat.Event) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.queue.len() >= laneQueue || l.bytes+len(e.Data) > laneBytes && l.queue.len() > 0 {
		return false
	}
	l.queue.push(e)
	l.bytes += len(e.Data)
	l.pump()
	return true
}

// pump gives r3labs what the window allows. The lane is locked.
func (l *lane) pump() {
	for l.ready && l.queue.len() > 0 && l.flight.len() < window {
		e := l.queue.pop()
		l.bytes -= len(e.Data)
		l.send(e, e.Data)
	}
}

// send gives r3labs one event under a ticket. It finds room, because the window is smaller than the channel. The lane is locked.
func (l *lane) send(e chat.Event, data []byte) {
	l.ticket++
	l.flight.push(passage{l.ticket, e})
	l.server.TryPublish(l.name, &sse.Event{ID: strconv.AppendUint(nil, l.ticket, 10), Data: data, Event: []byte(e.Kind)})
}

// run keeps a subscriber on the lane until ctx ends.
func (l *lane) run(ctx context.Context, server *sse.Server) {
	for {
		held, cancel := context.WithCancel(ctx)
		l.serve(held, server)
		l.mu.Lock()
		l.ready = false
		l.mu.Unlock()
		cancel() // also when the handler ended by itself: only this makes r3labs forget it
		<-l.left
		if ctx.Err() != nil {
			return
		}
		l.hub.count.laneRestarts.Add(1)
		l.hub.log.Warn("lane starts again", "lane", l.name)
		select {
		case <-time.After(again):
		case <-ctx.Done():
			return
		}
	}
}

// serve is the lane's permanent subscriber.
func (l *lane) serve(ctx context.Context, server *sse.Server) {
	defer func() {
		if v := recover(); v != nil {
			l.hub.log.Error("lane panicked", "lane", l.name, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
		}
	}()
	r := (&http.Request{Header: http.Header{}, URL: &url.URL{RawQuery: "stream=" + l.name}}).WithContext(ctx)
	server.ServeHTTP(&laneWriter{lane: l, server: server, header: http.Header{}}, r)
}

// subscribed begins with a new subscriber: a marker goes ahead, and when it arrives, what was under way before it and did not
// arrive is lost.
func (l *lane) subscribed(server *sse.Server) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.server = server
	l.send(chat.Event{}, []byte("{}"))
}

// arrived exchanges a ticket for its event; lost are those before it that never arrived. It reports false for a ticket of
// nothing under way, or a marker's.
func (l *lane) arrived(ticket uint64) (e chat.Event, lost []chat.Event, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.flight.len() > 0 && l.flight.peek().ticket <= ticket {
		p := l.flight.pop()
		switch {
		case p.event.Kind == "":
			l.ready = l.ready || p.ticket == ticket
		case p.ticket == ticket:
			e, ok = p.event, true
		default:
			lost = append(lost, p.event)
		}
	}
	l.pump()
	return e, lost, ok
}

// laneWriter is where the lane's subscriber writes: it collects a framed event and passes it on at Flush.
type laneWriter struct {
	lane   *lane
	server *sse.Server
	header http.Header
	begun  bool
	buf    []byte
}

func (w *laneWriter) Header() http.Header { return w.header }

func (w *laneWriter) WriteHeader(int) {}

func (w *laneWriter) Write(p []byte) (int, error) {
	w.buf = append(w.buf, p...)
	return len(p), nil
}

// Flush has one event in the buffer, "id: <ticket>\ndata: …\nevent: …\n\n". The id line goes, the rest is the frame.
func (w *laneWriter) Flush() {
	if !w.begun { // the header: the subscription stands
		w.begun = true
		w.lane.subscribed(w.server)
		return
	}
	b := w.buf
	if w.buf = b[:0]; cap(b) > 64<<10 {
		w.buf = nil
	}
	first, body, _ := bytes.Cut(b, []byte("\n"))
	id, ok := bytes.CutPrefix(first, []byte("id: "))
	ticket, err := strconv.ParseUint(string(id), 10, 64)
	if !ok || err != nil {
		return
	}
	e, lost, ok := w.lane.arrived(ticket)
	for i := range lost {
		w.lane.hub.miss(&lost[i])
	}
	if !ok {
		return
	}
	f := newFrame(&e, bytes.Clone(body))
	w.lane.hub.deliver(&e, f)
}
