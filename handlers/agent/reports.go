package agent

import (
	"encoding/csv"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/taadis/unique-support/core/chat"
	"github.com/taadis/unique-support/views/console"
	"github.com/taadis/unique-support/views/ui"
)

// Reports shows what conversations were like. What cannot be asked is said on the page, with everything that was chosen.
func (h *Handlers) Reports(c echo.Context) error {
	r, err := h.reader(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	p := console.ReportPage{Reader: r, Filter: console.ParseReport(c.QueryParams())}
	status := http.StatusOK
	if p.Report, err = h.report(c, p.Filter); err != nil {
		var ours bool
		if status, ours = refusal(err); ours {
			return err
		}
		p.Error = ui.Problem(p.Text, err, chat.TraceFrom(ctx))
	}
	counts, err := h.desk.Counts(ctx)
	if err != nil {
		return err
	}
	p.Rail = r.Beside("reports", counts)
	return render(c, status, p.View())
}

func (h *Handlers) report(c echo.Context, f console.ReportFilter) (chat.Report, error) {
	q, err := f.Query(h.clock.Now().In(h.door.Zone(c)))
	if err != nil {
		return chat.Report{}, err
	}
	return h.desk.Report(c.Request().Context(), q)
}

// ReportsCSV sends the same as a table: by step of time, by agent, by label, or the comments.
func (h *Handlers) ReportsCSV(c echo.Context) error {
	f := console.ParseReport(c.QueryParams())
	r, err := h.report(c, f)
	if err != nil {
		return err
	}
	by := c.QueryParam("by")
	var rows [][]string
	switch by {
	case "agent":
		rows = append(rows, append([]string{"agent", "agent_id"}, figureColumns...))
		for id, figures := range r.ByAgent {
			rows = append(rows, append([]string{plain(r.Names[id]), string(id)}, figureCells(figures)...))
		}
	case "label":
		rows = append(rows, []string{"label", "conversations"})
		for _, l := range r.Labels {
			rows = append(rows, []string{plain(l.Label), strconv.FormatInt(l.Begun, 10)})
		}
	case "comment":
		rows = append(rows, []string{"at", "line", "conversation_id", "score", "agent", "comment"})
		for _, x := range r.Comments {
			rows = append(rows, []string{x.Created.Text(), x.Line, string(x.Conversation), strconv.Itoa(x.Score), plain(x.Agent), plain(x.Text)})
		}
	default:
		by = "step"
		rows = append(rows, append([]string{"from"}, figureColumns...))
		for i, figures := range r.ByStep {
			rows = append(rows, append([]string{r.Steps[i+2].Format(time.RFC3339)}, figureCells(figures)...))
		}
	}
	c.Response().Header().Set(echo.HeaderContentType, "text/csv; charset=utf-8")
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="report-`+by+`.csv"`)
	c.Response().Header().Set("Cache-Control", "no-store")
	_, _ = c.Response().Write([]byte("\ufeff")) // by which spreadsheets know the encoding
	w := csv.NewWriter(c.Response())
	return w.WriteAll(rows)
}

// figureColumns name what figureCells writes; durations are in seconds, and empty where there were none.
var figureColumns = []string{"begun", "resolved", "abandoned", "received", "sent", "first_reply_median", "first_reply_p95", "wait_median", "wait_p95",
	"resolution_median", "resolution_p95", "ratings", "score"}

func figureCells(f chat.Figures) (cells []string) {
	for _, n := range []int64{f.Begun, f.Resolved, f.Abandoned, f.Received, f.Sent} {
		cells = append(cells, strconv.FormatInt(n, 10))
	}
	for _, t := range []chat.Tally{f.First, f.Wait, f.Resolution} {
		if t.Count() == 0 {
			cells = append(cells, "", "")
			continue
		}
		cells = append(cells, strconv.FormatInt(t.Percentile(50), 10), strconv.FormatInt(t.Percentile(95), 10))
	}
	if f.Rated() == 0 {
		return append(cells, "0", "")
	}
	return append(cells, strconv.FormatInt(f.Rated(), 10), strconv.FormatFloat(f.Score(), 'f', 2, 64))
}

// Board shows how the lines stand now; to script that asks again, only what changes.
func (h *Handlers) Board(c echo.Context) error {
	r, err := h.reader(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	p := console.BoardPage{Reader: r}
	if p.Board, p.Unavailable, err = h.desk.Board(ctx); err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	if swaps(c) {
		return render(c, http.StatusOK, p.Live())
	}
	counts, err := h.desk.Counts(ctx)
	if err != nil {
		return err
	}
	p.Rail = r.Beside("board", counts)
	return render(c, http.StatusOK, p.View())
}
