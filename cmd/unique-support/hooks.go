package main

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/taadis/unique-support/core/jobs"
)

// hooks measures the jobs of lines.
type hooks struct{ of *jobs.Runner }

var (
	jobsQueued = prometheus.NewDesc("support_jobs_queued", "Jobs of the line's outbox that have not ended, as last read from its database: the same at every node.", []string{"line"}, nil)
	jobsOldest = prometheus.NewDesc("support_jobs_oldest_seconds", "How long the job that is due longest has been due, as last read.", []string{"line"}, nil)
	jobsEnded  = prometheus.NewDesc("support_jobs_ended_total", "Jobs that ended here: delivered, failed (given up), dropped (nobody needed them any more).", []string{"line", "state"}, nil)
	jobsTried  = prometheus.NewDesc("support_jobs_attempts_total", "Tries made here, by what came of them: told, refused (no answer, or none of success).", []string{"line", "outcome"}, nil)
)

// Describe names the metrics.
func (hooks) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{jobsQueued, jobsOldest, jobsEnded, jobsTried} {
		to <- d
	}
}

// Collect hands over what is known; it asks no database.
func (h hooks) Collect(to chan<- prometheus.Metric) {
	for line, s := range h.of.Stats() {
		to <- prometheus.MustNewConstMetric(jobsQueued, prometheus.GaugeValue, float64(s.Health.Queued), line)
		to <- prometheus.MustNewConstMetric(jobsOldest, prometheus.GaugeValue, s.Health.Oldest.Seconds(), line)
		for state, n := range map[string]uint64{"delivered": s.Delivered, "failed": s.Failed, "dropped": s.Dropped} {
			to <- prometheus.MustNewConstMetric(jobsEnded, prometheus.CounterValue, float64(n), line, state)
		}
		for outcome, n := range map[string]uint64{"told": s.Told, "refused": s.Refused} {
			to <- prometheus.MustNewConstMetric(jobsTried, prometheus.CounterValue, float64(n), line, outcome)
		}
	}
}
