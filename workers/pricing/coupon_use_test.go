package pricing

import (
	"testing"
)

// Every reason to refuse a coupon has its code and its field.
func TestCouponRefusals(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, code, pointer string
		edit                func(*Coupon, *CouponUse)
	}{
		{"discount coupon", CodeCouponNotPayable, "/coupon_id", func(c *Coupon, _ *CouponUse) { c.Type = CouponDiscount }},
		{"unknown type", CodeCouponInvalid, "/coupon_type", func(c *Coupon, _ *CouponUse) { c.Type = 3 }},
		{"flexi named as cash", CodeCouponKindMismatch, "/kind", func(c *Coupon, _ *CouponUse) { c.Type = CouponFlexi }},
		{"cash named as flexi", CodeCouponKindMismatch, "/kind", func(_ *Coupon, u *CouponUse) { u.Tender.Kind = TenderFlexiCoupon }},
		{"foreign", CodeCouponForeign, "/coupon_id", func(c *Coupon, _ *CouponUse) { c.CustomerID = "C201" }},
		{"currency", CodeCouponCurrencyMismatch, "/coupon_id", func(c *Coupon, _ *CouponUse) { c.Currency = "USD" }},
		{"arrears", CodeCouponPaysArrears, "/coupon_id", func(_ *Coupon, u *CouponUse) { u.Arrears = true }},
		{"locked", CodeCouponLocked, "/coupon_id", func(c *Coupon, _ *CouponUse) { c.LockOrderID = "O2" }},
		{"frozen", CodeCouponFrozen, "/coupon_id", func(c *Coupon, _ *CouponUse) { c.State = CouponFrozen }},
		{"reclaimed", CodeCouponReclaimed, "/coupon_id", func(c *Coupon, _ *CouponUse) { c.State = CouponReclaimed }},
		{"went back expired", CodeCouponExpired, "/coupon_id", func(c *Coupon, _ *CouponUse) { c.State = CouponExpired }},
		{"unknown state", CodeCouponInvalid, "/coupon_id", func(c *Coupon, _ *CouponUse) { c.State = "lost" }},
		{"expired this instant", CodeCouponExpired, "/coupon_id", func(c *Coupon, u *CouponUse) { c.ExpireTime = u.At }},
		{"not yet valid", CodeCouponNotYetValid, "/coupon_id", func(c *Coupon, u *CouponUse) { c.ValidTime = u.At.Add(1) }},
		{"balance gone", CodeCouponUsedUp, "/coupon_id", func(c *Coupon, _ *CouponUse) { c.Spent = c.FaceValue }},
		{"version 1 used", CodeCouponUsedUp, "/coupon_id", func(c *Coupon, _ *CouponUse) { c.Spent, c.Forfeited = dec("1"), dec("49") }},
		{"uses", CodeCouponUsesExhausted, "/coupon_id", func(c *Coupon, _ *CouponUse) { c.Uses, c.Limits.MaxUses = 2, 2 }},
		{"order kind", CodeCouponOrderKind, "/coupon_id", func(c *Coupon, _ *CouponUse) { c.Limits.OrderKinds = []string{KindRenew, KindChange} }},
		{"first order", CodeCouponFirstOrderOnly, "/coupon_id", func(c *Coupon, _ *CouponUse) { c.Limits.FirstOrder = true }},
		{"service type", CodeCouponNoEligibleLine, "/coupon_id", func(c *Coupon, _ *CouponUse) { c.Limits.ServiceTypes = []string{"obs"} }},
		{"product", CodeCouponNoEligibleLine, "/coupon_id", func(c *Coupon, _ *CouponUse) { c.Limits.ProductIDs = []string{"other"} }},
		{"period number", CodeCouponNoEligibleLine, "/coupon_id", func(c *Coupon, _ *CouponUse) { c.Limits.PeriodNums = []int{3, 12} }},
		{"minimum amount", CodeCouponMinAmount, "/coupon_id", func(c *Coupon, _ *CouponUse) {
			c.Limits.ServiceTypes, c.Limits.MinAmount = []string{serviceEBS}, ptr(dec("40.01"))
		}},
		{"balance", CodeCouponBalanceInsufficient, "/amount", func(c *Coupon, _ *CouponUse) { c.Spent = dec("30.01") }},
		{"more than the lines", CodeCouponExceedsLines, "/amount", func(c *Coupon, u *CouponUse) {
			c.Limits.ServiceTypes, u.Tender.Amount = []string{serviceEBS}, dec("40.01")
		}},
		{"nothing", CodeTenderInvalid, "/amount", func(_ *Coupon, u *CouponUse) { u.Tender.Amount = dec("0") }},
		{"half a cent", CodeTenderInvalid, "/amount", func(_ *Coupon, u *CouponUse) { u.Tender.Amount = dec("0.005") }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			coupon, use := cashCoupon("CP", "50"), couponUse(t).with("CP", "20")
			if err := JudgeCoupon(&coupon, &use); err != nil {
				t.Fatalf("unedited: %v", err)
			}
			test.edit(&coupon, &use)
			wantRefusal(t, JudgeCoupon(&coupon, &use), test.code, test.pointer)
		})
	}
}

