package calendar

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestWholePeriods(t *testing.T) {
	t.Parallel()
	zone := zoneOf(t, "Asia/Shanghai")
	for _, c := range []struct {
		name, start, until string
		unit               PeriodType
		num                int
		expiry             string
	}{
		{"the expiry of one month", "2026-03-08T10:00:00", "2026-04-08T23:59:59", Month, 1, "2026-04-08T23:59:59"},
		{"a day short of it", "2026-03-08T10:00:00", "2026-04-07T23:59:59", Month, 0, "2026-03-08T23:59:59"},
		{"its half-open end", "2026-03-08T10:00:00", "2026-04-09T00:00:00", Month, 1, "2026-04-08T23:59:59"},
		{"31 January to 28 February", "2026-01-31T10:00:00", "2026-02-28T23:59:59", Month, 1, "2026-02-28T23:59:59"},
		{"the same day", "2026-03-08T10:00:00", "2026-03-08T23:59:59", Month, 0, "2026-03-08T23:59:59"},
		{"two years from 29 February", "2024-02-29T10:00:00", "2026-02-28T23:59:59", Year, 2, "2026-02-28T23:59:59"},
		{"eleven months are no year", "2026-03-08T10:00:00", "2027-03-07T23:59:59", Year, 0, "2026-03-08T23:59:59"},
	} {
		got, expiry, err := WholePeriods(c.unit, at(t, zone, c.start), at(t, zone, c.until), zone)
		if err != nil || got != (Period{c.unit, c.num}) || show(expiry, zone) != c.expiry {
			t.Errorf("%s: got %s until %s, %v", c.name, got, show(expiry, zone), err)
		}
	}
	for _, unit := range []PeriodType{Day, Week, Hour, OneOff} {
		if _, _, err := WholePeriods(unit, at(t, zone, "2026-03-08T10:00:00"), at(t, zone, "2026-04-08T10:00:00"), zone); err == nil {
			t.Errorf("whole %ss are counted", unit)
		}
	}
	if _, _, err := WholePeriods(Month, at(t, zone, "2026-03-08T10:00:00"), at(t, zone, "9999-04-08T10:00:00"), zone); err == nil {
		t.Error("a term of thousands of years is counted")
	}
}

// The whole periods are the most that fit: they expire by the end date, one more would not.
func TestWholePeriodsAreTheMostThatFit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		zone := zoneOf(t, rapid.SampledFrom([]string{"Asia/Shanghai", "Europe/Dublin"}).Draw(rt, "zone"))
		start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 2000*24*60).Draw(rt, "start")) * time.Minute)
		until := start.Add(time.Duration(rapid.IntRange(1, 3000*24*60).Draw(rt, "minutes")) * time.Minute)
		unit := rapid.SampledFrom([]PeriodType{Month, Year}).Draw(rt, "unit")
		whole, expiry, err := WholePeriods(unit, start, until, zone)
		if err != nil {
			rt.Fatal(err)
		}
		if dateOf(expiry, zone) > lastDateBefore(until, zone) {
			rt.Fatalf("%s expire at %s, after %s", whole, expiry, until)
		}
		more, err := FirstExpiry(start, Period{unit, whole.Num + 1}, zone)
		if err != nil || dateOf(more, zone) <= lastDateBefore(until, zone) {
			rt.Fatalf("one more than %s expires at %s, not after %s: %v", whole, more, until, err)
		}
	})
}
