package calendar

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestFirstExpiry(t *testing.T) {
	t.Parallel()
	shanghai := zoneOf(t, "Asia/Shanghai")
	for _, c := range []struct {
		name, start string
		period      Period
		want        string
	}{
		{"worked example", "2026-03-08T10:05:00", Period{Month, 1}, "2026-04-08T23:59:59"},
		{"F28 start on 30 January", "2026-01-30T12:00:00", Period{Month, 1}, "2026-02-28T23:59:59"},
		{"F29 day 31 does not overflow", "2026-03-31T00:00:00", Period{Month, 1}, "2026-04-30T23:59:59"},
		{"leap year", "2024-01-31T12:00:00", Period{Month, 1}, "2024-02-29T23:59:59"},
		{"a year from 29 February", "2024-02-29T12:00:00", Period{Year, 1}, "2025-02-28T23:59:59"},
		{"three years", "2023-11-01T09:00:00", Period{Year, 3}, "2026-11-01T23:59:59"},
		{"over the year's end", "2026-11-30T09:00:00", Period{Month, 3}, "2027-02-28T23:59:59"},
		{"days", "2026-02-27T09:00:00", Period{Day, 3}, "2026-03-02T23:59:59"},
		{"weeks", "2026-02-27T09:00:00", Period{Week, 2}, "2026-03-13T23:59:59"},
		{"hours run from the instant", "2026-02-27T09:30:10", Period{Hour, 36}, "2026-02-28T21:30:10"},
	} {
		got, err := FirstExpiry(at(t, shanghai, c.start), c.period, shanghai)
		if err != nil || show(got, shanghai) != c.want {
			t.Errorf("%s: %s + %s: got %s, %v, want %s", c.name, c.start, c.period, show(got, shanghai), err, c.want)
		}
	}
}

// F23, F25: the start date is the site's, whatever zone the instant was written in.
func TestF25StartDateIsTheSites(t *testing.T) {
	t.Parallel()
	shanghai := zoneOf(t, "Asia/Shanghai")
	start := time.Date(2026, 3, 31, 17, 0, 0, 0, time.UTC) // 1 April in Shanghai
	got, err := FirstExpiry(start, Period{Month, 1}, shanghai)
	if err != nil || show(got, shanghai) != "2026-05-01T23:59:59" {
		t.Errorf("got %s, %v", show(got, shanghai), err)
	}
}

// F20, F27, F29: over 40 years, in every zone, the expiry never leaves its anchor and always ends its date.
func TestF20AnchorHoldsFor40Years(t *testing.T) {
	t.Parallel()
	const months = 40 * 12
	rapid.Check(t, func(t *rapid.T) {
		zone, start := drawZone(t), drawInstant(t, "start")
		step := rapid.SampledFrom([]Period{{Month, 1}, {Month, 2}, {Month, 7}, {Month, 11}, {Year, 1}, {Year, 3}}).Draw(t, "period")
		anchor := start.In(zone).Day()
		stepMonths, _ := step.months()
		first := time.Date(start.In(zone).Year(), start.In(zone).Month(), 1, 0, 0, 0, 0, time.UTC)
		expiry := start
		for done := stepMonths; done <= months; done += stepMonths {
			next, err := Renew(expiry, step, anchor, zone)
			if err != nil {
				t.Fatal(err)
			}
			month := first.AddDate(0, done, 0)
			want := min(anchor, daysInMonth(month.Year(), month.Month()))
			local := next.In(zone)
			if local.Year() != month.Year() || local.Month() != month.Month() || local.Day() != want {
				if zone.String() != "Pacific/Apia" || month.Year() != 2011 { // 30 December 2011 did not exist there
					t.Fatalf("%s + %s anchored on %d in %s: got %s", expiry, step, anchor, zone, local)
				}
			}
			if local.Add(time.Second).Day() == local.Day() {
				t.Fatalf("%s is not the last second of its date", local)
			}
			expiry = next
		}
	})
}

func TestF27AnchorReturnsAfterShortMonths(t *testing.T) {
	t.Parallel()
	shanghai := zoneOf(t, "Asia/Shanghai")
	expiry := at(t, shanghai, "2026-03-31T23:59:59")
	for _, want := range []string{"2026-04-30", "2026-05-31", "2026-06-30", "2026-07-31"} {
		next, err := Renew(expiry, Period{Month, 1}, 31, shanghai)
		if err != nil || show(next, shanghai) != want+"T23:59:59" {
			t.Fatalf("got %s, %v, want %s", show(next, shanghai), err, want)
		}
		expiry = next
	}
	if got := AnchorAfter(31, Period{Month, 1}, expiry, shanghai); got != 31 {
		t.Errorf("months moved the anchor to %d", got)
	}
	if got := AnchorAfter(31, Period{Day, 10}, at(t, shanghai, "2026-06-10T23:59:59"), shanghai); got != 10 {
		t.Errorf("days leave the anchor at %d", got)
	}
}

