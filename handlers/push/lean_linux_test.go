package push

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// ready opens a stream that has its history behind it.
func (g *rig) ready(t testing.TB, path string) *source {
	t.Helper()
	s := g.open(t, path)
	until(t, "nobody is behind", func() bool { return g.behind() == 0 })
	return s
}

// behind counts the lean readers that are.
func (g *rig) behind() (n int) {
	for _, r := range g.table.all() {
		l := r.(*lean)
		l.mu.Lock()
		if l.lag != nil {
			n++
		}
		l.mu.Unlock()
	}
	return n
}

func (g *rig) none() bool {
	s := g.Stats()
	return s.Visitors+s.Agents+s.Lean == 0 && len(g.table.all()) == 0
}

func TestLean_take(t *testing.T) {
	t.Parallel()
	t.Run("what middleware set is in the head, and the connection ends with the stream", func(t *testing.T) {
		t.Parallel()
		g := startLean(t, Options{})
		g.before = func(w http.ResponseWriter) { w.Header().Set("X-Trace-Id", "abc") }
		s := g.open(t, "/c/"+string(conv))
		if h := s.resp.Header; h.Get("X-Trace-Id") != "abc" || !s.resp.Close || h.Get("Date") == "" || s.resp.TransferEncoding != nil {
			t.Errorf("%+v", s.resp)
		}
		if st := g.Stats(); st.Lean != 1 || st.Loops != 0 || st.Visitors != 1 {
			t.Errorf("%+v", st)
		}
	})
	t.Run("a hang-up is seen and freed without a write", func(t *testing.T) {
		t.Parallel()
		g := startLean(t, Options{Heartbeat: time.Hour})
		var closed atomic.Int32
		g.adjust = func(s *Stream) { s.Closed = func() { closed.Add(1) } }
		for range 20 {
			g.ready(t, "/c/"+string(conv)).close()
		}
		until(t, "all freed", func() bool { return g.none() && closed.Load() == 20 })
	})
	t.Run("half a hang-up is one too, and so is a byte", func(t *testing.T) {
		t.Parallel()
		g := startLean(t, Options{Heartbeat: time.Hour})
		for _, talk := range []func(*source) error{
			func(s *source) error { return s.conn.(*tube).Conn.(interface{ CloseWrite() error }).CloseWrite() },
			func(s *source) error { _, err := io.WriteString(s.conn, "x"); return err },
		} {
			s := g.ready(t, "/c/"+string(conv))
			if err := talk(s); err != nil {
				t.Fatal(err)
			}
			s.ended(t)
			until(t, "freed", g.none)
		}
		conn, err := g.dial()
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "GET /c/%s HTTP/1.1\r\nHost: desk\r\n\r\nGET / HTTP/1.1\r\n", conv)
		if _, err := io.Copy(io.Discard, conn); err != nil {
			t.Log(err) // it may be reset, for it sent what nobody read
		}
		until(t, "freed", g.none)
	})
	t.Run("200 idle readers take as many goroutines as one", func(t *testing.T) {
		g := startLean(t, Options{})
		idle := func() *source {
			s, err := g.connect("/c/" + string(conv))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(s.close)
			return s
		}
		idle()
		settled := func() bool { return g.behind() == 0 && g.working() == 0 }
		until(t, "settled", settled)
		files := openFiles(t)
		for range 199 {
			idle()
		}
		until(t, "settled", settled)
		if n := g.Stats().Lean; n != 200 {
			t.Errorf("%d lean readers", n)
		}
		until(t, "no goroutine each", func() bool { return serving() == 0 })
		if n := openFiles(t) - files; n > 2*199+20 { // both ends are in this process; other tests run beside
			t.Errorf("%d files for 199 streams", n)
		}
	})
	t.Run("as many as may be, and the next one comes in when one has left", func(t *testing.T) {
		t.Parallel()
		g := startLean(t, Options{Streams: 3})
		var last *source
		for range 3 {
			last = g.open(t, "/c/"+string(conv))
		}
		s := g.open(t, "/c/"+string(conv))
		if b, _ := io.ReadAll(s.lines); s.resp.StatusCode != http.StatusTeapot || string(b) != string(chat.CodeLineUnavailable) {
			t.Errorf("%d %s", s.resp.StatusCode, b)
		}
		if st := g.Stats(); st.Full != 1 || st.Visitors != 3 {
			t.Errorf("%+v", st)
		}
		last.close()
		until(t, "room", func() bool { return g.Stats().Visitors == 2 })
		if s := g.open(t, "/c/"+string(conv)); s.resp.StatusCode != http.StatusOK {
			t.Errorf("status %d", s.resp.StatusCode)
		}
	})
}

