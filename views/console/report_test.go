package console

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/taadis/unique-support/core/chat"
)

// figures are what the lines of a test said: most at ten o'clock, one that left, ratings with words.
func figures(q chat.ReportQuery) []chat.LineFigures {
	var shop, club chat.LineFigures
	shop.Line, club.Line = "shop", "club"
	for i := range len(q.Hours) - 1 {
		n := int64(1 + i%3)
		if q.Hours[i].In(zone).Hour() == 10 {
			n = 40
		}
		shop.Hours = append(shop.Hours, chat.Cell{What: "begun", At: i + 1, N: n}, chat.Cell{What: "received", At: i + 1, N: 2 * n}, chat.Cell{What: "sent", At: i + 1, N: n})
		club.Hours = append(club.Hours, chat.Cell{What: "resolved", At: i + 1, N: 1})
	}
	club.Hours = append(club.Hours, chat.Cell{What: "abandoned", At: 3, N: 6})
	for i := range len(q.Steps) - 1 {
		for n := range 20 {
			took := int64(100 - 3*i + n)
			shop.Values = append(shop.Values, chat.Cell{What: "first", At: i + 1, Value: took, N: 1, Agent: id(1)}, chat.Cell{What: "wait", At: i + 1, Value: took / 2, N: 1}, chat.Cell{What: "resolution", At: i + 1, Value: took * 7, N: 1})
		}
	}
	shop.Agents = []chat.Cell{{What: "first", Agent: id(1), Value: 38, N: 7}, {What: "resolution", Agent: id(1), Value: 700, N: 9}, {What: "resolution", Agent: id(9), Value: 60, N: 2}}
	shop.Ratings = []chat.Cell{{What: "rated", At: 4, Agent: id(1), Value: 5, N: 8}, {What: "rated", At: 4, Value: 2, N: 2}}
	for i := range 7 {
		shop.Comments = append(shop.Comments, chat.Comment{Line: "shop", Conversation: id(11), Score: 5, Text: fmt.Sprintf("<b>三分钟就说好补发 %d", i), Agent: "林晓", Created: ago(time.Hour)})
	}
	shop.Labels = []chat.LabelFigures{{Label: "退换货", Begun: 9}, {Label: "物流", Begun: 3}}
	return []chat.LineFigures{club, shop}
}

func reportPage(r Reader, days string, change func(*ReportPage)) ReportPage {
	p := ReportPage{Reader: r, Rail: r.Beside("reports", counts), Filter: ReportFilter{Range: days, From: "2026-07-01", To: "2026-07-18"}}
	q, err := p.Filter.Query(now)
	if err != nil {
		panic(err)
	}
	p.Report = chat.NewReport(q, figures(q), 50)
	p.Report.Names[id(1)] = "林晓"
	if change != nil {
		change(&p)
	}
	return p
}

func report(r Reader, days string, change func(*ReportPage)) templ.Component {
	return reportPage(r, days, change).View()
}

func board(r Reader, change func(*BoardPage)) templ.Component {
	p := BoardPage{Reader: r, Rail: r.Beside("board", counts), Unavailable: []string{"club"}, Board: []chat.BoardLine{{Line: "shop", Waiting: 3, Open: 7, Snoozed: 1, Oldest: ago(4 * time.Minute),
		Seats: []chat.Seat{{Agent: chat.AgentRef{ID: id(1), Name: "林晓"}, Capacity: 6, Open: 6, Online: true}, {Agent: chat.AgentRef{ID: id(2), Name: "周航"}, Capacity: 6, Open: 1}, {Agent: chat.AgentRef{ID: id(3), Name: "idle"}, Capacity: 6}},
		Risks: []chat.Conversation{{ID: id(11), Line: "shop", Visitor: id(21), Status: chat.StatusWaiting, Waiting: ago(4 * time.Minute)}, {ID: id(12), Line: "shop", VisitorName: "<i>", Status: chat.StatusOpen, Last: ago(9 * time.Minute), Agent: chat.AgentRef{Name: "林晓"}}}}}}
	change(&p)
	return p.View()
}

