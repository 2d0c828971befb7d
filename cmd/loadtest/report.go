package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// rest is how long the nodes are left alone before they are weighed.
const rest = 15 * time.Second

// weight is what the nodes take of their machine, all together.
type weight struct {
	RSS        float64 `json:"rss_bytes"`
	Streams    float64 `json:"streams"`
	Goroutines float64 `json:"goroutines"`
	Files      float64 `json:"open_files"`
	CPU        float64 `json:"cpu_seconds"`
}

// lighten has the nodes give up the garbage of their start, such as the 64 MB a password's hash takes, before they are weighed
// the first time. With the streams open they are weighed as they are.
func (c loadCommand) lighten(ctx context.Context) {
	for _, ops := range c.Ops {
		q, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(ops, "/")+"/debug/pprof/heap?gc=1", nil)
		if err != nil {
			continue
		}
		if a, err := http.DefaultClient.Do(q); err == nil {
			_, _ = io.Copy(io.Discard, a.Body)
			_ = a.Body.Close()
		}
	}
	if len(c.Ops) > 0 {
		_ = pause(ctx, rest) // the runtime gives memory back to the system little by little
	}
}

// weigh reads the nodes' own metrics.
func (c loadCommand) weigh(ctx context.Context) (sum weight) {
	for _, ops := range c.Ops {
		q, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(ops, "/")+"/metrics", nil)
		if err != nil {
			continue
		}
		a, err := http.DefaultClient.Do(q)
		if err != nil {
			continue
		}
		lines := bufio.NewScanner(a.Body)
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), " ")
			n, err := strconv.ParseFloat(value, 64)
			if err != nil {
				continue
			}
			name, _, _ = strings.Cut(name, "{")
			switch name {
			case "process_resident_memory_bytes":
				sum.RSS += n
			case "support_streams":
				sum.Streams += n
			case "go_goroutines":
				sum.Goroutines += n
			case "process_open_fds":
				sum.Files += n
			case "process_cpu_seconds_total":
				sum.CPU += n
			}
		}
		_ = a.Body.Close()
	}
	return sum
}

// report is a run's figures as they are written down.
type report struct {
	Flags  loadCommand `json:"flags"`
	Result *result     `json:"result"`
	Before weight      `json:"nodes_before"`
	Held   weight      `json:"nodes_connected"`
	Sent   weight      `json:"nodes_sent"`
	// RSSPerStream is how much the nodes grew for each stream, in bytes; 0 without operator addresses.
	RSSPerStream float64 `json:"rss_per_stream_bytes"`
	AcceptedRate float64 `json:"accepted_per_second"`
	// NodeCPU is the nodes' processor time while messages were sent, of one processor; NodeCPUPerMessage the same in microseconds for
	// a message accepted. 0 without operator addresses. What the databases took is not in it.
	NodeCPU           float64 `json:"nodes_cpu_share"`
	NodeCPUPerMessage float64 `json:"nodes_cpu_us_per_message"`
	// DeskBytes is what came in on each agent's stream in all, in bytes.
	DeskBytes float64 `json:"bytes_per_agent"`
	// BytesPerEvent is what came in on streams by what it brought, heads, heartbeats and overhead included.
	BytesPerEvent float64 `json:"stream_bytes_per_event"`
	// CPUPerMessage is the tool's own, in microseconds for a message accepted and shown.
	CPUPerMessage float64            `json:"tool_cpu_us_per_message"`
	Times         map[string]summary `json:"times"`
}

// summary is a histogram in a few numbers, milliseconds.
type summary struct {
	Count                          int64 `json:"count"`
	Mean, P50, P90, P99, P999, Max float64
}

func summarize(h *histogram) summary {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return summary{h.count, ms(h.mean()), ms(h.at(50)), ms(h.at(90)), ms(h.at(99)), ms(h.at(99.9)), ms(h.max)}
}

