//go:build !linux

package push

import (
	"context"
	"net"
	"net/http"
)

// Where sockets cannot be watched as on Linux, every reader is served by its request's goroutine.
type keeper struct{}

// ConnContext is for the http.Server whose requests come to Serve.
func ConnContext(ctx context.Context, _ net.Conn) context.Context { return ctx }

func leanable(*http.Request) bool { return false }

func (h *Hub) serveLean(http.ResponseWriter, *Stream) error { return nil }

func (h *Hub) unkeep() {}
