package calendar

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestWallHours(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, zone, start, expiry, at string
		used, total                   int64
	}{
		{"worked example O1", "Asia/Shanghai", "2026-03-08T10:05:00", "2026-04-08T23:59:59", "2026-04-06T15:20:00", 701, 758},
		{"worked example O2", "Asia/Shanghai", "2026-03-18T09:21:00", "2026-04-08T23:59:59", "2026-04-06T15:20:00", 462, 519},
		{"F21 clocks put forward", "Europe/Dublin", "2026-03-28T00:00:00", "2026-03-30T23:59:59", "2026-03-30T00:00:00", 48, 72},
		{"F24 clocks put back", "Europe/Dublin", "2026-10-24T00:00:00", "2026-10-26T23:59:59", "2026-10-26T00:00:00", 48, 72},
		{"before the start", "Asia/Shanghai", "2026-04-09T00:00:00", "2026-05-08T23:59:59", "2026-04-06T15:20:00", 0, 720},
		{"after the end", "Asia/Shanghai", "2026-04-09T00:00:00", "2026-05-08T23:59:59", "2026-06-06T15:20:00", 720, 720},
		{"in the first hour", "Asia/Shanghai", "2026-04-09T10:10:00", "2026-05-09T23:59:59", "2026-04-09T10:59:59", 0, 734},
		{"no interval", "Asia/Shanghai", "2026-04-10T10:10:00", "2026-04-09T23:59:59", "2026-04-10T10:59:59", 0, 0},
	} {
		zone := zoneOf(t, c.zone)
		expiry := at(t, zone, c.expiry)
		for _, end := range []time.Time{expiry, EndOf(expiry, zone)} {
			used, total := WallHours(at(t, zone, c.start), end, at(t, zone, c.at), zone)
			if used != c.used || total != c.total {
				t.Errorf("%s: got %d of %d, want %d of %d", c.name, used, total, c.used, c.total)
			}
		}
	}
}

// F22, F24: hours depend on the wall clock alone; the same readings give the same counts in every zone.
func TestF24WallHoursAreTheSameInEveryZone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := zoneOf(t, rapid.SampledFrom([]string{"Europe/Dublin", "America/New_York", "Asia/Shanghai"}).Draw(t, "zone"))
		noon := func(name string, low, high int) time.Time {
			return time.Date(2026, 1, rapid.IntRange(low, high).Draw(t, name), 12, 0, 0, 0, time.UTC)
		}
		start, last, instant := noon("start", 1, 300), noon("last", 301, 900), noon("at", 1, 900)
		used, total := WallHours(start, last, instant, time.UTC)
		gotUsed, gotTotal := WallHours(ExactInstant(start, zone), ExactInstant(last, zone), ExactInstant(instant, zone), zone)
		if used != gotUsed || total != gotTotal {
			t.Fatalf("%s: got %d of %d, in UTC %d of %d", zone, gotUsed, gotTotal, used, total)
		}
		if used < 0 || used > total || total%24 != 12 {
			t.Fatalf("got %d of %d", used, total)
		}
	})
}

func TestElapsedYears(t *testing.T) {
	t.Parallel()
	shanghai := zoneOf(t, "Asia/Shanghai")
	for _, c := range []struct {
		name, start, at string
		want            int
	}{
		{"first instant", "2023-07-08T15:50:04", "2023-07-08T15:50:04", 1},
		{"before the start", "2023-07-08T15:50:04", "2022-01-01T00:00:00", 1},
		{"anniversary belongs to the earlier year", "2023-07-08T15:50:04", "2024-07-08T15:50:04", 1},
		{"a second later", "2023-07-08T15:50:04", "2024-07-08T15:50:05", 2},
		{"next calendar year, same term year", "2023-07-08T15:50:04", "2024-01-01T00:00:00", 1},
		{"third year", "2023-07-08T15:50:04", "2026-01-01T00:00:00", 3},
		{"29 February", "2024-02-29T12:00:00", "2025-02-28T12:00:00", 1},
		{"after 29 February", "2024-02-29T12:00:00", "2025-02-28T12:00:01", 2},
		{"leap anniversary", "2024-02-29T12:00:00", "2028-02-29T12:00:00", 4},
	} {
		if got := ElapsedYears(at(t, shanghai, c.start), at(t, shanghai, c.at), shanghai); got != c.want {
			t.Errorf("%s: got %d, want %d", c.name, got, c.want)
		}
	}
}
