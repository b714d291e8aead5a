package decision

import (
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/pricing"
)

// reportOrder tells the price of an order when it is quoted, and again when
// the quote comes out otherwise; and its settlement likewise.
func (d *decider) reportOrder(diff difference[Order]) {
	o := diff.after
	if o == nil {
		return
	}
	if o.Quote != nil && o.Usage == nil && (diff.before == nil || !sameDocument(diff.before.Quote, o.Quote)) {
		priced := d.priced(o, diff.version)
		if diff.before != nil {
			priced.Supersedes = o.ID
		}
		d.emit(events.TypeOrderPriced, o.ID, priced)
	}
	if o.State != OrderSettled {
		return
	}
	if diff.before == nil || diff.before.State != OrderSettled || !sameCharge(diff.before, o) {
		settled := d.settled(o, diff.version)
		if diff.before != nil && diff.before.State == OrderSettled {
			settled.Supersedes = o.ID
		}
		d.emit(events.TypeOrderSettled, o.ID, settled)
	}
}

// sameCharge tells whether two states of a settled order charge and give the
// same; what was refunded of it since is told by the refunding order.
func sameCharge(a, b *Order) bool {
	if (a.Payment == nil) != (b.Payment == nil) || !sameDocument(a.Refund, b.Refund) || !sameDocument(a.Usage, b.Usage) {
		return false
	}
	return a.Payment == nil || sameDocument(&a.Payment.Charge, &b.Payment.Charge) && sameDocument(&a.Payment.Tenders, &b.Payment.Tenders)
}

// priced tells the quote at the discount an automatic payment would take.
func (d *decider) priced(o *Order, version int64) *events.OrderPriced {
	q, c := o.Quote, o.Quote.Currency
	out := &events.OrderPriced{
		Origin: origin(version), OrderID: o.ID, OrderType: o.Type, Currency: string(c), OfficialWebsiteAmount: in(c, q.Official),
		Amount: in(c, q.Official), ValidUntil: o.ValidUntil, Candidates: []events.Candidate{}, Lines: []events.PricedLine{}}
	var chosen *pricing.Candidate
	for i := range q.Candidates {
		candidate := &q.Candidates[i]
		out.Candidates = append(out.Candidates, events.Candidate{
			DiscountID: candidate.DiscountID, DiscountType: candidate.DiscountType, DiscountAmount: in(c, candidate.Discount),
			Amount: in(c, candidate.Amount), Chosen: candidate.Lost == "", Reason: candidate.Lost})
		if candidate.Lost == "" {
			chosen = candidate
		}
	}
	if chosen != nil {
		out.Discount, out.Amount = applied(chosen, chosen.Discount, c), in(c, chosen.Amount)
	}
	for i, l := range q.Lines {
		line := events.PricedLine{LineID: l.LineID, ResourceID: l.ResourceID, ProductID: l.ProductID, OfficialWebsiteAmount: in(c, l.Official),
			Amount: in(c, l.Official), Steps: steps(l.Steps, c)}
		if chosen != nil && i < len(chosen.Lines) {
			price := chosen.Lines[i]
			line.Discount, line.Amount = applied(chosen, price.Discount, c), in(c, price.Amount)
			line.Steps = append(line.Steps, steps(price.Steps, c)...)
		}
		out.Lines = append(out.Lines, line)
	}
	return out
}

func applied(candidate *pricing.Candidate, amount decimal.Decimal, c money.Currency) *events.AppliedDiscount {
	return &events.AppliedDiscount{DiscountID: candidate.DiscountID, DiscountType: candidate.DiscountType, DiscountAmount: in(c, amount)}
}

func (d *decider) settled(o *Order, version int64) *events.OrderSettled {
	c := currencyOf(o)
	out := &events.OrderSettled{Origin: origin(version), OrderID: o.ID, Currency: string(c), EraseAmount: in(c, decimal.Decimal{}),
		Tenders: []events.SettledTender{}, Resources: []events.SettledResource{}}
	if o.Payment != nil {
		for _, t := range o.Payment.Tenders {
			out.Tenders = append(out.Tenders, tender(t.Kind, t.Reference, in(c, t.Amount)))
		}
	}
	for _, e := range o.Effective {
		out.Resources = append(out.Resources, events.SettledResource{ResourceID: e.ResourceID, EffectiveTime: e.EffectiveTime, ExpireTime: e.ExpireTime})
	}
	if o.Refund != nil {
		out.Refund = refund(o.Refund)
	}
	if o.Usage != nil {
		out.EraseAmount, out.Usage = exact(o.Usage.Erase, c), d.settledUsage(o)
	}
	return out
}

func currencyOf(o *Order) money.Currency {
	if o.Refund != nil {
		return o.Refund.Currency
	}
	return o.Quote.Currency
}

func tender(kind pricing.TenderKind, reference string, amount events.Amount) events.SettledTender {
	t := events.SettledTender{Kind: string(kind), Amount: amount}
	switch kind {
	case pricing.TenderCoupon, pricing.TenderFlexiCoupon:
		t.CouponID = reference
	case pricing.TenderStoredCard:
		t.CardID = reference
	case pricing.TenderCash, pricing.TenderCredit, pricing.TenderMonthlySettlement:
	}
	return t
}

// refund tells a refund in the sign of the published API: what comes back is
// negative, what was consumed or kept as a fee positive (Pricing rules,
// section 7).
func refund(r *pricing.Refund) *events.Refund {
	c := r.Currency
	out := &events.Refund{RefundAmount: in(c, r.Amount.Neg()), ConsumedAmount: in(c, r.Consumed), CommissionAmount: in(c, r.Fee),
		Orders: []events.RefundedOrder{}, CouponsReturned: []events.ReturnedCoupon{}}
	for _, o := range r.Orders {
		order := events.RefundedOrder{BaseOrderID: o.OrderID, PaidAmount: in(c, o.Paid), ConsumedAmount: in(c, o.Consumed),
			CommissionAmount: in(c, o.Fee), RefundAmount: in(c, o.Amount.Neg()), Tenders: []events.SettledTender{}}
		for _, t := range o.Tenders {
			order.Tenders = append(order.Tenders, tender(t.Kind, t.Reference, in(c, t.Amount.Neg())))
		}
		out.Orders = append(out.Orders, order)
	}
	for _, coupon := range r.CouponsReturned {
		out.CouponsReturned = append(out.CouponsReturned, events.ReturnedCoupon{CouponID: coupon.Reference, Amount: in(c, coupon.Amount)})
	}
	return out
}
