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
			b := &decision.Bill{ID: "B", Currency: "JPY", State: settlement.BillState(state), Amounts: amounts(payable, "0", payable)}
			can, blocked := settlement.Applicable(settlement.BillView{State: b.State, Payable: b.Amounts.Payable}, settlement.Gates{Authenticated: true})
			l.add("P1", b, can, blocked)
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

// TestEveryGateHasAReason: an issued bill with something payable says which gate keeps it from being requested.
func TestEveryGateHasAReason(t *testing.T) {
	t.Parallel()
	least := decimal.RequireFromString("10")
	for want, gates := range map[string]settlement.Gates{
		"": {Authenticated: true}, "business information is not authenticated": {}, "an account is overdue": {Authenticated: true, Overdue: true},
		"below the minimum payment of its policy": {Authenticated: true, MinPayment: &least},
	} {
		b := &decision.Bill{ID: "B", Currency: "JPY", State: settlement.BillIssued, Amounts: amounts("5", "0", "5")}
		can, blocked := settlement.Applicable(settlement.BillView{State: b.State, Payable: b.Amounts.Payable}, gates)
		l := NewBillList(BillFilter{})
		l.add("P1", b, can, blocked)
		if got := l.Sorted().Bills[0]; got.Because != want || got.CanBeRequested.Decimal.IsZero() != (want != "") {
			t.Errorf("%+v: %s can be requested because %q", gates, got.CanBeRequested.Decimal, got.Because)
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
		if l.add("P1", bill, decimal.Decimal{}, nil); len(l.Sorted().Bills) != want || filter.Check() != nil {
			t.Errorf("%+v lists %d bills, want %d", filter, len(l.Bills), want)
		}
	}
}
