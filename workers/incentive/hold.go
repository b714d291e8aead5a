package incentive

import (
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
)

// Hold reasons. Operations may open holds for further reasons of their own. (Settlement rules, section 4.)
const (
	HoldCycleUnpaid          = "cycle_unpaid"
	HoldCreditNotRepaid      = "credit_not_repaid"
	HoldMilestoneUndelivered = "milestone_undelivered"
	HoldFlexiCouponNotRepaid = "flexi_coupon_not_repaid"
	HoldContractMissing      = "contract_missing"
	HoldBlacklisted          = "blacklisted"
	HoldCompliance           = "compliance"
	HoldOther                = "other"
)

// Scope is what a hold covers, now and in future: exactly one of a detail, an order, a bill, a cycle, or the whole
// partner. A cycle is narrowed to one currency where Currency is set.
type Scope struct {
	DetailID string
	OrderID  string
	BillID   string
	Cycle    calendar.Cycle
	Currency money.Currency
	Partner  bool
}

// Hold is one reason that covers some slices. Credit and Settled are read for credit_not_repaid alone: the order's
// credit and monthly-settlement tenders, and what of them is repaid or refunded.
type Hold struct {
	ID      string
	Reason  string
	Scope   Scope
	Open    bool
	Credit  decimal.Decimal
	Settled decimal.Decimal
}

// Slice is one line x one tender of a detail, as holds see it. Cycle is the cycle of the payment.
type Slice struct {
	DetailID string
	OrderID  string
	BillID   string
	Cycle    calendar.Cycle
	Currency money.Currency
	Tender   string
	OnCredit bool // a flexi coupon on credit

	// The detail and the bill that the slice takes from or corrects, where these are others: a hold on them covers it.
	FromDetailID, FromBillID string
}

// ByOperations checks that operations may open and close holds for a reason themselves: any but the four that follow
// from facts and close by themselves. Errors: unknown_hold_reason (empty, or one of the four).
func ByOperations(reason string) error {
	switch reason {
	case "", HoldCycleUnpaid, HoldCreditNotRepaid, HoldMilestoneUndelivered, HoldFlexiCouponNotRepaid:
		return refuse(CodeUnknownHoldReason, "place a hold with reason %q: use contract_missing, blacklisted, compliance or another reason of operations", reason)
	}
	return nil
}

// Validate reports a hold that has no reason, or whose scope names not exactly one thing, or not the thing its reason
// is about. Errors: unknown_hold_reason, invalid_hold.
func (h Hold) Validate() error {
	named := 0
	for _, set := range []bool{h.Scope.DetailID != "", h.Scope.OrderID != "", h.Scope.BillID != "", h.Scope.Cycle != "", h.Scope.Partner} {
		if set {
			named++
		}
	}
	if named != 1 {
		return refuse(CodeInvalidHold, "open hold %q: its scope names %d of detail, order, bill, cycle and partner; name exactly one", h.ID, named)
	}
	switch h.Reason {
	case "":
		return refuse(CodeUnknownHoldReason, "open hold %q without a reason: name one", h.ID)
	case HoldCycleUnpaid:
		if h.Scope.Cycle == "" {
			return refuse(CodeInvalidHold, "open hold %q for %s: its scope is a cycle", h.ID, h.Reason)
		}
	case HoldCreditNotRepaid, HoldMilestoneUndelivered, HoldFlexiCouponNotRepaid:
		if h.Scope.OrderID == "" {
			return refuse(CodeInvalidHold, "open hold %q for %s: its scope is an order", h.ID, h.Reason)
		}
	}
	return nil
}

// Covers reports whether the hold freezes the slice: it is open, its scope contains the slice, and its reason is
// about that tender.
func (h Hold) Covers(s Slice) bool {
	if !h.Open || !h.Scope.Contains(s) {
		return false
	}
	switch h.Reason {
	case HoldCreditNotRepaid:
		return s.Tender == TenderCredit || s.Tender == TenderMonthlySettlement
	case HoldFlexiCouponNotRepaid:
		return s.Tender == TenderFlexiCoupon && s.OnCredit
	}
	return true
}

// Contains reports whether the slice is in the scope, whatever the reason.
func (c Scope) Contains(s Slice) bool {
	switch {
	case c.Partner:
		return true
	case c.DetailID != "":
		return c.DetailID == s.DetailID || c.DetailID == s.FromDetailID
	case c.OrderID != "":
		return c.OrderID == s.OrderID
	case c.BillID != "":
		return c.BillID == s.BillID || c.BillID == s.FromBillID
	case c.Cycle != "":
		return c.Cycle == s.Cycle && (c.Currency == "" || c.Currency == s.Currency)
	}
	return false
}

// Frozen returns what of a slice's incentive is frozen, and the holds that cover it, in the order given. Covered by
// any hold but credit_not_repaid it is frozen whole; by that one alone, at its outstanding share.
// (Settlement rules, section 4.) Errors: as FrozenShare.
func Frozen(amount decimal.Decimal, s Slice, holds []Hold) (frozen decimal.Decimal, covering []Hold, err error) {
	for _, hold := range holds {
		if !hold.Covers(s) {
			continue
		}
		covering = append(covering, hold)
		if hold.Reason != HoldCreditNotRepaid {
			frozen = amount
			continue
		}
		share, err := FrozenShare(amount, hold.Credit, hold.Settled, s.Currency)
		if err != nil {
			return decimal.Decimal{}, nil, err
		}
		if share.Abs().GreaterThan(frozen.Abs()) {
			frozen = share
		}
	}
	return frozen, covering, nil
}
