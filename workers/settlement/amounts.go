package settlement

import (
	"github.com/shopspring/decimal"
)

// Amounts are a bill's, in its currency: total = frozen + payable + requested + paid_out + expired + offset at every
// moment. Payable is what remains and may be negative, and so may frozen (a negative detail takes the slices of its
// original); requested, paid out and expired may not. Every method returns new amounts and keeps the identity.
// (Settlement rules, section 3.)
type Amounts struct {
	Total     decimal.Decimal
	Frozen    decimal.Decimal
	Payable   decimal.Decimal
	Requested decimal.Decimal
	PaidOut   decimal.Decimal
	Expired   decimal.Decimal
	Offset    decimal.Decimal
}

// Check returns a Refusal with code amount_identity_broken when the identity does not hold, or an amount that is
// never negative is.
func (a Amounts) Check() error {
	parts := decimal.Sum(a.Frozen, a.Payable, a.Requested, a.PaidOut, a.Expired, a.Offset)
	if !parts.Equal(a.Total) {
		return refuse(CodeIdentityBroken,
			"check a bill: total %s is not frozen %s + payable %s + requested %s + paid out %s + expired %s + offset %s",
			a.Total, a.Frozen, a.Payable, a.Requested, a.PaidOut, a.Expired, a.Offset)
	}
	if a.Requested.IsNegative() || a.PaidOut.IsNegative() || a.Expired.IsNegative() {
		return refuse(CodeIdentityBroken, "check a bill: requested %s, paid out %s and expired %s are not negative",
			a.Requested, a.PaidOut, a.Expired)
	}
	return nil
}

// Equal reports whether all amounts are the same numbers.
func (a Amounts) Equal(b Amounts) bool {
	return a.Total.Equal(b.Total) && a.Frozen.Equal(b.Frozen) && a.Payable.Equal(b.Payable) &&
		a.Requested.Equal(b.Requested) && a.PaidOut.Equal(b.PaidOut) && a.Expired.Equal(b.Expired) && a.Offset.Equal(b.Offset)
}

// Accrue adds a detail or a difference to one: amount to the total, of which frozen is frozen and the rest payable.
func (a Amounts) Accrue(amount, frozen decimal.Decimal) Amounts {
	a.Total = a.Total.Add(amount)
	a.Frozen = a.Frozen.Add(frozen)
	a.Payable = a.Payable.Add(amount).Sub(frozen)
	return a
}

// Freeze moves an amount from payable to frozen; a negative detail on a frozen slice freezes a negative amount.
func (a Amounts) Freeze(amount decimal.Decimal) Amounts {
	a.Frozen = a.Frozen.Add(amount)
	a.Payable = a.Payable.Sub(amount)
	return a
}

// FreezeTo sets what is frozen. What is not frozen is payable, or, in a bill that has expired, expired; what is
// negative stays as negative payable. It goes back the same way: what was expired since it was released is frozen
// again, so that holds may come and go in any order.
func (a Amounts) FreezeTo(frozen decimal.Decimal, state BillState) Amounts {
	if state != BillExpired {
		return a.Freeze(frozen.Sub(a.Frozen))
	}
	positive := decimal.Max(frozen, decimal.Zero).Sub(decimal.Max(a.Frozen, decimal.Zero))
	negative := decimal.Min(frozen, decimal.Zero).Sub(decimal.Min(a.Frozen, decimal.Zero))
	a = a.Freeze(negative)
	a.Frozen = a.Frozen.Add(positive)
	a.Expired = a.Expired.Sub(positive)
	return a
}

// Request moves an amount that was applied for from payable to requested. Errors: invalid_amount (not positive, or
// over what is payable).
func (a Amounts) Request(amount decimal.Decimal) (Amounts, error) {
	if !amount.IsPositive() || amount.GreaterThan(a.Payable) {
		return a, refuse(CodeInvalidAmount, "request %s of a bill with %s payable: request a positive amount up to it", amount, a.Payable)
	}
	a.Payable = a.Payable.Sub(amount)
	a.Requested = a.Requested.Add(amount)
	return a, nil
}

// GiveBack moves an amount of a cancelled request from requested to payable, or to expired where the bill has
// expired; freeze of it, which open holds cover, goes to frozen instead. Errors: invalid_amount.
func (a Amounts) GiveBack(amount, freeze decimal.Decimal, state BillState) (Amounts, error) {
	if amount.IsNegative() || amount.GreaterThan(a.Requested) || freeze.IsNegative() || freeze.GreaterThan(amount) {
		return a, refuse(CodeInvalidAmount, "give back %s of %s requested, %s of it frozen: stay within", amount, a.Requested, freeze)
	}
	a.Requested = a.Requested.Sub(amount)
	a.Frozen = a.Frozen.Add(freeze)
	return a.back(amount.Sub(freeze), state), nil
}

// back gives an amount to payable, or to expired in a bill that has expired.
func (a Amounts) back(amount decimal.Decimal, state BillState) Amounts {
	if state == BillExpired && amount.IsPositive() {
		a.Expired = a.Expired.Add(amount)
	} else {
		a.Payable = a.Payable.Add(amount)
	}
	return a
}

// PayOut moves an amount from requested to paid out. Errors: invalid_amount.
func (a Amounts) PayOut(amount decimal.Decimal) (Amounts, error) {
	if amount.IsNegative() || amount.GreaterThan(a.Requested) {
		return a, refuse(CodeInvalidAmount, "pay out %s of %s requested: stay within", amount, a.Requested)
	}
	a.Requested = a.Requested.Sub(amount)
	a.PaidOut = a.PaidOut.Add(amount)
	return a, nil
}

// Net moves an amount from payable to offset: positive in a bill that gives, negative in one that is made up for.
func (a Amounts) Net(amount decimal.Decimal) Amounts {
	a.Payable = a.Payable.Sub(amount)
	a.Offset = a.Offset.Add(amount)
	return a
}

// Expire moves positive payable to expired; a negative one stays.
func (a Amounts) Expire() Amounts {
	if a.Payable.IsPositive() {
		a.Expired = a.Expired.Add(a.Payable)
		a.Payable = decimal.Zero
	}
	return a
}

// Expires reports whether a bill with these amounts has something left to lose when its validity ends. A fully paid
// bill has not, and one with negative payable stays issued, so that it can still be netted.
func (a Amounts) Expires() bool {
	return !a.Payable.IsNegative() && (a.Payable.IsPositive() || !a.Frozen.IsZero() || !a.Requested.IsZero())
}
