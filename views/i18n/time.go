package i18n

import (
	"strings"
	"time"
)

// In returns the time in the reader's zone.
func (t Text) In(at time.Time) time.Time { return at.In(t.zone) }

// Date returns the day in the reader's zone, "2006-01-02".
func (t Text) Date(at time.Time) string { return t.In(at).Format(time.DateOnly) }

// Clock returns the time of day, "14:32".
func (t Text) Clock(at time.Time) string { return t.In(at).Format("15:04") }

// Day returns the day as people say it on the day of now: today, yesterday, "7 月 14 日" or "14 July", with the year when it is another.
func (t Text) Day(at, now time.Time) string {
	d, n := t.In(at), t.In(now)
	switch day := d.Format(time.DateOnly); {
	case day == n.Format(time.DateOnly):
		return t.S("day.today")
	case day == n.AddDate(0, 0, -1).Format(time.DateOnly):
		return t.S("day.yesterday")
	}
	layout := "2 January"
	if t.locale == Chinese {
		layout = "1 月 2 日"
	}
	if d.Year() == n.Year() {
		return d.Format(layout)
	}
	if t.locale == Chinese {
		return d.Format("2006 年 " + layout)
	}
	return d.Format(layout + " 2006")
}

// Soon returns a time that is to come as people say it within a sentence: "today at 14:00", "on Monday at 09:00", "10 月 8 日 09:00".
func (t Text) Soon(at, now time.Time) string {
	d, n := t.In(at), t.In(now)
	key := "soon.day"
	day := t.Day(at, now)
	switch date := d.Format(time.DateOnly); {
	case date == n.Format(time.DateOnly):
		key = "soon.today"
	case date == n.AddDate(0, 0, 1).Format(time.DateOnly):
		key = "soon.tomorrow"
	case date < n.AddDate(0, 0, 7).Format(time.DateOnly):
		day = t.S("soon." + strings.ToLower(d.Weekday().String()))
	}
	return t.F(key, "Day", day, "Clock", t.Clock(at))
}
