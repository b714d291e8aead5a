package account

import (
	"cmp"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/pricing"
)

// Explain explains an order of a partner whose chain is loaded.
func Explain(p *decision.Partner, common *decision.Reference, orderID string) (*Explanation, error) {
	o := p.Orders.Get(orderID)
	if o == nil {
		return nil, fmt.Errorf("explain order %q: partner %q has no such order", orderID, p.ID)
	}
	e := &Explanation{PartnerID: p.ID, OrderID: o.ID, OrderType: o.Type, Kind: o.Kind, State: o.State, CustomerID: o.CustomerID,
		Association: o.Association, PlacedAt: o.PlacedAt, ValidUntil: o.ValidUntil,
		Candidates: []Candidate{}, ReturnedBy: []Returned{}, Incentives: []Incentive{}}
	currency := o.Currency()
	s, err := scaleOf(currency)
	if err != nil {
		return nil, fmt.Errorf("explain order %q: %w", orderID, err)
	}
	e.Currency = string(currency)
	switch {
	case o.Usage != nil:
		e.usage(s, o)
	case o.Quote != nil:
		if err := e.price(s, p, common, o); err != nil {
			return nil, fmt.Errorf("explain the price of order %q: %w", orderID, err)
		}
	}
	e.payment(s, o)
	if o.Refund != nil {
		standing, err := p.Standing(common, "", o.PlacedAt)
		if err != nil {
			return nil, fmt.Errorf("explain the refund of order %q: %w", orderID, err)
		}
		e.Refund = refund(s, o.Refund, standing.Book.Site.Zone())
	}
	for _, other := range p.Orders.All() {
		e.returned(s, other)
	}
	for _, detail := range p.DetailsOf(orderID) {
		e.Incentives = append(e.Incentives, incentive(s, detail))
	}
	return e, nil
}

// price charges the quote again with the discount it was paid with, and lists all that were weighed.
func (e *Explanation) price(s scale, p *decision.Partner, common *decision.Reference, o *decision.Order) error {
	standing, err := p.Standing(common, "", o.PlacedAt) // whoever the customer belongs to by now
	if err != nil {
		return err
	}
	discountID := o.Quote.AutomaticChoice(standing.Book.Site)
	if o.Payment != nil {
		discountID = o.Payment.Charge.DiscountID
	}
	charge, err := o.Quote.Charge(discountID)
	if err != nil {
		return err
	}
	e.Price = &Price{DiscountID: charge.DiscountID, DiscountType: charge.DiscountType,
		Official: s.of(charge.Official), Discount: s.of(charge.Discount), Amount: s.of(charge.Amount), Lines: []Line{}}
	for i, price := range charge.Lines {
		line := &o.Quote.Lines[i]
		e.Price.Lines = append(e.Price.Lines, Line{LineID: line.LineID, ResourceID: line.ResourceID, ProductID: line.ProductID,
			Official: s.of(price.Official), Discount: s.of(price.Discount), Amount: s.of(price.Amount), Steps: s.steps(price.Steps)})
	}
	var unavailable []pricing.Candidate
	if !o.Quote.Official.IsZero() { // else nothing was weighed: a trial, a downgrade, a change at renewal
		if unavailable, err = o.Quote.Unavailable(standing.Book, o.CustomerID, o.IndirectPartnerID); err != nil {
			return err
		}
	}
	for _, list := range [][]pricing.Candidate{o.Quote.Candidates, unavailable} {
		for i := range list {
			c := &list[i]
			e.Candidates = append(e.Candidates, Candidate{DiscountID: c.DiscountID, DiscountType: c.DiscountType, Name: c.Name,
				Discount: s.of(c.Discount), Amount: s.of(c.Amount), Selectable: c.Selectable, BestOffer: c.BestOffer, Reason: c.Lost,
				Paid: o.Payment != nil && c.DiscountID == discountID})
		}
	}
	return nil
}

func (e *Explanation) payment(s scale, o *decision.Order) {
	if o.Payment == nil {
		return
	}
	e.Payment = &Payment{At: o.Payment.Event.Time, PaidBy: o.Payment.PaidBy, Slices: []Slice{}}
	for _, slice := range o.Payment.Slices {
		e.Payment.Slices = append(e.Payment.Slices, Slice{LineID: slice.LineID, Kind: string(slice.Kind), Reference: slice.Reference,
			Amount: s.of(slice.Amount), Refunded: s.of(slice.Refunded)})
	}
}

func refund(s scale, r *pricing.Refund, zone *time.Location) *Refund {
	out := &Refund{Kind: r.Kind, Paid: s.of(r.Paid), Consumed: s.of(r.Consumed), Fee: s.of(r.Fee), Amount: s.of(r.Amount), Kept: s.of(r.Kept),
		Orders: []RefundedOrder{}, Coupons: []ReturnedCoupon{}, Steps: s.steps(r.Steps)}
	for i := range r.Orders {
		o := &r.Orders[i]
		order := RefundedOrder{OrderID: o.OrderID, ResourceID: o.ResourceID, From: o.Start.In(zone), Until: o.End.In(zone), Paid: s.of(o.Paid), Consumed: s.of(o.Consumed), Fee: s.of(o.Fee),
			Amount: s.of(o.Amount), Kept: s.of(o.Kept), Tenders: []Tender{}, Steps: s.steps(o.Steps)}
		for _, t := range o.Tenders {
			order.Tenders = append(order.Tenders, Tender{Kind: string(t.Kind), Reference: t.Reference, Amount: s.of(t.Amount)})
		}
		out.Orders = append(out.Orders, order)
	}
	for _, c := range r.CouponsReturned {
		out.Coupons = append(out.Coupons, ReturnedCoupon{CouponID: c.Reference, OrderID: c.OrderID, LineID: c.LineID, Amount: s.of(c.Amount)})
	}
	return out
}

// returned adds what another order gave back of this one.
func (e *Explanation) returned(s scale, other *decision.Order) {
	if other.Refund == nil {
		return
	}
	amount, coupons, found := decimal.Zero, decimal.Zero, false
	for i := range other.Refund.Orders {
		if o := &other.Refund.Orders[i]; o.OrderID == e.OrderID {
			amount, found = amount.Add(o.Amount), true
		}
	}
	for _, c := range other.Refund.CouponsReturned {
		if c.OrderID == e.OrderID {
			coupons, found = coupons.Add(c.Amount), true
		}
	}
	if found {
		e.ReturnedBy = append(e.ReturnedBy, Returned{OrderID: other.ID, Amount: s.of(amount), Coupons: s.of(coupons)})
	}
}

func incentive(s scale, d *decision.Detail) Incentive {
	out := Incentive{DetailID: d.ID, LineID: d.LineID, BillID: d.BillID, Period: cmp.Or(d.Period, string(d.Cycle)), PolicyID: d.PolicyID, PolicyVersion: d.PolicyVersion,
		Performance: s.of(d.Performance), Rate: events.NewAmount(d.Rate, rateScale), Amount: s.of(d.Amount), Frozen: s.of(d.Frozen), Holds: []Hold{},
		Provisional: d.Provisional, Reverses: d.Reverses, LateOf: d.LateOf, ZeroReason: d.ZeroReason}
	for _, h := range d.Holds {
		out.Holds = append(out.Holds, Hold{HoldID: h.HoldID, Reason: h.Reason, Amount: s.of(h.Amount)})
	}
	return out
}
