package settlement

import "github.com/shopspring/decimal"

// Reasons why a bill's payable amount may not be applied for now, as blocked_by shows them.
const (
	BlockedNotConfirmed     = "not_confirmed"
	BlockedNothingPayable   = "nothing_payable"
	BlockedNotAuthenticated = "not_authenticated"
	BlockedOverdue          = "overdue"
	BlockedBelowMinimum     = "below_minimum"
)

// BillView is what decides whether a bill may be applied for.
type BillView struct {
	State   BillState
	Payable decimal.Decimal
}

// Gates are the conditions outside a bill. IssuedPayable is the sum of payable, negatives included, of the issued
// bills of that partner, policy, association and currency; it is compared with the policy's MinPayment, nil if none.
type Gates struct {
	Authenticated bool
	Overdue       bool
	MinPayment    *decimal.Decimal
	IssuedPayable decimal.Decimal
}

// Applicable returns what of a bill may be applied for now, its whole payable amount or zero, and every reason that
// blocks it, in a fixed order. It is never negative. (Settlement rules, section 3.)
func Applicable(b BillView, gates Gates) (amount decimal.Decimal, blockedBy []string) {
	block := func(blocked bool, reason string) {
		if blocked {
			blockedBy = append(blockedBy, reason)
		}
	}
	block(!b.State.Confirmed(), BlockedNotConfirmed)
	block(!b.Payable.IsPositive() || b.State == BillExpired, BlockedNothingPayable)
	block(!gates.Authenticated, BlockedNotAuthenticated)
	block(gates.Overdue, BlockedOverdue)
	block(gates.MinPayment != nil && gates.IssuedPayable.LessThan(*gates.MinPayment), BlockedBelowMinimum)
	if blockedBy != nil {
		return decimal.Zero, blockedBy
	}
	return b.Payable, nil
}