// What is just inside a limit passes.
func TestCouponsAtTheirLimits(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(*Coupon, *CouponUse){
		"its own order":     func(c *Coupon, u *CouponUse) { c.LockOrderID = u.OrderID },
		"first instant":     func(c *Coupon, u *CouponUse) { c.ValidTime = u.At },
		"last instant":      func(c *Coupon, u *CouponUse) { c.ExpireTime = u.At.Add(1) },
		"last use":          func(c *Coupon, _ *CouponUse) { c.Uses, c.Limits.MaxUses = 1, 2 },
		"first order":       func(c *Coupon, u *CouponUse) { c.Limits.FirstOrder, u.FirstOrder = true, true },
		"order kind":        func(c *Coupon, _ *CouponUse) { c.Limits.OrderKinds = []string{KindNew} },
		"minimum amount":    func(c *Coupon, _ *CouponUse) { c.Limits.MinAmount = ptr(dec("140")) },
		"balance":           func(c *Coupon, u *CouponUse) { u.Tender.Amount = c.FaceValue },
		"one line of two":   func(c *Coupon, u *CouponUse) { c.Limits.ProductIDs, u.Tender.Amount = []string{"disk"}, dec("40") },
		"flexi":             func(c *Coupon, u *CouponUse) { c.Type, u.Tender.Kind = CouponFlexi, TenderFlexiCoupon },
		"once, still whole": func(c *Coupon, _ *CouponUse) { c.Version = CouponOnce },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			coupon, use := cashCoupon("CP", "50"), couponUse(t).with("CP", "20")
			edit(&coupon, &use)
			if err := JudgeCoupon(&coupon, &use); err != nil {
				t.Error(err)
			}
		})
	}
}

// A coupon keeps away the kind of discount that it names, and only that.
func TestCouponsExcludeDiscounts(t *testing.T) {
	t.Parallel()
	no, yes := false, true
	limits := map[string]Limits{
		"partner":   {WithPartnerDiscount: &no, WithContractDiscount: &yes, WithPromotionDiscount: &yes},
		"contract":  {WithPartnerDiscount: &yes, WithContractDiscount: &no},
		"promotion": {WithPromotionDiscount: &no},
		"nothing":   {},
	}
	excludes := map[int]string{605: "contract", 606: "contract", 607: "partner", 200: "promotion", 700: "promotion"}
	for discountType, excluded := range excludes {
		use := couponUse(t, ratio("D", discountType, "0.9")).with("CP", "20")
		for name, limits := range limits {
			coupon := cashCoupon("CP", "50")
			coupon.Limits = limits
			err := JudgeCoupon(&coupon, &use)
			if name == excluded {
				wantRefusal(t, err, CodeCouponExcludesDiscount, "/coupon_id")
			} else if err != nil {
				t.Errorf("%s with %d: %v", name, discountType, err)
			}
		}
	}
	use := couponUse(t).with("CP", "20")
	coupon := cashCoupon("CP", "50")
	coupon.Limits = Limits{WithPartnerDiscount: &no, WithContractDiscount: &no, WithPromotionDiscount: &no}
	if err := JudgeCoupon(&coupon, &use); err != nil {
		t.Errorf("without a discount: %v", err)
	}
}

