package pricing

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
)

// CouponUse is one coupon in one payment: who pays which order when, and with how much of the coupon.
type CouponUse struct {
	CustomerID, OrderID string
	At                  time.Time // of the payment, which is when coupons are judged
	FirstOrder          bool      // the customer paid for no order before this one
	Arrears             bool      // an overdue amount is paid, not an order
	Quote               *Quote
	Charge              *Charge // with the chosen discount
	Tender              Tender  // the coupon's; JudgeCoupons sets it
}

// JudgeCoupon refuses a coupon that may not pay, with the reason; its pointer is relative to the tender (Pricing
// rules, section 4). The balance is the one that c shows: payments it does not know of may overdraw it together.
// What several coupons may pay of the same lines is for Allocate to say.
//
// Refusals: coupon_not_payable, coupon_kind_mismatch, coupon_of_other_customer, coupon_currency_mismatch,
// coupon_pays_arrears, coupon_locked_to_other_order, coupon_frozen, coupon_reclaimed, coupon_expired, coupon_used_up,
// coupon_not_yet_valid, coupon_uses_exhausted, coupon_order_kind, coupon_first_order_only, coupon_excludes_discount,
// coupon_pay_ratio_too_low, coupon_no_eligible_line, coupon_min_amount, coupon_balance_insufficient,
// coupon_exceeds_lines, tender_invalid.
func JudgeCoupon(c *Coupon, u *CouponUse) error {
	for _, judge := range []func(*Coupon, *CouponUse) error{judgeHolder, judgeOrder, judgeDiscount, judgeAmount} {
		if err := judge(c, u); err != nil {
			return err
		}
	}
	return nil
}

// judgeHolder asks whether this coupon can pay at all for this customer and time.
func judgeHolder(c *Coupon, u *CouponUse) error {
	const pointer = "/coupon_id"
	kind, err := c.TenderKind()
	switch {
	case err != nil:
		return err
	case kind != u.Tender.Kind:
		return refuse(CodeCouponKindMismatch, "/kind", "coupon %q is a %s: name that kind in the tender, not %q", c.ID, kind, string(u.Tender.Kind))
	case c.CustomerID != u.CustomerID:
		return refuse(CodeCouponForeign, pointer, "coupon %q was not issued to customer %q: pay with one of the customer's own", c.ID, u.CustomerID)
	case c.Currency != u.Charge.Currency:
		return refuse(CodeCouponCurrencyMismatch, pointer, "coupon %q is in %s, the order in %s: pay with a coupon in %s", c.ID, c.Currency, u.Charge.Currency, u.Charge.Currency)
	case u.Arrears:
		return refuse(CodeCouponPaysArrears, pointer, "coupon %q cannot pay arrears: repay them with cash", c.ID)
	case c.LockOrderID != "" && c.LockOrderID != u.OrderID:
		return refuse(CodeCouponLocked, pointer, "coupon %q is locked to order %q: pay order %q without it", c.ID, c.LockOrderID, u.OrderID)
	}
	return c.usableAt(u.At)
}

// judgeOrder asks whether the limits admit an order of this kind.
func judgeOrder(c *Coupon, u *CouponUse) error {
	const pointer = "/coupon_id"
	switch l := &c.Limits; {
	case l.MaxUses > 0 && c.Uses >= l.MaxUses:
		return refuse(CodeCouponUsesExhausted, pointer, "coupon %q was used %d times, as often as it may: pay without it", c.ID, c.Uses)
	case !includes(l.OrderKinds, u.Quote.Kind):
		return refuse(CodeCouponOrderKind, pointer, "coupon %q pays orders of kind %s, this one is %q: pay without it", c.ID, strings.Join(l.OrderKinds, ", "), u.Quote.Kind)
	case l.FirstOrder && !u.FirstOrder:
		return refuse(CodeCouponFirstOrderOnly, pointer, "coupon %q pays the customer's first order only: pay without it", c.ID)
	}
	return nil
}

// judgeDiscount asks whether the coupon goes with the chosen discount.
func judgeDiscount(c *Coupon, u *CouponUse) error {
	const pointer = "/coupon_id"
	l, discountType := &c.Limits, u.Charge.DiscountType
	excluded := ""
	switch {
	case u.Charge.DiscountID == "":
	case discountType == DiscountPartner && forbids(l.WithPartnerDiscount):
		excluded = "a discount set by the partner"
	case commercial(discountType) && forbids(l.WithContractDiscount):
		excluded = "a commercial discount"
	case promotional(discountType) && forbids(l.WithPromotionDiscount):
		excluded = "a promotion"
	}
	if excluded != "" {
		return refuse(CodeCouponExcludesDiscount, pointer, "coupon %q is not used together with %s, and %q is one: pay without the coupon, or choose another discount or none", c.ID, excluded, u.Charge.DiscountID)
	}
	if l.MinPayRatio == nil {
		return nil
	}
	blocked, err := u.Charge.everyRatioBelow(*l.MinPayRatio)
	if err != nil || !blocked {
		return err
	}
	return refuse(CodeCouponPayRatioTooLow, pointer, "coupon %q wants a pay ratio of at least %s on one line, and discount %q goes below it on every line: pay without the coupon, or choose another discount or none",
		c.ID, l.MinPayRatio, u.Charge.DiscountID)
}

