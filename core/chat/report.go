package chat

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// ReportQuery asks what a desk's conversations were like.
type ReportQuery struct {
	Lines []string
	// Agents narrow it to what is theirs, a team's for example; none for everybody's. Label is one that conversations bear.
	Agents []ID
	Label  string
	// Hours and Steps cut the time up for counts and for durations: ascending, with the same first three and the same last. What lies
	// between the first two is the time before, to compare with; what is asked for begins at the third.
	Hours, Steps []time.Time
}

// ReportMax is how many days a report covers at most.
const ReportMax = 93

// NewReportQuery asks about n days from the one that from is in, as they are in its zone, by hour and by day; two days and less by
// hour alone. The time before is as long, and ends as long before now as the days do.
func NewReportQuery(from time.Time, n int, now time.Time) (ReportQuery, error) {
	if n < 1 || n > ReportMax {
		return ReportQuery{}, Invalid("report_days", "A report covers 1 to 93 days.")
	}
	y, m, d := from.Date()
	day := func(i int) time.Time { return time.Date(y, m, d+i, 0, 0, 0, 0, from.Location()) }
	from, until := day(0), day(n)
	before := from
	if now.After(from) && now.Before(until) {
		h, min, sec := now.In(from.Location()).Clock()
		gone := 0
		for !day(gone + 1).After(now) {
			gone++
		}
		before = time.Date(y, m, d+gone-n, h, min, sec, 0, from.Location())
	}
	q := ReportQuery{Hours: []time.Time{day(-n), before}, Steps: []time.Time{day(-n), before}}
	for h := from; h.Before(until); h = h.Add(time.Hour) {
		q.Hours = append(q.Hours, h)
	}
	for i := range n {
		q.Steps = append(q.Steps, day(i))
	}
	if q.Hours = append(q.Hours, until); n <= 2 {
		q.Steps = append([]time.Time{}, q.Hours...)
		return q, nil
	}
	q.Steps = append(q.Steps, until)
	return q, nil
}

// ReportDays reads the first and the last day, "2006-01-02", and says how many days that is.
func ReportDays(from, to string, zone *time.Location) (first time.Time, days int, err error) {
	first, err = time.ParseInLocation(time.DateOnly, from, zone)
	if err != nil {
		return first, 0, Invalid("report_date", "A day is written 2006-01-02.")
	}
	last, err := time.ParseInLocation(time.DateOnly, to, zone)
	if err != nil {
		return first, 0, Invalid("report_date", "A day is written 2006-01-02.")
	}
	if last.Before(first) {
		return first, 0, Invalid("report_days", "A report covers 1 to 93 days.")
	}
	return first, int(last.Sub(first).Hours()/24+.5) + 1, nil
}

// Cell is a number of things alike: What they are, the step they are in, 1 for that between the first two times, whose they are, and
// how long they took or how they were rated.
type Cell struct {
	What  string `db:"what"`
	At    int    `db:"at"`
	Agent ID     `db:"agent"`
	Value int64  `db:"value"`
	N     int64  `db:"n"`
}

// LineFigures are a line's answer to a ReportQuery.
type LineFigures struct {
	Line string
	// Hours are by Hours; Values and Ratings by Steps; Agents only of what is asked for.
	Hours, Values, Agents, Ratings []Cell
	Comments                       []Comment
	Labels                         []LabelFigures
}

// Comment is what a visitor said with her rating.
type Comment struct {
	Line         string `json:"line"`
	Conversation ID     `json:"conversation_id"`
	Score        int    `json:"score"`
	Text         string `json:"text"`
	Agent        string `json:"agent,omitempty"`
	Created      Time   `json:"created_at"`
}

// LabelFigures say how many conversations that began bear a label.
type LabelFigures struct {
	Label string `json:"label"`
	Begun int64  `json:"begun"`
}

// Tally counts durations in seconds: exact below 1,000, above that with three digits, rounded down, which is less than 1 % off.
type Tally struct {
	values []tallied
	n      int64
}

type tallied struct{ seconds, n int64 }

// Add counts a duration n times.
func (t *Tally) Add(seconds, n int64) {
	t.n += n
	i, found := slices.BinarySearchFunc(t.values, seconds, func(v tallied, s int64) int { return cmp.Compare(v.seconds, s) })
	if found {
		t.values[i].n += n
		return
	}
	t.values = slices.Insert(t.values, i, tallied{seconds, n})
}

// Merge counts what another has counted, too.
func (t *Tally) Merge(other Tally) {
	for _, v := range other.values {
		t.Add(v.seconds, v.n)
	}
}

// MarshalJSON writes how many there were, and the median and the 95th percentile in seconds; null where there were none.
func (t Tally) MarshalJSON() ([]byte, error) {
	if t.n == 0 {
		return []byte(`{"count":0,"median_seconds":null,"p95_seconds":null}`), nil
	}
	return fmt.Appendf(nil, `{"count":%d,"median_seconds":%d,"p95_seconds":%d}`, t.n, t.Percentile(50), t.Percentile(95)), nil
}

// Count is how many durations were counted.
func (t Tally) Count() int64 { return t.n }

// Within is how many of them were no longer than so many seconds.
func (t Tally) Within(seconds int64) (n int64) {
	for _, v := range t.values {
		if v.seconds > seconds {
			break
		}
		n += v.n
	}
	return n
}

