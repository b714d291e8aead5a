package calendar

import (
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"pgregory.net/rapid"
)

// F23, F25: the cycle is that of the site's zone, not of UTC.
func TestF23CycleByZone(t *testing.T) {
	t.Parallel()
	instant := time.Date(2026, 3, 31, 16, 0, 0, 0, time.UTC)
	for name, want := range map[string]Cycle{
		"UTC": "2026-03", "Asia/Shanghai": "2026-04", "Europe/Dublin": "2026-03", "America/New_York": "2026-03",
	} {
		if got := CycleOf(instant, zoneOf(t, name)); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	shanghai := zoneOf(t, "Asia/Shanghai")
	if got := CycleOf(instant.Add(-time.Nanosecond), shanghai); got != "2026-03" {
		t.Errorf("last instant of the cycle: got %s", got)
	}
}

// Every instant lies in exactly one cycle, and cycles follow each other without a gap.
func TestCyclesTileTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone, instant := drawZone(t), drawInstant(t, "instant")
		cycle := CycleOf(instant, zone)
		start, end := cycle.Start(zone), cycle.End(zone)
		if instant.Before(start) || !instant.Before(end) {
			t.Fatalf("%s is not in %s = [%s, %s)", instant, cycle, start, end)
		}
		if !end.Equal(cycle.Next().Start(zone)) || cycle.Next().Prev() != cycle || cycle >= cycle.Next() {
			t.Fatalf("%s does not join %s", cycle, cycle.Next())
		}
		if CycleOf(start, zone) != cycle || CycleOf(end, zone) != cycle.Next() {
			t.Fatalf("bounds of %s belong to %s and %s", cycle, CycleOf(start, zone), CycleOf(end, zone))
		}
	})
}

func TestPeriodOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind        PeriodKind
		cycle       Cycle
		id          string
		first, last Cycle
	}{
		{PeriodMonth, "2026-03", "2026-03", "2026-03", "2026-03"},
		{PeriodQuarter, "2026-01", "2026-Q1", "2026-01", "2026-03"},
		{PeriodQuarter, "2026-03", "2026-Q1", "2026-01", "2026-03"},
		{PeriodQuarter, "2026-12", "2026-Q4", "2026-10", "2026-12"},
		{PeriodYear, "2026-06", "2026", "2026-01", "2026-12"},
	} {
		id, first, last, err := PeriodOf(c.kind, c.cycle.Start(time.UTC), time.UTC)
		if err != nil || id != c.id || first != c.first || last != c.last {
			t.Errorf("%s of %s: got %s %s..%s, %v", c.kind, c.cycle, id, first, last, err)
		}
	}
	if _, _, _, err := Cycle("2026-03").PeriodOf("week"); codeOf(err) != CodeUnknownPeriodKind {
		t.Errorf("unknown kind: got error %v", err)
	}
}

func TestParseCycle(t *testing.T) {
	t.Parallel()
	if got, err := ParseCycle("2026-03"); err != nil || got != "2026-03" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, text := range []string{"", "2026-3", "2026-13", "2026-00", "202603", "2026-03-01", "26-03", " 2026-03", "9999-12", "0999-12", "0000-01"} {
		if got, err := ParseCycle(text); codeOf(err) != CodeInvalidCycle {
			t.Errorf("parse %q: got %q, %v, want code %s", text, got, err, CodeInvalidCycle)
		}
	}
}

// TestOutermostCycles: what is beside the first and the last cycle can be asked for.
func TestOutermostCycles(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"1000-01", "9998-12"} {
		c, err := ParseCycle(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range []PeriodKind{PeriodMonth, PeriodQuarter, PeriodYear} {
			if _, first, last, err := c.PeriodOf(kind); err != nil || first.Start(time.UTC).After(last.Next().End(time.UTC)) {
				t.Errorf("%s of %s: %s..%s, %v", kind, c, first, last, err)
			}
		}
		if c.Prev().Start(time.UTC).After(c.End(time.UTC)) {
			t.Errorf("%s begins after %s", c.Prev(), c)
		}
	}
}

func TestCycleDecodes(t *testing.T) {
	t.Parallel()
	var document struct{ Cycle Cycle }
	if err := json.Unmarshal([]byte(`{"Cycle":"2026-03"}`), &document); err != nil || document.Cycle != "2026-03" {
		t.Errorf("got %q, %v", document.Cycle, err)
	}
	if err := json.Unmarshal([]byte(`{"Cycle":""}`), &document); err != nil || document.Cycle != "" {
		t.Errorf("empty cycle: got %q, %v", document.Cycle, err)
	}
	if err := json.Unmarshal([]byte(`{"Cycle":"March"}`), &document); err == nil {
		t.Errorf("a malformed cycle decoded to %q", document.Cycle)
	}
}

func TestMalformedCyclePanics(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("a cycle made around ParseCycle went unnoticed")
		}
	}()
	Cycle("March").Start(time.UTC)
}
