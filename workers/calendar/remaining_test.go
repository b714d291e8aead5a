package calendar

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/accruald/accruald/workers/money"
)

func TestRemainingMonthsWorkedExample(t *testing.T) {
	t.Parallel()
	shanghai := zoneOf(t, "Asia/Shanghai")
	change, expiry := at(t, shanghai, "2026-03-18T09:20:00"), at(t, shanghai, "2026-04-08T23:59:59")
	want := money.Frac(13, 31).Add(money.Frac(8, 30))
	for _, end := range []time.Time{expiry, EndOf(expiry, shanghai)} {
		got, parts := RemainingMonths(change, end, shanghai)
		if !got.Equal(want) || len(parts) != 2 || parts[0] != (MonthPart{"2026-03", 13, 31}) || parts[1] != (MonthPart{"2026-04", 8, 30}) {
			t.Errorf("to %s: got %s, %v", end, got, parts)
		}
	}
}

func TestRemainingNothing(t *testing.T) {
	t.Parallel()
	shanghai := zoneOf(t, "Asia/Shanghai")
	expiry := at(t, shanghai, "2026-04-08T23:59:59")
	for _, text := range []string{"2026-04-08T00:00:00", "2026-04-08T23:59:59", "2026-04-09T00:00:00", "2027-01-01T00:00:00"} {
		change := at(t, shanghai, text)
		months, monthParts := RemainingMonths(change, EndOf(expiry, shanghai), shanghai)
		years, yearParts := RemainingYears(change, expiry, shanghai)
		if !months.IsZero() || !years.IsZero() || len(monthParts)+len(yearParts) != 0 || RemainingDays(change, expiry, shanghai) != 0 {
			t.Errorf("after a change at %s: got %s months, %s years", text, months, years)
		}
	}
}

func TestRemainingYearsWithoutLeapDay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ change, expiry, want string }{
		{"2024-02-28", "2024-03-01", "1/365"},
		{"2024-02-29", "2024-03-01", "1/365"},
		{"2024-02-27", "2024-02-29", "1/365"},
		{"2025-02-27", "2025-03-01", "2/365"},
		{"2023-07-08", "2024-07-08", "1"},
		{"2024-07-08", "2028-07-08", "4"},
		{"2027-12-31", "2028-12-31", "1"},
	} {
		change, end := at(t, time.UTC, c.change), EndOf(at(t, time.UTC, c.expiry+"T23:59:59"), time.UTC)
		if got, _ := RemainingYears(change, end, time.UTC); got.String() != c.want {
			t.Errorf("%s to %s: got %s, want %s", c.change, c.expiry, got, c.want)
		}
	}
}

// Wherever a period is split, what remains of its parts sums to what remains of the whole, and the parts shown sum
// to the fraction.
func TestRemainderSplitsAnywhere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := drawZone(t)
		first := dateOf(drawInstant(t, "start"), zone)
		change := ExactInstant(first.civil().Add(time.Duration(rapid.IntRange(0, 86399).Draw(t, "second"))*time.Second), zone)
		middle := first.plus(rapid.IntRange(1, 2000).Draw(t, "to split")).start(zone)
		end := dateOf(middle, zone).plus(rapid.IntRange(1, 2000).Draw(t, "to end")).start(zone)
		second := CountFrom(change, middle)

		a, _ := RemainingMonths(change, middle, zone)
		b, _ := RemainingMonths(second, end, zone)
		whole, parts := RemainingMonths(change, end, zone)
		if !a.Add(b).Equal(whole) {
			t.Fatalf("months: %s + %s is not %s", a, b, whole)
		}
		shown := money.Fraction{}
		for _, part := range parts {
			shown = shown.Add(money.Frac(int64(part.Days), int64(part.Of)))
		}
		if !shown.Equal(whole) {
			t.Fatalf("months: parts sum to %s, want %s", shown, whole)
		}
		a, _ = RemainingYears(change, middle, zone)
		b, _ = RemainingYears(second, end, zone)
		whole, years := RemainingYears(change, end, zone)
		days := 0
		for _, part := range years {
			days += part.Days
		}
		if !a.Add(b).Equal(whole) || !money.Frac(int64(days), 365).Equal(whole) {
			t.Fatalf("years: %s + %s is not %s; parts have %d days", a, b, whole, days)
		}
		if RemainingDays(change, middle, zone)+RemainingDays(second, end, zone) != RemainingDays(change, end, zone) {
			t.Fatal("days do not add up")
		}
	})
}

