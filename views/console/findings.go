package console

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// now reports whether a step has begun and is not over.
func (p ReportPage) unfinished(at, until time.Time) bool {
	return !p.Now.Before(at) && p.Now.Before(until)
}

// hours is how many conversations began in each hour of the day.
func (p ReportPage) hours() (n [24]int64) {
	for i, f := range p.Report.ByHour {
		n[p.Text.In(p.Report.Hours[i+2]).Hour()] += f.Begun
	}
	return n
}

// byHour is when in the day people write.
func (p ReportPage) byHour() Chart {
	n := p.hours()
	c := Chart{ID: "hours", Height: 224, About: p.Text.S("console.reports.by_hour"), Wide: true, Table: Table{Head: []string{p.Text.S("console.reports.hour"), p.Text.S("console.reports.conversations")}}}
	var labels []string
	best, second := 0, -1
	for h, v := range n {
		labels = append(labels, strconv.Itoa(h))
		c.Table.Rows = append(c.Table.Rows, []string{fmt.Sprintf("%02d:00", h), strconv.FormatInt(v, 10)})
		if v > n[best] {
			best = h
		}
	}
	for h, v := range n { // another time as busy, on the other side of a quieter one
		if d := h - best; (d > 3 || d < -3) && v*5 >= n[best]*4 && (second < 0 || v > n[second]) {
			second = h
		}
	}
	name := func(h int) string { return p.Text.F("console.reports.oclock", "Hour", h) }
	c.Finding = p.Text.F("console.reports.busiest", "Hour", name(best))
	if second >= 0 {
		c.Finding = p.Text.F("console.reports.busiest_two", "One", name(min(best, second)), "Two", name(max(best, second)))
	}
	if n[best] == 0 {
		c.Finding = p.Text.S("console.reports.none_begun")
	}
	c.Says = p.Text.F("console.reports.by_hour_says", "Hour", name(best), "N", n[best], "All", p.Report.Total.Begun)
	hour := p.Text.In(p.Now).Hour()
	c.columns(n[:], labels, 8, func(i int) bool {
		return p.span() == 1 && i == hour && p.unfinished(p.Report.Hours[2], p.Report.Hours[len(p.Report.Hours)-1])
	})
	return c
}

// byDay is how many began, were resolved and abandoned each day.
func (p ReportPage) byDay() Chart {
	c := Chart{ID: "days", Height: 200, About: p.Text.S("console.reports.by_day"), Wide: true, Table: Table{Head: []string{p.Text.S("console.reports.day"),
		p.Text.S("console.reports.conversations"), p.Text.S("console.reports.resolved"), p.Text.S("console.reports.abandoned"), p.Text.S("console.reports.received"), p.Text.S("console.reports.sent")}}}
	names, steps := p.stepNames(), p.steps()
	var values []int64
	best := 0
	for i, f := range p.Report.ByStep {
		if values = append(values, f.Begun); f.Begun > values[best] {
			best = i
		}
		row := []string{names[i]}
		for _, n := range []int64{f.Begun, f.Resolved, f.Abandoned, f.Received, f.Sent} {
			row = append(row, strconv.FormatInt(n, 10))
		}
		c.Table.Rows = append(c.Table.Rows, row)
	}
	c.Finding = p.Text.F("console.reports.busiest_day", "Day", p.weekday(steps[best]), "N", values[best])
	c.Says = p.Text.F("console.reports.by_day_says", "Day", names[best], "N", values[best], "All", p.Report.Total.Begun, "Days", p.span())
	c.columns(values, p.stepLabels(), p.room(), func(i int) bool { return p.unfinished(steps[i], p.Report.Steps[i+3]) })
	return c
}

func (p ReportPage) weekday(at time.Time) string {
	return p.Text.F("console.reports.weekday_date", "Weekday", p.Text.S("console.reports.weekday_"+strconv.Itoa(int(p.Text.In(at).Weekday()))), "Date", p.date(at))
}

