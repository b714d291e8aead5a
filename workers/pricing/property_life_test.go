package pricing

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/accruald/accruald/workers/calendar"
)

// story is a random life of one resource under one discount or none.
type story struct {
	*shop
	discountID string
	products   []Product
	now        time.Time
	r          *Resource
	paid       decimal.Decimal // without coupons
	coupons    decimal.Decimal
	refunded   decimal.Decimal
}

func anyStory(rt *rapid.T, t *testing.T) *story {
	s := &story{shop: newShop(t), now: at("2024-01-01 00:00").Add(time.Duration(rapid.IntRange(0, 800*24*60).Draw(rt, "start")) * time.Minute)}
	for _, id := range []string{"small", "middle", "large"} {
		s.products = append(s.products, s.server(id, flat(calendar.Month, 1, anyAmount(rt, id, 1, 100_000, 2).String()), flat(calendar.Year, 1, anyAmount(rt, id, 1, 900_000, 2).String())))
	}
	if rapid.Bool().Draw(rt, "discounted") {
		s.discountID = "D"
		s.discounts = []Discount{ratio("D", DiscountCommercial, anyAmount(rt, "ratio", 1, 100, 2).String())}
	}
	period := rapid.SampledFrom([]calendar.Period{months(1), months(3), years(1), years(2)}).Draw(rt, "term")
	quote := s.subscribe(s.now.Format("2006-01-02 15:04:05"), lineFor(1, s.products[1], period))
	charge, slices := s.tender(rt, quote)
	resources, err := Provision(s.site, quote, charge, slices, customer1, "O1", s.now)
	s.must(err)
	s.r = resources[0]
	return s
}

// tender pays a quote with up to one coupon, credit and cash.
func (s *story) tender(rt *rapid.T, q *Quote) (*Charge, []Slice) {
	charge, err := q.Charge(s.discountID)
	s.must(err)
	coupon := anyAmount(rt, "coupon", 0, charge.Amount.Shift(2).IntPart(), 2)
	credit := anyAmount(rt, "credit", 0, charge.Amount.Sub(coupon).Shift(2).IntPart(), 2)
	cash := charge.Amount.Sub(coupon).Sub(credit)
	slices, err := Allocate(charge, []Tender{{TenderCash, "", cash}, {TenderCoupon, "CP", coupon}, {TenderCredit, "", credit}}, everyLine)
	s.must(err)
	s.paid, s.coupons = s.paid.Add(cash).Add(credit), s.coupons.Add(coupon)
	return charge, slices
}

func (s *story) change(rt *rapid.T, to Product) {
	if to.Spec == s.r.SpecAt(s.now).Spec {
		return
	}
	quote, err := Change(s.book(), SpecChange{CustomerID: customer1, At: s.now, NewSpec: to.Spec}, s.r)
	s.must(err)
	if quote.Refund != nil {
		s.refunded = s.refunded.Add(quote.Refund.Amount)
		s.r, err = ApplyDowngrade(s.site, s.r, quote)
	} else {
		charge, slices := s.tender(rt, quote)
		s.r, err = ApplyChange(s.site, s.r, quote, charge, slices, "C"+s.now.Format(time.RFC3339), s.now)
	}
	s.must(err)
}

func (s *story) renew(rt *rapid.T) {
	quote, err := Renew(s.book(), Renewal{CustomerID: customer1, At: s.now, ResourceIDs: []string{s.r.ID}, Period: months(1)}, []*Resource{s.r})
	s.must(err)
	charge, slices := s.tender(rt, quote)
	s.r, err = ApplyRenewal(s.site, s.r, quote, charge, slices, "R"+s.now.Format(time.RFC3339), s.now)
	s.must(err)
}

