package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

type lineHours struct {
	Name   string   `arg:"" help:"The line."`
	Zone   string   `help:"The time zone the hours are in, such as Asia/Shanghai."`
	Open   []string `sep:"none" placeholder:"DAYS=SPANS" help:"When it works on days of the week: mon-fri=09:00-12:00,13:00-18:00, sat=10:00-02:00, or sun=closed. Days not named yet are closed."`
	On     []string `sep:"none" placeholder:"DATE=SPANS" help:"An exception: 2026-10-01=closed, 2026-10-08=10:00-16:00, or 2026-10-08=usual to take it back."`
	Always bool     `help:"It never closes: forget all hours."`
}

// Run changes what is named, and says how things are when nothing is.
func (l lineHours) Run(ctx context.Context, c *config, out io.Writer) error {
	return c.with(ctx, func(db *database) error {
		line, err := db.Line(l.Name)
		if err != nil {
			return fmt.Errorf("find the line %s: %w", l.Name, err)
		}
		if l.Zone == "" && len(l.Open) == 0 && len(l.On) == 0 && !l.Always {
			printHours(out, line.Hours, time.Now())
			return nil
		}
		return changeLine(ctx, db, line.Name, chat.SectionHours, func(line *chat.Line) (err error) {
			line.Hours, err = l.change(line.Hours)
			return err
		})
	})
}

// change returns the hours with what is named changed.
func (l lineHours) change(h chat.Hours) (chat.Hours, error) {
	if l.Always {
		if l.Zone != "" || len(l.Open) > 0 || len(l.On) > 0 {
			return h, errors.New("--always stands alone")
		}
		return chat.Hours{}, nil
	}
	changed := chat.Hours{Zone: h.Zone, Week: map[string][]chat.Span{}, Days: map[string][]chat.Span{}}
	maps.Copy(changed.Week, h.Week)
	maps.Copy(changed.Days, h.Days)
	if l.Zone != "" {
		zone, err := chat.ParseZone(l.Zone)
		if err != nil {
			return h, err
		}
		changed.Zone = zone
	}
	for _, said := range l.Open {
		days, spans, err := parseHours(said)
		if err != nil {
			return h, err
		}
		named, err := weekdays(days)
		if err != nil {
			return h, err
		}
		for _, day := range named {
			changed.Week[day] = spans
		}
	}
	for _, said := range l.On {
		if date, ok := strings.CutSuffix(said, "=usual"); ok {
			delete(changed.Days, date)
			continue
		}
		date, spans, err := parseHours(said)
		if err != nil {
			return h, err
		}
		changed.Days[date] = spans
	}
	return changed, changed.Check()
}

// parseHours reads "mon-fri=09:00-12:00,13:00-18:00"; "closed" is no span at all.
func parseHours(said string) (days string, spans []chat.Span, err error) {
	days, list, ok := strings.Cut(said, "=")
	if !ok {
		return "", nil, fmt.Errorf("%q is not written DAY=09:00-18:00", said)
	}
	spans = []chat.Span{}
	if list == "closed" {
		return days, spans, nil
	}
	for part := range strings.SplitSeq(list, ",") {
		s, err := chat.ParseSpan(part)
		if err != nil {
			return "", nil, fmt.Errorf("read %q: %w", part, err)
		}
		spans = append(spans, s)
	}
	return days, spans, nil
}

// weekdays reads "mon", "mon,wed" or "fri-sun"; the week begins on Monday here, and goes round.
func weekdays(said string) (named []string, err error) {
	all := chat.Weekdays()
	for part := range strings.SplitSeq(said, ",") {
		first, last, ok := strings.Cut(part, "-")
		if !ok {
			last = first
		}
		from, to := slices.Index(all[:], first), slices.Index(all[:], last)
		if from < 0 || to < 0 {
			return nil, fmt.Errorf("%q is no day of the week: they are mon, tue, wed, thu, fri, sat and sun", part)
		}
		for day := from; ; day = (day + 1) % 7 {
			named = append(named, all[day])
			if day == to {
				break
			}
		}
	}
	return named, nil
}

func printHours(out io.Writer, h chat.Hours, now time.Time) {
	if h.Always() {
		fmt.Fprintln(out, "never closes")
		return
	}
	open, turns := h.At(now)
	state := map[bool]string{true: "open", false: "closed"}[open]
	if !turns.IsZero() {
		state += " until " + turns.In(h.Zone.Location()).Format("2006-01-02 15:04")
	}
	fmt.Fprintf(out, "%s, now %s\n", h.Zone.Name(), state)
	days := chat.Weekdays()
	for i := range days {
		if day := days[(i+1)%7]; len(h.Week) > 0 {
			fmt.Fprintf(out, "%-10s  %s\n", day, written(h.Week[day]))
		}
	}
	for _, date := range slices.Sorted(maps.Keys(h.Days)) {
		fmt.Fprintf(out, "%s  %s\n", date, written(h.Days[date]))
	}
}

func written(spans []chat.Span) string { return cmp.Or(chat.Spans(spans), "closed") }
