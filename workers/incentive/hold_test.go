package incentive

import "testing"

func TestCovers(t *testing.T) {
	t.Parallel()
	slice := Slice{DetailID: "D1", OrderID: "O1", BillID: "B1", Cycle: "2026-03", Currency: cny, Tender: TenderCash}
	credit, flexi := slice, slice
	credit.Tender = TenderMonthlySettlement
	flexi.Tender, flexi.OnCredit = TenderFlexiCoupon, true
	order := Scope{OrderID: "O1"}
	for _, c := range []struct {
		name  string
		hold  Hold
		slice Slice
		want  bool
	}{
		{"credit freezes credit slices", Hold{Reason: HoldCreditNotRepaid, Scope: order, Open: true}, credit, true},
		{"credit leaves cash slices", Hold{Reason: HoldCreditNotRepaid, Scope: order, Open: true}, slice, false},
		{"flexi on credit", Hold{Reason: HoldFlexiCouponNotRepaid, Scope: order, Open: true}, flexi, true},
		{"flexi leaves cash slices", Hold{Reason: HoldFlexiCouponNotRepaid, Scope: order, Open: true}, slice, false},
		{"milestone takes the order", Hold{Reason: HoldMilestoneUndelivered, Scope: order, Open: true}, slice, true},
		{"another order", Hold{Reason: HoldMilestoneUndelivered, Scope: Scope{OrderID: "O2"}, Open: true}, slice, false},
		{"a closed hold", Hold{Reason: HoldMilestoneUndelivered, Scope: order}, slice, false},
		{"cycle", Hold{Reason: HoldCycleUnpaid, Scope: Scope{Cycle: "2026-03"}, Open: true}, slice, true},
		{"cycle in another currency", Hold{Reason: HoldCycleUnpaid, Scope: Scope{Cycle: "2026-03", Currency: "USD"}, Open: true}, slice, false},
		{"another cycle", Hold{Reason: HoldCycleUnpaid, Scope: Scope{Cycle: "2026-04"}, Open: true}, slice, false},
		{"detail", Hold{Reason: HoldCompliance, Scope: Scope{DetailID: "D1"}, Open: true}, slice, true},
		{"bill", Hold{Reason: HoldContractMissing, Scope: Scope{BillID: "B1"}, Open: true}, slice, true},
		{"F59: a blacklisted partner, present and future", Hold{Reason: HoldBlacklisted, Scope: Scope{Partner: true}, Open: true}, Slice{DetailID: "later"}, true},
		{"no scope covers nothing", Hold{Reason: HoldOther, Open: true}, slice, false},
	} {
		if got := c.hold.Covers(c.slice); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Holds stack: the slice thaws with the last of them, and then exactly what was frozen.
func TestFrozenStacks(t *testing.T) {
	t.Parallel()
	slice := Slice{OrderID: "O1", Currency: cny, Tender: TenderCredit}
	holds := []Hold{
		{ID: "1", Reason: HoldCreditNotRepaid, Scope: Scope{OrderID: "O1"}, Open: true, Credit: dec("300"), Settled: dec("100")},
		{ID: "2", Reason: HoldCompliance, Scope: Scope{Partner: true}, Open: true},
	}
	frozen, covering, err := Frozen(dec("10"), slice, holds)
	if err != nil || len(covering) != 2 {
		t.Fatalf("covered by %v: %v", covering, err)
	}
	expect(t, "both", frozen, "10")
	frozen, _, err = Frozen(dec("10"), slice, []Hold{holds[1], holds[0]})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "both, in the other order", frozen, "10")
	holds[1].Open = false
	frozen, covering, err = Frozen(dec("10"), slice, holds)
	if err != nil || len(covering) != 1 || covering[0].ID != "1" {
		t.Fatalf("covered by %v: %v", covering, err)
	}
	expect(t, "credit alone", frozen, "6.67")
	negative, _, err := Frozen(dec("-0.19"), slice, holds)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "F49: a negative detail is frozen with its original", negative, "-0.13")
	holds[0].Settled = dec("-1")
	if _, _, err := Frozen(dec("10"), slice, holds); codeOf(err) != CodeInvalidAmount {
		t.Errorf("a negative settlement: %v", err)
	}
}

func TestHoldValidate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		hold Hold
		want string
	}{
		{"order", Hold{Reason: HoldCreditNotRepaid, Scope: Scope{OrderID: "O1"}}, ""},
		{"partner", Hold{Reason: "audit", Scope: Scope{Partner: true}}, ""},
		{"no reason", Hold{Scope: Scope{Partner: true}}, CodeUnknownHoldReason},
		{"no scope", Hold{Reason: HoldCompliance}, CodeInvalidHold},
		{"two scopes", Hold{Reason: HoldCompliance, Scope: Scope{OrderID: "O1", BillID: "B1"}}, CodeInvalidHold},
		{"a cycle hold on an order", Hold{Reason: HoldCycleUnpaid, Scope: Scope{OrderID: "O1"}}, CodeInvalidHold},
		{"a credit hold on a bill", Hold{Reason: HoldCreditNotRepaid, Scope: Scope{BillID: "B1"}}, CodeInvalidHold},
	} {
		if got := codeOf(c.hold.Validate()); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	for reason, want := range map[string]string{
		HoldCompliance: "", "audit": "", "": CodeUnknownHoldReason, HoldCycleUnpaid: CodeUnknownHoldReason, HoldCreditNotRepaid: CodeUnknownHoldReason,
	} {
		if got := codeOf(ByOperations(reason)); got != want {
			t.Errorf("reason %q of operations: %q, want %q", reason, got, want)
		}
	}
}
