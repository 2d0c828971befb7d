package handlers

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/taadis/unique-support/core/desk"
	"github.com/taadis/unique-support/handlers/push"
)

// Database is what is known of a line's database, or of the main one, and of this node's way to it. Counts are since the start.
type Database struct {
	// Open are connections, InUse those that serve a call, Max how many there may be; Waits counts the calls that waited for
	// one, Waited is for how long, all together.
	Open, InUse, Max int
	Waits            int64
	Waited           time.Duration
	// InFlight are the calls inside, Refused counts those answered without asking the database.
	InFlight, Refused int64
	// Breaker is closed, half-open or open; Opens counts how often it opened.
	Breaker string
	Opens   int64
	// Tail is the reading of the line's log; nil for the main database, and before the line was followed.
	Tail *Tail
}

// Tail is how this node follows a line's log. Rows counts the messages found, Lag is how old the newest was then, Gaps are
// skipped positions still looked for, Looked is when the log was last read.
type Tail struct {
	Rows   int64
	Lag    time.Duration
	Gaps   int
	Looked time.Time
}

// mainDatabase stands for the main database where others have a line's name, which never has a bracket.
const mainDatabase = "(main)"

// Build says what runs.
type Build struct{ Version, Commit string }

// registry has everything there is to measure. No label's value was chosen by a client: nodes, lines and routes are the
// operator's and ours, the rest are short lists.
func (h *Handlers) registry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	all := prometheus.WrapRegistererWith(prometheus.Labels{"node": h.node}, r)
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "support_build_info", Help: "What runs on the node; always 1."}, []string{"version", "commit"})
	build.WithLabelValues(h.build.Version, h.build.Commit).Set(1)
	all.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), build,
		h.requests, streams{h.hub}, lines{h.desk}, databases{h.databases})
	all.MustRegister(h.measures...)
	return r
}

func metric(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("support_"+name, help, labels, nil)
}

func count[T int | int64 | uint64 | float64](to chan<- prometheus.Metric, d *prometheus.Desc, v T, labels ...string) {
	to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), labels...)
}

func gauge[T int | int64 | float64](to chan<- prometheus.Metric, d *prometheus.Desc, v T, labels ...string) {
	to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(v), labels...)
}

// unix is a time as Prometheus writes it; 0 for never.
func unix(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMicro()) / 1e6
}

// buckets hands over a histogram of the desk's.
func buckets(to chan<- prometheus.Metric, d *prometheus.Desc, h desk.Histogram, labels ...string) {
	upTo, n := make(map[float64]uint64, len(h.Bounds)), uint64(0)
	for i, bound := range h.Bounds {
		n += h.Counts[i]
		upTo[bound] = n
	}
	to <- prometheus.MustNewConstHistogram(d, h.Count(), h.Sum, upTo, labels...)
}

// streams turns what the hub counts into metrics, read when they are asked for.
type streams struct{ hub *push.Hub }

var (
	readersOpen     = metric("stream_readers", "Open streams by how they are served: lean (the connection was taken over) or loop (by their request's goroutine).", "kind")
	streamsOpen     = metric("streams", "Open streams.", "side")
	eventsPublished = metric("events_published_total", "Events somebody watched for.")
	eventsRefused   = metric("events_refused_total", "Events that are not one line of JSON; more than 0 is a bug.")
	framesPushed    = metric("frames_pushed_total", "Frames put into readers' queues.")
	framesDropped   = metric("frames_dropped_total", "Frames of typing, presence and receipts that found no room.")
	logPulls        = metric("log_pulls_total", "Times a stream read the log, by what made it.", "reason")
	messagesPulled  = metric("log_pulled_messages_total", "Messages that streams read from the log.")
	logPullErrors   = metric("log_pull_errors_total", "Times a stream could not read the log.")
	streamHoles     = metric("stream_holes_total", "Numbers missing in what a stream read from the log; more than 0 is a bug.")
	streamsCut      = metric("streams_cut_total", "Streams ended by this side.", "cause")
	streamsGated    = metric("streams_gated_total", "Streams turned away because too many came at once.")
	streamsFull     = metric("streams_full_total", "Streams refused because as many are open as the limits of open files and of memory allow.")
	laneLost        = metric("lane_lost_total", "Events a push lane lost or had no room for.")
	laneRestarts    = metric("lane_restarts_total", "Push lanes started again.")
)