// durations draws the median and the 95th percentile of each step.
func (p ReportPage) durations(id string, of func(chat.Figures) chat.Tally) Chart {
	median, slow := p.Text.S("console.reports.median"), p.Text.S("console.reports.p95_short")
	step := p.Text.S("console.reports.day")
	if p.hourly() {
		step = p.Text.S("console.reports.hour")
	}
	c := Chart{ID: id, Height: 200, About: p.Text.S("console.reports." + id + "_about"), Legend: []Key{{Class: "chart__line", Label: median}, {Class: "chart__line--soft", Label: slow}},
		Table: Table{Head: []string{step, median, slow, p.Text.S("console.reports.count")}}}
	var medians, slows []int64
	var early, late chat.Tally
	names := p.stepNames()
	for i, f := range p.Report.ByStep {
		t := of(f)
		c.Table.Rows = append(c.Table.Rows, []string{names[i], p.took(t, 50), p.took(t, 95), strconv.FormatInt(t.Count(), 10)})
		if t.Count() == 0 {
			medians, slows = append(medians, none), append(slows, none)
			continue
		}
		medians, slows = append(medians, t.Percentile(50)), append(slows, t.Percentile(95))
		if half := &late; i < len(p.Report.ByStep)/2 {
			half = &early
			half.Merge(t)
		} else {
			half.Merge(t)
		}
	}
	total := of(p.Report.Total)
	c.Says = p.Text.F("console.reports."+id+"_says", "Median", p.took(total, 50), "Slow", p.took(total, 95), "N", total.Count())
	trend := "_steady"
	if was, is := early.Percentile(50), late.Percentile(50); early.Count() >= 10 && late.Count() >= 10 {
		switch {
		case is*10 <= was*9 && was-is >= 2:
			trend = "_faster"
		case is*10 >= was*11 && is-was >= 2:
			trend = "_slower"
		}
	}
	if c.Finding = p.Text.F("console.reports."+id+trend, "Median", p.took(total, 50), "Slow", p.took(total, 95)); total.Count() == 0 {
		c.Finding = p.Text.S("console.reports." + id + "_none")
	}
	c.curves([][]int64{medians, slows}, []string{"chart__line", "chart__line chart__line--soft"}, p.stepLabels(), p.room(), p.seconds)
	return c
}

func (p ReportPage) firstChart() Chart {
	return p.durations("first", func(f chat.Figures) chat.Tally { return f.First })
}

func (p ReportPage) waitChart() Chart {
	return p.durations("wait", func(f chat.Figures) chat.Tally { return f.Wait })
}

// resolved are the resolution times in groups, and what that shows.
func (p ReportPage) resolved() (finding string, all []Bar) {
	t := p.Report.Total.Resolution
	limits := []int64{300, 900, 1800, 3600, 4 * 3600, 24 * 3600}
	before, most := int64(0), int64(1)
	var n []int64
	for _, l := range limits {
		n = append(n, t.Within(l)-before)
		before = t.Within(l)
	}
	n = append(n, t.Count()-before)
	most = max(most, slices.Max(n))
	if t.Count() == 0 {
		finding = p.Text.S("console.reports.resolution_none")
	}
	for i, v := range n {
		key := "console.reports.within_longer"
		if i < len(limits) {
			key = "console.reports.within_" + strconv.FormatInt(limits[i], 10)
			if finding == "" && 2*t.Within(limits[i]) > t.Count() {
				finding = p.Text.F("console.reports.half_within", "Time", p.Text.S("console.reports.limit_"+strconv.FormatInt(limits[i], 10)))
			}
		}
		all = append(all, Bar{Label: p.Text.S(key), Value: strconv.FormatInt(v, 10), Share: hundredths(100 * float64(v) / float64(most))})
	}
	if finding == "" {
		finding = p.Text.S("console.reports.half_longer")
	}
	return finding, all
}

