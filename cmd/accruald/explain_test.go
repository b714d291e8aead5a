package main

import (
	"os"
	"strings"
	"testing"
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
