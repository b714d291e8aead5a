package pricing

import (
	"testing"
)

// One customer's month, worked by hand: the order, its upgrade and their return, to the cent.
func TestWorkedExample(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	a, b := s.server("A", monthly("470.00")), s.server("B", monthly("869.00"))
	d1 := ratio("D1", DiscountCommercial, "0.9")
	d1.Scope.CustomerIDs = []string{customer1}
	s.discounts = []Discount{d1}

	placed := s.subscribe("2026-03-08 10:00", lineFor(1, a, months(1)))
	wantAmount(t, "official", placed.Official, "470.00")
	if got := placed.AutomaticChoice(s.site); got != "D1" {
		t.Fatalf("automatic choice = %q, want D1", got)
	}
	tenders := []Tender{{Kind: TenderCredit, Amount: dec("400.00")}, {Kind: TenderCoupon, Reference: "CP1", Amount: dec("23.00")}}
	charge, slices := s.pay(placed, "D1", tenders...)
	wantAmount(t, "discount", charge.Discount, "47.00")
	wantAmount(t, "amount", charge.Amount, "423.00")
	resources, err := Provision(s.site, placed, charge, slices, customer1, "O1", at("2026-03-08 10:05"))
	s.must(err)
	vm := resources[0]
	if !vm.Expiry.Equal(at("2026-04-08 23:59:59")) {
		t.Errorf("expiry = %s", vm.Expiry)
	}

	changed := s.change(vm, SpecChange{At: at("2026-03-18 09:20"), NewSpec: b.Spec})
	fee, feeSlices := s.pay(changed, changed.AutomaticChoice(s.site))
	wantAmount(t, "upgrade fee", fee.Amount, "246.35")
	vm, err = ApplyChange(s.site, vm, changed, fee, feeSlices, "O2", at("2026-03-18 09:21"))
	s.must(err)

	refund := s.unsubscribe("2026-04-06 15:20", UnsubscribeAll, vm)
	if len(refund.Orders) != 2 || len(refund.CouponsReturned) != 0 {
		t.Fatalf("refund = %+v, want two orders and no coupon", refund)
	}
	for i, want := range []struct{ order, paid, consumed, fee, refund string }{
		{"O1", "400.00", "369.92", "30.08", "0.00"},
		{"O2", "246.35", "219.29", "24.64", "2.42"},
	} {
		got := refund.Orders[i]
		if got.OrderID != want.order {
			t.Errorf("order %d = %q, want %q", i, got.OrderID, want.order)
		}
		wantAmount(t, want.order+" paid", got.Paid, want.paid)
		wantAmount(t, want.order+" consumed", got.Consumed, want.consumed)
		wantAmount(t, want.order+" fee", got.Fee, want.fee)
		wantAmount(t, want.order+" refund", got.Amount, want.refund)
	}
	if tender := refund.Orders[1].Tenders[0]; tender.Kind != TenderCash || !tender.Amount.Equal(dec("2.42")) {
		t.Errorf("refunded tender = %+v, want 2.42 cash", tender)
	}
}

func TestWorkedExampleIsExplained(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	a, b := s.server("A", monthly("470.00")), s.server("B", monthly("869.00"))
	s.discounts = []Discount{ratio("D1", DiscountCommercial, "0.9")}
	vm := s.buy("O1", "2026-03-08 10:05", "D1", nil, lineFor(1, a, months(1)))[0]
	vm = s.upgrade(vm, "O2", "D1", SpecChange{At: at("2026-03-18 09:20"), NewSpec: b.Spec})
	charge, _ := s.pay(s.change(vm, SpecChange{At: at("2026-03-18 09:20"), NewSpec: a.Spec}), "")
	wantAmount(t, "downgrade price", charge.Amount, "0")
	placed, _ := s.pay(s.subscribe("2026-03-08 10:00", lineFor(1, a, months(1))), "D1")
	refund := s.unsubscribe("2026-04-06 15:20", UnsubscribeAll, vm)
	for _, check := range []struct{ name, got, want string }{
		{"list price", placed.Lines[0].Steps[0].Formula, "470 x 1 = 470.00"},
		{"discount", placed.Lines[0].Steps[1].Formula, "470 x 1 x 0.9 = 423.00"},
		{"discount id", placed.Lines[0].Steps[1].Reference, "D1"},
		{"consumed", refund.Orders[1].Steps[0].Formula, "246.35 x 462 h / 519 h = 219.29"},
		{"fee", refund.Orders[1].Steps[1].Formula, "min(246.35 x 0.1, 27.06) = 24.64"},
	} {
		if check.got != check.want {
			t.Errorf("%s = %q, want %q", check.name, check.got, check.want)
		}
	}
}