// judgeAmount asks whether the eligible lines and the balance bear the amount.
func judgeAmount(c *Coupon, u *CouponUse) error {
	amount, currency := u.Tender.Amount, u.Charge.Currency
	if !amount.IsPositive() || money.Valid(amount, currency) != nil {
		return refuse(CodeTenderInvalid, "/amount", "pay %s with coupon %q: use more than 0, in whole minor units of %s", amount, c.ID, currency)
	}
	due, found := c.eligibleDue(u)
	switch {
	case !found:
		return refuse(CodeCouponNoEligibleLine, "/coupon_id", "coupon %q pays for no line of the order, by its service types, products or period numbers: pay without it", c.ID)
	case c.Limits.MinAmount != nil && due.LessThan(*c.Limits.MinAmount):
		return refuse(CodeCouponMinAmount, "/coupon_id", "coupon %q wants lines it may pay of %s or more, the order has %s: pay without it", c.ID, money.Fixed(*c.Limits.MinAmount, currency), money.Fixed(due, currency))
	case amount.GreaterThan(c.Balance()):
		return refuse(CodeCouponBalanceInsufficient, "/amount", "pay %s with coupon %q: its balance is %s; lower the amount", money.Fixed(amount, currency), c.ID, money.Fixed(c.Balance(), currency))
	case amount.GreaterThan(due):
		return refuse(CodeCouponExceedsLines, "/amount", "pay %s with coupon %q: the lines it may pay cost %s; lower the amount", money.Fixed(amount, currency), c.ID, money.Fixed(due, currency))
	}
	return nil
}

// eligibleDue returns what the eligible lines cost after the discount, and whether there is such a line.
func (c *Coupon) eligibleDue(u *CouponUse) (due decimal.Decimal, found bool) {
	eligible := c.eligibleLines(u.Quote)
	for i := range u.Charge.Lines {
		if slices.Contains(eligible, u.Charge.Lines[i].LineID) {
			due, found = due.Add(u.Charge.Lines[i].Amount), true
		}
	}
	return due, found
}

func (c *Coupon) eligibleLines(q *Quote) []string {
	var ids []string
	for i := range q.Lines {
		if c.Limits.covers(&q.Lines[i]) {
			ids = append(ids, q.Lines[i].LineID)
		}
	}
	return ids
}

// EligibleLines returns which lines the coupons may pay, in the form that Allocate takes. A coupon that is not among
// them may pay none.
func EligibleLines(coupons []Coupon, q *Quote) func(t Tender, lineID string) bool {
	lines := make([][]string, len(coupons))
	for i := range coupons {
		lines[i] = coupons[i].eligibleLines(q)
	}
	return func(t Tender, lineID string) bool {
		i := slices.IndexFunc(coupons, func(c Coupon) bool { return c.ID == t.Reference })
		return i >= 0 && slices.Contains(lines[i], lineID)
	}
}

// JudgeCoupons judges every coupon among a payment's tenders; pointers begin with /tenders. u says who pays what.
// Refusals: those of JudgeCoupon, too_many_coupons, coupon_used_twice, coupon_not_found.
func JudgeCoupons(coupons []Coupon, tenders []Tender, u CouponUse) error {
	var used []string
	for i, tender := range tenders {
		if tender.Kind != TenderCoupon && tender.Kind != TenderFlexiCoupon {
			continue
		}
		pointer := itemPointer("tenders", i, "coupon_id")
		if slices.Contains(used, tender.Reference) {
			return refuse(CodeCouponUsedTwice, pointer, "coupon %q is named twice: name it once with the whole amount", tender.Reference)
		}
		if used = append(used, tender.Reference); len(used) > paymentCouponsMax {
			return refuse(CodeTooManyCoupons, "/tenders", "pay with more than %d coupons: use at most %d", paymentCouponsMax, paymentCouponsMax)
		}
		k := slices.IndexFunc(coupons, func(c Coupon) bool { return c.ID == tender.Reference })
		if k < 0 {
			return refuse(CodeCouponNotFound, pointer, "coupon %q is unknown: correct the id, or pay without it", tender.Reference)
		}
		u.Tender = tender
		if err := JudgeCoupon(&coupons[k], &u); err != nil {
			return under(err, "/tenders/"+strconv.Itoa(i))
		}
	}
	return nil
}

// under puts a refusal's pointer below another one.
func under(err error, pointer string) error {
	var refusal *Refusal
	if !errors.As(err, &refusal) {
		return err
	}
	pointed := *refusal
	pointed.Pointer = pointer + refusal.Pointer
	return &pointed
}