// Whatever happens to a resource, refunds never exceed what was paid, every level adds up, and coupons that were used
// do not come back as money (F30, F31).
func TestRefundNeverAbovePaid(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := anyStory(rt, t)
		for range rapid.IntRange(0, 5).Draw(rt, "events") {
			s.now = s.now.Add(time.Duration(rapid.IntRange(0, 12*24).Draw(rt, "hours")) * time.Hour)
			if !s.now.Before(s.r.Expiry) || rapid.IntRange(0, 3).Draw(rt, "event") == 0 {
				s.now = earlier(s.now, s.r.Expiry)
				s.renew(rt)
				continue
			}
			s.change(rt, rapid.SampledFrom(s.products).Draw(rt, "to"))
		}
		in := Unsubscription{CustomerID: customer1, At: s.now, ResourceIDs: []string{s.r.ID}, Type: UnsubscribeAll, FiveDayAllowed: rapid.Bool().Draw(rt, "five days")}
		refund, err := Unsubscribe(s.site, in, []*Resource{s.r})
		s.must(err)
		checkRefund(rt, refund)
		returned := decimal.Zero
		for _, coupon := range refund.CouponsReturned {
			returned = returned.Add(coupon.Amount)
		}
		if total := s.refunded.Add(refund.Amount); total.GreaterThan(s.paid) || returned.GreaterThan(s.coupons) {
			rt.Fatalf("refunded %s of %s, coupons %s of %s", total, s.paid, returned, s.coupons)
		}
		gone, err := ApplyRefund(s.site, s.r, refund)
		s.must(err)
		checkSlices(rt, gone)
	})
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func checkRefund(t *rapid.T, f *Refund) {
	for _, order := range f.Orders {
		var sum TenderRefund
		for _, tender := range order.Tenders {
			if tender.Amount.IsNegative() || tender.Fee.IsNegative() || tender.Consumed.IsNegative() ||
				!tender.Paid.Equal(tender.Amount.Add(tender.Fee).Add(tender.Consumed).Add(tender.Kept)) {
				t.Fatalf("tender does not add up: %+v", tender)
			}
			sum.Paid, sum.Amount = sum.Paid.Add(tender.Paid), sum.Amount.Add(tender.Amount)
		}
		if !sum.Paid.Equal(order.Paid) || !sum.Amount.Equal(order.Amount) ||
			!order.Paid.Equal(order.Amount.Add(order.Fee).Add(order.Consumed).Add(order.Kept)) {
			t.Fatalf("order does not add up: %+v", order)
		}
	}
	if !f.Paid.Equal(f.Amount.Add(f.Fee).Add(f.Consumed).Add(f.Kept)) {
		t.Fatalf("refund does not add up: %+v", f)
	}
}

func checkSlices(t *rapid.T, r *Resource) {
	for _, payment := range r.Payments {
		for _, slice := range payment.Slices {
			if slice.left().IsNegative() || slice.Refunded.IsNegative() || slice.Consumed.IsNegative() {
				t.Fatalf("slice of %s is overdrawn: %+v", payment.OrderID, slice)
			}
		}
	}
}

// An upgrade there and back at one instant, with the same prices and discount, never gains (F30).
func TestThereAndBackNeverGains(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := anyStory(rt, t)
		s.now = s.now.Add(time.Duration(rapid.IntRange(0, 27*24*60).Draw(rt, "minutes")) * time.Minute)
		if rapid.Bool().Draw(rt, "renewed") {
			s.renew(rt)
		}
		home := s.products[1]
		s.paid, s.coupons, s.refunded = decimal.Zero, decimal.Zero, decimal.Zero
		s.change(rt, rapid.SampledFrom(s.products).Draw(rt, "to"))
		if !s.refunded.IsZero() {
			return // there was down: what the way back costs is known only when it is ordered
		}
		s.change(rt, home)
		if s.r.Spec != home.Spec {
			rt.Fatalf("ended as %q", s.r.Spec)
		}
		if s.refunded.GreaterThan(s.paid) {
			rt.Fatalf("paid %s and got %s back", s.paid, s.refunded)
		}
	})
}