// working counts the goroutines that pull.
func (g *rig) working() (n int) {
	g.pullers.mu.Lock()
	defer g.pullers.mu.Unlock()
	for _, u := range g.pullers.by {
		n += u.working
	}
	return n
}

// serving counts goroutines that serve a request of a lean rig: those of net/http that run the rig's handler.
func serving() int {
	b := make([]byte, 4<<20)
	return strings.Count(string(b[:runtime.Stack(b, true)]), "push.(*Hub).serveLean")
}

func openFiles(t *testing.T) int {
	t.Helper()
	es, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(es)
}

func TestLean_slow(t *testing.T) {
	t.Parallel()
	t.Run("is bounded, slows nobody, is cut after the deadline, and comes back by its number", func(t *testing.T) {
		t.Parallel()
		g := startLean(t, Options{WriteTimeout: 300 * time.Millisecond})
		fast := g.ready(t, "/c/"+string(conv))
		slow, err := g.connect("/c/" + string(conv))
		if err != nil {
			t.Fatal(err)
		}
		defer slow.close()
		text := strings.Repeat("字", 3000)
		total := int64(0)
		for g.Stats().Cut["slow"] == 0 { // it never reads on
			total++
			g.Publish(g.store.append(conv, text))
			fast.messages(t, total, total)
			for _, r := range g.table.all() {
				l := r.(*lean)
				l.mu.Lock()
				if b := l.lag; b != nil && (len(b.queue) > 64 || b.bytes+len(b.rest) > 64<<10+piece+len(text)) {
					t.Errorf("%d frames, %d and %d bytes wait", len(b.queue), b.bytes, len(b.rest))
				}
				l.mu.Unlock()
			}
		}
		if st := g.Stats(); st.Visitors != 1 || st.Lean != 1 {
			t.Errorf("%+v", st)
		}
		again := g.open(t, "/c/"+string(conv), "Last-Event-ID: "+epoch+".0")
		again.messages(t, 1, total)
	})
	t.Run("that moves now and then is not cut, and a long history takes no more than its bound", func(t *testing.T) {
		t.Parallel()
		g := startLean(t, Options{WriteTimeout: time.Second, Queue: 4})
		const n = 1200
		for range n {
			g.store.append(conv, strings.Repeat("x", 2000))
		}
		s, err := g.connect("/c/" + string(conv)) // reads only when it is asked to
		if err != nil {
			t.Fatal(err)
		}
		defer s.close()
		until(t, "it is stuck", func() bool { return g.blocked() == 1 })
		for i := range int64(n) {
			if i%100 == 0 {
				g.Publish(chat.Event{Kind: chat.EventTyping, Line: shop, Conversation: conv, To: chat.ToVisitor, Data: json.RawMessage(`{}`)})
			}
			s.messages(t, i+1, i+1)
		}
		if st := g.Stats(); st.Cut["slow"] != 0 || st.Holes != 0 || st.Pulls["new"] < 3 {
			t.Errorf("%+v", st)
		}
	})
	t.Run("an agent who overflows is cut and comes back", func(t *testing.T) {
		t.Parallel()
		g := startLean(t, Options{})
		s, err := g.connect("/agent/" + string(agent))
		if err != nil {
			t.Fatal(err)
		}
		defer s.close()
		for g.Stats().Cut["overflow"] == 0 {
			g.Publish(g.store.append(conv, strings.Repeat("x", 4000)))
			runtime.Gosched()
		}
		until(t, "she is out", g.none)
		want := fmt.Sprintf(`{"%s":%d}`, conv, g.store.head(conv))
		if e := g.open(t, "/agent/"+string(agent)).want(t, chat.EventHeads); e.data != want {
			t.Errorf("heads %s, want %s", e.data, want)
		}
	})
}

