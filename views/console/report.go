package console

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/ui"
)

// ReportPage says what conversations were like.
type ReportPage struct {
	Reader
	Rail   Rail
	Filter ReportFilter
	Report chat.Report
	// Error is why what was asked for is not shown.
	Error string
}

func (p ReportPage) meta() ui.Head {
	h := head(p.Text, p.Theme, p.Text.S("console.reports.title"))
	h.Styles = append(h.Styles, "css/admin.css", "css/reports.css")
	h.Links, h.Scripts = []string{"/console/lines.css"}, []string{"widget/admin.js"}
	return h
}

// empty reports whether there is nothing to tell.
func (p ReportPage) empty() bool {
	t := p.Report.Total
	return t.Begun+t.Resolved+t.Abandoned+t.Received+t.Sent+t.Rated() == 0
}

// away are the titles of the lines that did not answer.
func (p ReportPage) away() string {
	var titles []string
	for _, name := range p.Report.Unavailable {
		titles = append(titles, p.badge(name).Title)
	}
	return strings.Join(titles, p.Text.S("console.deed.comma"))
}

// choice is something to choose.
type choice struct{ Value, Label string }

func (p ReportPage) lineOptions() []choice {
	all := []choice{{"", p.Text.S("console.reports.all_lines")}}
	for _, l := range p.Lines {
		all = append(all, choice{l.Name, l.Title})
	}
	return all
}

func (p ReportPage) agentOptions() []choice {
	var all []choice
	for id, name := range p.Report.Names {
		all = append(all, choice{string(id), name})
	}
	slices.SortFunc(all, func(a, b choice) int { return strings.Compare(a.Label+a.Value, b.Label+b.Value) })
	return append([]choice{{"", p.Text.S("console.reports.all_agents")}}, all...)
}

func (p ReportPage) labelOptions() []choice {
	all := []choice{{"", p.Text.S("console.reports.all_labels")}}
	known := p.Filter.Label == ""
	for _, l := range p.Report.Labels {
		all = append(all, choice{l.Label, l.Label})
		known = known || l.Label == p.Filter.Label
	}
	if !known {
		all = append(all, choice{p.Filter.Label, p.Filter.Label})
	}
	return all
}

func (p ReportPage) rangeOptions() (all []choice) {
	for _, r := range ranges {
		all = append(all, choice{r, p.Text.S("console.reports.range_" + r)})
	}
	return all
}

// days are the first and the last day of what is shown, as a date field wants them.
func (p ReportPage) days() (from, to string) {
	if p.Filter.Range == "custom" && p.Filter.From+p.Filter.To != "" {
		return p.Filter.From, p.Filter.To
	}
	return p.Text.Date(p.Now.AddDate(0, 0, -13)), p.Text.Date(p.Now)
}

// span is how many days the report covers.
func (p ReportPage) span() int {
	h := p.Report.Hours
	if len(h) < 4 {
		return 0
	}
	return int(h[len(h)-1].Sub(h[2]).Hours()/24 + .5)
}

// hourly reports whether steps are hours.
func (p ReportPage) hourly() bool { return p.span() <= 2 }

// took writes a duration, "–" when there was none to measure.
func (p ReportPage) took(t chat.Tally, percentile int64) string {
	if t.Count() == 0 {
		return "–"
	}
	return p.seconds(t.Percentile(percentile))
}

func (p ReportPage) seconds(s int64) string { return p.elapsed(time.Duration(s) * time.Second) }

// stepLabels name the steps where there is little room, stepNames in a table.
func (p ReportPage) stepLabels() (labels []string) {
	for _, at := range p.steps() {
		if p.hourly() {
			labels = append(labels, strconv.Itoa(p.Text.In(at).Hour()))
			continue
		}
		labels = append(labels, p.date(at))
	}
	return labels
}

func (p ReportPage) stepNames() (names []string) {
	for _, at := range p.steps() {
		if p.hourly() {
			names = append(names, p.date(at)+" "+p.Text.Clock(at))
			continue
		}
		names = append(names, p.date(at))
	}
	return names
}

func (p ReportPage) steps() []time.Time {
	if len(p.Report.Steps) < 4 {
		return nil
	}
	return p.Report.Steps[2 : len(p.Report.Steps)-1]
}

// room is how many labels fit under a chart of a phone.
func (p ReportPage) room() int {
	if p.hourly() || p.Text.Locale() == "zh-CN" && p.span() <= 7 {
		return 7
	}
	return 5
}

// date is a day in few letters, whether or not it is today.
func (p ReportPage) date(at time.Time) string {
	if p.Text.Locale() == "zh-CN" {
		return p.Text.In(at).Format("1/2")
	}
	return p.Text.In(at).Format("2 Jan")
}

