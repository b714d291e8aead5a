//go:build slow

package main

import (
	"strings"
	"testing"
)

const whatIfPath = "../../events/samples/what-if.jsonl"

// TestWhatIfOfTheShippedQuarter: the shipped change doubles what February earns; charges stay as they are, and partners
// of other policies as well.
func TestWhatIfOfTheShippedQuarter(t *testing.T) {
	t.Parallel()
	got := call(t, "", "simulate", "--policy", whatIfPath, "--from", "2026-02-01T00:00:00+08:00", "--to", "2026-03-01T00:00:00+08:00", samplePath)
	if got.status != statusDone || got.err != "" {
		t.Fatalf("status %d, complaints %q", got.status, got.err)
	}
	golden(t, "what-if.txt", got.out)
	csv := call(t, "", "simulate", "--policy", whatIfPath, "--partner", "P130", "--csv", samplePath)
	if csv.status != statusDone || strings.Count(csv.out, "P130") != 5 || strings.Contains(csv.out, "P110") || strings.Count(csv.out, ",0.00\r\n") != 5 {
		t.Errorf("of one partner whose policy stays: %+v", csv)
	}
	for _, args := range [][]string{
		{"simulate", "--from", "2026-02-01T00:00:00+08:00", samplePath}, {"simulate", "--policy", samplePath, samplePath},
		{"simulate", "--policy", whatIfPath, "--partner", "P999", samplePath}, {"simulate", "--policy", "none.jsonl", samplePath},
	} {
		if refused := call(t, "", args...); refused.status != statusRefused || refused.out != "" {
			t.Errorf("%q: %+v", args, refused)
		}
	}
}
