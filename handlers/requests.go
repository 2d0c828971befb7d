package handlers

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
)

// requests counts what people at the door asked for, by route; what has no route is counted together.
type requests struct {
	total   *prometheus.CounterVec
	seconds *prometheus.HistogramVec
	logins  *prometheus.CounterVec
	// label is a route's, by method and path; timed are those that end by themselves.
	label map[[2]string]string
	timed map[string]bool
}

// elsewhere stands for every path that has no route.
const elsewhere = "none"

func newRequests() *requests {
	r := &requests{
		total: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "support_http_requests_total", Help: "Requests answered, by route and by class of status."}, []string{"route", "class"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "support_http_request_seconds", Help: "Time requests took, streams left out.",
			Buckets: []float64{.002, .005, .01, .025, .05, .1, .25, .5, 1, 3, 10}}, []string{"route"}),
		logins: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "support_logins_total", Help: "Times an agent tried to sign in: ok, failed (wrong e-mail or password), limited (too many tries)."}, []string{"outcome"}),
		label:  map[[2]string]string{}, timed: map[string]bool{elsewhere: true},
	}
	for _, outcome := range []string{"ok", "failed", "limited"} {
		r.logins.WithLabelValues(outcome)
	}
	return r
}

// add makes a route known.
func (r *requests) add(o route) {
	label := o.method + " " + o.path
	r.label[[2]string{o.method, o.path}] = label
	if o.method == get {
		r.label[[2]string{head, o.path}] = label
	}
	r.timed[label] = !o.stream()
}

// answered counts a request that has ended. Echo's path of a request is its route's pattern.
func (r *requests) answered(c echo.Context, took time.Duration) {
	label, ok := r.label[[2]string{c.Request().Method, c.Path()}]
	if !ok {
		label = elsewhere
	}
	status := c.Response().Status
	class := min(max(status/100, 1), 5)
	r.total.WithLabelValues(label, [...]string{"1xx", "2xx", "3xx", "4xx", "5xx"}[class-1]).Inc()
	if r.timed[label] {
		r.seconds.WithLabelValues(label).Observe(took.Seconds())
	}
	if label != post+" /console/login" {
		return
	}
	switch status {
	case http.StatusSeeOther:
		r.logins.WithLabelValues("ok").Inc()
	case http.StatusUnauthorized:
		r.logins.WithLabelValues("failed").Inc()
	case http.StatusTooManyRequests:
		r.logins.WithLabelValues("limited").Inc()
	}
}

// Describe names the metrics.
func (r *requests) Describe(to chan<- *prometheus.Desc) {
	r.total.Describe(to)
	r.seconds.Describe(to)
	r.logins.Describe(to)
}

// Collect reads the counts.
func (r *requests) Collect(to chan<- prometheus.Metric) {
	r.total.Collect(to)
	r.seconds.Collect(to)
	r.logins.Collect(to)
}
