package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestLoad runs the load against real servers, and against a server that breaks its promises: the checker has to tell them apart.
func TestLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts an installation of its own")
	}
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	r, err := newRig(ctx, rigOptions{Nodes: 2, Log: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.close(); err != nil {
			t.Error(err)
		}
	})

	t.Run("OK", func(t *testing.T) {
		got := loaded(t, ctx, loadCommand{URL: r.urls(), Line: []string{"a"}, Visitors: 200, Idle: 20, Screens: 2, Key: r.keys["a"], Agents: 2, Reply: 0.2,
			Rate: 300, Messages: 500, Repeat: 0.1, Settle: time.Minute})
		if got.broken() || got.Accepted != 500 || got.Unanswered != 0 || got.Streams != 442 {
			t.Errorf("%d accepted, %d unanswered, %d streams: %q", got.Accepted, got.Unanswered, got.Streams, got.Complaints)
		}
		if got.Shown != 500*4 || got.Visitors.count != 1000 || got.Post.count != 500 || got.DeskBytes == 0 || got.StreamBytes <= got.DeskBytes {
			t.Errorf("%d shown, %d of them to visitors, %d timed, %d bytes", got.Shown, got.Visitors.count, got.Post.count, got.StreamBytes)
		}
	})
	t.Run("a message that never comes is missed", func(t *testing.T) {
		var lost atomic.Bool
		liar := lying(t, r.nodes[0].url(), func(frame []byte) []byte {
			if bytes.Contains(frame, []byte(`"seq":3,`)) && lost.CompareAndSwap(false, true) {
				return nil
			}
			return frame
		}, nil)
		if got := loaded(t, ctx, few(liar)); got.Lost == 0 {
			t.Errorf("nothing is missed: %q", got.Complaints)
		}
	})
	t.Run("another message in its place is seen", func(t *testing.T) {
		liar := lying(t, r.nodes[0].url(), func(frame []byte) []byte {
			if bytes.Contains(frame, []byte(`"seq":3,`)) {
				return clientID.ReplaceAll(frame, []byte(`"client_id":"00000000-0000-7000-8000-000000000000"`))
			}
			return frame
		}, nil)
		if got := loaded(t, ctx, few(liar)); got.Disordered == 0 {
			t.Errorf("nothing is seen: %q", got.Complaints)
		}
	})
	t.Run("a message written twice is seen", func(t *testing.T) {
		liar := lying(t, r.nodes[0].url(), nil, func(body []byte, again func([]byte)) {
			again(clientID.ReplaceAll(body, []byte(`"client_id":"00000000-0000-7000-8000-000000000000"`)))
		})
		if got := loaded(t, ctx, few(liar)); got.Wrong == 0 {
			t.Errorf("nothing is seen: %q", got.Complaints)
		}
	})
}

// clientID is a message's, in JSON.
var clientID = regexp.MustCompile(`"client_id":"[^"]*"`)

// few are enough to be lied to.
func few(address string) loadCommand {
	return loadCommand{URL: []string{address}, Line: []string{"a"}, Visitors: 2, Screens: 1, Rate: 0, Messages: 20, Settle: time.Second}
}

// loaded does one process's part of a run, which is all of it.
func loaded(t *testing.T, ctx context.Context, c loadCommand) *result {
	t.Helper()
	c.Procs, c.Part, c.Senders, c.Ramp, c.Duration, c.Wire, c.Seed = 1, 0, 64, 1500, time.Minute, "full", 1
	var out bytes.Buffer
	if err := c.work(ctx, strings.NewReader("\n"), &out); err != nil {
		t.Fatal(err)
	}
	var last word
	for words := json.NewDecoder(&out); words.More(); {
		if err := words.Decode(&last); err != nil {
			t.Fatal(err)
		}
	}
	if last.Result == nil {
		t.Fatal("there is no result")
	}
	return last.Result
}

// lying stands in front of a node. frame may change or drop what streams bring; what is fetched after a number is never
// answered then. sent hears of every message sent, and may send another in its place.
func lying(t *testing.T, node string, frame func([]byte) []byte, sent func(body []byte, again func([]byte))) (address string) {
	t.Helper()
	target, err := url.Parse(node)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{FlushInterval: -1, ErrorLog: log.New(io.Discard, "", 0), Rewrite: func(q *httputil.ProxyRequest) { q.SetURL(target) },
		ModifyResponse: func(a *http.Response) error {
			if frame != nil && strings.HasPrefix(a.Header.Get("Content-Type"), "text/event-stream") {
				a.Body = &frames{ReadCloser: a.Body, change: frame}
			}
			return nil
		}}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		after := q.URL.Query().Get("after")
		if frame != nil && after != "" && after != "0" {
			http.Error(w, "not now", http.StatusServiceUnavailable)
			return
		}
		if sent != nil && q.Method == http.MethodPost && strings.HasSuffix(q.URL.Path, "/messages") {
			body, _ := io.ReadAll(q.Body)
			sent(body, func(other []byte) {
				again, _ := http.NewRequestWithContext(q.Context(), q.Method, node+q.URL.Path, bytes.NewReader(other))
				again.Header = q.Header.Clone()
				if a, err := http.DefaultClient.Do(again); err == nil {
					_ = a.Body.Close()
				}
			})
			q.Body = io.NopCloser(bytes.NewReader(body))
		}
		proxy.ServeHTTP(w, q)
	}))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s.URL
}

// frames is a stream, changed event by event.
type frames struct {
	io.ReadCloser
	change  func([]byte) []byte
	in, out []byte
}

// Read implements io.Reader.
func (f *frames) Read(b []byte) (int, error) {
	for len(f.out) == 0 {
		if event, rest, whole := bytes.Cut(f.in, []byte("\n\n")); whole {
			f.in = rest
			if event = f.change(append(bytes.Clone(event), "\n\n"...)); event != nil {
				f.out = event
			}
			continue
		}
		var some [4096]byte
		n, err := f.ReadCloser.Read(some[:])
		if f.in = append(f.in, some[:n]...); n == 0 && err != nil {
			return 0, err
		}
	}
	n := copy(b, f.out)
	f.out = f.out[n:]
	return n, nil
}
