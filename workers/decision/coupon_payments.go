package decision

import (
	"slices"

	"github.com/accruald/accruald/workers/pricing"
)

// coupons returns the coupons that a payment names, as they stand for it: in
// their state at its time, after what the orders connected with this one did
// with them. Payments are facts: what orders elsewhere did with a coupon does
// not refuse one, but shows in the coupon's balance (contract section 1). A
// payment with a coupon that is not known waits for it.
func (f *fact) coupons(order *Order, tenders []pricing.Tender) ([]pricing.Coupon, error) {
	var out []pricing.Coupon
	for _, t := range tenders {
		if !isCoupon(t.Kind) {
			continue
		}
		issued := f.Reference.coupon(f.in.PartnerVersion, t.Reference, f.at)
		if issued == nil {
			return nil, waits{couponKey(t.Reference)}
		}
		out = append(out, *issued)
	}
	if out == nil {
		return nil, nil
	}
	connected := f.connected(order)
	for i := range out {
		var entries []CouponEntry
		for _, o := range connected {
			for _, use := range usesOf(o) {
				if use.couponID == out[i].ID {
					entries = append(entries, use.CouponEntry)
				}
			}
		}
		state := out[i].State
		out[i].State = pricing.CouponNormal
		folded, err := foldEntries(out[i], entries, nil)
		if err != nil {
			return nil, err
		}
		out[i] = *folded
		out[i].State = state
	}
	return out, nil
}

// judgeCoupons refuses a payment with a coupon that may not pay for the order.
func (f *fact) judgeCoupons(order *Order, charge *pricing.Charge, coupons []pricing.Coupon, tenders []pricing.Tender) error {
	if len(coupons) == 0 {
		return nil
	}
	return pricing.JudgeCoupons(coupons, tenders, f.couponUse(order, charge, coupons))
}

// couponUse is what coupons are judged by that pay for an order.
func (f *fact) couponUse(order *Order, charge *pricing.Charge, coupons []pricing.Coupon) pricing.CouponUse {
	first := slices.ContainsFunc(coupons, func(c pricing.Coupon) bool { return c.Limits.FirstOrder }) && f.firstOrder(order)
	return pricing.CouponUse{CustomerID: order.CustomerID, OrderID: order.ID, At: f.at, FirstOrder: first, Quote: order.Quote, Charge: charge}
}

// firstOrder tells whether the customer paid for no order before. It is judged
// once, at the first decision (contract section 1).
func (f *fact) firstOrder(order *Order) bool {
	if f.in.FirstOrder == nil {
		f.need(ScopePaid, order.CustomerID)
		first := !slices.ContainsFunc(f.PaidOrders.By(paidOrdersByCustomer, order.CustomerID), func(o *PaidOrder) bool { return o.OrderID != order.ID })
		f.in.FirstOrder = &first
	}
	return *f.in.FirstOrder
}

// connected lists the orders that resources connect with an order so far,
// itself among them. The chain may hold more: what a later order, or one that
// was refused, connects with it.
func (f *fact) connected(order *Order) []*Order {
	byResource := map[string][]*Order{}
	chain := f.chain(orderKey(order.ID))
	if chain == nil { // it is only tried, for resources that were ordered before
		chain = f.chain(resourceKey(order.ResourceIDs[0]))
	}
	for _, k := range chain.Keys {
		id, ok := cutKey(k, orderKey(""))
		if o := f.Orders.Get(id); ok && o != nil {
			for _, r := range resourcesOf(o) {
				byResource[r] = append(byResource[r], o)
			}
		}
	}
	reached, seen := []*Order{order}, map[string]bool{order.ID: true}
	for i := 0; i < len(reached); i++ {
		for _, r := range resourcesOf(reached[i]) {
			for _, o := range byResource[r] {
				if !seen[o.ID] {
					seen[o.ID] = true
					reached = append(reached, o)
				}
			}
			delete(byResource, r)
		}
	}
	return reached
}

// resourcesOf lists the resources that an order is about, and those that they
// belong to.
func resourcesOf(o *Order) []string {
	ids := slices.Clone(o.ResourceIDs)
	if o.Quote == nil {
		return ids
	}
	for i := range o.Quote.Lines {
		for _, id := range []string{o.Quote.Lines[i].ParentID, o.Quote.Lines[i].RelatedID} {
			if id != "" {
				ids = append(ids, id)
			}
		}
	}
	return ids
}