// blocked counts the readers whose sockets take nothing.
func (g *rig) blocked() (n int) {
	for _, r := range g.table.all() {
		l := r.(*lean)
		l.mu.Lock()
		if l.lag != nil && l.lag.late != nil {
			n++
		}
		l.mu.Unlock()
	}
	return n
}

// full counts those of them that miss something meanwhile.
func (g *rig) full() (n int) {
	for _, r := range g.table.all() {
		l := r.(*lean)
		l.mu.Lock()
		if l.lag != nil && l.lag.late != nil && l.lag.dirty {
			n++
		}
		l.mu.Unlock()
	}
	return n
}

func TestLean_ends(t *testing.T) {
	t.Parallel()
	t.Run("Drain says goodbye to everybody, also who is behind", func(t *testing.T) {
		t.Parallel()
		g := startLean(t, Options{})
		var all sync.WaitGroup
		for i := range 40 {
			path := "/c/" + string(conv)
			if i%4 == 0 {
				path = "/agent/" + string(agent)
			}
			s := g.open(t, path)
			all.Go(func() {
				if e := s.want(t, chat.EventGoodbye); e.data != `{"after_ms":1000}` {
					t.Errorf("%+v", e)
				}
				s.ended(t)
			})
		}
		g.Drain(50 * time.Millisecond)
		all.Wait()
		if st := g.Stats(); !g.none() || st.Cut["drain"] != 0 {
			t.Errorf("%+v", st)
		}
		s := g.open(t, "/c/"+string(conv))
		if b, _ := io.ReadAll(s.lines); string(b) != string(chat.CodeLineUnavailable) {
			t.Errorf("a new one was answered %q", b)
		}
	})
	t.Run("Drain does not wait for one who does not read", func(t *testing.T) {
		t.Parallel()
		g := startLean(t, Options{})
		s, err := g.connect("/c/" + string(conv))
		if err != nil {
			t.Fatal(err)
		}
		defer s.close()
		if err := s.conn.(*net.TCPConn).SetReadBuffer(4096); err != nil {
			t.Fatal(err)
		}
		for range 300 { // more than both sides' buffers and its queue hold
			g.Publish(g.store.append(conv, strings.Repeat("x", 4000)))
		}
		until(t, "it is stuck", func() bool { return g.full() == 1 })
		g.Drain(0)
		if st := g.Stats(); !g.none() || st.Cut["drain"] != 1 {
			t.Errorf("%+v", st)
		}
	})
	t.Run("Cut, Restart, the end of Until: each ends whom it should, and Closed is called once", func(t *testing.T) {
		t.Parallel()
		g := startLean(t, Options{})
		var closed atomic.Int32
		lost, lose := context.WithCancel(context.Background())
		defer lose()
		g.adjust = func(s *Stream) {
			s.Closed = func() { closed.Add(1) }
			if s.Agent == other {
				s.Until = lost
			}
		}
		visitor, revoked, demoted := g.ready(t, "/c/"+string(conv)), g.ready(t, "/agent/"+string(agent)), g.ready(t, "/agent/"+string(other))
		g.Cut(agent)
		revoked.ended(t)
		lose()
		demoted.ended(t)
		g.Publish(g.store.append(conv, "still here"))
		visitor.messages(t, 1, 1)
		g.Restart(shop, "0002")
		visitor.ended(t)
		until(t, "all closed", func() bool { return g.none() && closed.Load() == 3 })
		if st := g.Stats(); st.Cut["revoked"] != 2 || st.Cut["reset"] != 1 {
			t.Errorf("%+v", st)
		}
		if s, err := g.connect("/agent/" + string(other)); err == nil { // her Until has ended before she came
			s.ended(t)
		}
		until(t, "closed", func() bool { return closed.Load() == 4 })
	})
}
