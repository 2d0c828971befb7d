package main

import (
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/taadis/unique-support/core/chat"
)

// otlpCollector takes spans as an OTLP collector does.
type otlpCollector struct {
	*httptest.Server
	mu    sync.Mutex
	about map[string]string
	spans []*spans.Span
}

func newCollector(t *testing.T) *otlpCollector {
	t.Helper()
	c := &otlpCollector{about: map[string]string{}}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in collector.ExportTraceServiceRequest
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = proto.Unmarshal(body, &in)
		}
		if err != nil || r.URL.Path != "/v1/traces" {
			t.Errorf("got %s, %v", r.URL, err)
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, of := range in.ResourceSpans {
			for _, a := range of.Resource.Attributes {
				c.about[a.Key] = a.Value.GetStringValue()
			}
			for _, s := range of.ScopeSpans {
				c.spans = append(c.spans, s.Spans...)
			}
		}
	}))
	t.Cleanup(c.Close)
	return c
}

// tracer returns a node's, which sends to the collector when it is closed.
func (c *otlpCollector) tracer(t *testing.T, node string) *tracer {
	t.Helper()
	exporter, err := otlptracehttp.New(t.Context(), otlptracehttp.WithEndpointURL(c.URL+"/v1/traces"))
	if err != nil {
		t.Fatal(err)
	}
	tr, err := newTracer(t.Context(), node, exporter)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// sent closes the tracers and returns all spans by name.
func (c *otlpCollector) sent(t *testing.T, tracers ...*tracer) map[string]*spans.Span {
	t.Helper()
	for _, tr := range tracers {
		if err := tr.close(); err != nil {
			t.Fatal(err)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	by := map[string]*spans.Span{}
	for _, s := range c.spans {
		if by[s.Name] != nil {
			t.Errorf("there are two spans %s", s.Name)
		}
		by[s.Name] = s
	}
	return by
}

const (
	otlpTrace  = "4bf92f3577b34da6a3ce929d0e0e4736"
	otlpParent = "00f067aa0ba902b7"
)

func hexOf(id []byte) string { return hex.EncodeToString(id) }

func TestTracer_Trace(t *testing.T) {
	begin := time.UnixMicro(1_700_000_000_000_000)
	at := func(ms int) time.Time { return begin.Add(time.Duration(ms) * time.Millisecond) }
	way := chat.Passage{
		Conversation: "0192f0c1-0000-7000-8000-000000000009", Seq: 7, Trace: otlpTrace, Parent: otlpParent, Node: "a",
		Received: at(0), Queued: at(1), Routed: at(2), Committed: at(5), Pushed: at(6),
	}
	here := chat.Passage{Conversation: way.Conversation, Seq: way.Seq, Trace: way.Trace}
	// times are a span's begin and end, in milliseconds.
	times := func(all map[string]*spans.Span) map[string][2]int64 {
		got := map[string][2]int64{}
		for name, s := range all {
			got[name] = [2]int64{(int64(s.StartTimeUnixNano) - begin.UnixNano()) / 1e6, (int64(s.EndTimeUnixNano) - begin.UnixNano()) / 1e6}
		}
		return got
	}
	// chained fails unless all are of one trace, below the message's span.
	chained := func(t *testing.T, all map[string]*spans.Span) {
		t.Helper()
		for name, s := range all {
			if hexOf(s.TraceId) != otlpTrace || name != "message" && hexOf(s.ParentSpanId) != hexOf(all["message"].SpanId) {
				t.Errorf("%s is of %x, below %x", name, s.TraceId, s.ParentSpanId)
			}
		}
	}
	t.Run("OK: one chain, whoever tells of what", func(t *testing.T) {
		c := newCollector(t)
		a, b := c.tracer(t, "a"), c.tracer(t, "b")
		a.Trace("shop", way)
		read := here
		read.Delivered, read.Read = at(90), at(1000)
		b.Trace("shop", read)
		all := c.sent(t, a, b)
		want := map[string][2]int64{"message": {0, 6}, "queue": {1, 2}, "commit": {2, 5}, "push": {5, 6}, "deliver": {90, 90}, "read": {1000, 1000}}
		if d := cmp.Diff(want, times(all)); d != "" {
			t.Fatal(d)
		}
		chained(t, all)
		if m := all["message"]; hexOf(m.ParentSpanId) != otlpParent || m.Kind != spans.Span_SPAN_KIND_SERVER {
			t.Errorf("the message's span is %v", m)
		}
		attributes := map[string]string{}
		for _, a := range all["read"].Attributes {
			attributes[a.Key] = a.Value.GetStringValue()
		}
		if d := cmp.Diff(map[string]string{"line": "shop", "node": "b", "conversation": string(way.Conversation), "seq": ""}, attributes); d != "" {
			t.Error(d)
		}
		if c.about["service.name"] != "unique-support" || !slices.Contains([]string{"a", "b"}, c.about["service.instance.id"]) {
			t.Errorf("about %v", c.about)
		}
	})
	t.Run("pushed by another node, and no traceparent", func(t *testing.T) {
		c := newCollector(t)
		a, b := c.tracer(t, "a"), c.tracer(t, "b")
		accepted, pushed := way, here
		accepted.Parent, accepted.Pushed, pushed.Pushed = "", time.Time{}, at(8)
		b.Trace("shop", pushed)
		a.Trace("shop", accepted)
		all := c.sent(t, a, b)
		if d := cmp.Diff(map[string][2]int64{"message": {0, 5}, "queue": {1, 2}, "commit": {2, 5}, "push": {8, 8}}, times(all)); d != "" {
			t.Fatal(d)
		}
		chained(t, all)
		if m := all["message"]; len(m.ParentSpanId) != 0 {
			t.Errorf("the message's span is below %x", m.ParentSpanId)
		}
	})
	t.Run("what the desk itself wrote, and what has no trace", func(t *testing.T) {
		c := newCollector(t)
		a := c.tracer(t, "a")
		notice := here
		notice.Node, notice.Committed = "a", at(5)
		a.Trace("shop", notice)
		notice.Trace = ""
		a.Trace("shop", notice)
		if d := cmp.Diff(map[string][2]int64{"message": {5, 5}}, times(c.sent(t, a))); d != "" {
			t.Fatal(d)
		}
	})
	t.Run("the sampler decides by the trace, on every node alike, whatever the client wishes", func(t *testing.T) {
		t.Setenv("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
		t.Setenv("OTEL_TRACES_SAMPLER_ARG", "0.5")
		c := newCollector(t)
		a, b := c.tracer(t, "a"), c.tracer(t, "b")
		const n = 200
		for range n {
			accepted, read := way, here
			accepted.Trace = chat.NewTrace()
			read.Trace, read.Read = accepted.Trace, at(10)
			a.Trace("shop", accepted)
			b.Trace("shop", read)
		}
		for _, tr := range []*tracer{a, b} {
			if err := tr.close(); err != nil {
				t.Fatal(err)
			}
		}
		names := map[string][]string{}
		for _, s := range c.spans {
			names[hexOf(s.TraceId)] = append(names[hexOf(s.TraceId)], s.Name)
		}
		if len(names) == 0 || len(names) == n {
			t.Fatalf("of %d messages %d are sampled", n, len(names))
		}
		for id, of := range names {
			if slices.Sort(of); strings.Join(of, " ") != "commit message push queue read" {
				t.Errorf("of %s there is %v", id, of)
			}
		}
	})
}

func TestTracing(t *testing.T) {
	t.Run("off", func(t *testing.T) {
		t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "")
		t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "")
		for _, endpoint := range []string{"", "http://127.0.0.1:1"} {
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
			if tr, err := tracing(t.Context(), "a", nil); tr != nil || err != nil || tr.close() != nil {
				t.Fatalf("got %v, %v", tr, err)
			}
			t.Setenv("OTEL_SDK_DISABLED", "true")
		}
	})
	t.Run("a collector that takes nothing loses spans, and nothing else", func(t *testing.T) {
		busy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }))
		defer busy.Close()
		t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", busy.URL)
		n := running(t, folder(t), "--demo")
		enters(t, n.URL, "demo").says(t, "在吗")
		if err := n.stop(); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("a message of the running program", func(t *testing.T) {
		c := newCollector(t)
		t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", c.URL)
		n := running(t, folder(t), "--demo")
		m := enters(t, n.URL, "demo").says(t, "在吗")
		if err := n.stop(); err != nil {
			t.Fatal(err)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if !slices.ContainsFunc(c.spans, func(s *spans.Span) bool { return s.Name == "commit" && hexOf(s.TraceId) == m.Trace }) {
			t.Fatalf("there is no %s in %v", m.Trace, c.spans)
		}
	})
}
