//go:build slow

package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestTheDatabaseListsAsFilesDo: what workers decided is listed as the same events in memory are.
func TestTheDatabaseListsAsFilesDo(t *testing.T) {
	t.Parallel()
	path := appliedFor(t)
	o := operate(t)
	if got := call(t, "", append([]string{"publish", path}, o.nats...)...); got.status != statusDone {
		t.Fatalf("publish: %s", got.err)
	}
	o.until("INV1", append([]string{"invoices"}, o.database...)...)
	for _, args := range [][]string{
		{"bills"}, {"bills", "--partner", "P100", "--csv"}, {"bill", "show", referred, "--at", aprilNight, "--json"},
		{"bill", "show", aprilBill, "--at", aprilNight}, {"bill", "show", referred, "--partner", "P100", "--csv"},
		{"payable", "P100", "--at", aprilNight}, {"holds", "--all", "--json"}, {"requests", "--cycle", "2026-03"}, {"invoices", "--json"},
	} {
		want := call(t, "", append(slices.Clone(args), "--events", path)...)
		if want.status != statusDone {
			t.Errorf("%q of files: %+v", args, want)
		}
		deadline := time.Now().Add(operateWaitMax)
		got := call(t, "", append(slices.Clone(args), o.database...)...)
		for got != want && time.Now().Before(deadline) { // until the last event is decided
			time.Sleep(20 * time.Millisecond)
			got = call(t, "", append(slices.Clone(args), o.database...)...)
		}
		if got != want {
			t.Errorf("%q: from the database\n%s%s\nfrom files\n%s%s", args, got.out, got.err, want.out, want.err)
		}
	}
	for _, args := range [][]string{{"holds", "--partner", "P7"}, {"payable", "P7"}, {"bill", "show", "B7"}, {"bill", "show", "B7", "--partner", "P100"}} {
		if got := call(t, "", append(slices.Clone(args), o.database...)...); got.status != statusRefused || got.out != "" || !strings.Contains(got.err, "7") {
			t.Errorf("%q: %+v", args, got)
		}
	}
	o.finish()
}
