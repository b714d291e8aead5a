package settlement

import "github.com/shopspring/decimal"

// CodeOwedAtOtherRate refuses an invoice of an owner who owes invoices at another tax rate only.
const CodeOwedAtOtherRate = "owed_at_other_rate"

// Owed is an amount for which an invoice was, or will be, issued ahead of consumption, at one tax rate.
type Owed struct {
	TaxRate decimal.Decimal
	Amount  decimal.Decimal
}

// Withdrawable returns what of a cash balance may be withdrawn: the balance minus all owed invoices, never negative.
func Withdrawable(cash decimal.Decimal, owed []Owed) decimal.Decimal {
	for _, each := range owed {
		cash = cash.Sub(each.Amount)
	}
	return decimal.Max(cash, decimal.Zero)
}

// DeductOwed returns the amount of a new invoice over chosen consumption, chosen minus what is owed at its tax rate,
// and what is owed at that rate after it. An owner who owes at another rate only is refused owed_at_other_rate.
// (Settlement rules, section 7.)
func DeductOwed(chosen, taxRate decimal.Decimal, owed []Owed) (invoice, owedAfter decimal.Decimal, err error) {
	same, other := decimal.Zero, decimal.Zero
	for _, each := range owed {
		if each.TaxRate.Equal(taxRate) {
			same = same.Add(each.Amount)
		} else {
			other = other.Add(each.Amount)
		}
	}
	if same.IsZero() && other.IsPositive() {
		return decimal.Decimal{}, decimal.Decimal{}, refuse(CodeOwedAtOtherRate,
			"invoice %s at tax rate %s: %s is owed at another rate; choose consumption at that rate first", chosen, taxRate, other)
	}
	deducted := decimal.Min(chosen, same)
	return chosen.Sub(deducted), same.Sub(deducted), nil
}