// Stat is one of the figures at the head.
type Stat struct {
	Name, Value, Unit string
	// Change is the difference from the time before, Class what it means, Note what else there is to say.
	Change, Class, Note string
	Spark               []Stroke
}

// stats are the figures at the head.
func (p ReportPage) stats() []Stat {
	t, b := p.Report.Total, p.Report.Before
	series := func(f func(chat.Figures) (float64, bool)) []Stroke {
		var values []float64
		for _, s := range p.Report.ByStep {
			if v, ok := f(s); ok {
				values = append(values, v)
			}
		}
		return spark(values)
	}
	tally := func(of func(chat.Figures) chat.Tally) func(chat.Figures) (float64, bool) {
		return func(f chat.Figures) (float64, bool) {
			t := of(f)
			return float64(t.Percentile(50)), t.Count() > 0
		}
	}
	begun := Stat{Name: p.Text.S("console.reports.conversations"), Value: strconv.FormatInt(t.Begun, 10), Note: p.Text.S("console.reports.before"),
		Spark: series(func(f chat.Figures) (float64, bool) { return float64(f.Begun), true })}
	if b.Begun > 0 {
		begun.Change = fmt.Sprintf("%+d%%", (t.Begun-b.Begun)*100/b.Begun)
	} else {
		begun.Note = p.Text.N("console.reports.messages", int(t.Received+t.Sent))
	}
	first := Stat{Name: p.Text.S("console.reports.first"), Value: p.took(t.First, 50), Note: p.Text.F("console.reports.p95", "Time", p.took(t.First, 95)),
		Spark: series(tally(func(f chat.Figures) chat.Tally { return f.First }))}
	first.Change, first.Class = p.faster(b.First, t.First)
	solved := Stat{Name: p.Text.S("console.reports.resolution"), Value: p.took(t.Resolution, 50), Note: p.Text.F("console.reports.p95", "Time", p.took(t.Resolution, 95)),
		Spark: series(tally(func(f chat.Figures) chat.Tally { return f.Resolution }))}
	solved.Change, solved.Class = p.faster(b.Resolution, t.Resolution)
	score := Stat{Name: p.Text.S("console.reports.score"), Value: "–", Note: p.Text.F("console.reports.rated", "Share", percent(t.Rated(), t.Resolved)),
		Spark: series(func(f chat.Figures) (float64, bool) { return f.Score(), f.Rated() > 0 })}
	if t.Rated() > 0 {
		score.Value, score.Unit = fmt.Sprintf("%.1f", t.Score()), "/ 5"
		if d := t.Score() - b.Score(); b.Rated() > 0 && (d >= .05 || d <= -.05) {
			score.Change, score.Class = fmt.Sprintf("%+.1f", d), "better"
			if d < 0 {
				score.Class = "worse"
			}
		}
	}
	return []Stat{begun, first, solved, score}
}

// faster says how a median changed.
func (p ReportPage) faster(before, now chat.Tally) (change, class string) {
	if before.Count() == 0 || now.Count() == 0 {
		return "", ""
	}
	switch d := before.Percentile(50) - now.Percentile(50); {
	case d > 0:
		return p.Text.F("console.reports.faster", "Time", p.seconds(d)), "better"
	case d < 0:
		return p.Text.F("console.reports.slower", "Time", p.seconds(-d)), "worse"
	}
	return "", ""
}

// AgentRow is what an agent did.
type AgentRow struct {
	ID      chat.ID
	Name    string
	Figures chat.Figures
}

// agents are those who did something, who did most first.
func (p ReportPage) agents() (rows []AgentRow) {
	for id, f := range p.Report.ByAgent {
		name := p.Report.Names[id]
		if name == "" {
			name = p.Text.S("console.reports.somebody")
		}
		rows = append(rows, AgentRow{id, name, f})
	}
	slices.SortFunc(rows, func(a, b AgentRow) int {
		if d := b.Figures.Resolved - a.Figures.Resolved; d != 0 {
			return int(d)
		}
		return strings.Compare(a.Name+string(a.ID), b.Name+string(b.ID))
	})
	return rows
}

// lineRows are the lines that answered, as the rail has them.
func (p ReportPage) lineRows() (rows []Badge) {
	for _, l := range p.Lines {
		if _, ok := p.Report.ByLine[l.Name]; ok {
			rows = append(rows, p.badge(l.Name))
		}
	}
	return rows
}

// labelBars are what conversations were about, the ten most frequent.
func (p ReportPage) labelBars() (all []Bar) {
	for i, l := range p.Report.Labels {
		if i == 10 {
			break
		}
		all = append(all, Bar{Label: l.Label, Value: strconv.FormatInt(l.Begun, 10), Share: hundredths(100 * float64(l.Begun) / float64(max(1, p.Report.Labels[0].Begun)))})
	}
	return all
}

func (p ReportPage) score(f chat.Figures) string {
	if f.Rated() == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f", f.Score())
}
