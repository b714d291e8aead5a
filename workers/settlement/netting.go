package settlement

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
)

// CodeNothingPayable refuses a request whose net amount is not positive.
const CodeNothingPayable = BlockedNothingPayable

// RequestBill is an issued bill as a request or an expiry sees it. All of one call share partner, association and
// currency. Named bills are applied for; negative ones are netted whether named or not.
type RequestBill struct {
	ID      string
	Cycle   calendar.Cycle
	Payable decimal.Decimal
	Named   bool
}

// PlanLine is what one bill gives: Requested moves from payable to requested, Offset from payable to offset
// (negative in a bill that is made up for).
type PlanLine struct {
	BillID    string
	Requested decimal.Decimal
	Offset    decimal.Decimal
}

// Plan is how a request or an expiry is served: its net amount and one line per bill that changes, oldest cycle then
// bill id. The offsets sum to zero.
type Plan struct {
	Amount decimal.Decimal
	Lines  []PlanLine
}

// NetRequest plans a payment request: every negative bill is made up for, oldest cycle then bill id, from the named
// positive ones in the same order; the rest is requested. A net that is not positive is refused nothing_payable.
// (Settlement rules, sections 5 and 6.)
func NetRequest(bills []RequestBill) (Plan, error) {
	net := decimal.Zero
	var taking []RequestBill
	for _, bill := range bills {
		if bill.Payable.IsNegative() || bill.Named {
			net = net.Add(bill.Payable)
			taking = append(taking, bill)
		}
	}
	if !net.IsPositive() {
		return Plan{}, refuse(CodeNothingPayable, "request %d bills: their payable amounts, negative bills netted, come to %s; nothing is payable", len(taking), net)
	}
	return offset(taking, net), nil
}

// OffsetOnExpiry plans the expiry of one bill: its positive payable amount first makes up for outstanding negative
// bills, oldest cycle then bill id, the last of them in part; Plan.Amount is what is left to expire, which no line
// shows. (Settlement rules, section 5.)
func OffsetOnExpiry(expiring RequestBill, negatives []RequestBill) Plan {
	if !expiring.Payable.IsPositive() {
		return Plan{}
	}
	bills, left := []RequestBill{expiring}, expiring.Payable
	for _, bill := range slices.SortedFunc(slices.Values(negatives), byAge) {
		if part := decimal.Min(left, bill.Payable.Neg()); part.IsPositive() {
			bill.Payable = part.Neg()
			bills, left = append(bills, bill), left.Sub(part)
		}
	}
	plan := offset(bills, left)
	plan.Lines = slices.DeleteFunc(plan.Lines, func(l PlanLine) bool { return l.Offset.IsZero() })
	for i := range plan.Lines {
		plan.Lines[i].Requested = decimal.Zero
	}
	return plan
}

// offset makes up for the negative bills from the positive ones; net is their sum and not negative.
func offset(bills []RequestBill, net decimal.Decimal) Plan {
	slices.SortFunc(bills, byAge)
	owed := decimal.Zero
	for _, bill := range bills {
		owed = owed.Sub(decimal.Min(bill.Payable, decimal.Zero))
	}
	plan := Plan{Amount: net}
	for _, bill := range bills {
		switch {
		case bill.Payable.IsNegative():
			plan.Lines = append(plan.Lines, PlanLine{BillID: bill.ID, Offset: bill.Payable})
		case bill.Payable.IsPositive():
			part := decimal.Min(owed, bill.Payable)
			owed = owed.Sub(part)
			plan.Lines = append(plan.Lines, PlanLine{BillID: bill.ID, Requested: bill.Payable.Sub(part), Offset: part})
		}
	}
	return plan
}

func byAge(a, b RequestBill) int {
	return cmp.Or(cmp.Compare(a.Cycle, b.Cycle), cmp.Compare(a.ID, b.ID))
}
