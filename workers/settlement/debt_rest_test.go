package settlement

import (
	"testing"
	"time"
)

// A settlement of a cycle takes its turn at its time and closes what is left of
// the due, of orders paid until then; coupons on credit wait for the credit and
// are no part of the due.
func TestAllocateRestOfDueAndCoupons(t *testing.T) {
	t.Parallel()
	day := func(d int) time.Time { return at(t, "2026-04-01").AddDate(0, 0, d-1) }
	coupon := debt(t, "O1", "C1", "2026-03-08", "50", "0")
	coupon.ForCoupon, coupon.OutsideDue = true, true
	referral := debt(t, "O9", "C9", "2026-03-09", "10", "0")
	referral.OutsideDue = true
	debts := []Debt{coupon, debt(t, "O1", "C1", "2026-03-08", "100", "0"), debt(t, "O2", "C1", "2026-04-02", "100", "0"), referral}
	rest := func(id string, d int) Repayment {
		return Repayment{ID: id, At: day(d), Cycle: "2026-03", RestOfDue: true}
	}
	for _, c := range []struct {
		name       string
		repayments []Repayment
		settled    []string
		last       int // day of April on which the last of March was paid, 0 for none
	}{
		{"the rest of the due", []Repayment{rest("S", 3)}, []string{"0", "100", "0", "0"}, 3},
		{"what was repaid before counts first", []Repayment{rest("S", 3), {ID: "R", At: day(2), Amount: dec("40")}}, []string{"0", "100", "0", "0"}, 3},
		{"what comes after goes to what is owed then", []Repayment{{ID: "R", At: day(4), Amount: dec("40")}, rest("S", 3)}, []string{"0", "100", "30", "10"}, 3},
		{"twice is once", []Repayment{rest("S2", 5), rest("S1", 3)}, []string{"0", "100", "0", "0"}, 3},
		{"an order paid after it is not settled by it", []Repayment{{ID: "S", At: at(t, "2026-03-01"), Cycle: "2026-03", RestOfDue: true}}, []string{"0", "0", "0", "0"}, 0},
		{"credit before coupons", []Repayment{{ID: "R", At: day(1), CustomerID: "C1", Amount: dec("210")}}, []string{"10", "100", "100", "0"}, 1},
		{"the order it lists, its coupons too, before others", []Repayment{{ID: "R", At: day(1), OrderIDs: []string{"O1"}, Amount: dec("151")}}, []string{"50", "100", "1", "0"}, 1},
		{"referral and coupons are no payment of the due", []Repayment{{ID: "R", At: day(1), OrderIDs: []string{"O9"}, Amount: dec("10")}}, []string{"0", "0", "0", "10"}, 0},
	} {
		settled, surplus := AllocateRepayments(debts, c.repayments)
		for i, want := range c.settled {
			expect(t, c.name+": "+debts[i].OrderID, settled[i], want)
		}
		for i := range surplus {
			expect(t, c.name+": surplus", surplus[i], "0")
		}
		last, found := LastPayment(debts, c.repayments, "2026-03")
		if found != (c.last > 0) || found && !last.Equal(day(c.last)) {
			t.Errorf("%s: the last payment is at %s, %t", c.name, last, found)
		}
	}
}

func TestTaxContained(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ amount, vat, want string }{
		{"669.35", "0.06", "37.89"}, {"-7.00", "0.06", "-0.4"}, {"106.00", "0.06", "6"}, {"106.00", "0", "0"},
	} {
		got, err := TaxContained(dec(c.amount), dec(c.vat), "CNY")
		if err != nil {
			t.Fatal(err)
		}
		expect(t, c.amount+" at "+c.vat, got, c.want)
	}
}
