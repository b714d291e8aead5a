package pricing

import (
	"cmp"
	"errors"
	"slices"

	"github.com/shopspring/decimal"
)

// AutomaticCoupon returns the tender of the cash coupon that an automatic renewal uses: of those that may pay the
// order the one with the largest balance, on a tie the one that expires first, then the smaller id. It pays what it
// can; the rest is the account's (Pricing rules, section 4). No coupon that may pay: found is false. u needs no tender.
func AutomaticCoupon(coupons []Coupon, u CouponUse) (t Tender, found bool, err error) {
	candidates := slices.DeleteFunc(slices.Clone(coupons), func(c Coupon) bool { return c.Type != CouponCash })
	slices.SortFunc(candidates, func(x, y Coupon) int {
		return cmp.Or(y.Balance().Cmp(x.Balance()), x.ExpireTime.Compare(y.ExpireTime), cmp.Compare(x.ID, y.ID))
	})
	for i := range candidates {
		tender, err := MostOf(&candidates[i], u)
		var refusal *Refusal
		switch {
		case err == nil:
			return tender, true, nil
		case !errors.As(err, &refusal):
			return Tender{}, false, err
		}
	}
	return Tender{}, false, nil
}

// MostOf returns the tender that pays as much as a coupon can of an order. u needs no tender. Refusals: those of
// JudgeCoupon.
func MostOf(c *Coupon, u CouponUse) (Tender, error) {
	kind, err := c.TenderKind()
	if err != nil {
		return Tender{}, err
	}
	due, _ := c.eligibleDue(&u)
	u.Tender = Tender{Kind: kind, Reference: c.ID, Amount: decimal.Min(c.Balance(), due)}
	return u.Tender, JudgeCoupon(c, &u)
}