// The minimum pay ratio blocks only when every line is below it; a ratio that is met blocks never, however the amounts
// were rounded.
func TestCouponMinimumPayRatio(t *testing.T) {
	t.Parallel()
	server := ratio("D", 605, "0.85")
	server.Scope.ServiceTypes = []string{serviceECS}
	for _, test := range []struct {
		name     string
		discount Discount
		least    string
		blocked  bool
	}{
		{"every line below", ratio("D", 605, "0.85"), "0.9", true},
		{"one line at list price", server, "0.9", false},
		{"met exactly", ratio("D", 605, "0.9"), "0.9", false},
		{"below on every line by cents", ratio("D", 605, "0.8995"), "0.9", true},
		{"above", ratio("D", 605, "0.95"), "0.9", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			coupon, use := cashCoupon("CP", "50"), couponUse(t, test.discount).with("CP", "20")
			coupon.Limits.MinPayRatio = ptr(dec(test.least))
			err := JudgeCoupon(&coupon, &use)
			if test.blocked {
				wantRefusal(t, err, CodeCouponPayRatioTooLow, "/coupon_id")
			} else if err != nil {
				t.Error(err)
			}
		})
	}
	rounded := Charge{Currency: cny, Lines: []LinePrice{{Official: dec("100.07"), Amount: dec("90.06")}, {Official: dec("0"), Amount: dec("0")}}}
	if below, err := rounded.everyRatioBelow(dec("0.9")); below || err != nil {
		t.Errorf("90.06 of 100.07, which is 0.9 rounded down, counts as below 0.9 (%v)", err)
	}
	cent := Charge{Currency: cny, Lines: []LinePrice{{Official: dec("10.01"), Amount: dec("9.00")}}} // 10.0051 and 0.9 of it
	if below, err := cent.everyRatioBelow(dec("0.9")); below || err != nil {
		t.Errorf("9.00 of 10.01, both rounded apart, counts as below 0.9 (%v)", err)
	}
	rounded.Lines[0].Amount = dec("90.05")
	if below, err := rounded.everyRatioBelow(dec("0.9")); !below || err != nil {
		t.Errorf("90.05 of 100.07 does not count as below 0.9 (%v)", err)
	}
}

func TestCouponsOfAPayment(t *testing.T) {
	t.Parallel()
	use := couponUse(t)
	coupons := []Coupon{cashCoupon("A", "50"), cashCoupon("B", "50"), cashCoupon("C", "50"), cashCoupon("D", "50")}
	coupons[2].Type = CouponFlexi
	coupons[3].State = CouponFrozen
	pay := func(id, amount string) Tender {
		return Tender{Kind: TenderCoupon, Reference: id, Amount: dec(amount)}
	}
	flexi := Tender{Kind: TenderFlexiCoupon, Reference: "C", Amount: dec("10")}
	cash := Tender{Kind: TenderCash, Amount: dec("1")}
	for _, test := range []struct {
		name, code, pointer string
		tenders             []Tender
	}{
		{"twice", CodeCouponUsedTwice, "/tenders/1/coupon_id", []Tender{pay("A", "1"), pay("A", "1")}},
		{"unknown", CodeCouponNotFound, "/tenders/1/coupon_id", []Tender{cash, pay("X", "1")}},
		{"the fourth, flexi counted", CodeTooManyCoupons, "/tenders", []Tender{pay("A", "1"), flexi, pay("B", "1"), pay("D", "1")}},
		{"a bad one", CodeCouponFrozen, "/tenders/2/coupon_id", []Tender{cash, pay("A", "1"), pay("D", "1")}},
		{"too much", CodeCouponBalanceInsufficient, "/tenders/0/amount", []Tender{pay("A", "50.01")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			wantRefusal(t, JudgeCoupons(coupons, test.tenders, use), test.code, test.pointer)
		})
	}
	if err := JudgeCoupons(coupons, []Tender{pay("A", "50"), pay("B", "50"), flexi, cash}, use); err != nil {
		t.Error(err)
	}
}

// Each cash coupon pays its eligible lines only, and together no more than is owed on them.
func TestCouponsPayTheirLines(t *testing.T) {
	t.Parallel()
	use := couponUse(t)
	disk, general := cashCoupon("disk", "40"), cashCoupon("any", "60")
	disk.Limits.ServiceTypes = []string{serviceEBS}
	coupons := []Coupon{general, disk}
	eligible := EligibleLines(coupons, use.Quote)
	tenders := []Tender{
		{Kind: TenderCoupon, Reference: "disk", Amount: dec("30")}, {Kind: TenderCoupon, Reference: "any", Amount: dec("55")},
		{Kind: TenderCash, Amount: dec("55")},
	}
	slices, err := Allocate(use.Charge, tenders, eligible)
	if err != nil {
		t.Fatal(err)
	}
	onDisk := func(s Slice) bool { return s.Reference == "disk" && s.LineID == "2" }
	wantAmount(t, "disk coupon on the disk", sumSlices(slices, onDisk), "30")
	wantAmount(t, "other coupon on the disk", sumSlices(slices, func(s Slice) bool { return s.Reference == "any" && s.LineID == "2" }), "5")
	wantAmount(t, "other coupon on the server", sumSlices(slices, func(s Slice) bool { return s.Reference == "any" && s.LineID == "1" }), "50")

	tenders[0].Amount, tenders[1].Amount, tenders[2].Amount = dec("60"), dec("40"), dec("40")
	tenders[0].Reference, tenders[1].Reference = "any", "disk"
	_, err = Allocate(use.Charge, tenders, eligible)
	wantRefusal(t, err, CodeCouponExceedsLines, "/tenders")
	if eligible(Tender{Kind: TenderCoupon, Reference: "unknown"}, "1") {
		t.Error("an unknown coupon may pay")
	}
}
