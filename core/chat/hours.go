package chat

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// Hours are when a line works, in its own time zone. The zero value is a line that never closes.
type Hours struct {
	Zone Zone `json:"zone,omitzero"`
	// Week is what a usual week has: by "mon" … "sun", closed on a day it does not name. An empty one never closes.
	Week map[string][]Span `json:"week,omitempty"`
	// Days are the exceptions, by date, "2026-10-01": the day has these spans in place of its weekday's, none for a holiday.
	Days map[string][]Span `json:"days,omitempty"`
}

// Weekdays are the names of the days in Hours.Week, in the order of time.Weekday.
func Weekdays() [7]string { return [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} }

const (
	// hoursAhead is how many days are looked through for the next opening.
	hoursAhead = 370
	spansMost  = 12
	daysMost   = 400
)

// Always reports whether the line never closes.
func (h Hours) Always() bool { return len(h.Week) == 0 && len(h.Days) == 0 }

// At reports whether the line works at a time, and when that changes next: the zero time when it does not within a year.
func (h Hours) At(now time.Time) (open bool, turns time.Time) {
	if h.Always() {
		return true, time.Time{}
	}
	zone := h.Zone.Location()
	y, m, d := now.In(zone).Date()
	for day := -1; day <= hoursAhead; day++ { // from yesterday, whose work may go on past midnight
		for _, s := range h.on(time.Date(y, m, d+day, 12, 0, 0, 0, zone)) {
			from, to := time.Date(y, m, d+day, 0, s.From, 0, 0, zone), time.Date(y, m, d+day, 0, s.To, 0, 0, zone)
			switch {
			case !to.After(now):
			case !open && from.After(now):
				return false, from
			case !open:
				open, turns = true, to
			case from.After(turns):
				return true, turns
			case to.After(turns):
				turns = to
			}
		}
	}
	if open && turns.Sub(now) > hoursAhead*24*time.Hour {
		turns = time.Time{}
	}
	return open, turns
}

// on returns the spans of a day, the earliest first.
func (h Hours) on(day time.Time) []Span {
	spans, is := h.Days[day.Format(time.DateOnly)]
	if !is && len(h.Week) == 0 {
		return []Span{{To: dayMinutes}}
	}
	if !is {
		spans = h.Week[Weekdays()[day.Weekday()]]
	}
	return slices.SortedFunc(slices.Values(spans), func(a, b Span) int { return cmp.Compare(a.From, b.From) })
}

// Check reports what is wrong with working hours.
func (h Hours) Check() error {
	if !h.Always() && h.Zone.IsZero() {
		return Invalid("hours_zone", "Working hours need a time zone, such as Asia/Shanghai.")
	}
	weekdays := Weekdays()
	for day, spans := range h.Week {
		if !slices.Contains(weekdays[:], day) || len(spans) > spansMost {
			return Invalid("hours", "Working hours are written mon=09:00-18:00, with at most 12 spans a day.")
		}
	}
	for day, spans := range h.Days {
		if at, err := time.Parse(time.DateOnly, day); err != nil || at.Year() < 2000 || len(spans) > spansMost {
			return Invalid("hours", "An exception is written 2026-10-01=10:00-16:00, with at most 12 spans a day.")
		}
	}
	if len(h.Days) > daysMost {
		return Invalid("hours", "There are more than 400 exceptions. Please remove those that are over.")
	}
	return nil
}

// Span is a piece of a day, in minutes from its midnight: From 0 to 1439, To later and at most a day later.
type Span struct{ From, To int }

const dayMinutes = 24 * 60

var spanText = regexp.MustCompile(`^(\d{1,2}):([0-5]\d)-(\d{1,2}):([0-5]\d)$`)

// ParseSpan reads "09:00-18:00". One that ends before it begins goes on past midnight: "18:00-02:00".
func ParseSpan(s string) (Span, error) {
	m := spanText.FindStringSubmatch(s)
	if m == nil {
		return Span{}, Invalid("hours", "A span is written 09:00-18:00.")
	}
	var n [4]int
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+1]) // two digits
	}
	span := Span{n[0]*60 + n[1], n[2]*60 + n[3]}
	if span.From >= dayMinutes || span.To > dayMinutes {
		return Span{}, Invalid("hours", "A span is written 09:00-18:00.")
	}
	if span.To <= span.From {
		span.To += dayMinutes
	}
	return span, nil
}

// String returns the span as ParseSpan reads it.
func (s Span) String() string {
	to := s.To
	if to > dayMinutes {
		to -= dayMinutes
	}
	return fmt.Sprintf("%02d:%02d-%02d:%02d", s.From/60, s.From%60, to/60, to%60)
}

// MarshalText writes the span as String does.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads it as ParseSpan does.
func (s *Span) UnmarshalText(b []byte) (err error) {
	*s, err = ParseSpan(string(b))
	return err
}

// Zone is a time zone by its name in the tz database; the zero value is none.
type Zone struct{ at *time.Location }

// ParseZone finds a time zone by name, such as "Asia/Shanghai".
func ParseZone(name string) (Zone, error) {
	at, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return Zone{}, Invalid("hours_zone", "There is no such time zone. One is written Asia/Shanghai.")
	}
	return Zone{at}, nil
}

// Location returns the zone for the time package, UTC for none.
func (z Zone) Location() *time.Location {
	if z.at == nil {
		return time.UTC
	}
	return z.at
}

// Name returns the zone's name, "" for none.
func (z Zone) Name() string {
	if z.at == nil {
		return ""
	}
	return z.at.String()
}

// Equal reports whether both are the same zone.
func (z Zone) Equal(other Zone) bool { return z.Name() == other.Name() }

// IsZero reports whether there is none.
func (z Zone) IsZero() bool { return z.at == nil }

// MarshalText writes the name.
func (z Zone) MarshalText() ([]byte, error) { return []byte(z.Name()), nil }

// UnmarshalText reads it as ParseZone does.
func (z *Zone) UnmarshalText(b []byte) (err error) {
	*z, err = ParseZone(string(b))
	return err
}
