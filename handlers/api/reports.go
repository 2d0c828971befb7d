package api

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/taadis/unique-support/core/chat"
)

// reported is a report as the API writes it.
type reported struct {
	From   chat.Time           `json:"from"`
	Until  chat.Time           `json:"until"`
	Zone   string              `json:"zone"`
	Total  scored              `json:"total"`
	Before scored              `json:"before"`
	Steps  []reportedStep      `json:"steps"`
	Hours  []reportedHour      `json:"hours"`
	Lines  map[string]scored   `json:"lines"`
	Agents []reportedAgent     `json:"agents"`
	Labels []chat.LabelFigures `json:"labels"`
	// Comments are the newest 50.
	Comments    []chat.Comment `json:"comments"`
	Unavailable []string       `json:"unavailable,omitempty"`
}

// scored are figures with the mean of their ratings, null where there are none.
type scored struct {
	chat.Figures
	Score *float64 `json:"score"`
}

type reportedStep struct {
	From chat.Time `json:"from"`
	scored
}

type reportedHour struct {
	From      chat.Time `json:"from"`
	Begun     int64     `json:"begun"`
	Resolved  int64     `json:"resolved"`
	Abandoned int64     `json:"abandoned"`
	Received  int64     `json:"received"`
	Sent      int64     `json:"sent"`
}

type reportedAgent struct {
	Agent chat.AgentRef `json:"agent"`
	scored
}

func score(f chat.Figures) scored {
	if f.Rated() == 0 {
		return scored{f, nil}
	}
	mean := f.Score()
	return scored{f, &mean}
}

// Report answers with what conversations were like, from the day "from" to the day "to" in the time zone "zone".
func (h *Handlers) Report(c echo.Context) error {
	zone, err := chat.ParseZone(cmp.Or(c.QueryParam("zone"), "UTC"))
	if err != nil {
		return err
	}
	now := h.clock.Now().In(zone.Location())
	first, days, err := chat.ReportDays(cmp.Or(c.QueryParam("from"), now.AddDate(0, 0, -6).Format(time.DateOnly)), cmp.Or(c.QueryParam("to"), now.Format(time.DateOnly)), zone.Location())
	if err != nil {
		return err
	}
	q, err := chat.NewReportQuery(first, days, now)
	if err != nil {
		return err
	}
	if q.Label = c.QueryParam("label"); c.QueryParam("line") != "" {
		q.Lines = []string{c.QueryParam("line")}
	}
	if agent := c.QueryParam("agent_id"); agent != "" {
		id, err := chat.ParseID(agent)
		if err != nil {
			return chat.Invalid("agent_id", "agent_id must be an agent's id.")
		}
		q.Agents = []chat.ID{id}
	}
	r, err := h.desk.Report(c.Request().Context(), q)
	if err != nil {
		return err
	}
	out := reported{From: chat.Time{Time: r.Hours[2]}, Until: chat.Time{Time: r.Hours[len(r.Hours)-1]}, Zone: zone.Location().String(), Total: score(r.Total), Before: score(r.Before),
		Steps: []reportedStep{}, Hours: []reportedHour{}, Lines: map[string]scored{}, Agents: []reportedAgent{}, Labels: append([]chat.LabelFigures{}, r.Labels...),
		Comments: append([]chat.Comment{}, r.Comments...), Unavailable: r.Unavailable}
	for i, f := range r.ByStep {
		out.Steps = append(out.Steps, reportedStep{chat.Time{Time: r.Steps[i+2]}, score(f)})
	}
	for i, f := range r.ByHour {
		out.Hours = append(out.Hours, reportedHour{chat.Time{Time: r.Hours[i+2]}, f.Begun, f.Resolved, f.Abandoned, f.Received, f.Sent})
	}
	for name, f := range r.ByLine {
		out.Lines[name] = score(f)
	}
	for id, f := range r.ByAgent {
		out.Agents = append(out.Agents, reportedAgent{chat.AgentRef{ID: id, Name: r.Names[id]}, score(f)})
	}
	slices.SortFunc(out.Agents, func(a, b reportedAgent) int { return cmp.Compare(a.Agent.ID, b.Agent.ID) })
	return c.JSON(http.StatusOK, out)
}