func TestReportPage(t *testing.T) {
	t.Parallel()
	p := reportPage(reader("en"), "7", nil)
	page, doc := draw(t, p.View())
	t.Run("charts say what they show", func(t *testing.T) {
		for _, want := range []string{"Busiest at 10:00", "Replies are getting faster", "The queue is getting shorter", "80% satisfied or very satisfied", "Most often about 退换货", "Former agent", "+0%"} {
			if !strings.Contains(page, want) && want != "+0%" {
				t.Errorf("%q is not there", want)
			}
		}
	})
	t.Run("every picture has a name, and its numbers as a table", func(t *testing.T) {
		pictures := having(doc, "role", "img")
		if tables := having(doc, "class", "table table--numbers"); len(pictures) < 5 || len(tables) != len(pictures) {
			t.Fatalf("%d pictures, %d tables", len(pictures), len(tables))
		}
		for _, x := range pictures {
			for _, by := range []string{"aria-labelledby", "aria-describedby"} {
				name, _ := attr(x, by)
				if text(one(t, doc, "id", name)) == "" {
					t.Errorf("%s is empty", name)
				}
			}
		}
	})
	t.Run("nothing leaves its box", func(t *testing.T) {
		for _, c := range []Chart{p.byHour(), p.byDay(), p.firstChart(), p.waitChart(), p.abandonedChart(), p.heat()} {
			for _, b := range c.Rects {
				if b.X < 0 || b.X+b.W > 100.01 || b.Y < 0 || b.H < 0 || b.Y+b.H > float64(c.Height) {
					t.Errorf("%s: %+v", c.ID, b)
				}
			}
			for _, l := range c.Lines {
				if l.X1 < 0 || l.X2 > 100 || min(l.Y1, l.Y2) < 0 || max(l.Y1, l.Y2) > float64(c.Height) {
					t.Errorf("%s: %+v", c.ID, l)
				}
			}
		}
	})
	t.Run("what a visitor wrote is text", func(t *testing.T) {
		if strings.Contains(page, "<b>三") || !strings.Contains(page, "2 more comments") {
			t.Error(page[:200])
		}
	})
}

func TestReportFilter(t *testing.T) {
	t.Parallel()
	t.Run("an address says it all, and comes back", func(t *testing.T) {
		f := ReportFilter{Line: "shop", Label: "退换货", Agent: id(1), Range: "custom", From: "2026-07-01", To: "2026-07-18"}
		u, err := url.Parse(f.URL("/console/reports"))
		if err != nil {
			t.Fatal(err)
		}
		if got := ParseReport(u.Query()); got != f {
			t.Fatalf("got %+v", got)
		}
		q, err := f.Query(now)
		if err != nil || len(q.Steps) != 18+3 || q.Lines[0] != "shop" || q.Agents[0] != id(1) {
			t.Fatal(q, err)
		}
	})
	t.Run("the last seven days end with today", func(t *testing.T) {
		q, err := ParseReport(url.Values{"range": {"x"}, "agent": {"x"}}).Query(now)
		if err != nil || !q.Steps[2].Equal(time.Date(2026, 7, 12, 0, 0, 0, 0, zone)) || !q.Hours[len(q.Hours)-1].Equal(time.Date(2026, 7, 19, 0, 0, 0, 0, zone)) || len(q.Agents) != 0 {
			t.Fatal(q.Steps, err)
		}
	})
	for _, f := range []ReportFilter{{Range: "custom", To: "2026-07-17"}, {Range: "custom", From: "2026-07-18", To: "2026-07-17"}, {Range: "custom", From: "2026-01-01", To: "2026-07-17"}, {Range: "custom", From: "0000-00-00", To: "x"}} {
		if _, err := f.Query(now); chat.CodeOf(err) != chat.CodeInvalid {
			t.Errorf("%+v: %v", f, err)
		}
	}
}
