package calendar

import (
	"testing"
	"time"
)

func BenchmarkRemainingMonths(b *testing.B) {
	zone := zoneOf(b, "Asia/Shanghai")
	change := time.Date(2026, 3, 18, 9, 20, 0, 0, zone)
	end := time.Date(2026, 4, 9, 0, 0, 0, 0, zone)
	b.ReportAllocs()
	for b.Loop() {
		RemainingMonths(change, end, zone)
	}
}

func BenchmarkFirstExpiry(b *testing.B) {
	zone := zoneOf(b, "Asia/Shanghai")
	start := time.Date(2026, 3, 18, 9, 20, 0, 0, zone)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := FirstExpiry(start, Period{Month, 1}, zone); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWallHours(b *testing.B) {
	zone := zoneOf(b, "Europe/Dublin")
	start := time.Date(2026, 3, 18, 9, 20, 0, 0, zone)
	end, at := start.AddDate(0, 1, 0), start.AddDate(0, 0, 9)
	b.ReportAllocs()
	for b.Loop() {
		WallHours(start, end, at, zone)
	}
}

func BenchmarkCycleOf(b *testing.B) {
	zone := zoneOf(b, "Europe/Dublin")
	instant := time.Date(2026, 3, 18, 9, 20, 0, 0, zone)
	b.ReportAllocs()
	for b.Loop() {
		CycleOf(instant, zone)
	}
}
