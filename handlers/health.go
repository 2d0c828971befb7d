package handlers

import (
	"context"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/taadis/unique-support/core/chat"
)

// trials is how many streams may be tried at once; each takes trial.
const (
	trials = 16
	trial  = 3 * time.Second
)

// healthz says that the process is alive. With ?stream it says so as a stream of three seconds, for whoever wants to know
// whether anything on the way holds streams back.
func (h *Handlers) healthz(c echo.Context) error {
	if c.QueryParams().Has("stream") {
		return h.tryStream(c)
	}
	return c.JSON(http.StatusOK, map[string]string{"status": "ok"})
}

// tryStream writes at once, and something more when it ends.
func (h *Handlers) tryStream(c echo.Context) error {
	defer h.trying.Add(-1)
	if h.trying.Add(1) > trials {
		return chat.QueueFull(nil)
	}
	head := c.Response().Header()
	head.Set(echo.HeaderContentType, "text/event-stream")
	head.Set("Cache-Control", "no-store, no-transform")
	head.Set("X-Accel-Buffering", "no")
	c.Response().WriteHeader(http.StatusOK)
	if c.Request().Method == http.MethodHead {
		return nil
	}
	if _, err := c.Response().Write([]byte(": welcome\n\n")); err != nil {
		return nil // whoever asked has left
	}
	c.Response().Flush()
	select {
	case <-time.After(trial):
		_, _ = c.Response().Write([]byte(": goodbye\n\n"))
	case <-c.Request().Context().Done():
	}
	return nil
}

// readyz says which lines can be served; it is 503 when none can, and while the node leaves.
func (h *Handlers) readyz(c echo.Context) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), 2*time.Second)
	defer cancel()
	lines, ready := map[string]string{}, false
	for name, err := range h.desk.Health(ctx) {
		lines[name] = "ok"
		if err != nil {
			lines[name] = "unavailable"
		} else {
			ready = true
		}
	}
	status := http.StatusOK
	if !ready && len(lines) > 0 || h.draining.Load() {
		status = http.StatusServiceUnavailable
		c.Response().Header().Set("Retry-After", "5")
	}
	return c.JSON(status, map[string]any{"lines": lines, "draining": h.draining.Load()})
}

// Ops serves the operator's address: metrics and profiles. It must not be reachable from outside.
func (h *Handlers) Ops() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /{$}", h.operator)
	m.Handle("GET /metrics", promhttp.HandlerFor(h.registry(), promhttp.HandlerOpts{}))
	m.HandleFunc("GET /debug/pprof/", pprof.Index)
	m.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	m.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	m.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	m.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return m
}