func TestCountFrom(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 4, 9, 0, 0, 0, 0, time.UTC)
	if got := CountFrom(start.Add(time.Hour), start); !got.Equal(start.Add(time.Hour)) {
		t.Errorf("interval under way: got %s", got)
	}
	future, _ := RemainingMonths(CountFrom(start.AddDate(0, 0, -20), start), start.AddDate(0, 1, 0), time.UTC)
	if want := money.Frac(22, 30).Add(money.Frac(8, 31)); !future.Equal(want) {
		t.Errorf("interval to come: got %s, want %s", future, want)
	}
}

func TestRemainingHours(t *testing.T) {
	t.Parallel()
	change := time.Date(2026, 4, 9, 10, 30, 0, 0, time.UTC)
	for minutes, want := range map[int]int64{-60: 0, 0: 0, 59: 0, 60: 1, 61: 1, 1440: 24} {
		if got := RemainingHours(change, change.Add(time.Duration(minutes)*time.Minute)); got != want {
			t.Errorf("%d minutes: got %d hours, want %d", minutes, got, want)
		}
	}
}

func TestPriceLookupPeriod(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name           string
		unit           PeriodType
		change, expiry string
		want           int
	}{
		{"UP-11: 2.5 years use the 3-year row", Year, "2024-05-01", "2026-11-01", 3},
		{"exactly two years", Year, "2024-11-01", "2026-11-01", 2},
		{"a day more", Year, "2024-10-31", "2026-11-01", 3},
		{"less than one", Year, "2026-10-31", "2026-11-01", 1},
		{"nothing left", Year, "2026-11-01", "2026-11-01", 1},
		{"after the end", Year, "2028-11-01", "2026-11-01", 1},
		{"from 29 February", Year, "2024-02-29", "2025-02-28", 1},
		{"month and a part", Month, "2026-03-18", "2026-04-08", 1},
		{"two months and a day", Month, "2026-03-18", "2026-05-19", 3},
		{"month's end", Month, "2026-01-31", "2026-02-28", 1},
	} {
		expiry := at(t, time.UTC, c.expiry+"T23:59:59")
		got, err := PriceLookupPeriod(c.unit, at(t, time.UTC, c.change), EndOf(expiry, time.UTC), time.UTC)
		if err != nil || got != (Period{c.unit, c.want}) {
			t.Errorf("%s: got %s, %v, want %d", c.name, got, err, c.want)
		}
	}
	for _, unit := range []PeriodType{Day, Week, Hour, OneOff, 9} {
		if _, err := PriceLookupPeriod(unit, time.Unix(0, 0), time.Unix(9e6, 0), time.UTC); codeOf(err) != CodeInvalidPeriod {
			t.Errorf("%s: got error %v", unit, err)
		}
	}
}

// The looked-up period is the shortest that covers what remains.
func TestPriceLookupPeriodIsTheShortest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone, change := drawZone(t), drawInstant(t, "change")
		unit := rapid.SampledFrom([]PeriodType{Month, Year}).Draw(t, "unit")
		end := dateOf(change, zone).plus(rapid.IntRange(1, 4000).Draw(t, "days")).start(zone)
		period, err := PriceLookupPeriod(unit, change, end, zone)
		if err != nil {
			t.Fatal(err)
		}
		covers := func(num int) bool {
			expiry, err := FirstExpiry(change, Period{unit, num}, zone)
			if err != nil {
				t.Fatal(err)
			}
			return !EndOf(expiry, zone).Before(end)
		}
		if !covers(period.Num) || period.Num > 1 && covers(period.Num-1) {
			t.Fatalf("%s from %s to %s", period, change, end)
		}
	})
}
