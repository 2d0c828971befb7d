package main

import (
	"compress/gzip"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/taadis/unique-support/core/chat"
)

// collecting is an OTLP collector that keeps the spans it is sent.
func collecting(t *testing.T) (url string, kept func() map[string]*spans.Span) {
	t.Helper()
	var mu sync.Mutex
	all := map[string]*spans.Span{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := io.Reader(r.Body)
		if r.Header.Get("Content-Encoding") == "gzip" {
			z, err := gzip.NewReader(body)
			if err != nil {
				t.Error(err)
				return
			}
			body = z
		}
		b, err := io.ReadAll(body)
		var sent collector.ExportTraceServiceRequest
		if err != nil || proto.Unmarshal(b, &sent) != nil {
			t.Errorf("%d bytes that are no spans, %v", len(b), err)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		for _, rs := range sent.ResourceSpans {
			for _, ss := range rs.ScopeSpans {
				for _, s := range ss.Spans {
					all[s.Name] = s
				}
			}
		}
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(s.Close)
	return s.URL, func() map[string]*spans.Span {
		mu.Lock()
		defer mu.Unlock()
		return all
	}
}

func TestTracer_Trace(t *testing.T) { // its settings are the environment's
	const id, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	after := func(ms int) time.Time { return at.Add(time.Duration(ms) * time.Millisecond) }
	passage := chat.Passage{Conversation: "0192f0c1-0000-7000-8000-000000000001", Seq: 3, Trace: id, Parent: parent, Node: "here",
		Received: after(0), Queued: after(1), Routed: after(2), Committed: after(6)}
	t.Run("a chain of spans for a message, whoever tells of it", func(t *testing.T) {
		url, kept := collecting(t)
		t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
		here, err := tracing(t.Context(), "here", slog.Default())
		if err != nil {
			t.Fatal(err)
		}
		there, err := tracing(t.Context(), "there", slog.Default())
		if err != nil {
			t.Fatal(err)
		}
		here.Trace("shop", passage)
		there.Trace("shop", chat.Passage{Conversation: passage.Conversation, Seq: 3, Trace: id, Committed: after(6), Pushed: after(7), Read: after(900)})
		for _, tr := range []*tracer{here, there} {
			if err := tr.close(); err != nil {
				t.Fatal(err)
			}
		}
		all := kept()
		message := all["message"]
		if message == nil || hex.EncodeToString(message.ParentSpanId) != parent {
			t.Fatalf("the message's span is %v", message)
		}
		for name, times := range map[string][2]int{"message": {0, 6}, "queue": {1, 2}, "commit": {2, 6}, "push": {6, 7}, "read": {900, 900}} {
			s := all[name]
			if s == nil || hex.EncodeToString(s.TraceId) != id || s.StartTimeUnixNano != uint64(after(times[0]).UnixNano()) || s.EndTimeUnixNano != uint64(after(times[1]).UnixNano()) {
				t.Errorf("%s: %v", name, s)
				continue
			}
			if name != "message" && string(s.ParentSpanId) != string(message.SpanId) {
				t.Errorf("%s is below %x, want %x", name, s.ParentSpanId, message.SpanId)
			}
		}
		if len(all) != 5 {
			t.Errorf("%d spans", len(all))
		}
	})
	t.Run("off, it is nobody", func(t *testing.T) {
		for _, off := range []map[string]string{{}, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"}} {
			for k, v := range off {
				t.Setenv(k, v)
			}
			tr, err := tracing(t.Context(), "here", slog.Default())
			if tr != nil || err != nil || tr.close() != nil {
				t.Errorf("%v: %v, %v", off, tr, err)
			}
		}
	})
	t.Run("a collector that is away loses spans, and nothing else", func(t *testing.T) {
		t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
		t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "100")
		tr, err := tracing(t.Context(), "here", slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 * spansMax {
			tr.Trace("shop", passage)
		}
		_ = tr.close() // says that spans were lost, in its own time
	})
}
