//go:build slow

package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestTheDatabaseAnswersAsFilesDo: what workers decided is explained and priced as the same events in memory are.
func TestTheDatabaseAnswersAsFilesDo(t *testing.T) {
	t.Parallel()
	o := operate(t)
	if got := call(t, "", append([]string{"publish", examplePath}, o.nats...)...); got.status != statusDone {
		t.Fatalf("publish: %s", got.err)
	}
	o.until("unsubscribe, settled", append([]string{"explain", "O3"}, o.database...)...)
	for _, order := range []string{"O1", "O2", "O3"} {
		want := call(t, "", "explain", order, "--events", examplePath)
		deadline := time.Now().Add(operateWaitMax)
		got := call(t, "", append([]string{"explain", order}, o.database...)...)
		for got != want && time.Now().Before(deadline) { // until the last of the sample is decided
			time.Sleep(20 * time.Millisecond)
			got = call(t, "", append([]string{"explain", order}, o.database...)...)
		}
		if got != want {
			t.Errorf("%s: from the database\n%s%s\nfrom files\n%s", order, got.out, got.err, want.out)
		}
	}
	fromFiles := call(t, "", "bills", "--events", examplePath)
	if got := call(t, "", append([]string{"bills"}, o.database...)...); got != fromFiles || got.status != statusDone {
		t.Errorf("bills: from the database\n%s%s\nfrom files\n%s", got.out, got.err, fromFiles.out)
	}
	for _, order := range [][]string{{"O7"}, {"O7", "--partner", "P100"}} {
		if got := call(t, "", slices.Concat([]string{"explain"}, order, o.database)...); got.status != statusRefused || !strings.Contains(got.err, `"O7"`) {
			t.Errorf("%q: %+v", order, got)
		}
	}
	now := []string{"--customer", "C200", "--partner", "P100", "--at", "2026-04-08T12:00:00+08:00"}
	for _, i := range inquiries {
		request := strings.Replace(i.request, `"inquiryTime":"2026-03-18T01:20:00Z",`, "", 1)
		want := call(t, request, slices.Concat([]string{"quote", i.kind, "--events", examplePath}, now)...)
		if got := call(t, request, slices.Concat([]string{"quote", i.kind}, now, o.database)...); got != want {
			t.Errorf("quote %s: from the database %+v, from files %+v", i.kind, got, want)
		}
	}
	earlier := slices.Concat([]string{"quote", "refund", "--customer", "C200", "--partner", "P100", "--at", "2026-03-20T12:00:00+08:00"}, o.database)
	if got := call(t, `{"resource_ids":["vm-1"],"unsubscribe_type":1}`, earlier...); got.status != statusRefused || !strings.Contains(got.err, "2026-04-06T15:20:00+08:00") {
		t.Errorf("a time before the resource's last fact: %+v", got)
	}
	for partner, word := range map[string]string{"": "--partner", "P9": "P9"} {
		args := slices.Concat([]string{"quote", "refund", "--customer", "C200", "--partner", partner}, o.database)
		if got := call(t, `{"resource_ids":["vm-1"],"unsubscribe_type":1}`, args...); got.status != statusRefused || !strings.Contains(got.err, word) {
			t.Errorf("partner %q: %+v", partner, got)
		}
	}
	o.finish()
}

// TestTheWorkedExampleGoesBesideTheSample: what is published into a daemon that has processed the shipped quarter comes
// to what it comes to by itself.
func TestTheWorkedExampleGoesBesideTheSample(t *testing.T) {
	t.Parallel()
	both := []string{"--events", samplePath, "--events", examplePath}
	for _, command := range [][]string{{"explain", "O1"}, {"explain", "O2"}, {"explain", "O3"}, {"bills", "--partner", "P100"}} {
		alone, beside := call(t, "", append(command, "--events", examplePath)...), call(t, "", slices.Concat(command, both)...)
		if alone != beside || alone.status != statusDone {
			t.Errorf("%q alone:\n%s%s\nbeside the sample:\n%s%s", command, alone.out, alone.err, beside.out, beside.err)
		}
	}
	if got := call(t, "", "explain", "CS2603100973", both[0], both[1]); got.status != statusDone {
		t.Errorf("an order of the sample: %+v", got)
	}
}
