package pricing

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
)

// paymentCouponsMax is how many cash coupons a payment may carry (Pricing rules, section 4).
const paymentCouponsMax = 3

// allocationOrder is the order in which tenders are laid over the lines; tenders of one kind keep theirs.
var allocationOrder = []TenderKind{TenderCoupon, TenderMonthlySettlement, TenderStoredCard, TenderFlexiCoupon, TenderCash, TenderCredit}

// Allocate lays the tenders over the charge's lines: cash coupons over their eligible lines, then the others over all
// lines, each in proportion to what is still unpaid (Pricing rules, section 4). The slices come by line, then in the
// order of allocation; they sum to the tenders and to the lines. eligible is asked for cash coupons only.
// Refusals: tenders_do_not_sum with both figures, tender_invalid, too_many_coupons, coupon_exceeds_lines.
func Allocate(c *Charge, tenders []Tender, eligible func(t Tender, lineID string) bool) ([]Slice, error) {
	if err := checkTenders(c, tenders); err != nil {
		return nil, err
	}
	unpaid := make([]decimal.Decimal, len(c.Lines))
	for i := range c.Lines {
		unpaid[i] = c.Lines[i].Amount
	}
	paid := make([][]Slice, len(c.Lines))
	for _, kind := range allocationOrder {
		for i := range tenders {
			if tenders[i].Kind != kind || tenders[i].Amount.IsZero() {
				continue
			}
			weights := unpaid
			if kind == TenderCoupon {
				weights = eligibleUnpaid(c, &tenders[i], unpaid, eligible)
			}
			shares, err := layOver(&tenders[i], weights, c.Currency)
			if err != nil {
				return nil, err
			}
			for k, share := range shares {
				if share.IsPositive() {
					unpaid[k] = unpaid[k].Sub(share)
					paid[k] = append(paid[k], Slice{c.Lines[k].LineID, kind, tenders[i].Reference, share})
				}
			}
		}
	}
	return slices.Concat(paid...), nil
}

func checkTenders(c *Charge, tenders []Tender) error {
	sum, coupons := decimal.Zero, 0
	for i := range tenders {
		tender := &tenders[i]
		if !slices.Contains(allocationOrder, tender.Kind) {
			return refuse(CodeTenderInvalid, itemPointer("tenders", i, "kind"), "pay with tender %q: use one of %q", string(tender.Kind), allocationOrder)
		}
		if tender.Amount.IsNegative() || money.Valid(tender.Amount, c.Currency) != nil {
			return refuse(CodeTenderInvalid, itemPointer("tenders", i, "amount"), "pay %s by %s: use 0 or more, in whole minor units of %s", tender.Amount, tender.Kind, c.Currency)
		}
		if tender.Kind == TenderCoupon {
			coupons++
		}
		sum = sum.Add(tender.Amount)
	}
	if coupons > paymentCouponsMax {
		return refuse(CodeTooManyCoupons, "/tenders", "pay with %d coupons: use at most %d", coupons, paymentCouponsMax)
	}
	if !sum.Equal(c.Amount) {
		return refuse(CodeTendersDoNotSum, "/tenders", "the tenders sum to %s, the order costs %s: send tenders that sum to the price",
			money.Fixed(sum, c.Currency), money.Fixed(c.Amount, c.Currency))
	}
	return nil
}

func eligibleUnpaid(c *Charge, t *Tender, unpaid []decimal.Decimal, eligible func(Tender, string) bool) []decimal.Decimal {
	weights := make([]decimal.Decimal, len(unpaid))
	for i := range unpaid {
		if eligible(*t, c.Lines[i].LineID) {
			weights[i] = unpaid[i]
		}
	}
	return weights
}

// layOver splits a tender over what is unpaid of the lines; no share exceeds it.
func layOver(t *Tender, unpaid []decimal.Decimal, c money.Currency) ([]decimal.Decimal, error) {
	room := decimal.Zero
	for _, amount := range unpaid {
		room = room.Add(amount)
	}
	if t.Amount.GreaterThan(room) {
		return nil, refuse(CodeCouponExceedsLines, "/tenders", "pay %s by %s %q: only %s of the lines it may pay is unpaid; lower its amount",
			money.Fixed(t.Amount, c), t.Kind, t.Reference, money.Fixed(room, c))
	}
	return money.Apportion(t.Amount, unpaid, c)
}
