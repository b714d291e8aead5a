package incentive

import (
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
)

// Tender kinds: what an order is paid with.
const (
	TenderCash              = "cash"
	TenderCredit            = "credit"
	TenderMonthlySettlement = "monthly_settlement"
	TenderCoupon            = "coupon"
	TenderFlexiCoupon       = "flexi_coupon"
	TenderStoredCard        = "stored_card"
)

// Tender is the part of one line paid with one means: a slice.
// CountsForPerformance is the coupon's own word and is read for flexi coupons only.
type Tender struct {
	Kind                 string
	CountsForPerformance bool
	Amount               decimal.Decimal
}

// Counts reports whether money of a tender kind is performance; countsForPerformance is the flexi coupon's own word.
// An unknown kind is an error. (Settlement rules, section 2.)
func Counts(kind string, countsForPerformance bool) (bool, error) {
	switch kind {
	case TenderCash, TenderCredit, TenderMonthlySettlement, TenderStoredCard:
		return true, nil
	case TenderFlexiCoupon:
		return countsForPerformance, nil
	case TenderCoupon:
		return false, nil
	}
	return false, refuse(CodeUnknownTender, "judge tender kind %q: use cash, credit, monthly_settlement, coupon, flexi_coupon or stored_card", kind)
}

// ServiceCounts reports whether products of a service type with that incentive policy code are performance, and
// whether they earn an incentive: "0" and "1" both, "13" performance only, "2" neither. An unknown code is an error.
func ServiceCounts(servicePolicy string) (performance, rebate bool, err error) {
	switch servicePolicy {
	case ServicePolicyOrdinary, ServicePolicySpecific:
		return true, true, nil
	case ServicePolicyNoRebate:
		return true, false, nil
	case ServicePolicyNothing:
		return false, false, nil
	}
	return false, false, refuse(CodeUnknownServicePolicy, "judge incentive policy code %q: use 0, 1, 2 or 13", servicePolicy)
}

// Performance returns what each tender of a line counts for, in the order given: its amount or zero.
func Performance(tenders []Tender) ([]decimal.Decimal, error) {
	counting := make([]decimal.Decimal, len(tenders))
	for i, tender := range tenders {
		counts, err := Counts(tender.Kind, tender.CountsForPerformance)
		if err != nil {
			return nil, err
		}
		if counts {
			counting[i] = tender.Amount
		}
	}
	return counting, nil
}

// ResalePerformance returns what each tender of an international resale line counts for: the line's performance is
// max(0, round2(list x settlementDiscount) - the tenders that do not count), spread over the counting tenders pro
// rata by largest remainder. A line without a counting tender has none. (Settlement rules, section 2.)
func ResalePerformance(list, settlementDiscount decimal.Decimal, tenders []Tender, c money.Currency) ([]decimal.Decimal, error) {
	counting, err := Performance(tenders)
	if err != nil {
		return nil, err
	}
	price, err := money.RoundProduct(list, settlementDiscount, one, money.StageIncentive, c)
	if err != nil {
		return nil, err
	}
	sum := decimal.Zero
	for i, tender := range tenders {
		sum = sum.Add(counting[i])
		price = price.Sub(tender.Amount).Add(counting[i])
	}
	if sum.IsZero() || price.IsNegative() {
		price = decimal.Zero
	}
	return money.Apportion(price, counting, c)
}

var one = decimal.New(1, 0)
