package pricing

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

// anyCouponOrder is a charge of some lines with the quote behind it; a line's service type is its own.
func anyCouponOrder(t *rapid.T) (*Quote, *Charge) {
	quote, charge := &Quote{Kind: KindNew, Currency: cny}, &Charge{Currency: cny}
	for n := range rapid.IntRange(1, 6).Draw(t, "lines") {
		amount := anyAmount(t, "amount", 0, 10_000, 2)
		quote.Lines = append(quote.Lines, QuoteLine{LineID: fmt.Sprint(n), ServiceType: fmt.Sprint(n % 3), Official: amount})
		charge.Lines = append(charge.Lines, LinePrice{LineID: fmt.Sprint(n), Official: amount, Amount: amount})
		charge.Amount = charge.Amount.Add(amount)
	}
	return quote, charge
}

// What a payment takes of a coupon never exceeds its balance, nor its eligible lines; the slices sum to the coupon to
// the cent, so that no share of it is rounded away (F42), and the prices of the lines are what they were without
// it (F43).
func TestCouponPaymentsStayWithinTheirCoupons(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		quote, charge := anyCouponOrder(rt)
		var coupons []Coupon
		var tenders []Tender
		left := charge.Amount
		for n := range rapid.IntRange(1, 3).Draw(rt, "coupons") {
			coupon := cashCoupon(fmt.Sprint("CP", n), anyAmount(rt, "face", 1, 5_000, 2).String())
			if rapid.Bool().Draw(rt, "limited") {
				coupon.Limits.ServiceTypes = []string{fmt.Sprint(rapid.IntRange(0, 2).Draw(rt, "service"))}
			}
			coupons = append(coupons, coupon)
			amount := decimal.Min(left, anyAmount(rt, "amount", 1, 6_000, 2))
			tenders = append(tenders, Tender{Kind: TenderCoupon, Reference: coupon.ID, Amount: amount})
			left = left.Sub(amount)
		}
		tenders = append(tenders, Tender{Kind: TenderCash, Amount: left})
		use := CouponUse{CustomerID: customer1, OrderID: "O1", At: at("2026-03-08"), Quote: quote, Charge: charge}
		if JudgeCoupons(coupons, tenders, use) != nil {
			return
		}
		eligible := EligibleLines(coupons, quote)
		slices, err := Allocate(charge, tenders, eligible)
		if err != nil {
			wantRefusal(t, err, CodeCouponExceedsLines, "/tenders")
			return
		}
		for i := range coupons {
			coupon, tender := &coupons[i], tenders[i]
			taken := sumSlices(slices, func(s Slice) bool { return s.Reference == coupon.ID })
			if taken.GreaterThan(coupon.Balance()) || !taken.Equal(tender.Amount) {
				rt.Fatalf("coupon %s of %s: %s was asked, %s taken", coupon.ID, coupon.FaceValue, tender.Amount, taken)
			}
			if foreign := sumSlices(slices, func(s Slice) bool { return s.Reference == coupon.ID && !eligible(tender, s.LineID) }); !foreign.IsZero() {
				rt.Fatalf("coupon %s pays %s of lines it may not pay", coupon.ID, foreign)
			}
			after, err := SpendCoupon(coupon, taken)
			if err != nil || after.Balance().IsNegative() || !after.Balance().Add(taken).Equal(coupon.FaceValue) {
				rt.Fatalf("balance %s after %s of %s, %v", after.Balance(), taken, coupon.FaceValue, err)
			}
		}
		for _, line := range charge.Lines {
			if paid := sumSlices(slices, func(s Slice) bool { return s.LineID == line.LineID }); !paid.Equal(line.Amount) {
				rt.Fatalf("line %s of %s is paid with %s", line.LineID, line.Amount, paid)
			}
		}
	})
}

// Whatever is issued, spent, returned, reclaimed and expired: what was granted is in the quota, on coupons, or spent.
func TestQuotaIsConserved(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		quota := couponQuota("1000")
		granted := quota.Amount
		var coupons []*Coupon
		steps := rapid.SliceOfN(rapid.SampledFrom([]string{"grant", "issue", "spend", "return", "reclaim", "expire"}), 1, 30).Draw(rt, "steps")
		for n, step := range steps {
			amount := anyAmount(rt, "amount", 1, 50_000, 2)
			if step == "grant" {
				more, err := GrantQuota(quota, amount)
				quota = booked(rt, more, err)
				granted = granted.Add(amount)
			}
			if step == "issue" {
				template := cashCoupon("", amount.String())
				template.Version = rapid.IntRange(CouponOnce, CouponBalance).Draw(rt, "version")
				out, err := IssueCoupons(quota, &template, []Recipient{{fmt.Sprint(n), customer1, associationResale, ""}}, at("2026-03-01"))
				if err != nil {
					rt.Fatal(err)
				}
				quota = out.Quota
				for i := range out.Coupons {
					coupons = append(coupons, &out.Coupons[i])
				}
			}
			if len(coupons) > 0 {
				i := rapid.IntRange(0, len(coupons)-1).Draw(rt, "coupon")
				quota, coupons[i] = moveCoupon(rt, step, quota, coupons[i], amount)
			}
			held := quota.Balance()
			for _, c := range coupons {
				if c.Balance().IsNegative() || c.GivenBack.Add(c.Spent).Add(c.Forfeited).GreaterThan(c.FaceValue) {
					rt.Fatalf("after %s: coupon %+v", step, c)
				}
				held = held.Add(c.Balance()).Add(c.Spent).Add(c.Forfeited)
			}
			if !held.Equal(granted) || quota.Balance().IsNegative() {
				rt.Fatalf("after %s: %s is accounted for, %s was granted; the quota has %s", step, held, granted, quota.Balance())
			}
		}
	})
}

// moveCoupon does one step with a coupon when the rules admit it.
func moveCoupon(t *rapid.T, step string, q *CouponQuota, c *Coupon, amount decimal.Decimal) (*CouponQuota, *Coupon) {
	switch {
	case step == "spend" && c.StateAt(at("2026-03-01")) == CouponNormal:
		spent, err := SpendCoupon(c, decimal.Min(amount, c.Balance()))
		return q, booked(t, spent, err)
	case step == "return" && c.State == CouponNormal && c.Spent.IsPositive():
		back := decimal.Min(amount, c.Spent)
		returned, err := ReturnToCoupon(c, back, back.Equal(c.Spent) && c.Uses == 1)
		return q, booked(t, returned, err)
	case step == "reclaim":
		if filled, closed, err := ReclaimCoupon(q, c, at("2026-03-01")); err == nil {
			return filled, closed
		}
	case step == "expire":
		if filled, closed, err := ExpireCoupon(q, c, c.ExpireTime); err == nil {
			return filled, closed
		}
	}
	return q, c
}

// booked stops the test when a booking that the rules admit is refused.
func booked[T any](t *rapid.T, out *T, err error) *T {
	if err != nil {
		t.Fatal(err)
	}
	return out
}
