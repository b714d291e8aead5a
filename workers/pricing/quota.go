package pricing

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
)

// QuotaState says whether coupons can be issued from a quota.
type QuotaState string

// The states of a quota. Only a normal one issues; what comes back is taken in every state.
const (
	QuotaNormal    QuotaState = "normal"
	QuotaFrozen    QuotaState = "frozen"
	QuotaAdjusting QuotaState = "adjusting"
	QuotaClosed    QuotaState = "closed"
)

// CouponQuota is what a partner may issue coupons from: Amount = Balance + Issued - GivenBack.
type CouponQuota struct {
	ID, PartnerID             string
	Type                      int // 0 cash coupons, 1 flexi coupons
	Currency                  money.Currency
	Amount, Issued, GivenBack decimal.Decimal // granted in all; put into coupons; reclaimed and expired
	EffectiveTime, ExpireTime time.Time       // half open
	State                     QuotaState
	Limits                    Limits // of every coupon issued from it
}

// Balance returns what can still be issued, below 0 when the quota is overdrawn.
func (q *CouponQuota) Balance() decimal.Decimal { return q.Amount.Sub(q.Issued).Add(q.GivenBack) }

// Overdrawn returns by how much more was issued than granted, 0 when it was not.
func (q *CouponQuota) Overdrawn() decimal.Decimal {
	return decimal.Max(q.Balance().Neg(), decimal.Zero)
}

// GrantQuota returns a copy of a quota that was granted more. Refusals: quota_amount_invalid.
func GrantQuota(q *CouponQuota, amount decimal.Decimal) (*CouponQuota, error) {
	if err := q.checkAmount(amount); err != nil {
		return nil, err
	}
	out := *q
	out.Amount = q.Amount.Add(amount)
	return &out, nil
}

// DrawQuota returns a copy of a quota from which a coupon of an amount was issued. It books a fact, so that the
// balance may go below 0. Refusals: quota_amount_invalid.
func DrawQuota(q *CouponQuota, amount decimal.Decimal) (*CouponQuota, error) {
	if err := q.checkAmount(amount); err != nil {
		return nil, err
	}
	out := *q
	out.Issued = q.Issued.Add(amount)
	return &out, nil
}

// RefillQuota returns a copy of a quota into which an amount came back, in whatever state it is, so that nothing
// is lost. Refusals: quota_amount_invalid, also for more than was issued.
func RefillQuota(q *CouponQuota, amount decimal.Decimal) (*CouponQuota, error) {
	if err := q.checkAmount(amount); err != nil {
		return nil, err
	}
	out := *q
	out.GivenBack = q.GivenBack.Add(amount)
	if out.GivenBack.GreaterThan(q.Issued) {
		return nil, refuse(CodeQuotaAmountInvalid, "", "give %s back to quota %q: of the %s issued from it %s came back before; correct the amount",
			money.Fixed(amount, q.Currency), q.ID, money.Fixed(q.Issued, q.Currency), money.Fixed(q.GivenBack, q.Currency))
	}
	return &out, nil
}

func (q *CouponQuota) checkAmount(amount decimal.Decimal) error {
	if !amount.IsPositive() || money.Valid(amount, q.Currency) != nil {
		return refuse(CodeQuotaAmountInvalid, "", "book %s on quota %q: use more than 0, in whole minor units of %s", amount, q.ID, q.Currency)
	}
	return nil
}

// issuesAt refuses a quota that cannot issue at a time.
func (q *CouponQuota) issuesAt(at time.Time) error {
	const pointer = "/quota_id"
	switch q.State {
	case QuotaNormal:
	case QuotaFrozen, QuotaAdjusting, QuotaClosed:
		return refuse(CodeQuotaState, pointer, "issue from quota %q, which is %s: wait until it is normal, or issue from another", q.ID, string(q.State))
	default:
		return refuse(CodeQuotaState, pointer, "issue from quota %q, which is in the unknown state %q: correct its record", q.ID, string(q.State))
	}
	if at.Before(q.EffectiveTime) || !at.Before(q.ExpireTime) {
		return refuse(CodeQuotaNotInForce, pointer, "issue from quota %q at %s: it is valid from %s until %s; issue from another", q.ID,
			at.Format(time.RFC3339), q.EffectiveTime.Format(time.RFC3339), q.ExpireTime.Format(time.RFC3339))
	}
	return nil
}

// ReclaimCoupon takes the whole balance of a usable coupon back into its quota and returns copies of both (Pricing
// rules, section 4). A coupon that is not valid yet is as usable as its partner wants it.
// Refusals: those of a coupon's state, coupon_quota_mismatch.
func ReclaimCoupon(q *CouponQuota, c *Coupon, at time.Time) (*CouponQuota, *Coupon, error) {
	if state := c.StateAt(at); state != CouponNormal && state != CouponNotYetValid {
		return nil, nil, c.usableAt(at)
	}
	return c.giveBack(q, CouponReclaimed)
}

// ExpireCoupon takes what is left of a coupon past its validity, frozen or not, back into its quota and returns copies
// of both; q is nil when no quota stands behind it. Refusals: coupon_not_expired, and coupon_reclaimed or
// coupon_expired when its balance went back before.
func ExpireCoupon(q *CouponQuota, c *Coupon, at time.Time) (*CouponQuota, *Coupon, error) {
	if err := c.checkOpen(); err != nil {
		return nil, nil, err
	}
	if at.Before(c.ExpireTime) {
		return nil, nil, refuse(CodeCouponNotExpired, "/coupon_id", "expire coupon %q: it is valid until %s; reclaim it, or wait", c.ID, c.ExpireTime.Format(time.RFC3339))
	}
	if q == nil && c.QuotaID == "" {
		return nil, CloseCoupon(c, CouponExpired), nil
	}
	return c.giveBack(q, CouponExpired)
}

// giveBack closes a coupon and puts its balance into the quota. Nothing of an overdrawn one comes back.
func (c *Coupon) giveBack(q *CouponQuota, state CouponState) (*CouponQuota, *Coupon, error) {
	if q == nil || c.QuotaID != q.ID || c.Currency != q.Currency {
		return nil, nil, refuse(CodeCouponQuotaMismatch, "/coupon_id", "give coupon %q back: it needs the quota %q it was issued from, in %s", c.ID, c.QuotaID, c.Currency)
	}
	closed := CloseCoupon(c, state)
	back := closed.GivenBack.Sub(c.GivenBack)
	if back.IsZero() {
		untouched := *q
		return &untouched, closed, nil
	}
	refilled, err := RefillQuota(q, back)
	if err != nil {
		return nil, nil, err
	}
	return refilled, closed, nil
}
