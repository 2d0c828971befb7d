package chat

import (
	"encoding/json"
	"testing"
	"time"
)

func spans(t *testing.T, said ...string) (all []Span) {
	t.Helper()
	for _, s := range said {
		span, err := ParseSpan(s)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, span)
	}
	return all
}

func zone(t *testing.T, name string) Zone {
	t.Helper()
	z, err := ParseZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestHours_At(t *testing.T) {
	t.Parallel()
	berlin := Hours{Zone: zone(t, "Europe/Berlin"), Week: map[string][]Span{
		"mon": spans(t, "13:00-18:00", "09:00-12:00"), "tue": spans(t, "09:00-18:00"), "fri": spans(t, "18:00-02:00"), "sun": spans(t, "01:00-05:00"),
	}, Days: map[string][]Span{"2026-11-30": {}, "2026-12-02": spans(t, "10:00-11:00")}}
	week := Hours{Zone: zone(t, "Asia/Shanghai"), Week: map[string][]Span{}}
	for _, day := range Weekdays() {
		week.Week[day] = spans(t, "00:00-24:00")
	}
	holiday := Hours{Zone: zone(t, "Asia/Shanghai"), Days: map[string][]Span{"2026-10-01": {}}}
	closed := Hours{Zone: zone(t, "Asia/Shanghai"), Week: map[string][]Span{"mon": {}}}
	for what, c := range map[string]struct {
		hours Hours
		now   string
		open  bool
		turns string // "" for never
	}{
		"no hours":                        {Hours{}, "2026-11-24T03:00:00Z", true, ""},
		"before work":                     {berlin, "2026-11-24T07:59:59Z", false, "2026-11-24T08:00:00Z"},
		"it opens":                        {berlin, "2026-11-24T08:00:00Z", true, "2026-11-24T17:00:00Z"},
		"it closes":                       {berlin, "2026-11-24T17:00:00Z", false, "2026-11-27T17:00:00Z"},
		"at noon, whatever order is kept": {berlin, "2026-11-23T11:30:00Z", false, "2026-11-23T12:00:00Z"},
		"past midnight":                   {berlin, "2026-11-28T00:30:00Z", true, "2026-11-28T01:00:00Z"},
		"a holiday":                       {berlin, "2026-11-30T09:00:00Z", false, "2026-12-01T08:00:00Z"},
		"open on a day that is not":       {berlin, "2026-12-02T08:00:00Z", false, "2026-12-02T09:00:00Z"},
		"in summer":                       {berlin, "2026-07-14T07:30:00Z", true, "2026-07-14T16:00:00Z"},
		"the night that has an hour less": {berlin, "2026-03-29T00:30:00Z", true, "2026-03-29T03:00:00Z"},
		"days that touch are one":         {week, "2026-11-24T15:59:00Z", true, ""},
		"only a holiday, before it":       {holiday, "2026-09-30T02:00:00Z", true, "2026-09-30T16:00:00Z"},
		"only a holiday, on it":           {holiday, "2026-10-01T02:00:00Z", false, "2026-10-01T16:00:00Z"},
		"never":                           {closed, "2026-10-01T02:00:00Z", false, ""},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			now, err := time.Parse(time.RFC3339, c.now)
			if err != nil {
				t.Fatal(err)
			}
			open, turns := c.hours.At(now)
			got := ""
			if !turns.IsZero() {
				got = turns.UTC().Format(time.RFC3339)
			}
			if open != c.open || got != c.turns {
				t.Errorf("open %v until %q, want %v until %q", open, got, c.open, c.turns)
			}
		})
	}
}

func TestHours_Check(t *testing.T) {
	t.Parallel()
	shanghai := zone(t, "Asia/Shanghai")
	t.Run("OK, and as it is kept", func(t *testing.T) {
		t.Parallel()
		h := Hours{Zone: shanghai, Week: map[string][]Span{"mon": spans(t, "9:00-12:00", "22:00-02:00"), "sun": {}}, Days: map[string][]Span{"2026-10-01": {}}}
		if err := h.Check(); err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(h)
		if want := `{"zone":"Asia/Shanghai","week":{"mon":["09:00-12:00","22:00-02:00"],"sun":[]},"days":{"2026-10-01":[]}}`; err != nil || string(b) != want {
			t.Errorf("%s, %v", b, err)
		}
		var again Hours
		if err := json.Unmarshal(b, &again); err != nil || again.Week["mon"][1] != (Span{22 * 60, 26 * 60}) || !again.Zone.Equal(shanghai) {
			t.Errorf("%+v, %v", again, err)
		}
	})
	t.Run("without a zone", func(t *testing.T) {
		t.Parallel()
		if err := (Hours{Week: map[string][]Span{"mon": {}}}).Check(); CodeOf(err) != CodeInvalid {
			t.Error(err)
		}
	})
	for what, h := range map[string]Hours{
		"a day there is not":  {Zone: shanghai, Week: map[string][]Span{"monday": {}}},
		"a date there is not": {Zone: shanghai, Days: map[string][]Span{"2026-02-30": {}}},
		"too many spans":      {Zone: shanghai, Week: map[string][]Span{"mon": make([]Span, 13)}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			if err := h.Check(); CodeOf(err) != CodeInvalid {
				t.Error(err)
			}
		})
	}
	for _, s := range []string{"", "9-18", "24:00-25:00", "09:60-10:00", "09:00-24:01", "09:00–18:00"} {
		if _, err := ParseSpan(s); CodeOf(err) != CodeInvalid {
			t.Errorf("%q: %v", s, err)
		}
	}
	for _, s := range []string{"", "Local", "Moon/Sea"} {
		if _, err := ParseZone(s); CodeOf(err) != CodeInvalid {
			t.Errorf("%q: %v", s, err)
		}
	}
}
