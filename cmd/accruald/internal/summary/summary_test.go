package summary

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/settlement"
)

func amounts(total, frozen, payable string) settlement.Amounts {
	return settlement.Amounts{Total: decimal.RequireFromString(total), Frozen: decimal.RequireFromString(frozen), Payable: decimal.RequireFromString(payable)}
}

func fill(c *Collector, backwards bool) {
	steps := []func(){
		func() { c.Order(&decision.Order{Kind: "new", State: decision.OrderSettled}) },
		func() { c.Order(&decision.Order{Kind: "new", State: decision.OrderPending}) },
		func() { c.Order(&decision.Order{Kind: "change", State: decision.OrderCancelled}) },
		func() {
			c.Detail(&decision.Detail{BillID: "B1", Currency: "CNY", Slices: []decision.DetailSlice{
				{Kind: pricing.TenderCredit, Share: decimal.RequireFromString("32")}, {Kind: pricing.TenderCash, Share: decimal.RequireFromString("5")}},
				Holds: []decision.Covering{{Reason: reasonCredit, Amount: decimal.RequireFromString("24")}}})
		},
		func() { c.Detail(&decision.Detail{ZeroReason: "outside_policy", Currency: "CNY"}) },
		func() {
			c.Bill("P1", &decision.Bill{Currency: "CNY", State: settlement.BillIssued, Amounts: amounts("1234567.5", "24", "1234543.5")}, decimal.RequireFromString("1234543.5"))
		},
		func() {
			c.Bill("P1", &decision.Bill{Currency: "JPY", State: settlement.BillEstimated, Amounts: amounts("-3", "0", "-3")}, decimal.Decimal{})
		},
		func() { c.Rejected("P2", 1, "e2", "code", "of the second partner") },
		func() { c.Rejected("P1", 9, "e9", "code", "later") },
		func() { c.Rejected("P1", 3, "e3", "code", "first "+strings.Repeat("x", messageWidth)) },
		func() { c.Inputs(decision.StatusAccepted, 7) },
		func() { c.Inputs(decision.StatusWaiting, 2) },
	}
	for i := range steps {
		if backwards {
			i = len(steps) - 1 - i
		}
		steps[i]()
	}
}

func set(t *testing.T, s *Summary) string {
	t.Helper()
	var b strings.Builder
	if err := s.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSummaryIsTheSameInEveryOrder(t *testing.T) {
	t.Parallel()
	there, back := NewCollector(), NewCollector()
	fill(there, false)
	fill(back, true)
	one, other := set(t, there.Summary()), set(t, back.Summary())
	if one != other {
		t.Errorf("one way:\n%s\nthe other:\n%s", one, other)
	}
	var lines []string
	for line := range strings.Lines(one) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	narrow := strings.Join(lines, "\n")
	for _, want := range []string{
		"Decided for partners, each job run once a partner, 10: accepted 7, rejected 3, discarded 0; waiting 2.",
		"\nnew 2 1 1 0\n",
		"\nCNY 1 1,234,567.50 24.00 8.00\n",
		"\nJPY 0 -3 0 0\n",
		"\ncredit_not_repaid CNY 24.00\n",
		"\nP1 CNY 1 1,234,567.50 24.00 1,234,543.50 1,234,543.50 0.00 0.00 0.00 0.00 0.00\n",
		"\nP1 JPY 1 -3 0 -3 0 -3 0 0 0 0\n",
		"\nestimated JPY 1 -3\n",
		"\nissued CNY 1 1,234,543.50\n",
		"\ncode 3 first xxx",
	} {
		if !strings.Contains(narrow, want) {
			t.Errorf("no line %q in:\n%s", want, one)
		}
	}
}

func TestSummaryOfNothing(t *testing.T) {
	t.Parallel()
	if got := set(t, NewCollector().Summary()); strings.Count(got, "none") != 8 {
		t.Errorf("summary of nothing:\n%s", got)
	}
}
