package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/core/desk"
)

var _ desk.Tracer = (*tracer)(nil)

const (
	// spansMax is how many spans wait for the collector at most: the journal hands over half a second's messages at once.
	spansMax = 16_384
	// spansLeave is how long a node that ends waits for the collector.
	spansLeave = 5 * time.Second
)

// tracer makes spans of messages' ways after the fact, and sends them by OTLP. What finds no room is dropped.
type tracer struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
	node     string
}

// tracing returns the tracer the OTEL_ variables ask for, nil when they ask for none. They are the SDK's own: it reads the
// rest of them, such as the headers and the sampler.
func tracing(ctx context.Context, node string, log *slog.Logger) (*tracer, error) {
	if os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") == "" && os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") == "" || os.Getenv("OTEL_SDK_DISABLED") == "true" {
		return nil, nil //nolint:nilnil // off is no error, and Desk takes it
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("send spans: %w", err)
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("spans not sent", "error", err) }))
	return newTracer(ctx, node, exporter)
}

func newTracer(ctx context.Context, node string, exporter sdk.SpanExporter) (*tracer, error) {
	about, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", "unique-support"), attribute.String("service.instance.id", node)),
		resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("describe this node: %w", err)
	}
	var queue []sdk.BatchSpanProcessorOption
	if os.Getenv("OTEL_BSP_MAX_QUEUE_SIZE") == "" {
		queue = append(queue, sdk.WithMaxQueueSize(spansMax))
	}
	p := sdk.NewTracerProvider(sdk.WithResource(about), sdk.WithIDGenerator(names{}), sdk.WithBatcher(exporter, queue...))
	return &tracer{provider: p, tracer: p.Tracer("github.com/taadis/unique-support"), node: node}, nil
}

// close sends what waits, as far as the collector takes it in time. A tracer that is off has nothing to send.
func (t *tracer) close() error {
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), spansLeave)
	defer cancel()
	return t.provider.Shutdown(ctx)
}

// Trace makes the spans of what has become known: from the node that accepted the message its own span, with queue and
// commit below it; push, deliver and read, whoever tells of them. The message's span has the same name everywhere, so all
// find each other. Nothing a person wrote is in them.
func (t *tracer) Trace(line string, p chat.Passage) {
	id, err := trace.TraceIDFromHex(p.Trace)
	if err != nil {
		return
	}
	who := trace.WithAttributes(attribute.String("line", line), attribute.String("node", t.node), attribute.String("conversation", string(p.Conversation)), attribute.Int64("seq", p.Seq))
	begin := trace.WithTimestamp(first(p.Received, p.Committed, p.Pushed, p.Delivered, p.Read))
	ctx := context.WithValue(context.Background(), namesKey{}, named{id, spanOf(id, p)})
	// Without its parent, so that the sampler decides by the trace alone: everywhere the same, whatever a client's flags wish.
	_, message := t.tracer.Start(ctx, "message", begin, who)
	if !message.IsRecording() {
		return
	}
	if parent, err := trace.SpanIDFromHex(p.Parent); err == nil {
		remote := trace.NewSpanContext(trace.SpanContextConfig{TraceID: id, SpanID: parent, TraceFlags: trace.FlagsSampled, Remote: true})
		_, message = t.tracer.Start(trace.ContextWithRemoteSpanContext(ctx, remote), "message", begin, who, trace.WithSpanKind(trace.SpanKindServer))
	}
	ctx = trace.ContextWithSpan(context.Background(), message)
	span := func(name string, from, to time.Time) {
		if to.IsZero() {
			return
		}
		_, s := t.tracer.Start(ctx, name, trace.WithTimestamp(first(from, to)), who)
		s.End(trace.WithTimestamp(to))
	}
	if p.Node != "" { // ours: elsewhere the message's span only lends its name, and is never sent
		if !p.Queued.IsZero() {
			span("queue", p.Queued, p.Routed)
			span("commit", p.Routed, p.Committed)
		}
		message.End(trace.WithTimestamp(last(p.Committed, p.Pushed)))
	}
	span("push", p.Committed, p.Pushed)
	span("deliver", p.Pushed, p.Delivered)
	span("read", time.Time{}, p.Read)
}

// first is the first time that is known.
func first(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

func last(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// spanOf is the id of a message's span, which every node works out by itself. A client's trace may hold many messages.
func spanOf(id trace.TraceID, p chat.Passage) (s trace.SpanID) {
	h := sha256.Sum256(fmt.Appendf(nil, "%s %s %d", id, p.Conversation, p.Seq))
	copy(s[:], h[:])
	if !s.IsValid() {
		s[0] = 1
	}
	return s
}

// names gives spans the ids their context says, and others ids by chance.
type names struct{}

type (
	namesKey struct{}
	named    struct {
		trace trace.TraceID
		span  trace.SpanID
	}
)

// NewIDs implements sdk.IDGenerator.
func (names) NewIDs(ctx context.Context) (trace.TraceID, trace.SpanID) {
	n, _ := ctx.Value(namesKey{}).(named)
	return n.trace, n.span
}

// NewSpanID implements sdk.IDGenerator.
func (names) NewSpanID(ctx context.Context, _ trace.TraceID) (s trace.SpanID) {
	if n, ok := ctx.Value(namesKey{}).(named); ok {
		return n.span
	}
	binary.BigEndian.PutUint64(s[:], rand.Uint64()|1)
	return s
}