// Describe names the metrics.
func (s streams) Describe(to chan<- *prometheus.Desc) { prometheus.DescribeByCollect(s, to) }

// Collect reads the counts.
func (s streams) Collect(to chan<- prometheus.Metric) {
	n := s.hub.Stats()
	gauge(to, streamsOpen, n.Visitors, "visitor")
	gauge(to, streamsOpen, n.Agents, "agent")
	gauge(to, readersOpen, n.Lean, "lean")
	gauge(to, readersOpen, n.Loops, "loop")
	count(to, eventsPublished, n.Published)
	count(to, eventsRefused, n.Refused)
	count(to, framesPushed, n.Pushed)
	count(to, framesDropped, n.Dropped)
	count(to, messagesPulled, n.Pulled)
	count(to, logPullErrors, n.PullErrors)
	count(to, streamHoles, n.Holes)
	count(to, streamsGated, n.Gated)
	count(to, streamsFull, n.Full)
	count(to, laneLost, n.LaneLost)
	count(to, laneRestarts, n.LaneRestarts)
	for reason, v := range n.Pulls {
		count(to, logPulls, v, reason)
	}
	for cause, v := range n.Cut {
		count(to, streamsCut, v, cause)
	}
}

// lines turns what the desk counts into metrics.
type lines struct{ desk *desk.Desk }

var (
	messages       = metric("messages_total", "Messages people sent, by what became of them: accepted, repeat (accepted before), conflict, refused, queue_full, unavailable, failed.", "line", "outcome")
	acceptSeconds  = metric("accept_seconds", "Time from a message's arrival to its answer, when it was accepted.", "line")
	commitSeconds  = metric("commit_seconds", "Time the store took for a batch of messages.", "line")
	commitMessages = metric("commit_messages", "Messages in a batch.", "line")
	commitErrors   = metric("commit_errors_total", "Batches of which nothing is known to be written.", "line")
	lastAccepted   = metric("last_accepted_timestamp_seconds", "When a message was last accepted here; 0 when none was.", "line")
	visitorsIn     = metric("visitor_sessions_total", "Times a visitor was let in.", "line")
	visitorProofs  = metric("visitor_proofs_total", "Times somebody came to a line that looks at identities, by how she showed who she is: signed, unsigned, invalid (not believed).", "line", "proof")
	routerQueued   = metric("router_queued", "Messages in the router's queues.", "line")
	routerDeepest  = metric("router_deepest", "Messages in the router's fullest queue, which has room for 256.", "line")
	routerWaited   = metric("router_waited_total", "Messages that found their queue full at first.", "line")
	routerRefused  = metric("router_refused_total", "Messages that found no room in their queue.", "line")
	routerBatches  = metric("router_batches_total", "Batches the router's workers took up.", "line")
	canarySeconds  = metric("canary_seconds", "Time the canary's last message took from its sender to both sides' streams.", "line")
	canaryLast     = metric("canary_last_success_timestamp_seconds", "When the canary's last message arrived on both sides; 0 when none did.", "line")
	canaryFailures = metric("canary_failures_total", "Messages of the canary that got lost, by where: accept, commit, visitor, agents.", "line", "reason")
	routerFailed   = metric("router_panics_total", "Batches whose worker panicked; more than 0 is a bug.", "line")
	hopsWritten    = metric("hops_written_total", "Entries of messages' traces written behind them.", "line")
	hopsDropped    = metric("hops_dropped_total", "Entries of messages' traces that found no room or were refused: some traces are incomplete.", "line")
	hopsWaiting    = metric("hops_waiting", "Entries of messages' traces not yet written; at most 16,384.", "line")
)

// Describe names the metrics.
func (l lines) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{messages, acceptSeconds, commitSeconds, commitMessages, commitErrors, lastAccepted, visitorsIn, visitorProofs,
		routerQueued, routerDeepest, routerWaited, routerRefused, routerBatches, routerFailed,
		hopsWritten, hopsDropped, hopsWaiting, canarySeconds, canaryLast, canaryFailures} {
		to <- d
	}
}

