//go:build slow

package main

import (
	"os"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/accruald/accruald/cmd/accruald/internal/bench"
)

// TestBenchEndsAndLeavesNothing: a small one of both ways reports every figure and removes its folders.
func TestBenchEndsAndLeavesNothing(t *testing.T) {
	t.Parallel()
	parent := folder(t)
	got := call(t, "", "bench", "--orders", "60", "--partners", "20", "--batch", "16", "--compare", "--folder", parent, "--json")
	if got.status != statusDone {
		t.Fatalf("status %d: %s", got.status, got.err)
	}
	var report bench.Report
	if err := json.Unmarshal([]byte(got.out), &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Rounds) != 2 || len(report.Medians) != 2 || report.RatioMilli == 0 {
		t.Fatalf("report: %s", got.out)
	}
	for _, round := range report.Rounds {
		for name, figure := range map[string]int64{
			"events a second": round.EventsPerSecond, "p50": round.LatencyP50Micros, "p99": round.LatencyP99Micros, "worker": round.WorkerCPUMillis,
			"log": round.WalBytesPerEvent, "rows": round.RowsPerEvent, "messages": round.MessagesOutPerEvent, "round trips": round.RoundTripsPerEvent,
		} {
			if figure <= 0 {
				t.Errorf("%s: %s is %d", round.Way, name, figure)
			}
		}
		if round.LatencyP50Micros > round.LatencyP99Micros {
			t.Errorf("%s: half of the messages take longer than 99 of a hundred", round.Way)
		}
	}
	if entries, err := os.ReadDir(parent); err != nil || len(entries) != 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}