// F26: what is added on a month's last day stays aligned with its primary, on the last day as an anchor.
func TestF26LastDayOfMonth(t *testing.T) {
	t.Parallel()
	shanghai := zoneOf(t, "Asia/Shanghai")
	expiry := at(t, shanghai, "2026-02-28T23:59:59")
	for _, want := range []string{"2026-03-31", "2026-04-30", "2026-05-31"} {
		next, err := Renew(expiry, Period{Month, 1}, LastDayOfMonth, shanghai)
		if err != nil || show(next, shanghai) != want+"T23:59:59" {
			t.Fatalf("got %s, %v, want %s", show(next, shanghai), err, want)
		}
		expiry = next
	}
}

func TestPeriodRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		period Period
		anchor int
		code   string
	}{
		{Period{OneOff, 1}, 1, CodeInvalidPeriod},
		{Period{6, 1}, 1, CodeUnknownPeriodType},
		{Period{-1, 1}, 1, CodeUnknownPeriodType},
		{Period{Month, 0}, 1, CodeInvalidPeriod},
		{Period{Month, -1}, 1, CodeInvalidPeriod},
		{Period{Year, 101}, 1, CodeInvalidPeriod},
		{Period{Month, 1201}, 1, CodeInvalidPeriod},
		{Period{Hour, 1 << 40}, 1, CodeInvalidPeriod},
		{Period{Month, 1}, 0, CodeInvalidAnchor},
		{Period{Month, 1}, 32, CodeInvalidAnchor},
		{Period{Month, 1}, -2, CodeInvalidAnchor},
	} {
		if got, err := Renew(time.Unix(0, 0), c.period, c.anchor, time.UTC); codeOf(err) != c.code {
			t.Errorf("%s anchored on %d: got %s, %v, want code %s", c.period, c.anchor, got, err, c.code)
		}
	}
	if _, err := FirstExpiry(time.Unix(0, 0), Period{OneOff, 1}, time.UTC); codeOf(err) != CodeInvalidPeriod {
		t.Errorf("one-off: got error %v", err)
	}
	if OneOff.String() != "one_off" || PeriodType(9).String() != "period_type(9)" || PeriodType(9).Known() {
		t.Error("names of period types")
	}
}

func TestUnify(t *testing.T) {
	t.Parallel()
	shanghai := zoneOf(t, "Asia/Shanghai")
	for _, c := range []struct {
		name, expiry string
		period       Period
		anchor, day  int
		want         string
		days         int
		months       string
	}{
		{"day is met", "2026-04-15T23:59:59", Period{Month, 1}, 15, 15, "2026-05-15T23:59:59", 0, "0"},
		{"later in the month", "2026-04-10T23:59:59", Period{Month, 1}, 10, 15, "2026-05-15T23:59:59", 5, "5/31"},
		{"in the next month", "2026-04-20T23:59:59", Period{Month, 1}, 20, 15, "2026-06-15T23:59:59", 26, "53/62"},
		{"last day of the month", "2026-01-31T23:59:59", Period{Month, 1}, 31, -1, "2026-02-28T23:59:59", 0, "0"},
		{"to the last day", "2026-01-10T23:59:59", Period{Month, 1}, 10, -1, "2026-02-28T23:59:59", 18, "9/14"},
		{"days: at least a month", "2026-04-10T23:59:59", Period{Day, 3}, 10, 12, "2026-05-12T23:59:59", 29, "887/930"},
		{"years", "2026-04-10T23:59:59", Period{Year, 1}, 10, 1, "2027-05-01T23:59:59", 21, "65/93"},
	} {
		got, err := Unify(at(t, shanghai, c.expiry), c.period, c.anchor, c.day, shanghai)
		if err != nil || show(got.Expiry, shanghai) != c.want || got.Days != c.days {
			t.Errorf("%s: got %s, %d days, %v", c.name, show(got.Expiry, shanghai), got.Days, err)
		}
		if got.Months.String() != c.months {
			t.Errorf("%s: got %s months, want %s", c.name, got.Months, c.months)
		}
		if days := RemainingDays(got.Renewed, got.Expiry, shanghai); days != int64(got.Days) {
			t.Errorf("%s: parts have %d days, want %d", c.name, days, got.Days)
		}
	}
	for _, day := range []int{0, 29, -2} {
		if _, err := Unify(time.Unix(0, 0), Period{Month, 1}, 1, day, time.UTC); codeOf(err) != CodeInvalidUnifiedDay {
			t.Errorf("day %d: got error %v", day, err)
		}
	}
	if _, err := Unify(time.Unix(0, 0), Period{Hour, 1}, 1, 1, time.UTC); codeOf(err) != CodeInvalidPeriod {
		t.Errorf("hours: got error %v", err)
	}
	if _, err := Unify(time.Unix(0, 0), Period{Month, 1}, 0, 1, time.UTC); codeOf(err) != CodeInvalidAnchor {
		t.Errorf("anchor 0: got error %v", err)
	}
}