// Collect reads the counts.
func (l lines) Collect(to chan<- prometheus.Metric) {
	for line, n := range l.desk.Stats() {
		for outcome, v := range n.Outcomes {
			count(to, messages, v, line, outcome)
		}
		buckets(to, acceptSeconds, n.Accept, line)
		buckets(to, commitSeconds, n.Commit, line)
		buckets(to, commitMessages, n.Batch, line)
		count(to, commitErrors, n.CommitErrors, line)
		gauge(to, lastAccepted, unix(n.Accepted), line)
		count(to, visitorsIn, n.Entered, line)
		for proof, v := range n.Proofs {
			count(to, visitorProofs, v, line, proof)
		}
		gauge(to, routerQueued, n.Router.Queued, line)
		gauge(to, routerDeepest, n.Router.Deepest, line)
		count(to, routerWaited, n.Router.Waited, line)
		count(to, routerRefused, n.Router.Refused, line)
		count(to, routerBatches, n.Router.Batches, line)
		count(to, routerFailed, n.Router.Failed, line)
		count(to, hopsWritten, n.Hops.Written, line)
		count(to, hopsDropped, n.Hops.Dropped, line)
		gauge(to, hopsWaiting, n.Hops.Waiting, line)
		if n.Canary == nil {
			continue
		}
		gauge(to, canarySeconds, n.Canary.Took.Seconds(), line)
		gauge(to, canaryLast, unix(n.Canary.Last), line)
		for reason, v := range n.Canary.Failures {
			count(to, canaryFailures, v, line, reason)
		}
	}
}

// databases turns what the store and the bus count into metrics.
type databases struct{ read func() map[string]Database }

var (
	poolOpen      = metric("pool_connections", "Connections to the line's database, for the line (main) to the main one.", "line")
	poolInUse     = metric("pool_connections_in_use", "Connections that serve a call.", "line")
	poolMax       = metric("pool_connections_max", "Connections there may be.", "line")
	poolWaits     = metric("pool_waits_total", "Calls that waited for a connection.", "line")
	poolWaited    = metric("pool_wait_seconds_total", "Time calls waited for a connection.", "line")
	inFlight      = metric("database_in_flight", "Calls that run or wait for a connection; at most 64.", "line")
	calledNot     = metric("database_refused_total", "Calls answered without asking the database: its breaker was open, or there was no room.", "line")
	breakerState  = metric("breaker_state", "0 while the database answers, 1 while one call tries, 2 while it does not answer.", "line")
	breakerOpens  = metric("breaker_opens_total", "Times the database was found not to answer any more.", "line")
	tailRows      = metric("tail_messages_total", "Messages found in the line's log, this node's own included.", "line")
	tailLag       = metric("tail_lag_seconds", "How old the newest message was when it was found in the line's log.", "line")
	tailGaps      = metric("tail_gaps", "Positions of the line's log that were skipped and are still looked for.", "line")
	tailLooked    = metric("tail_last_read_timestamp_seconds", "When the line's log was last read.", "line")
	breakerStates = [...]string{"closed", "half-open", "open"}
)

// Describe names the metrics.
func (d databases) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{poolOpen, poolInUse, poolMax, poolWaits, poolWaited, inFlight, calledNot, breakerState, breakerOpens,
		tailRows, tailLag, tailGaps, tailLooked} {
		to <- d
	}
}

// Collect reads the counts.
func (d databases) Collect(to chan<- prometheus.Metric) {
	if d.read == nil {
		return
	}
	for line, n := range d.read() {
		if line == "" {
			line = mainDatabase
		}
		gauge(to, poolOpen, n.Open, line)
		gauge(to, poolInUse, n.InUse, line)
		gauge(to, poolMax, n.Max, line)
		count(to, poolWaits, n.Waits, line)
		count(to, poolWaited, n.Waited.Seconds(), line)
		gauge(to, inFlight, n.InFlight, line)
		count(to, calledNot, n.Refused, line)
		for i, state := range breakerStates {
			if n.Breaker == state {
				gauge(to, breakerState, i, line)
			}
		}
		count(to, breakerOpens, n.Opens, line)
		if n.Tail != nil {
			count(to, tailRows, n.Tail.Rows, line)
			gauge(to, tailLag, n.Tail.Lag.Seconds(), line)
			gauge(to, tailGaps, n.Tail.Gaps, line)
			gauge(to, tailLooked, unix(n.Tail.Looked), line)
		}
	}
}
