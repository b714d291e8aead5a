package pricing

import (
	"testing"
	"time"
)

func spend(t *testing.T, c *Coupon, amount string) *Coupon {
	t.Helper()
	out, err := SpendCoupon(c, dec(amount))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestBalanceCouponLastsUntilItIsUsedUp(t *testing.T) {
	t.Parallel()
	coupon := cashCoupon("CP", "50")
	once := spend(t, &coupon, "30")
	wantAmount(t, "balance", once.Balance(), "20")
	wantAmount(t, "balance before", coupon.Balance(), "50")
	empty := spend(t, once, "20")
	if state := empty.StateAt(at("2026-03-01")); state != CouponUsedUp || empty.Uses != 2 {
		t.Errorf("state = %q after %d uses, want used up after 2", state, empty.Uses)
	}
	over := spend(t, empty, "5")
	wantAmount(t, "overdrawn", over.Overdrawn(), "5")
	wantAmount(t, "overdrawn before", empty.Overdrawn(), "0")
}

// Version 1 is used once; what a use that came back had paid can be used again.
func TestCouponOfVersionOneIsUsedOnce(t *testing.T) {
	t.Parallel()
	coupon := cashCoupon("CP", "50")
	coupon.Version = CouponOnce
	used := spend(t, &coupon, "30")
	wantAmount(t, "balance", used.Balance(), "0")
	wantAmount(t, "forfeited", used.Forfeited, "20")
	use := couponUse(t).with("CP", "1")
	wantRefusal(t, JudgeCoupon(used, &use), CodeCouponUsedUp, "/coupon_id")

	part, err := ReturnToCoupon(used, dec("10"), false)
	if err != nil {
		t.Fatal(err)
	}
	wantAmount(t, "balance after a part came back", part.Balance(), "10")
	whole, err := ReturnToCoupon(part, dec("20"), true)
	if err != nil {
		t.Fatal(err)
	}
	wantAmount(t, "balance after all came back", whole.Balance(), "50")
	if whole.Uses != 0 {
		t.Errorf("uses = %d after all came back", whole.Uses)
	}
}

func TestCouponBookingsRefused(t *testing.T) {
	t.Parallel()
	coupon := cashCoupon("CP", "50")
	for _, amount := range []string{"0", "-1", "0.001"} {
		_, err := SpendCoupon(&coupon, dec(amount))
		wantRefusal(t, err, CodeCouponAmountInvalid, "/amount")
	}
	used := spend(t, &coupon, "30")
	for _, amount := range []string{"0", "-1", "0.001", "30.01"} {
		_, err := ReturnToCoupon(used, dec(amount), false)
		wantRefusal(t, err, CodeCouponAmountInvalid, "/amount")
	}
	for state, code := range map[CouponState]string{CouponReclaimed: CodeCouponReclaimed, CouponExpired: CodeCouponExpired, "lost": CodeCouponInvalid} {
		closed := *used
		closed.State = state
		_, err := ReturnToCoupon(&closed, dec("1"), false)
		wantRefusal(t, err, code, "/coupon_id")
		_, err = SetCouponState(&closed, CouponFrozen)
		wantRefusal(t, err, code, "/coupon_id")
	}
	_, err := SetCouponState(used, CouponReclaimed)
	wantRefusal(t, err, CodeCouponInvalid, "/status")
}

func TestCouponFreezesAndIsReleased(t *testing.T) {
	t.Parallel()
	coupon := cashCoupon("CP", "50")
	frozen, err := SetCouponState(&coupon, CouponFrozen)
	if err != nil {
		t.Fatal(err)
	}
	released, err := SetCouponState(frozen, CouponNormal)
	if err != nil {
		t.Fatal(err)
	}
	when := at("2026-03-01")
	if frozen.StateAt(when) != CouponFrozen || released.StateAt(when) != CouponNormal {
		t.Errorf("states %q and %q", frozen.StateAt(when), released.StateAt(when))
	}
}

// A renewal that never began returns its coupons, if they are still valid then; one that began does not.
func TestRenewalReturnsValidCoupons(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	r := s.buy("O1", "2026-01-01 10:00", "", nil, lineFor(1, s.server("vm", monthly("100")), months(1)))[0]
	r = s.renew(r, "O2", "2026-01-05 10:00", months(1), Tender{Kind: TenderCoupon, Reference: "CP", Amount: dec("20")}, Tender{Kind: TenderCash, Amount: dec("80")})
	fresh := cashCoupon("CP", "20")
	used := spend(t, &fresh, "20")
	refund := s.unsubscribe("2026-01-10 10:00", UnsubscribeRenewals, r)

	kept, err := ReturnValidCoupons(refund, []Coupon{*used})
	s.must(err)
	if len(kept.CouponsReturned) != 1 {
		t.Fatalf("%d coupons come back, want 1", len(kept.CouponsReturned))
	}
	back, err := ReturnToCoupon(used, kept.CouponsReturned[0].Amount, true)
	s.must(err)
	wantAmount(t, "balance", back.Balance(), "20")
	wantAmount(t, "cash", kept.Amount, "80")

	for name, edit := range map[string]func(*Coupon){
		"expired":   func(c *Coupon) { c.ExpireTime = refund.At },
		"reclaimed": func(c *Coupon) { c.State = CouponReclaimed },
	} {
		gone := *used
		edit(&gone)
		lost, err := ReturnValidCoupons(refund, []Coupon{gone})
		s.must(err)
		if len(lost.CouponsReturned) != 0 || len(refund.CouponsReturned) != 1 {
			t.Errorf("%s: %d coupons come back of %d", name, len(lost.CouponsReturned), len(refund.CouponsReturned))
		}
	}
	_, err = ReturnValidCoupons(refund, nil)
	wantRefusal(t, err, CodeCouponNotFound, "")

	begun := s.unsubscribe("2026-02-10 10:00", UnsubscribeAll, r)
	if len(begun.CouponsReturned) != 0 {
		t.Errorf("a renewal that began returns %v", begun.CouponsReturned)
	}
}

// A payment's last instant is before the coupon's expiry, whatever the zone it is written in.
func TestCouponValidityIsHalfOpen(t *testing.T) {
	t.Parallel()
	coupon := cashCoupon("CP", "50")
	for when, want := range map[time.Time]CouponState{
		coupon.ValidTime.Add(-1):        CouponNotYetValid,
		coupon.ValidTime.UTC():          CouponNormal,
		coupon.ExpireTime.UTC().Add(-1): CouponNormal,
		coupon.ExpireTime.UTC():         CouponExpired,
	} {
		if got := coupon.StateAt(when); got != want {
			t.Errorf("state at %s = %q, want %q", when, got, want)
		}
	}
}

// A coupon is a means of payment, not a discount: prices, and with them the base of taxes and refunds, are the same
// with and without it, and what comes back is split over it to the cent (F43).
func TestCouponChangesNoPrice(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	vm, disk := s.server("vm", monthly("33.33")), s.disk("disk", monthly("0.1"))
	s.discounts = []Discount{ratio("D", DiscountCommercial, "0.9")}
	lines := []LineInput{lineFor(1, vm, months(1)), lineFor(2, disk, months(1))}
	tenders := []Tender{{Kind: TenderCoupon, Reference: "CP", Amount: dec("10.01")}, {Kind: TenderCash, Amount: dec("23.59")}}
	with := s.buy("O1", "2026-03-08 10:00", "D", tenders, lines...)
	without := s.buy("O2", "2026-03-08 10:00", "D", nil, lines...)
	for i := range with {
		wantAmount(t, "official", with[i].Payments[0].Official, without[i].Payments[0].Official.String())
		in := Unsubscription{CustomerID: customer1, At: at("2026-03-10 10:00"), ResourceIDs: []string{with[i].ID}, Type: UnsubscribeAll, FiveDayAllowed: true}
		whole, err := Unsubscribe(s.site, in, with[i:i+1])
		s.must(err)
		plain, err := Unsubscribe(s.site, in, without[i:i+1])
		s.must(err)
		if len(whole.CouponsReturned) != 1 {
			t.Fatalf("line %d returns %d coupons, want 1", i, len(whole.CouponsReturned))
		}
		wantAmount(t, "cash and coupon", whole.Amount.Add(whole.CouponsReturned[0].Amount), plain.Amount.String())
	}
}

// Coupons and quotas are stored as JSON: what is read back judges the same.
func TestCouponDocumentsSurviveStorage(t *testing.T) {
	t.Parallel()
	quota, coupon := issuedFrom(t, "100", "30")
	coupon.Limits = Limits{
		ServiceTypes: []string{serviceECS}, OrderKinds: []string{KindNew}, PeriodNums: []int{1}, MinAmount: ptr(dec("10")), MaxUses: 2,
		WithPartnerDiscount: ptr(false), WithContractDiscount: ptr(true), MinPayRatio: ptr(dec("0.8")),
	}
	coupon = spend(t, coupon, "10.50")
	equal(t, reread(t, coupon), coupon)
	equal(t, reread(t, quota), quota)
}

// Closing a coupon gives its quota what is left and keeps the identity; what comes back to it later is lost.
func TestClosedCoupon(t *testing.T) {
	t.Parallel()
	_, coupon := issuedFrom(t, "100", "30")
	closed := CloseCoupon(spend(t, coupon, "12"), CouponExpired)
	wantAmount(t, "given back", closed.GivenBack, "18")
	lost, err := ForfeitReturn(closed, dec("12"))
	if err != nil {
		t.Fatal(err)
	}
	wantAmount(t, "lost", lost.Forfeited, "12")
	wantAmount(t, "balance", lost.Balance(), "0")
	for _, amount := range []string{"12.01", "0", "-1", "0.001"} {
		_, err := ForfeitReturn(closed, dec(amount))
		wantRefusal(t, err, CodeCouponAmountInvalid, "/amount")
	}
	wantAmount(t, "an overdrawn coupon", CloseCoupon(spend(t, coupon, "31"), CouponReclaimed).GivenBack, "0")
	alone := *coupon
	alone.QuotaID = ""
	wantAmount(t, "without a quota", CloseCoupon(&alone, CouponExpired).Balance(), "30")
}
