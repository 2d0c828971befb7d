package chat

import (
	"context"
	"crypto/rand"
	"encoding/hex"
)

type contextKey int

const (
	traceKey contextKey = iota
	actorKey
	parentKey
)

// NewTrace returns a new trace id: 32 lower-case hex digits, never all zero.
func NewTrace() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// WithTrace returns a context that carries the trace id.
func WithTrace(ctx context.Context, trace string) context.Context {
	return context.WithValue(ctx, traceKey, trace)
}

// TraceFrom returns the trace id the context carries, "" when it carries none.
func TraceFrom(ctx context.Context) string {
	t, _ := ctx.Value(traceKey).(string)
	return t
}

// WithParent returns a context that carries the span the caller's traceparent named: 16 hex digits.
func WithParent(ctx context.Context, span string) context.Context {
	return context.WithValue(ctx, parentKey, span)
}

// ParentFrom returns the span the context carries, "" when it carries none.
func ParentFrom(ctx context.Context) string {
	s, _ := ctx.Value(parentKey).(string)
	return s
}

// WithActor returns a context that says who acts.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey, a)
}

// ActorFrom returns who acts; the zero Actor is nobody and may do nothing.
func ActorFrom(ctx context.Context) Actor {
	a, _ := ctx.Value(actorKey).(Actor)
	return a
}