func (c loadCommand) report(r *result, before, held, sent weight) *report {
	c.Key = "" // nobody else's to read
	rep := &report{Flags: c, Result: r, Before: before, Held: held, Sent: sent, Times: map[string]summary{
		"accept": summarize(&r.Post), "visitor's screen": summarize(&r.Visitors), "agent's screen": summarize(&r.Agents), "stream back": summarize(&r.Back)}}
	if n := held.Streams - before.Streams; n > 0 {
		rep.RSSPerStream = (held.RSS - before.RSS) / n
	}
	if r.Sending > 0 {
		rep.AcceptedRate = float64(r.Accepted) / r.Sending.Seconds()
	}
	if cpu := sent.CPU - held.CPU; cpu > 0 && r.Sending > 0 {
		rep.NodeCPU = cpu / r.Sending.Seconds()
		rep.NodeCPUPerMessage = cpu * 1e6 / float64(max(1, r.Accepted))
	}
	if c.Agents > 0 {
		rep.DeskBytes = float64(r.DeskBytes) / float64(c.Agents)
	}
	if r.Events > 0 {
		rep.BytesPerEvent = float64(r.StreamBytes) / float64(r.Events)
	}
	if r.Accepted > 0 {
		rep.CPUPerMessage = float64(r.CPU.Microseconds()) / float64(r.Accepted)
	}
	return rep
}

func (rep *report) print(out io.Writer) {
	r := rep.Result
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	row := func(name, format string, args ...any) { fmt.Fprintf(w, "%s\t%s\n", name, fmt.Sprintf(format, args...)) }
	row("streams", "%d held, opened in %s, %d lost and %d refused meanwhile", r.Streams, r.Connected.Round(time.Millisecond), r.Drops, r.Refusals)
	if rep.Held.RSS > 0 {
		row("nodes", "%.0f MB before, %.0f MB with the streams: %.0f bytes each; %.0f goroutines, %.0f files", rep.Before.RSS/1e6, rep.Held.RSS/1e6, rep.RSSPerStream, rep.Held.Goroutines, rep.Held.Files)
	}
	row("accepted", "%d in %s: %.0f/s; %d tries more, %d refused for good, %d unanswered; answers %s", r.Accepted, r.Sending.Round(time.Millisecond), rep.AcceptedRate, r.Retries, r.Rejected, r.Unanswered, statuses(r.Statuses))
	row("shown", "%d; %d pulls, %d repeats not shown; %.0f bytes an event", r.Shown, r.Fetches, r.Repeats, rep.BytesPerEvent)
	if rep.NodeCPU > 0 {
		row("nodes while sending", "%.0f%% of a processor, %.0f µs a message; databases not counted", 100*rep.NodeCPU, rep.NodeCPUPerMessage)
	}
	if rep.DeskBytes > 0 {
		row("agents", "%d streams, %.0f KB each", rep.Flags.Agents, rep.DeskBytes/1e3)
	}
	row("checked", "%d lost, %d doubled, %d out of order, %d holes, %d wrong", r.Lost, r.Doubled, r.Disordered, r.Holes, r.Wrong)
	row("tool", "%.0f µs of processor a message", rep.CPUPerMessage)
	_ = w.Flush()
	fmt.Fprintln(out)
	fmt.Fprintln(w, "ms\tcount\tmean\tP50\tP90\tP99\tP99.9\tmax")
	for _, name := range []string{"accept", "visitor's screen", "agent's screen", "stream back"} {
		if t := rep.Times[name]; t.Count > 0 {
			fmt.Fprintf(w, "%s\t%d\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\n", name, t.Count, t.Mean, t.P50, t.P90, t.P99, t.P999, t.Max)
		}
	}
	_ = w.Flush()
	for _, c := range r.Complaints {
		fmt.Fprintln(out, "BROKEN", c)
	}
}

func statuses(by map[int]int64) string {
	var keys []int
	for status := range by {
		keys = append(keys, status)
	}
	slices.Sort(keys)
	var words []string
	for _, status := range keys {
		words = append(words, fmt.Sprintf("%d×%d", by[status], status))
	}
	return strings.Join(words, " ")
}

var _ json.Marshaler = (*histogram)(nil)
