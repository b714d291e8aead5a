package main

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestExplainTheWorkedExample shows what a finance person reads of a purchase, a change and an unsubscription.
func TestExplainTheWorkedExample(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for _, args := range [][]string{{"O1"}, {"O2"}, {"O3"}, {"O2", "--json"}} {
		got := call(t, "", append([]string{"explain", "--events", examplePath}, args...)...)
		if got.status != statusDone || got.err != "" {
			t.Errorf("%q: status %d, complaints %q", args, got.status, got.err)
		}
		all.WriteString("$ accruald explain " + strings.Join(args, " ") + "\n" + got.out + "\n")
	}
	golden(t, "explanations.txt", all.String())
}

// TestExplainWhyDiscountsLost: those out of scope are told with their reason, a pending order by what would be taken, and
// what is frozen by its hold.
func TestExplainWhyDiscountsLost(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	grants := map[string]*strings.Replacer{
		"D2": strings.NewReplacer("D1", "D2", `"customer_ids":["C200"]`, `"product_ids":["B"]`),
		"D3": strings.NewReplacer("D1", "D3", `"0.9"`, `"0.95"`),
		"D4": strings.NewReplacer("D1", "D4", "C200", "C300"),
	}
	for line := range strings.Lines(read(t, examplePath)) {
		if strings.Contains(line, "order.spec_changed/O2") {
			break
		}
		text.WriteString(line)
		if strings.Contains(line, "discount.granted/D1") {
			for _, id := range []string{"D2", "D3", "D4"} {
				text.WriteString(grants[id].Replace(line))
			}
		}
		if strings.Contains(line, "order.placed/O1") {
			text.WriteString(strings.NewReplacer("O1", "O9", "vm-1", "vm-9").Replace(line))
		}
	}
	path := file(t, "events.jsonl", text.String())
	for order, want := range map[string][]string{
		"O1": {"paid with; best offer", "it takes 23.5, D1 takes 47", "no line of the order is in its scope", "it is not for this customer",
			"credit_not_repaid 32.00; provisional until the period closes"},
		"O9": {"best offer; taken by an automatic payment", "new, pending"},
	} {
		got := call(t, "", "explain", order, "--events", path)
		for _, words := range want {
			if !strings.Contains(got.out, words) {
				t.Errorf("%s is not told %q:\n%s%s", order, words, got.out, got.err)
			}
		}
	}
}

func TestExplainRefusals(t *testing.T) {
	t.Parallel()
	two := read(t, examplePath) + strings.ReplaceAll(read(t, examplePath), "P100", "P200")
	for _, c := range []struct{ args, want []string }{
		{[]string{"O7", "--events", examplePath}, []string{`"O7"`, "waiting"}},
		{[]string{"O7", "--partner", "P100", "--events", examplePath}, []string{`"O7"`, "P100"}},
		{[]string{"O1", "--partner", "P7", "--events", examplePath}, []string{`"P7"`}},
		{[]string{"O1", "--events", file(t, "two.jsonl", two)}, []string{"P100, P200", "--partner"}},
	} {
		got := call(t, "", append([]string{"explain"}, c.args...)...)
		for _, word := range c.want {
			if got.status != statusRefused || got.out != "" || !strings.Contains(got.err, word) {
				t.Errorf("%q: status %d, out %q, complaints %q", c.args, got.status, got.out, got.err)
			}
		}
	}
}

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
