package push

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

func TestHub_Serve(t *testing.T) {
	t.Parallel()
	t.Run("OK: history, then live, in order, while others publish", both(func(t *testing.T, start starter) {
		g := start(t, Options{Queue: 16})
		const history, live = 1234, 2000
		for i := range history {
			g.store.append(conv, fmt.Sprint(i))
		}
		var all sync.WaitGroup
		all.Go(func() {
			for i := range live {
				g.Publish(g.store.append(conv, fmt.Sprint(i)))
				g.Publish(g.store.append(other, fmt.Sprint(i)))
			}
		})
		for i := range 4 {
			all.Go(func() {
				s, err := g.connect("/c/"+string(conv), fmt.Sprintf("Last-Event-ID: %s.%d", epoch, i*100))
				if err != nil {
					t.Error(err)
					return
				}
				defer s.close()
				for want := int64(i*100 + 1); want <= history+live; want++ {
					e, err := s.next()
					for err == nil && e.kind != "message" {
						e, err = s.next()
					}
					if err != nil || e.seq(t) != want {
						t.Errorf("got %q, %v; want %d", e.data, err, want)
						return
					}
				}
			})
		}
		all.Wait()
	}))
	t.Run("OK: the head of the answer, and its first bytes at once", both(func(t *testing.T, start starter) {
		g := start(t, Options{})
		g.adjust = func(s *Stream) {
			s.Log = stuck{}
		}
		s := g.open(t, "/c/"+string(conv))
		for name, want := range map[string]string{"Content-Type": "text/event-stream", "Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"} {
			if v := s.resp.Header.Get(name); v != want {
				t.Errorf("%s: %q, want %q", name, v, want)
			}
		}
		if s.resp.StatusCode != http.StatusOK {
			t.Errorf("status %d", s.resp.StatusCode)
		}
		if l, err := s.line(); err != nil || !strings.HasPrefix(l, ":") {
			t.Errorf("first line %q, %v", l, err)
		}
		if l, err := s.line(); err != nil || !strings.HasPrefix(l, "retry: ") {
			t.Errorf("second line %q, %v", l, err)
		}
	}))
	t.Run("OK: over HTTP/2", func(t *testing.T) {
		t.Parallel()
		g := start(t, Options{})
		server := httptest.NewUnstartedServer(g)
		server.EnableHTTP2 = true
		server.StartTLS()
		defer server.Close()
		g.store.append(conv, "first")
		resp, err := server.Client().Get(server.URL + "/c/" + string(conv))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.ProtoMajor != 2 {
			t.Fatalf("HTTP/%d", resp.ProtoMajor)
		}
		s := sourceOf(resp)
		s.messages(t, 1, 1)
		g.Publish(g.store.append(conv, "second"))
		s.messages(t, 2, 2)
		server.Client().CloseIdleConnections()
	})
	t.Run("ephemeral events carry no id line, and do not wait for history", both(func(t *testing.T, start starter) {
		g := start(t, Options{})
		g.Publish(g.store.append(conv, "one"))
		s := g.open(t, "/c/"+string(conv))
		s.messages(t, 1, 1)
		for _, k := range []chat.EventKind{chat.EventTyping, chat.EventReceipt, chat.EventConversation, chat.EventPresence} {
			g.Publish(chat.Event{Kind: k, Line: shop, Conversation: conv, To: chat.ToVisitor, Data: json.RawMessage(`{"a":1}`)})
			if e := s.want(t, k); e.hasID || e.lastID != epoch+".1" || e.data != `{"a":1}` {
				t.Errorf("%+v", e)
			}
		}
		g.Publish(g.store.append(conv, "two"))
		s.messages(t, 2, 2)
		if strings.Contains(s.raw.String(), "id: \n") {
			t.Errorf("an empty id in %q", s.raw.String())
		}
	}))
	t.Run("a note never reaches a visitor", both(func(t *testing.T, start starter) {
		g := start(t, Options{})
		s := g.open(t, "/c/"+string(conv))
		a := g.open(t, "/agent/"+string(agent))
		a.want(t, chat.EventHeads)
		g.Publish(chat.Event{Kind: chat.EventMessage, Line: shop, Conversation: conv, To: chat.ToAll, Data: json.RawMessage(`{"text":"secret"}`)})
		g.Publish(g.store.append(conv, "public"))
		s.messages(t, 1, 1)
		if strings.Contains(s.raw.String(), "secret") {
			t.Error("she read the note")
		}
		if e := a.want(t, chat.EventMessage); !strings.Contains(e.data, "secret") {
			t.Errorf("the agent got %q", e.data)
		}
	}))
	t.Run("a foreign epoch is told to reset and gets everything", both(func(t *testing.T, start starter) {
		g := start(t, Options{})
		for range 3 {
			g.store.append(conv, "x")
		}
		s := g.open(t, "/c/"+string(conv), "Last-Event-ID: older.2")
		if e, err := s.next(); err != nil || e.kind != "reset" || e.data != `{"epoch":"k3v9"}` || e.hasID {
			t.Errorf("%+v, %v", e, err)
		}
		s.messages(t, 1, 3)
	}))
	t.Run("a new line in the data forges nothing", both(func(t *testing.T, start starter) {
		g := start(t, Options{})
		s := g.open(t, "/c/"+string(conv))
		s.want(t, firstKind(g, conv))
		forged := []string{
			"{\"a\":\n\"1\"}", "{\"a\":\r\"1\"}", "{}\n\ndata: {\"seq\":99}\n\n", "x\nid: 99", "\n\n", "", ":x", "{\"a\":\"\n\"}",
		}
		for _, data := range forged {
			g.Publish(chat.Event{Kind: chat.EventTyping, Line: shop, Conversation: conv, To: chat.ToVisitor, Data: json.RawMessage(data)})
		}
		for range 2 {
			if e := s.want(t, chat.EventTyping); e.data != `{"a":"1"}` {
				t.Errorf("%+v", e)
			}
		}
		g.Publish(chat.Event{Kind: "typing\ndata: x", Line: shop, Conversation: conv, To: chat.ToVisitor, Data: json.RawMessage("{}")})
		// A message whose event is refused is found in the log.
		e := g.store.append(conv, "one\n\ndata: two\r\nid: 7\u2028\n:")
		broken := e
		broken.Data = json.RawMessage("\n")
		g.Publish(broken)
		var m chat.Message
		got, err := s.next()
		if err == nil {
			err = json.Unmarshal([]byte(got.data), &m)
		}
		if err != nil || got.kind != "message" || m.Text != "one\n\ndata: two\r\nid: 7\u2028\n:" || got.lastID != epoch+".2" {
			t.Errorf("%+v, %v", got, err)
		}
		if n := g.Stats().Refused; n != 8 {
			t.Errorf("%d refused", n)
		}
	}))
	t.Run("a pull that fails keeps the stream open, says degraded, and is repeated", func(t *testing.T) {
		bubble(t, Options{}, func(t *testing.T, g *rig) {
			g.store.append(conv, "x")
			g.store.down = true
			s := g.open(t, "/c/"+string(conv))
			if e := s.want(t, chat.EventHeartbeat); !strings.Contains(e.data, `"degraded":true`) {
				t.Errorf("heartbeat %s", e.data)
			}
			g.Publish(chat.Event{Kind: chat.EventTyping, Line: shop, Conversation: conv, To: chat.ToVisitor, Data: json.RawMessage(`{}`)})
			s.want(t, chat.EventTyping)
			for range 3 { // who reads nothing for this long is cut
				if e := s.want(t, chat.EventHeartbeat); !strings.Contains(e.data, `"degraded":true`) {
					t.Errorf("heartbeat %s", e.data)
				}
			}
			g.store.mu.Lock()
			g.store.down = false
			g.store.mu.Unlock()
			from := time.Now()
			s.messages(t, 1, 1)
			if d := time.Since(from); d > maxPause {
				t.Errorf("after %v", d)
			}
			if n := g.Stats().PullErrors; n < 5 || n > 60 {
				t.Errorf("%d pulls failed", n)
			}
			if e := s.want(t, chat.EventHeartbeat); strings.Contains(e.data, "degraded") {
				t.Errorf("heartbeat %s", e.data)
			}
		})
	})
	t.Run("only so many pull at once", func(t *testing.T) {
		bubble(t, Options{}, func(t *testing.T, g *rig) {
			var mu sync.Mutex
			now, most := 0, 0
			g.store.pulled = func() {
				mu.Lock()
				now++
				most = max(most, now)
				mu.Unlock()
				time.Sleep(time.Second)
				mu.Lock()
				now--
				mu.Unlock()
			}
			g.store.append(conv, "x")
			var all sync.WaitGroup
			for range 20 {
				s := g.open(t, "/c/"+string(conv))
				all.Go(func() { s.messages(t, 1, 1) })
			}
			from := time.Now()
			all.Wait()
			if d := time.Since(from); most != pulls || d != 3*time.Second {
				t.Errorf("%d at once, %v in all", most, d)
			}
		})
	})
	t.Run("the server's own timeouts do not end a stream, and heartbeats keep it alive", func(t *testing.T) {
		bubble(t, Options{}, func(t *testing.T, g *rig) {
			g.store.append(conv, "x")
			g.adjust = func(s *Stream) { s.Read = chat.Marks{Agent: 1, Visitor: 1} }
			s := g.open(t, "/c/"+string(conv))
			s.messages(t, 1, 1)
			last := time.Now()
			for range 40 {
				e := s.want(t, chat.EventHeartbeat)
				if d := time.Since(last); d < 12*time.Second || d > 18*time.Second {
					t.Errorf("a heartbeat after %v", d)
				}
				last = time.Now()
				if e.hasID || e.data != `{"head":1,"read":{"visitor_delivered":0,"visitor":1,"agent":1}}` {
					t.Errorf("%+v", e)
				}
			}
		})
	})
	t.Run("heartbeats tell the marks that receipts moved, and what the line's state is", func(t *testing.T) {
		bubble(t, Options{}, func(t *testing.T, g *rig) {
			g.adjust = func(s *Stream) { s.Read = chat.Marks{VisitorDelivered: 3, Visitor: 3, Agent: 7} }
			s := g.open(t, "/c/"+string(conv))
			for _, data := range []string{`{"kind":"visitor","delivered":9,"read":5}`, `{"kind":"visitor","read":4}`, `{"kind":"agent","read":8}`} {
				g.Publish(chat.Event{Kind: chat.EventReceipt, Line: shop, Conversation: conv, To: chat.ToAll, Data: json.RawMessage(data)})
			}
			g.Degraded(shop, true)
			if e := s.want(t, chat.EventHeartbeat); e.data != `{"head":0,"read":{"visitor_delivered":9,"visitor":5,"agent":8},"degraded":true}` {
				t.Errorf("%+v", e)
			}
			g.Degraded(shop, false)
			if e := s.want(t, chat.EventHeartbeat); strings.Contains(e.data, "degraded") {
				t.Errorf("%+v", e)
			}
		})
	})
	t.Run("too many at once are turned away before anything is written", func(t *testing.T) {
		bubble(t, Options{Rate: 5}, func(t *testing.T, g *rig) {
			for range 5 {
				g.open(t, "/c/"+string(conv))
			}
			s := g.open(t, "/c/"+string(conv))
			if b, _ := io.ReadAll(s.lines); s.resp.StatusCode != http.StatusTeapot || string(b) != "rate_limited" {
				t.Errorf("%d %s", s.resp.StatusCode, b)
			}
			time.Sleep(200 * time.Millisecond)
			if s := g.open(t, "/c/"+string(conv)); s.resp.StatusCode != http.StatusOK {
				t.Errorf("after a while: %d", s.resp.StatusCode)
			}
			var e *chat.Error
			if err := g.Serve(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil), Stream{Agent: agent}); !errors.As(err, &e) || e.RetryAfter < time.Second || e.RetryAfter > 5*time.Second {
				t.Errorf("refused with %v", err)
			}
			if n := g.Stats().Gated; n != 2 {
				t.Errorf("%d gated", n)
			}
		})
	})
	t.Run("a stream of nothing, or a writer without deadlines, is our mistake", func(t *testing.T) {
		t.Parallel()
		h := New(Options{})
		for _, s := range []Stream{{}, {Conversation: conv}, {Agent: agent}} {
			if err := h.Serve(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil), s); chat.CodeOf(err) != chat.CodeInternal {
				t.Errorf("%+v: %v", s, err)
			}
		}
	})
}

// firstKind writes a message for a reader to wait for.
func firstKind(g *rig, c chat.ID) chat.EventKind {
	g.Publish(g.store.append(c, "first"))
	return chat.EventMessage
}

// stuck is a log that never answers.
type stuck struct{}

func (stuck) Pull(ctx context.Context, _ string, _ chat.ID, _ int64) ([]chat.Message, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}
