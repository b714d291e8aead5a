package calendar

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestExactInstant(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, zone, local, want string }{
		{"ordinary", "Asia/Shanghai", "2026-03-08T10:00:00", "2026-03-08T02:00:00Z"},
		{"F35 gap: first instant after", "Europe/Dublin", "2026-03-29T01:30:00", "2026-03-29T01:00:00Z"},
		{"start of a gap", "Europe/Dublin", "2026-03-29T01:00:00", "2026-03-29T01:00:00Z"},
		{"end of a gap", "Europe/Dublin", "2026-03-29T02:00:00", "2026-03-29T01:00:00Z"},
		{"F36 overlap: the first", "Europe/Dublin", "2026-10-25T01:30:00", "2026-10-25T00:30:00Z"},
		{"F36 overlap that starts at midnight", "America/Havana", "2015-11-01T00:00:00", "2015-11-01T04:00:00Z"},
		{"F36 the second hour before midnight", "America/Sao_Paulo", "1990-02-10T23:00:00", "1990-02-11T01:00:00Z"},
		{"after an overlap", "Europe/Dublin", "2026-10-25T02:00:00", "2026-10-25T02:00:00Z"},
		{"gap of half an hour", "Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-03T15:30:00Z"},
		{"a date that does not exist", "Pacific/Apia", "2011-12-30T12:00:00", "2011-12-30T10:00:00Z"},
		{"midnight that does not exist", "America/Sao_Paulo", "2018-11-04T00:00:00", "2018-11-04T03:00:00Z"},
	} {
		got := at(t, zoneOf(t, c.zone), c.local).UTC().Format(time.RFC3339)
		if got != c.want {
			t.Errorf("%s: %s in %s: got %s, want %s", c.name, c.local, c.zone, got, c.want)
		}
	}
}

// The instant of a reading is the first one at which the clock shows the reading or more.
func TestExactInstantIsTheFirst(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := drawZone(t)
		wanted := drawInstant(t, "reading").UTC()
		if rapid.Bool().Draw(t, "near a change") {
			if _, change := drawInstant(t, "near").In(zone).ZoneBounds(); !change.IsZero() {
				wanted = reading(change.In(zone)).Add(time.Duration(rapid.IntRange(-150, 150).Draw(t, "minutes")) * time.Minute)
			}
		}
		got := ExactInstant(wanted, zone)
		if reading(got.In(zone)).Before(wanted) {
			t.Fatalf("%s in %s: %s is too early", wanted, zone, got)
		}
		const stepsBack = 12 * 30
		for step := range stepsBack {
			earlier := got.Add(-time.Second - time.Duration(step)*5*time.Minute)
			if !reading(earlier.In(zone)).Before(wanted) {
				t.Fatalf("%s in %s: got %s, but %s comes first", wanted, zone, got, earlier.In(zone))
			}
		}
	})
}

func TestEndAndExpiryAreInverse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := drawZone(t)
		day := dateOf(drawInstant(t, "day"), zone)
		expiry := day.lastInstant(zone)
		end := EndOf(expiry, zone)
		if !end.Equal(day.plus(1).start(zone)) || !ExpiryOf(end, zone).Equal(expiry) {
			t.Fatalf("%s in %s: end %s, back %s", expiry, zone, end, ExpiryOf(end, zone))
		}
		noon := ExactInstant(day.civil().Add(12*time.Hour), zone)
		if !EndOf(noon, zone).Equal(noon) || !ExpiryOf(noon, zone).Equal(noon) {
			t.Fatalf("an hour term's expiry %s moved", noon)
		}
		if !StartOfDay(expiry, zone).Equal(day.start(zone)) {
			t.Fatalf("%s does not start its day at %s", expiry, day.start(zone))
		}
	})
}

func TestAtHour(t *testing.T) {
	t.Parallel()
	dublin := zoneOf(t, "Europe/Dublin")
	for _, c := range []struct {
		from       string
		days, hour int
		want       string
	}{
		{"2026-04-05T23:59:59", -7, 3, "2026-03-29T03:00:00"},
		{"2026-04-05T23:59:59", -7, 1, "2026-03-29T02:00:00"},
		{"2026-03-28T00:00:00", 0, 0, "2026-03-28T00:00:00"},
		{"2026-03-28T12:00:00", 2, 0, "2026-03-30T00:00:00"},
	} {
		if got := show(AtHour(at(t, dublin, c.from), c.days, c.hour, dublin), dublin); got != c.want {
			t.Errorf("%d o'clock %d days from %s: got %s, want %s", c.hour, c.days, c.from, got, c.want)
		}
	}
}
