package decision

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/pricing"
)

// An automatic renewal is paid by coupon first: of the customer's cash coupons
// that may pay for it the one with the largest balance, and as the customer
// settles for what is left (Pricing rules, section 4).
//
// The run chooses, once, among the balances that it sees. The payment that it
// makes names the coupon and how much of it, and nothing else: later folds of
// the chain judge the coupon by what stands before it there, as any payment's,
// and may come to another price. So a payment of ours sums to the price by
// itself: the coupon pays at most what was chosen, nothing where it may not pay
// any more, and the rest follows. A renewal never fails for its coupon.

// cashCoupons are what the renewals of a run may choose from, by customer: each
// as it stands after those that were chosen for before.
type cashCoupons map[string][]pricing.Coupon

// renewalCoupons lists the open cash coupons of the customers whose renewals
// are due.
func (d *decider) renewalCoupons(due []*renewal, at time.Time) (cashCoupons, error) {
	customers := map[string]bool{}
	for _, r := range due {
		customers[r.resource.CustomerID] = true
	}
	var ids []string
	for id, issued := range d.Reference.coupons {
		if c := &issued.coupon; c.Type == pricing.CouponCash && customers[c.CustomerID] && at.Before(c.ExpireTime) {
			ids = append(ids, id)
		}
	}
	d.need(ScopeCoupon, ids...)
	coupons := cashCoupons{}
	for _, id := range ids {
		row, err := d.couponRow(id)
		if err != nil {
			return nil, err
		}
		issued := d.Reference.coupon(d.Counters.DecisionNo, id, at)
		if issued == nil || row.Closed != nil {
			continue
		}
		coupon := row.Coupon
		coupon.State = issued.State
		coupons[coupon.CustomerID] = append(coupons[coupon.CustomerID], coupon)
	}
	return coupons, nil
}

// spend takes what a renewal is to be paid with off the coupon.
func (c cashCoupons) spend(r *renewal) *events.Rejection {
	if r.coupon.Amount.IsZero() {
		return nil
	}
	list := c[r.resource.CustomerID]
	i := slices.IndexFunc(list, func(coupon pricing.Coupon) bool { return coupon.ID == r.coupon.Reference })
	after, err := pricing.SpendCoupon(&list[i], r.coupon.Amount)
	if err != nil {
		return rejection(err)
	}
	list[i] = *after
	return nil
}

// payRenewal makes the payment of a renewal that was just ordered.
func (d *decider) payRenewal(r *renewal, coupons cashCoupons) error {
	in := *d.in
	in.Event = r.placed
	f, err := d.fact(&in)
	if err != nil {
		return err
	}
	order := f.Orders.Get(r.orderID)
	charge, err := f.charge(order, "")
	if err != nil {
		return err
	}
	own := coupons[order.CustomerID]
	coupon, found, err := pricing.AutomaticCoupon(own, f.couponUse(order, charge, own))
	if err != nil {
		return err
	}
	data := &events.OrderPaid{OrderID: r.orderID, PartnerID: d.ID, PaidBy: events.PaidByCustomer}
	if found {
		r.coupon = coupon
		data.Tenders = []events.Tender{{Kind: string(coupon.Kind), CouponID: coupon.Reference, Amount: coupon.Amount}}
	}
	r.paid, err = d.own(r, "2-paid", r.placed.Time, data)
	return err
}

// ownTenders fills a payment of ours up to the price.
func (f *fact) ownTenders(order *Order, data *events.OrderPaid, charge *pricing.Charge) (tenders []pricing.Tender, coupons []pricing.Coupon, err error) {
	left := charge.Amount
	for _, t := range data.Tenders {
		chosen := pricing.Tender{Kind: pricing.TenderKind(t.Kind), Reference: t.CouponID, Amount: t.Amount}
		if coupons, err = f.coupons(order, []pricing.Tender{chosen}); err != nil {
			return nil, nil, err
		}
		pays, found, err := pricing.AutomaticCoupon(coupons, f.couponUse(order, charge, coupons))
		if err != nil {
			return nil, nil, err
		}
		if found {
			pays.Amount = decimal.Min(pays.Amount, chosen.Amount)
			tenders, left = append(tenders, pays), left.Sub(pays.Amount)
		}
	}
	rest, err := asSettled(order, left)
	return append(tenders, rest...), coupons, err
}
