package console

import (
	"net/url"
	"strconv"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// ReportFilter is what a report is of, as its address says it.
type ReportFilter struct {
	Line, Label string
	Agent       chat.ID
	// Range is "1" for today, "7" or "30" days up to today, or "custom" for the days from From to To, both included.
	Range, From, To string
}

// ranges are what there is to choose from.
var ranges = []string{"1", "7", "30", "custom"}

// ParseReport reads an address' query. What it does not know is left out.
func ParseReport(q url.Values) ReportFilter {
	f := ReportFilter{Line: q.Get("line"), Label: q.Get("label"), Range: q.Get("range"), From: q.Get("from"), To: q.Get("to")}
	if id, err := chat.ParseID(q.Get("agent")); err == nil {
		f.Agent = id
	}
	switch f.Range {
	case "1", "30", "custom":
	default:
		f.Range = "7"
	}
	return f
}

// URL is the address of the same report at another path, with more in its query, given as name, value.
func (f ReportFilter) URL(path string, pairs ...string) string {
	q := url.Values{}
	for name, value := range map[string]string{"line": f.Line, "label": f.Label, "agent": string(f.Agent)} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if q.Set("range", f.Range); f.Range == "custom" {
		q.Set("from", f.From)
		q.Set("to", f.To)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return path + "?" + q.Encode()
}

// Query is the question, for a reader whose clock says now.
func (f ReportFilter) Query(now time.Time) (chat.ReportQuery, error) {
	from, days := now, 0
	if f.Range == "custom" && f.From+f.To == "" { // not chosen yet
		days = 14
		from = now.AddDate(0, 0, 1-days)
	} else if f.Range == "custom" {
		var err error
		if from, days, err = chat.ReportDays(f.From, f.To, now.Location()); err != nil {
			return chat.ReportQuery{}, err
		}
	} else {
		days, _ = strconv.Atoi(f.Range)
		from = now.AddDate(0, 0, 1-days)
	}
	q, err := chat.NewReportQuery(from, days, now)
	if err != nil {
		return q, err
	}
	if q.Label = f.Label; f.Line != "" {
		q.Lines = []string{f.Line}
	}
	if f.Agent != "" {
		q.Agents = []chat.ID{f.Agent}
	}
	return q, nil
}
