package pricing

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
)

// Coupon types as the contract numbers them.
const (
	CouponCash     = 1 // cash coupon, 301
	CouponDiscount = 2 // discount coupon, 300: recorded, pays nothing
	CouponFlexi    = 4 // flexi-purchase coupon, 302
)

// Coupon versions (Pricing rules, section 4).
const (
	CouponOnce    = 1 // used once; what a use leaves over is forfeited
	CouponBalance = 2 // keeps a balance
)

// CouponState says what can be done with a coupon.
type CouponState string

// The states of a coupon. Normal, frozen, reclaimed and expired are stored; a coupon that is used up or not yet valid
// is so by its balance and by the time. Expired is stored once the balance went back to the quota.
const (
	CouponNormal      CouponState = "normal"
	CouponFrozen      CouponState = "frozen"
	CouponReclaimed   CouponState = "reclaimed"
	CouponExpired     CouponState = "expired"
	CouponUsedUp      CouponState = "used_up"
	CouponNotYetValid CouponState = "not_yet_valid"
)

// Coupon is a coupon with what became of its face value: FaceValue = Balance + Spent + Forfeited + GivenBack.
type Coupon struct {
	ID, QuotaID, CustomerID, IndirectPartnerID string // QuotaID is "" when no quota stands behind it
	Type, Version                              int
	Currency                                   money.Currency
	FaceValue                                  decimal.Decimal
	Ratio                                      *decimal.Decimal // of a discount coupon, which has no face value
	ValidTime, ExpireTime                      time.Time        // half open
	State                                      CouponState
	LockOrderID                                string // only this order may use it
	OnCredit, CountsForPerformance             bool
	Limits                                     Limits
	Spent                                      decimal.Decimal // paid with it, less what came back
	Forfeited                                  decimal.Decimal // left over by the one use of version 1
	GivenBack                                  decimal.Decimal // to the quota, reclaimed or expired
	Uses                                       int             // payments it took part in, less those that came back whole
}

// Balance returns what the coupon can still pay. It is below 0 when payments that did not know of one another used
// it together for more than its face value.
func (c *Coupon) Balance() decimal.Decimal {
	return c.FaceValue.Sub(c.Spent).Sub(c.Forfeited).Sub(c.GivenBack)
}

// Overdrawn returns by how much the coupon was used beyond its face value, 0 when it was not.
func (c *Coupon) Overdrawn() decimal.Decimal { return decimal.Max(c.Balance().Neg(), decimal.Zero) }

// StateAt returns the coupon's state at a time. A stored state that is unknown is returned as it is.
func (c *Coupon) StateAt(at time.Time) CouponState {
	switch {
	case c.State != CouponNormal && c.State != CouponFrozen:
		return c.State
	case !at.Before(c.ExpireTime):
		return CouponExpired
	case c.Type != CouponDiscount && !c.Balance().IsPositive():
		return CouponUsedUp
	case c.State == CouponFrozen:
		return CouponFrozen
	case at.Before(c.ValidTime):
		return CouponNotYetValid
	default:
		return CouponNormal
	}
}

// TenderKind returns the kind of tender the coupon is. Refusals: coupon_not_payable, coupon_invalid.
func (c *Coupon) TenderKind() (TenderKind, error) {
	switch c.Type {
	case CouponCash:
		return TenderCoupon, nil
	case CouponFlexi:
		return TenderFlexiCoupon, nil
	case CouponDiscount:
		return "", refuse(CodeCouponNotPayable, "/coupon_id", "coupon %q is a discount coupon, which pays nothing: pay with a cash or flexi coupon", c.ID)
	default:
		return "", refuse(CodeCouponInvalid, "/coupon_type", "coupon %q has type %d: use %d, %d or %d", c.ID, c.Type, CouponCash, CouponDiscount, CouponFlexi)
	}
}

// usableAt refuses a coupon that cannot pay at a time, whatever the order.
func (c *Coupon) usableAt(at time.Time) error {
	const pointer = "/coupon_id"
	switch state := c.StateAt(at); state {
	case CouponNormal:
		return nil
	case CouponFrozen:
		return refuse(CodeCouponFrozen, pointer, "coupon %q is frozen: have it released, or pay without it", c.ID)
	case CouponReclaimed:
		return refuse(CodeCouponReclaimed, pointer, "coupon %q was reclaimed by the partner: pay without it", c.ID)
	case CouponExpired:
		return refuse(CodeCouponExpired, pointer, "coupon %q expired at %s: pay without it", c.ID, c.ExpireTime.Format(time.RFC3339))
	case CouponUsedUp:
		return refuse(CodeCouponUsedUp, pointer, "coupon %q is used up: pay without it", c.ID)
	case CouponNotYetValid:
		return refuse(CodeCouponNotYetValid, pointer, "coupon %q is valid from %s: pay later or without it", c.ID, c.ValidTime.Format(time.RFC3339))
	default:
		return refuse(CodeCouponInvalid, pointer, "coupon %q is in the unknown state %q: correct its record", c.ID, string(state))
	}
}

// ValidateCoupon refuses a coupon that no one may issue: coupon_invalid, coupon_face_value_invalid,
// coupon_limits_invalid (Pricing rules, section 4).
func ValidateCoupon(c *Coupon) error {
	if _, err := c.Currency.Digits(); err != nil {
		return refuse(CodeCouponInvalid, "/currency", "issue coupon %q: %v", c.ID, err)
	}
	if c.Version != CouponOnce && c.Version != CouponBalance {
		return refuse(CodeCouponInvalid, "/coupon_version", "issue coupon %q of version %d: use 1 for one use, 2 for a balance", c.ID, c.Version)
	}
	if !c.ExpireTime.After(c.ValidTime) {
		return refuse(CodeCouponInvalid, "/expire_time", "issue coupon %q that expires before it begins: let expire_time be after valid_time", c.ID)
	}
	if err := c.checkValue(); err != nil {
		return err
	}
	return c.Limits.check()
}

// couponFaceDigits is how fine a face value may be.
const couponFaceDigits = 2

func (c *Coupon) checkValue() error {
	switch c.Type {
	case CouponCash, CouponFlexi:
		fine := !hasDigits(c.FaceValue, couponFaceDigits) || money.Valid(c.FaceValue, c.Currency) != nil
		if !c.FaceValue.IsPositive() || fine {
			return refuse(CodeCouponFaceValueInvalid, "/face_value", "issue coupon %q of %s: use more than 0, with at most two decimals and in whole minor units of %s", c.ID, c.FaceValue, c.Currency)
		}
		return nil
	case CouponDiscount:
		if c.Ratio == nil || c.Ratio.IsNegative() || c.Ratio.GreaterThan(one) {
			return refuse(CodeCouponInvalid, "/ratio", "issue discount coupon %q: give it a ratio of 0 to 1", c.ID)
		}
		return nil
	default:
		_, err := c.TenderKind()
		return err
	}
}
