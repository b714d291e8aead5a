package pricing

import (
	"slices"

	"github.com/shopspring/decimal"
)

// Limits restrict where a coupon may pay; what is left out restricts nothing. Service types, products and period
// numbers pick the eligible lines; the rest is about the order as a whole (Pricing rules, section 4).
type Limits struct {
	ServiceTypes, ProductIDs []string
	OrderKinds               []string // KindNew, KindRenew, KindChange
	PeriodNums               []int    // of the line; of a change the term that was bought
	FirstOrder               bool
	MinAmount                *decimal.Decimal // what the eligible lines cost together after the discount
	MaxUses                  int              // 0 for any number
	WithPartnerDiscount      *bool            // simultaneousUseWithEmpowerDiscount: together with 607
	WithContractDiscount     *bool            // simultaneousUseWithContractDiscount: together with 605 and 606
	WithPromotionDiscount    *bool            // simultaneousUseWithPromotionDiscount: together with 200 and 700
	MinPayRatio              *decimal.Decimal // minConsumeDiscount: blocks when every line's pay ratio is below it
}

func (l *Limits) check() error {
	for _, kind := range l.OrderKinds {
		if kind != KindNew && kind != KindRenew && kind != KindChange {
			return refuse(CodeCouponLimitsInvalid, "/limits/order_kinds", "limit a coupon to orders of kind %q: use %q, %q or %q", kind, KindNew, KindRenew, KindChange)
		}
	}
	for _, num := range l.PeriodNums {
		if num < 1 {
			return refuse(CodeCouponLimitsInvalid, "/limits/period_nums", "limit a coupon to %d periods: use 1 or more", num)
		}
	}
	switch {
	case l.MaxUses < 0:
		return refuse(CodeCouponLimitsInvalid, "/limits/max_uses", "limit a coupon to %d uses: use 1 or more, or leave it out", l.MaxUses)
	case l.MinAmount != nil && l.MinAmount.IsNegative():
		return refuse(CodeCouponLimitsInvalid, "/limits/min_amount", "limit a coupon to orders from %s: use 0 or more", l.MinAmount)
	case l.MinPayRatio != nil && (l.MinPayRatio.IsNegative() || l.MinPayRatio.GreaterThan(one)):
		return refuse(CodeCouponLimitsInvalid, "/limits/minConsumeDiscount", "limit a coupon to pay ratios from %s: use 0 to 1", l.MinPayRatio)
	}
	return nil
}

// covers reports whether a line is eligible.
func (l *Limits) covers(line *QuoteLine) bool {
	return includes(l.ServiceTypes, line.ServiceType) && includes(l.ProductIDs, line.ProductID) && includes(l.PeriodNums, line.Period.Num)
}

// Within returns the limits a coupon has that is issued with l from a quota limited by q. What l leaves out it takes
// from q; what it names may only be narrower, field by field: lists are subsets, the minimum amount and the pay ratio
// are not lower, the uses not more, and a discount that q keeps away is not let in.
// Refusals: coupon_limits_weaker, coupon_order_kinds_weaker.
func (l Limits) Within(q Limits) (Limits, error) {
	weaker := func(code, field string) (Limits, error) {
		return Limits{}, refuse(code, "/limits/"+field, "issue a coupon whose %s goes beyond its quota's: narrow it, or leave it out to take the quota's", field)
	}
	within := l
	var ok bool
	if within.ServiceTypes, ok = subset(l.ServiceTypes, q.ServiceTypes); !ok {
		return weaker(CodeCouponLimitsWeaker, "cloud_service_types")
	}
	if within.ProductIDs, ok = subset(l.ProductIDs, q.ProductIDs); !ok {
		return weaker(CodeCouponLimitsWeaker, "product_ids")
	}
	if within.OrderKinds, ok = subset(l.OrderKinds, q.OrderKinds); !ok {
		return weaker(CodeCouponOrderKindsWeaker, "order_kinds")
	}
	if within.PeriodNums, ok = subset(l.PeriodNums, q.PeriodNums); !ok {
		return weaker(CodeCouponLimitsWeaker, "period_nums")
	}
	within.FirstOrder = l.FirstOrder || q.FirstOrder
	if within.MinAmount, ok = notLower(l.MinAmount, q.MinAmount); !ok {
		return weaker(CodeCouponLimitsWeaker, "min_amount")
	}
	if within.MinPayRatio, ok = notLower(l.MinPayRatio, q.MinPayRatio); !ok {
		return weaker(CodeCouponLimitsWeaker, "minConsumeDiscount")
	}
	if q.MaxUses > 0 && l.MaxUses > q.MaxUses {
		return weaker(CodeCouponLimitsWeaker, "max_uses")
	}
	if l.MaxUses == 0 {
		within.MaxUses = q.MaxUses
	}
	if within.WithPartnerDiscount, ok = notLetIn(l.WithPartnerDiscount, q.WithPartnerDiscount); !ok {
		return weaker(CodeCouponLimitsWeaker, "simultaneousUseWithEmpowerDiscount")
	}
	if within.WithContractDiscount, ok = notLetIn(l.WithContractDiscount, q.WithContractDiscount); !ok {
		return weaker(CodeCouponLimitsWeaker, "simultaneousUseWithContractDiscount")
	}
	if within.WithPromotionDiscount, ok = notLetIn(l.WithPromotionDiscount, q.WithPromotionDiscount); !ok {
		return weaker(CodeCouponLimitsWeaker, "simultaneousUseWithPromotionDiscount")
	}
	return within, nil
}

// subset returns the narrower of two lists, of which an empty one means everything.
func subset[T comparable](own, quota []T) ([]T, bool) {
	if len(own) == 0 {
		return slices.Clone(quota), true
	}
	outside := func(item T) bool { return !includes(quota, item) }
	return slices.Clone(own), !slices.ContainsFunc(own, outside)
}

func notLower(own, quota *decimal.Decimal) (*decimal.Decimal, bool) {
	if own == nil {
		return quota, true
	}
	return own, quota == nil || !own.LessThan(*quota)
}

func notLetIn(own, quota *bool) (*bool, bool) {
	if own == nil {
		return quota, true
	}
	return own, !forbids(quota) || forbids(own)
}

// forbids reports whether a limit says no; what it leaves out is allowed.
func forbids(together *bool) bool { return together != nil && !*together }
