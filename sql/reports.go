package sql

import (
	"context"
	stdsql "database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// figuresBatch conversations are counted at once, or those with figuresMessages together: some tens of milliseconds.
	figuresBatch    = 200
	figuresMessages = 20_000
	// figuresLag is how long after its time a message may become visible: a transaction is cut short long before.
	figuresLag = time.Minute
	// CommentsMax is how many comments a line tells of.
	CommentsMax = 50
)

// CountFigures counts what is new for reports in a line's conversations, and reports whether there is more to do. It finds what
// was written since it last looked, and with back that long before it, in case the database's clock went back. What is counted is
// counted once, whoever counts and wherever it is interrupted; of several nodes one does it.
func (s *Store) CountFigures(ctx context.Context, line string, back time.Duration) (more bool, err error) {
	p, err := s.line(line)
	if err != nil {
		return false, err
	}
	err = p.tx(ctx, func(t *tx) error {
		more = false
		var k struct {
			Upto time.Time `db:"upto"`
			Now  time.Time `db:"now"`
		}
		err := t.get(&k, "Figure_Cursor")
		if errors.Is(err, chat.NotFound()) {
			var first int64
			if first, err = t.exec("Figure_Start"); err == nil && first == 0 {
				return nil // another node counts
			}
			if err == nil {
				err = t.get(&k, "Figure_Cursor")
			}
		}
		if err != nil {
			return err
		}
		var n struct {
			Found   int             `db:"found"`
			Counted int             `db:"counted"`
			Last    stdsql.NullTime `db:"last"`
		}
		if err := t.get(&n, "Figure_Count", k.Upto.Add(-back), figuresBatch, figuresMessages); err != nil {
			return err
		}
		upto := k.Now.Add(-figuresLag)
		if more = n.Found == figuresBatch || n.Counted < n.Found; more && n.Last.Time.Before(upto) {
			upto = n.Last.Time
		}
		_, err = t.exec("Figure_Move", upto)
		return err
	})
	return more && err == nil, err
}

// reportArgs are what the statements of reports ask for.
type reportArgs struct {
	Hours  pq.StringArray `db:"hours"`
	Steps  pq.StringArray `db:"steps"`
	Agents pq.StringArray `db:"agents"`
	Label  string         `db:"label"`
	// Since begins the time before, Start what is asked for.
	Since    string `db:"since"`
	Start    string `db:"start"`
	Until    string `db:"until"`
	Comments int    `db:"comments"`
}

// Figures returns what each line's conversations were like, the lines asked at once; those that do not answer are unavailable.
func (s *Store) Figures(ctx context.Context, q chat.ReportQuery) (lines []chat.LineFigures, unavailable []string, err error) {
	if len(q.Hours) < 4 || len(q.Steps) < 4 {
		return nil, nil, chat.Invalid("report_days", "A report is of some time.")
	}
	args := reportArgs{Agents: texts(q.Agents), Label: q.Label, Since: text(q.Hours[0]), Start: text(q.Hours[2]), Until: text(q.Hours[len(q.Hours)-1]), Comments: CommentsMax}
	for _, h := range q.Hours {
		args.Hours = append(args.Hours, text(h))
	}
	for _, h := range q.Steps {
		args.Steps = append(args.Steps, text(h))
	}
	for a := range askFor(ctx, s, q.Lines, reportPatience, func(ctx context.Context, p *pool) (chat.LineFigures, error) { return p.figures(ctx, args) }) {
		switch code := chat.CodeOf(a.err); {
		case a.err == nil:
			a.value.Line = a.line
			for i := range a.value.Comments {
				a.value.Comments[i].Line = a.line
			}
			lines = append(lines, a.value)
		case code == chat.CodeLineUnavailable, code == chat.CodeQueueFull, code == chat.CodeNotFound:
			unavailable = append(unavailable, a.line)
		default:
			return nil, nil, a.err
		}
	}
	slices.Sort(unavailable)
	slices.SortFunc(lines, func(a, b chat.LineFigures) int { return strings.Compare(a.Line, b.Line) })
	return lines, unavailable, nil
}

func (p *pool) figures(ctx context.Context, args reportArgs) (f chat.LineFigures, err error) {
	for name, into := range map[string]*[]chat.Cell{"Report_Hours": &f.Hours, "Report_Values": &f.Values, "Report_Agents": &f.Agents, "Report_Ratings": &f.Ratings} {
		if err := p.selectAll(ctx, into, name, args); err != nil {
			return f, err
		}
	}
	var comments []struct {
		Conversation chat.ID   `db:"conversation_id"`
		Score        int       `db:"score"`
		Text         string    `db:"comment"`
		Created      time.Time `db:"created_at"`
		Agent        string    `db:"agent_name"`
	}
	if err := p.selectAll(ctx, &comments, "Report_Comments", args); err != nil {
		return f, err
	}
	for _, c := range comments {
		f.Comments = append(f.Comments, chat.Comment{Conversation: c.Conversation, Score: c.Score, Text: c.Text, Agent: c.Agent, Created: at(c.Created)})
	}
	var labels []struct {
		Label string `db:"label"`
		N     int64  `db:"n"`
	}
	if err := p.selectAll(ctx, &labels, "Report_Labels", args); err != nil {
		return f, err
	}
	for _, l := range labels {
		f.Labels = append(f.Labels, chat.LabelFigures{Label: l.Label, Begun: l.N})
	}
	return f, nil
}
