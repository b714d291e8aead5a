package main

import (
	"strings"
	"testing"
)

// TestBillsOfTheShippedSample shows what a finance person reads of the shipped quarter.
func TestBillsOfTheShippedSample(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for _, args := range [][]string{{}, {"--partner", "P120", "--state", "issued"}, {"--cycle", "2025-12"}, {"--partner", "P130", "--cycle", "2026-02", "--json"}} {
		got := call(t, "", append([]string{"bills", "--events", samplePath}, args...)...)
		if got.status != statusDone || got.err != "" {
			t.Errorf("%q: status %d, complaints %q", args, got.status, got.err)
		}
		all.WriteString("$ accruald bills " + strings.Join(args, " ") + "\n" + got.out + "\n")
	}
	golden(t, "bills.txt", all.String())
}

func TestBillsRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ args, want []string }{
		{[]string{"--state", "paid"}, []string{`"paid"`, "pending_confirmation"}},
		{[]string{"--cycle", "March"}, []string{`"March"`, "YYYY-MM"}},
	} {
		got := call(t, "", append([]string{"bills", "--events", samplePath}, c.args...)...)
		for _, word := range c.want {
			if got.status != statusRefused || got.out != "" || !strings.Contains(got.err, word) {
				t.Errorf("%q: status %d, out %q, complaints %q", c.args, got.status, got.out, got.err)
			}
		}
	}
}