// Percentile is the shortest duration that so many of a hundred do not exceed; 0 when nothing was counted.
func (t Tally) Percentile(p int64) (seconds int64) {
	need := (t.n*p + 99) / 100
	for _, v := range t.values {
		seconds = v.seconds
		if need -= v.n; need <= 0 {
			break
		}
	}
	return seconds
}

// Figures are what conversations were like: in some time, on a line, with an agent.
type Figures struct {
	// Begun counts first words; Resolved what ended after an agent had answered, Abandoned what ended without.
	Begun     int64 `json:"begun"`
	Resolved  int64 `json:"resolved"`
	Abandoned int64 `json:"abandoned"`
	// Received are the messages of visitors, Sent those of agents and bots.
	Received int64 `json:"received"`
	Sent     int64 `json:"sent"`
	// First is from a visitor's first words to an agent's first answer, Wait to when an agent had the conversation, Resolution to its end.
	First      Tally `json:"first_reply"`
	Wait       Tally `json:"wait"`
	Resolution Tally `json:"resolution"`
	// Scores count the ratings of 1 to 5.
	Scores [5]int64 `json:"ratings"`
}

// Rated is how many ratings there were, Score their mean, 0 without one.
func (f Figures) Rated() (n int64) {
	for _, s := range f.Scores {
		n += s
	}
	return n
}

// Score is the mean of the ratings, 0 without one.
func (f Figures) Score() float64 {
	sum := int64(0)
	for i, s := range f.Scores {
		sum += int64(i+1) * s
	}
	if sum == 0 {
		return 0
	}
	return float64(sum) / float64(f.Rated())
}

// count adds a cell.
func (f *Figures) count(c Cell) {
	switch c.What {
	case "begun":
		f.Begun += c.N
	case "resolved":
		f.Resolved += c.N
	case "abandoned":
		f.Abandoned += c.N
	case "received":
		f.Received += c.N
	case "sent":
		f.Sent += c.N
	case "first":
		f.First.Add(c.Value, c.N)
	case "wait":
		f.Wait.Add(c.Value, c.N)
	case "resolution":
		f.Resolution.Add(c.Value, c.N)
	case "rated":
		if c.Value >= 1 && c.Value <= 5 {
			f.Scores[c.Value-1] += c.N
		}
	}
}

// Report is what a desk's conversations were like: those of all its lines that answered, put together.
type Report struct {
	ReportQuery
	// Total are those of the time asked for, Before those of the time before.
	Total, Before Figures
	// ByHour and ByStep belong to the times of the query, from its third on. ByHour only counts.
	ByHour, ByStep []Figures
	// ByLine has what answered; the figures of an agent have no Begun, Received and Wait, and Names say who they are.
	ByLine  map[string]Figures
	ByAgent map[ID]Figures
	Names   map[ID]string
	// Comments are the newest first, Labels the most frequent first.
	Comments []Comment
	Labels   []LabelFigures
	// Unavailable are the lines that did not answer: nothing of them is in it.
	Unavailable []string
}

// NewReport puts lines' figures together. Of the comments the newest are kept.
func NewReport(q ReportQuery, lines []LineFigures, comments int) Report {
	r := Report{ReportQuery: q, ByHour: make([]Figures, max(len(q.Hours)-3, 0)), ByStep: make([]Figures, max(len(q.Steps)-3, 0)), ByLine: map[string]Figures{}, ByAgent: map[ID]Figures{}, Names: map[ID]string{}}
	labels := map[string]int64{}
	for _, l := range lines {
		r.add(l)
		for _, n := range l.Labels {
			labels[n.Label] += n.Begun
		}
	}
	slices.SortStableFunc(r.Comments, func(a, b Comment) int { return b.Created.Compare(a.Created.Time) })
	r.Comments = r.Comments[:min(len(r.Comments), comments)]
	for label, n := range labels {
		r.Labels = append(r.Labels, LabelFigures{label, n})
	}
	slices.SortFunc(r.Labels, func(a, b LabelFigures) int {
		return cmp.Or(cmp.Compare(b.Begun, a.Begun), cmp.Compare(a.Label, b.Label))
	})
	return r
}

// first is the number of the first step that was asked for, in a cell.
const first = 3

func (r *Report) add(l LineFigures) {
	var whole Figures
	place := func(c Cell, parts []Figures) bool {
		i := c.At - first
		if c.At == 1 {
			r.Before.count(c)
		}
		if i < 0 || i >= len(parts) {
			return false
		}
		parts[i].count(c)
		r.Total.count(c)
		whole.count(c)
		return true
	}
	agent := func(c Cell) {
		if c.Agent == "" || c.Agent == noAgent {
			return
		}
		f := r.ByAgent[c.Agent]
		if f.count(c); c.What == "resolution" {
			f.Resolved += c.N
		}
		r.ByAgent[c.Agent] = f
	}
	for _, c := range l.Hours {
		if place(c, r.ByHour) {
			at, _ := slices.BinarySearchFunc(r.Steps[first-1:], r.Hours[c.At-1], func(s, h time.Time) int { return cmp.Or(s.Compare(h), -1) })
			r.ByStep[at-1].count(c)
		}
	}
	for _, c := range l.Values {
		place(c, r.ByStep)
	}
	for _, c := range l.Ratings {
		if place(c, r.ByStep) {
			agent(c)
		}
	}
	for _, c := range l.Agents {
		agent(c)
	}
	r.ByLine[l.Line] = whole
	r.Comments = append(r.Comments, l.Comments...)
}

// noAgent stands where a message is no agent's.
const noAgent ID = "00000000-0000-0000-0000-000000000000"
