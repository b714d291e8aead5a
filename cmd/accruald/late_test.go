//go:build slow

package main

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/accruald/accruald/cmd/accruald/internal/listing"
)

// TestLateEvents: an order of January that comes behind the quarter changes nothing that was issued (F60, F61, F62). Its
// difference stands in one detail of an open bill, and is listed with the event, the closed bill and the cycle.
func TestLateEvents(t *testing.T) {
	t.Parallel()
	quarter := read(t, samplePath)
	late := quarter
	for line := range strings.Lines(quarter) { // the order again, under another id and of another resource
		if strings.Contains(line, `"id":"order.placed/CS2601010003"`) || strings.Contains(line, `"id":"order.paid/CS2601010003"`) {
			late += strings.ReplaceAll(line, "2601010003", "2601010996")
		}
	}
	path := file(t, "late.jsonl", late)
	got := call(t, "", "late", "--json", "--events", path)
	var list listing.List[listing.Late]
	if err := json.Unmarshal([]byte(got.out), &list); err != nil || len(list.Rows) == 0 {
		t.Fatalf("listed %s %s: %v", got.out, got.err, err)
	}
	row := list.Rows[0]
	if row.PartnerID != "P120" || row.LateOf != "order.paid/CS2601010996" || row.OrderID != "CS2601010996" || row.Type != "order.paid.v1" || row.CustomerID != "C201" ||
		len(row.ClosedCycles) != 1 || len(row.ClosedBills) != 1 || row.Cycle <= row.ClosedCycles[0] || row.BillID == row.ClosedBills[0] || row.Amount.Decimal.IsZero() ||
		!strings.HasPrefix(row.Why, "order.paid.v1 of 2026-01-01 came on 2026-0") {
		t.Errorf("listed as %+v", row)
	}
	cycle := row.ClosedCycles[0]
	bills := []string{"bills", "--partner", "P120", "--cycle", cycle, "--csv", "--at", "2026-04-10T18:00:00+08:00", "--events"}
	if issued, now := call(t, "", append(bills, samplePath)...), call(t, "", append(bills, path)...); issued.out != now.out || strings.Count(issued.out, "\n") < 2 {
		t.Errorf("bills of %s were\n%s and are\n%s", cycle, issued.out, now.out)
	}
	shown := call(t, "", "bill", "show", "--events", path, "--", row.BillID)
	if !strings.Contains(shown.out, row.DetailID) || !strings.Contains(shown.out, row.LateOf) {
		t.Errorf("the open bill is shown as %s%s", shown.out, shown.err)
	}
	for want, args := range map[string][]string{
		cycle:         {"late", "--cycle", cycle, "--csv", "--events", path},
		"write YYYY-": {"late", "--cycle", "January", "--events", path},
	} {
		if got := call(t, "", args...); !strings.Contains(got.out+got.err, want) {
			t.Errorf("%q: %s%s, want %q", args, got.out, got.err, want)
		}
	}
}
