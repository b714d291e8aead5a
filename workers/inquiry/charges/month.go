package charges

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/pricing"
)

// Amounts are what charges come to: List - Discount - Erase = Amount = the sum of the others. What is adjusted no tender
// paid.
type Amounts struct {
	List, Discount, Erase, Amount              decimal.Decimal
	Cash, Credit, Monthly, Coupon, Flexi, Card decimal.Decimal
	Adjusted                                   decimal.Decimal
}

// Amounts splits a charge by what paid for it.
func (c *Charge) Amounts() Amounts {
	a := Amounts{List: c.List, Discount: c.Discount, Erase: c.Erase, Amount: c.Amount}
	if c.Kind == Adjustment {
		a.Adjusted = c.Amount
	}
	for _, t := range c.Tenders {
		part := map[pricing.TenderKind]*decimal.Decimal{
			pricing.TenderCash: &a.Cash, pricing.TenderCredit: &a.Credit, pricing.TenderMonthlySettlement: &a.Monthly,
			pricing.TenderCoupon: &a.Coupon, pricing.TenderFlexiCoupon: &a.Flexi, pricing.TenderStoredCard: &a.Card,
		}[t.Kind]
		*part = part.Add(t.Amount)
	}
	return a
}

// Plus adds amounts.
func (a Amounts) Plus(o Amounts) Amounts {
	return Amounts{List: a.List.Add(o.List), Discount: a.Discount.Add(o.Discount), Erase: a.Erase.Add(o.Erase), Amount: a.Amount.Add(o.Amount),
		Cash: a.Cash.Add(o.Cash), Credit: a.Credit.Add(o.Credit), Monthly: a.Monthly.Add(o.Monthly), Coupon: a.Coupon.Add(o.Coupon),
		Flexi: a.Flexi.Add(o.Flexi), Card: a.Card.Add(o.Card), Adjusted: a.Adjusted.Add(o.Adjusted)}
}

// How a charge is paid for, as the published API numbers it.
const (
	ModePeriod   = 1
	ModeOnDemand = 3
	ModeReserved = 10
)

// Mode is how a charge is paid for: by the period, by use, or as a reserved instance.
func (c *Charge) Mode() int {
	switch {
	case c.Metered:
		return ModeOnDemand
	case c.Reserved:
		return ModeReserved
	default:
		return ModePeriod
	}
}

// A Group is what charges are summed by; what is left empty they are summed over.
type Group struct {
	Currency       money.Currency
	CustomerID     string
	Service, Type  string
	Mode, BillType int
}

// A Sum is what the charges of a group come to.
type Sum struct {
	Group
	Amounts
	Charges int
}

// Summed sums charges by groups, in the order of the groups.
func Summed(all []Charge, group func(*Charge) Group) []Sum {
	at := map[Group]int{}
	var out []Sum
	for i := range all {
		c := &all[i]
		g := group(c)
		g.Currency = c.Currency
		n, known := at[g]
		if !known {
			n = len(out)
			at[g], out = n, append(out, Sum{Group: g})
		}
		out[n].Amounts, out[n].Charges = out[n].Plus(c.Amounts()), out[n].Charges+1
	}
	slices.SortFunc(out, func(x, y Sum) int {
		return cmp.Or(cmp.Compare(x.Currency, y.Currency), cmp.Compare(x.CustomerID, y.CustomerID), cmp.Compare(x.Service, y.Service),
			cmp.Compare(x.Type, y.Type), cmp.Compare(x.Mode, y.Mode), cmp.Compare(x.BillType, y.BillType))
	})
	return out
}

// Unmixed returns the currency of charges, "" of none, and refuses several: an answer in one currency would leave some out.
func Unmixed(all []Charge) (money.Currency, error) {
	var one money.Currency
	for i := range all {
		if c := all[i].Currency; one == "" {
			one = c
		} else if c != one {
			return "", fmt.Errorf("the charges are in %s and in %s", one, c)
		}
	}
	return one, nil
}
