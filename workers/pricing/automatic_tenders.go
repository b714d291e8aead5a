package pricing

import (
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
)

// Balances are what a customer can pay with. Coupons are those that may pay the order, each with the amount it may
// pay of it at most.
type Balances struct {
	MonthlySettlement bool
	Coupons           []Tender
	Cash, Credit      decimal.Decimal
}

// AutomaticTenders chooses the tenders of an amount where we choose: all by monthly settlement where the customer has
// it, else the one coupon with the largest balance, then cash, then credit (Pricing rules, section 4).
// Refusals: balance_insufficient.
func AutomaticTenders(amount decimal.Decimal, b Balances, c money.Currency) ([]Tender, error) {
	if amount.IsZero() {
		return nil, nil
	}
	if b.MonthlySettlement {
		return []Tender{{Kind: TenderMonthlySettlement, Amount: amount}}, nil
	}
	sources := []Tender{{Kind: TenderCash, Amount: b.Cash}, {Kind: TenderCredit, Amount: b.Credit}}
	if coupon := largestCoupon(b.Coupons); coupon != nil {
		sources = append([]Tender{*coupon}, sources...)
	}
	var tenders []Tender
	due := amount
	for _, source := range sources {
		source.Amount = decimal.Min(source.Amount, due)
		if source.Amount.IsPositive() {
			tenders = append(tenders, source)
			due = due.Sub(source.Amount)
		}
	}
	if due.IsPositive() {
		return nil, refuse(CodeBalanceInsufficient, "", "pay %s: %s of it is not covered by coupon, cash and credit; top up the account", money.Fixed(amount, c), money.Fixed(due, c))
	}
	return tenders, nil
}

// largestCoupon returns the coupon with the largest balance, on a tie the one with the smaller id.
func largestCoupon(coupons []Tender) *Tender {
	var largest *Tender
	for i := range coupons {
		coupon := &coupons[i]
		if largest == nil || coupon.Amount.GreaterThan(largest.Amount) ||
			coupon.Amount.Equal(largest.Amount) && coupon.Reference < largest.Reference {
			largest = coupon
		}
	}
	return largest
}
