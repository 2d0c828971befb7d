package handlers

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/taadis/unique-support/handlers/push"
)

// streams turns what the hub counts into metrics, read when they are asked for.
type streams struct{ hub *push.Hub }

var (
	streamsOpen     = prometheus.NewDesc("support_streams", "Open streams.", []string{"side"}, nil)
	eventsPublished = prometheus.NewDesc("support_events_published_total", "Events somebody watched for.", nil, nil)
	framesPushed    = prometheus.NewDesc("support_frames_pushed_total", "Frames put into readers' queues.", nil, nil)
	logPulls        = prometheus.NewDesc("support_log_pulls_total", "Times a stream read the log, by what made it.", []string{"reason"}, nil)
	logPullErrors   = prometheus.NewDesc("support_log_pull_errors_total", "Times a stream could not read the log.", nil, nil)
	streamHoles     = prometheus.NewDesc("support_stream_holes_total", "Numbers missing in what a stream read from the log; more than 0 is a bug.", nil, nil)
	streamsCut      = prometheus.NewDesc("support_streams_cut_total", "Streams ended by this side.", []string{"cause"}, nil)
	laneLost        = prometheus.NewDesc("support_lane_lost_total", "Events a push lane lost or had no room for.", nil, nil)
	laneRestarts    = prometheus.NewDesc("support_lane_restarts_total", "Push lanes started again.", nil, nil)
)

// Describe names the metrics.
func (s streams) Describe(to chan<- *prometheus.Desc) { prometheus.DescribeByCollect(s, to) }

// Collect reads the counts.
func (s streams) Collect(to chan<- prometheus.Metric) {
	n := s.hub.Stats()
	count := func(d *prometheus.Desc, v int64, label ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), label...)
	}
	to <- prometheus.MustNewConstMetric(streamsOpen, prometheus.GaugeValue, float64(n.Visitors), "visitor")
	to <- prometheus.MustNewConstMetric(streamsOpen, prometheus.GaugeValue, float64(n.Agents), "agent")
	count(eventsPublished, n.Published)
	count(framesPushed, n.Pushed)
	count(logPullErrors, n.PullErrors)
	count(streamHoles, n.Holes)
	count(laneLost, n.LaneLost)
	count(laneRestarts, n.LaneRestarts)
	for reason, v := range n.Pulls {
		count(logPulls, v, reason)
	}
	for cause, v := range n.Cut {
		count(streamsCut, v, cause)
	}
}
