package pricing

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
)

// SetCouponState returns a copy of a coupon that was frozen or released.
// Refusals: coupon_reclaimed, coupon_expired, coupon_invalid.
func SetCouponState(c *Coupon, state CouponState) (*Coupon, error) {
	if state != CouponNormal && state != CouponFrozen {
		return nil, refuse(CodeCouponInvalid, "/status", "set coupon %q to state %q: use %q or %q", c.ID, string(state), string(CouponNormal), string(CouponFrozen))
	}
	if err := c.checkOpen(); err != nil {
		return nil, err
	}
	out := *c
	out.State = state
	return &out, nil
}

// checkOpen refuses a coupon whose balance went back for good.
func (c *Coupon) checkOpen() error {
	if c.State == CouponNormal || c.State == CouponFrozen {
		return nil
	}
	return c.usableAt(c.ValidTime) // these states do not depend on the time
}

// SpendCoupon returns a copy of a coupon after a payment of an amount. It books a fact and judges nothing but the
// amount: see JudgeCoupon, and Overdrawn for payments that did not know of one another. Version 1 forfeits what this
// one use leaves over. Refusals: coupon_amount_invalid.
func SpendCoupon(c *Coupon, amount decimal.Decimal) (*Coupon, error) {
	if !amount.IsPositive() || money.Valid(amount, c.Currency) != nil {
		return nil, c.amountInvalid(amount)
	}
	out := *c
	out.Spent = c.Spent.Add(amount)
	out.Uses++
	if left := out.Balance(); c.Version == CouponOnce && left.IsPositive() {
		out.Forfeited = c.Forfeited.Add(left)
	}
	return &out, nil
}

// ReturnToCoupon returns a copy of a coupon to which an amount of a payment came back; whole says that nothing of that
// payment is left on it, which undoes the use. Version 1 can be used again, once, for what came back; when all of it
// did, nothing is forfeited either. Refusals: coupon_amount_invalid, coupon_reclaimed, coupon_expired.
func ReturnToCoupon(c *Coupon, amount decimal.Decimal, whole bool) (*Coupon, error) {
	if err := c.checkOpen(); err != nil {
		return nil, err
	}
	if !amount.IsPositive() || money.Valid(amount, c.Currency) != nil || amount.GreaterThan(c.Spent) || c.Uses == 0 {
		return nil, c.amountInvalid(amount)
	}
	out := *c
	out.Spent = c.Spent.Sub(amount)
	if whole {
		out.Uses--
	}
	if out.Spent.IsZero() {
		out.Forfeited = decimal.Zero
	}
	return &out, nil
}

// CloseCoupon returns a copy of a coupon that was reclaimed or has expired. It books a fact and judges nothing: see
// ReclaimCoupon and ExpireCoupon. Its balance went back to its quota, if there is one behind it; nothing of an
// overdrawn one does.
func CloseCoupon(c *Coupon, state CouponState) *Coupon {
	out := *c
	out.State = state
	if balance := c.Balance(); c.QuotaID != "" && balance.IsPositive() {
		out.GivenBack = c.GivenBack.Add(balance)
	}
	return &out
}

// ForfeitReturn returns a copy of a closed coupon to which an amount of a payment came back, which is lost (Pricing
// rules, sections 4 and 7). Refusals: coupon_amount_invalid.
func ForfeitReturn(c *Coupon, amount decimal.Decimal) (*Coupon, error) {
	if !amount.IsPositive() || money.Valid(amount, c.Currency) != nil || amount.GreaterThan(c.Spent) {
		return nil, c.amountInvalid(amount)
	}
	out := *c
	out.Spent, out.Forfeited = c.Spent.Sub(amount), c.Forfeited.Add(amount)
	return &out, nil
}

func (c *Coupon) amountInvalid(amount decimal.Decimal) error {
	return refuse(CodeCouponAmountInvalid, "/amount", "book %s on coupon %q: use more than 0, in whole minor units of %s, and give back at most the %s that was paid with it",
		amount, c.ID, c.Currency, money.Fixed(c.Spent, c.Currency))
}

// ReturnValidCoupons returns a copy of a refund that gives coupons back only where they are still valid at its time:
// what was paid with an expired or reclaimed one is lost (Pricing rules, sections 4 and 7). Only renewals that never
// began and the five-day rule return coupons at all; see Unsubscribe. coupons are all that the refund may return.
// Refusals: coupon_not_found.
func ReturnValidCoupons(f *Refund, coupons []Coupon) (*Refund, error) {
	out := *f
	out.CouponsReturned = nil
	for _, back := range f.CouponsReturned {
		i := slices.IndexFunc(coupons, func(c Coupon) bool { return c.ID == back.Reference })
		if i < 0 {
			return nil, refuse(CodeCouponNotFound, "", "return %s to coupon %q: it is unknown; load it with the refund", back.Amount, back.Reference)
		}
		if state := coupons[i].StateAt(f.At); state != CouponExpired && state != CouponReclaimed {
			out.CouponsReturned = append(out.CouponsReturned, back)
		}
	}
	return &out, nil
}
