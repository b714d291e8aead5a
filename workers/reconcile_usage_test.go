package workers

import (
	"slices"
	"testing"
	"time"

	"github.com/accruald/accruald/workers/reconciliation"
)

// Every usage that begins while another of its resource and factor runs is found, also where shorter ones stand between.
func TestUsageThatOverlapsALongWindow(t *testing.T) {
	t.Parallel()
	hour := func(n int) time.Time { return time.Date(2026, 3, 10, n, 0, 0, 0, time.UTC) }
	w := usageWalk{of: "R1", book: &book{comparing: &comparing{partnerID: "P1", counts: map[countKey]*pairCount{}}}, windows: []usedWindow{
		{"long", "C1", "Duration", hour(0), hour(10)},
		{"second", "C1", "Duration", hour(1), hour(2)},
		{"third", "C1", "Duration", hour(5), hour(6)},
		{"behind", "C1", "Duration", hour(10), hour(11)},
		{"other", "C1", "upflow", hour(3), hour(4)},
	}}
	w.resource("")
	var got []string
	for i := range w.findings {
		if f := &w.findings[i]; f.Kind == reconciliation.UsageOverlap {
			got = append(got, f.Key("usage_id"))
		}
	}
	if !slices.Equal(got, []string{"second", "third"}) {
		t.Errorf("found %q", got)
	}
}
