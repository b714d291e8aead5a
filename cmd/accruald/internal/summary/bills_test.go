package summary

import (
	"slices"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/settlement"
)

// TestEveryStateOfABillHasAReason: none but an issued bill can be requested, and each of the others says why.
func TestEveryStateOfABillHasAReason(t *testing.T) {
	t.Parallel()
	states := settlement.Tables()[0].States
	for _, state := range states {
		for payable, want := range map[string]string{"5": "5", "0": "0", "-5": "0"} {
			if state != stateIssued {
				want = "0"
			}
			l := NewBillList(BillFilter{State: state})
			l.Add("P1", &decision.Bill{ID: "B", Currency: "JPY", State: settlement.BillState(state), Amounts: amounts(payable, "0", payable)})
			got := l.Sorted().Bills[0]
			if !got.CanBeRequested.Decimal.Equal(decimal.RequireFromString(want)) || (got.Because == "") != (want == "5") {
				t.Errorf("%s with %s payable: %s can be requested because %q", state, payable, got.CanBeRequested.Decimal, got.Because)
			}
			if sum := l.Sums[0]; sum.Bills != 1 || !sum.CanBeRequested.Decimal.Equal(got.CanBeRequested.Decimal) {
				t.Errorf("%s: the sum is %+v", state, sum)
			}
		}
	}
	for state := range becauseOf {
		if !slices.Contains(states, state) {
			t.Errorf("bills have no state %q", state)
		}
	}
}

func TestBillFilter(t *testing.T) {
	t.Parallel()
	for _, wrong := range []BillFilter{{State: "paid"}, {Cycle: "2026-13"}, {Cycle: "March"}} {
		if wrong.Check() == nil {
			t.Errorf("%+v is not refused", wrong)
		}
	}
	bill := &decision.Bill{ID: "B", Cycle: "2026-03", Currency: "CNY", State: settlement.BillIssued}
	for filter, want := range map[BillFilter]int{
		{}: 1, {Cycle: "2026-03", State: "issued"}: 1, {Cycle: "2026-02"}: 0, {State: "expired"}: 0,
	} {
		l := NewBillList(filter)
		if l.Add("P1", bill); len(l.Sorted().Bills) != want || filter.Check() != nil {
			t.Errorf("%+v lists %d bills, want %d", filter, len(l.Bills), want)
		}
	}
}
