package i18n

import "time"

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