// abandonedChart is how many left without an answer.
func (p ReportPage) abandonedChart() Chart {
	t := p.Report.Total
	c := Chart{ID: "abandoned", Height: 200, About: p.Text.S("console.reports.abandoned_about"),
		Table: Table{Head: []string{p.Text.S("console.reports.day"), p.Text.S("console.reports.abandoned"), p.Text.S("console.reports.share")}}}
	names, steps := p.stepNames(), p.steps()
	var values []int64
	for i, f := range p.Report.ByStep {
		values = append(values, f.Abandoned)
		c.Table.Rows = append(c.Table.Rows, []string{names[i], strconv.FormatInt(f.Abandoned, 10), percent(f.Abandoned, f.Abandoned+f.Resolved)})
	}
	c.Finding = p.Text.F("console.reports.abandoned_finding", "Share", percent(t.Abandoned, t.Abandoned+t.Resolved))
	if t.Abandoned == 0 {
		c.Finding = p.Text.S("console.reports.abandoned_none")
	}
	c.Says = p.Text.F("console.reports.abandoned_says", "N", t.Abandoned, "All", t.Abandoned+t.Resolved)
	c.columns(values, p.stepLabels(), p.room(), func(i int) bool { return p.unfinished(steps[i], p.Report.Steps[i+3]) })
	return c
}

// scores are the ratings, the best first, and what they show.
func (p ReportPage) scores() (finding string, all []Bar) {
	t := p.Report.Total
	finding = p.Text.F("console.reports.satisfied", "Share", percent(t.Scores[3]+t.Scores[4], t.Rated()))
	if t.Rated() == 0 {
		return p.Text.S("console.reports.satisfied_none"), nil
	}
	most := slices.Max(t.Scores[:])
	for i := 4; i >= 0; i-- {
		all = append(all, Bar{Label: p.Text.S("console.reports.score_" + strconv.Itoa(i+1)), Value: percent(t.Scores[i], t.Rated()), Share: hundredths(100 * float64(t.Scores[i]) / float64(most))})
	}
	return finding, all
}

// heat is when in the week people write; a week's days are those of the reader's clock.
func (p ReportPage) heat() Chart {
	var n [7][24]int64
	for i, f := range p.Report.ByHour {
		at := p.Text.In(p.Report.Hours[i+2])
		n[(int(at.Weekday())+6)%7][at.Hour()] += f.Begun
	}
	c := Chart{ID: "heat", Height: 190, About: p.Text.S("console.reports.heat_about"), Table: Table{Head: []string{p.Text.S("console.reports.hour")}}}
	day, hour := 0, 0
	for d := range n {
		for h, v := range n[d] {
			if v > n[day][hour] {
				day, hour = d, h
			}
		}
	}
	most := max(n[day][hour], 1)
	weekday := func(d int) string { return p.Text.S("console.reports.weekday_" + strconv.Itoa((d+1)%7)) }
	for d := range n {
		c.Texts = append(c.Texts, Mark{X: 0, Y: float64(d*23 + 15), Label: p.Text.S("console.reports.weekday_short_" + strconv.Itoa((d+1)%7)), Anchor: "start"})
		c.Table.Head = append(c.Table.Head, weekday(d))
		for h, v := range n[d] {
			c.Rects = append(c.Rects, Rect{X: hundredths(9 + float64(h)*3.79), W: 3.5, Y: float64(d * 23), H: 20, Class: "chart__bar", Opacity: strconv.FormatFloat(hundredths(.05+.95*float64(v)/float64(most)), 'f', -1, 64)})
		}
	}
	for h := range 24 {
		row := []string{fmt.Sprintf("%02d:00", h)}
		for d := range n {
			row = append(row, strconv.FormatInt(n[d][h], 10))
		}
		c.Table.Rows = append(c.Table.Rows, row)
		if h%3 == 0 {
			c.Texts = append(c.Texts, Mark{X: hundredths(10.75 + float64(h)*3.79), Y: 182, Label: strconv.Itoa(h), Anchor: "middle"})
		}
	}
	c.Finding = p.Text.F("console.reports.heat", "Weekday", weekday(day), "Hour", p.Text.F("console.reports.oclock", "Hour", hour))
	if n[day][hour] == 0 {
		c.Finding = p.Text.S("console.reports.none_begun")
	}
	c.Says = p.Text.F("console.reports.heat_says", "Weekday", weekday(day), "Hour", p.Text.F("console.reports.oclock", "Hour", hour), "N", n[day][hour])
	return c
}
