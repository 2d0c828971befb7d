package handlers

import (
	"context"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// healthz says that the process is alive.
func (h *Handlers) healthz(c echo.Context) error {
	return c.JSON(http.StatusOK, map[string]string{"status": "ok"})
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
	m.Handle("GET /metrics", promhttp.HandlerFor(h.registry(), promhttp.HandlerOpts{}))
	m.HandleFunc("GET /debug/pprof/", pprof.Index)
	m.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	m.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	m.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	m.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return m
}
