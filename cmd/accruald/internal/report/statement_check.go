package report

import (
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/workers/inquiry/charges"
)

// check compares everything in the statement that has to come to the same.
func (s *Statement) check() {
	compare := func(name, currency string, expected, found decimal.Decimal) {
		s.Checks = append(s.Checks, Check{Name: name, Currency: currency, Expected: table.AmountIn(expected, currency),
			Found: table.AmountIn(found, currency), OK: expected.Equal(found)})
	}
	for i := range s.Sums {
		sums := &s.Sums[i]
		lines := map[string]decimal.Decimal{}
		for k := range s.Charges {
			if c := &s.Charges[k]; c.Currency == sums.Currency {
				lines[c.Kind] = lines[c.Kind].Add(c.Amount.Decimal)
			}
		}
		for _, part := range []struct {
			kind charges.Kind
			sum  decimal.Decimal
		}{{charges.Consumption, sums.Consumption.Decimal}, {charges.Refund, sums.Refunds.Decimal}, {charges.Adjustment, sums.Adjustments.Decimal}} {
			compare("the charges of "+sums.StatementID+" sum to its "+string(part.kind), sums.Currency, part.sum, lines[string(part.kind)])
		}
		compare("consumption, refunds and adjustments of "+sums.StatementID+" sum to its bill amount", sums.Currency, sums.BillAmount.Decimal,
			sums.Consumption.Decimal.Add(sums.Refunds.Decimal).Add(sums.Adjustments.Decimal))
		compare("the amount due of "+sums.StatementID+" is its bill amount, or 0", sums.Currency,
			decimal.Max(sums.BillAmount.Decimal, decimal.Decimal{}), sums.AmountDue.Decimal)
	}
	for i := range s.Bills {
		b := &s.Bills[i]
		compare("the amounts of bill "+b.BillID+" sum to its total", b.Currency, b.Total.Decimal, b.parts())
		var details decimal.Decimal
		for k := range s.Details {
			if s.Details[k].BillID == b.BillID {
				details = details.Add(s.Details[k].Amount.Decimal)
			}
		}
		compare("the details of bill "+b.BillID+" sum to its total", b.Currency, b.Total.Decimal, details)
	}
}

// parts sums what a bill's total consists of.
func (b *Bill) parts() decimal.Decimal {
	return decimal.Sum(b.Frozen.Decimal, b.Payable.Decimal, b.Requested.Decimal, b.PaidOut.Decimal, b.Expired.Decimal, b.Offset.Decimal)
}
