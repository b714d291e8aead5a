package pricing

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
)

// Charge applies one discount to the quote, "" for the list price. An adjusted quote is charged with its adjustment
// only, which "" means as well. Refusals: discount_not_selectable, adjustment_excludes_discount.
func (q *Quote) Charge(discountID string) (*Charge, error) {
	if q.Adjustment != nil {
		return q.chargeAdjusted(discountID)
	}
	if discountID == "" {
		return q.charge("", 0, nil), nil
	}
	for i := range q.Candidates {
		candidate := &q.Candidates[i]
		if candidate.DiscountID != discountID {
			continue
		}
		if !candidate.Selectable {
			return nil, q.notSelectable(discountID, candidate.Lost)
		}
		return q.charge(candidate.DiscountID, candidate.DiscountType, candidate.Lines), nil
	}
	return nil, q.notSelectable(discountID, "it does not apply to this order")
}

func (q *Quote) notSelectable(discountID, why string) error {
	var selectable []string
	for i := range q.Candidates {
		if q.Candidates[i].Selectable {
			selectable = append(selectable, q.Candidates[i].DiscountID)
		}
	}
	return refuse(CodeDiscountNotSelectable, "/discount_id", "discount %q cannot be chosen: %s; choose one of %q or none", discountID, why, selectable)
}

// charge is the quote with these discounted lines, or at list price without them. Each line carries the list price's
// steps before its discount's.
func (q *Quote) charge(discountID string, discountType int, prices []LinePrice) *Charge {
	charge := &Charge{DiscountID: discountID, DiscountType: discountType, Currency: q.Currency, Lines: make([]LinePrice, len(q.Lines))}
	for i := range q.Lines {
		line := &q.Lines[i]
		price := LinePrice{LineID: line.LineID, Official: line.Official, Amount: line.Official, Steps: slices.Clone(line.Steps)}
		if prices != nil {
			price.Discount, price.Amount = prices[i].Discount, prices[i].Amount
			price.Steps = append(price.Steps, prices[i].Steps...)
		}
		charge.Lines[i] = price
		charge.Official = charge.Official.Add(price.Official)
		charge.Discount = charge.Discount.Add(price.Discount)
		charge.Amount = charge.Amount.Add(price.Amount)
	}
	return charge
}

// Adjust puts a 609 on a copy of the quote: an amount off the order, spread over the lines by their official amounts,
// or off single lines. It replaces an earlier adjustment and excludes every other discount (Pricing rules,
// section 3). Refusals: adjustment_invalid, adjustment_exceeds_amount, line_not_found.
func (q *Quote) Adjust(a Adjustment) (*Quote, error) {
	if a.DiscountID == "" || (a.AmountOff == nil) == (len(a.Lines) == 0) {
		return nil, refuse(CodeAdjustmentInvalid, "/amount_off", "adjust the price by %q: give a discount id, and either amount_off or lines", a.DiscountID)
	}
	adjusted := *q
	adjusted.Adjustment = &a
	prices, err := adjusted.adjustedLines()
	if err != nil {
		return nil, err
	}
	adjusted.Candidates = slices.DeleteFunc(slices.Clone(q.Candidates), func(c Candidate) bool { return c.DiscountType == DiscountAdjustment })
	for i := range adjusted.Candidates {
		candidate := &adjusted.Candidates[i]
		candidate.Selectable = false
		candidate.Lost = "the price adjustment " + a.DiscountID + " must be used and goes with no other discount"
	}
	own := Candidate{DiscountID: a.DiscountID, DiscountType: DiscountAdjustment, Lines: prices, Selectable: true}
	for i := range prices {
		own.Discount, own.Amount = own.Discount.Add(prices[i].Discount), own.Amount.Add(prices[i].Amount)
	}
	adjusted.Candidates = append([]Candidate{own}, adjusted.Candidates...)
	return &adjusted, nil
}

func (q *Quote) chargeAdjusted(discountID string) (*Charge, error) {
	if discountID != "" && discountID != q.Adjustment.DiscountID {
		return nil, refuse(CodeAdjustmentExcludes, "/discount_id", "discount %q cannot be chosen: the order's price was adjusted by %q, which must be used alone; leave discount_id out",
			discountID, q.Adjustment.DiscountID)
	}
	prices, err := q.adjustedLines()
	if err != nil {
		return nil, err
	}
	return q.charge(q.Adjustment.DiscountID, DiscountAdjustment, prices), nil
}

// adjustedLines takes the adjustment off the lines so that they sum to it exactly.
func (q *Quote) adjustedLines() ([]LinePrice, error) {
	a := q.Adjustment
	off := make([]decimal.Decimal, len(q.Lines))
	if a.AmountOff != nil {
		if err := q.checkOff(*a.AmountOff, q.Official, "/amount_off"); err != nil {
			return nil, err
		}
		weights := make([]decimal.Decimal, len(q.Lines))
		for i := range q.Lines {
			weights[i] = q.Lines[i].Official
		}
		shares, err := money.Apportion(*a.AmountOff, weights, q.Currency)
		if err != nil {
			return nil, err
		}
		off = shares
	}
	for k, line := range a.Lines {
		i := slices.IndexFunc(q.Lines, func(l QuoteLine) bool { return l.LineID == line.LineID })
		if i < 0 {
			return nil, refuse(CodeLineNotFound, linePointer(k, "line_id"), "adjust line %q: the order has no such line", line.LineID)
		}
		off[i] = off[i].Add(line.AmountOff)
		if err := q.checkOff(line.AmountOff, q.Lines[i].Official.Sub(off[i]).Add(line.AmountOff), linePointer(k, "amount_off")); err != nil {
			return nil, err
		}
	}
	prices := make([]LinePrice, len(q.Lines))
	for i := range q.Lines {
		official := q.Lines[i].Official
		prices[i] = LinePrice{LineID: q.Lines[i].LineID, Official: official, Discount: off[i], Amount: official.Sub(off[i])}
		if off[i].IsPositive() {
			formula := money.Fixed(official, q.Currency) + " - " + money.Fixed(off[i], q.Currency)
			if a.AmountOff != nil {
				formula += " (" + money.Fixed(*a.AmountOff, q.Currency) + " x " + money.Fixed(official, q.Currency) + " / " + money.Fixed(q.Official, q.Currency) + ")"
			}
			formula += " = " + money.Fixed(prices[i].Amount, q.Currency)
			prices[i].Steps = []Step{{Rule: "price_adjustment", Reference: a.DiscountID, Formula: formula, Before: official, After: prices[i].Amount}}
		}
	}
	return prices, nil
}

func (q *Quote) checkOff(off, most decimal.Decimal, pointer string) error {
	if !off.IsPositive() || money.Valid(off, q.Currency) != nil {
		return refuse(CodeAdjustmentInvalid, pointer, "adjust the price by %s: use more than 0, in whole minor units of %s", off, q.Currency)
	}
	if off.GreaterThan(most) {
		return refuse(CodeAdjustmentExceedsAmount, pointer, "adjust the price by %s: only %s can be taken off", off, most)
	}
	return nil
}
