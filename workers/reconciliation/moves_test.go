package reconciliation_test

import (
	"strings"
	"testing"
	"time"

	"github.com/accruald/accruald/workers/reconciliation"
)

// TestCustomersWithoutPartner: a customer is somewhere, however often it moved; opposite moves at one instant leave it
// nowhere.
func TestCustomersWithoutPartner(t *testing.T) {
	t.Parallel()
	at := func(day int) time.Time { return time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC) }
	came := func(partner string, day int) reconciliation.Move {
		return reconciliation.Move{PartnerID: partner, CustomerID: "C", At: at(day)}
	}
	left := func(partner string, day int, next string) reconciliation.Move {
		return reconciliation.Move{PartnerID: partner, CustomerID: "C", At: at(day), Next: next}
	}
	for name, c := range map[string]struct {
		told []reconciliation.Move
		want string
	}{
		"moved":                        {[]reconciliation.Move{came("P1", 1), left("P1", 5, "P2"), came("P2", 5)}, ""},
		"moved on":                     {[]reconciliation.Move{came("P1", 1), left("P1", 5, "P2"), came("P2", 5), left("P2", 7, "P3"), came("P3", 7)}, ""},
		"moved on at once":             {[]reconciliation.Move{came("P1", 1), left("P1", 5, "P2"), came("P2", 5), left("P2", 5, "P3"), came("P3", 5)}, ""},
		"came back":                    {[]reconciliation.Move{came("P1", 1), left("P1", 5, "P2"), came("P2", 5), left("P2", 7, "P1"), came("P1", 7)}, ""},
		"opposite moves at one time":   {[]reconciliation.Move{came("P1", 1), left("P1", 5, "P2"), came("P1", 5), came("P2", 5), left("P2", 5, "P1")}, "from partner P1, then P2, then P1 again"},
		"in a circle at one time":      {[]reconciliation.Move{came("P1", 5), left("P1", 5, "P2"), came("P2", 5), left("P2", 5, "P3"), came("P3", 5), left("P3", 5, "P1")}, "from partner P1, then P2, then P3, then P1 again"},
		"to a partner that has it not": {[]reconciliation.Move{came("P1", 1), left("P1", 5, "P2")}, "from partner P1, then P2 and no further"},
	} {
		told := map[string][]reconciliation.Move{}
		for _, m := range c.told {
			told[m.PartnerID] = append(told[m.PartnerID], m)
		}
		f, missing := reconciliation.WithoutPartner("P1", "C", told)
		for missing != "" {
			told[missing] = nil
			f, missing = reconciliation.WithoutPartner("P1", "C", told)
		}
		if f == nil && c.want != "" || f != nil && (f.Found != c.want || f.Key("customer_id") != "C" || len(f.Evidence) != len(c.told)) {
			t.Errorf("%s: got %+v, want %q", name, f, c.want)
		}
		if f != nil && !strings.Contains(f.Evidence[0].Text, "customer C came at 2026-01-0") {
			t.Errorf("%s: evidence is %v", name, f.Evidence)
		}
	}
}
