package pricing

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/site"
)

// refundOrder starts a payment's part of a refund.
func refundOrder(r *Resource, payment int) RefundOrder {
	paid := &r.Payments[payment]
	return RefundOrder{
		OrderID: paid.OrderID, LineID: paid.LineID, ResourceID: r.ID, Kind: paid.Kind, Payment: payment,
		Start: paid.Start, End: paid.End, Official: paid.Official, Paid: paid.basis(),
	}
}

// add sums an order into the refund.
func (f *Refund) add(order RefundOrder) {
	f.Orders = append(f.Orders, order)
	f.Paid = f.Paid.Add(order.Paid)
	f.Consumed = f.Consumed.Add(order.Consumed)
	f.Fee = f.Fee.Add(order.Fee)
	f.Amount = f.Amount.Add(order.Amount)
	f.Kept = f.Kept.Add(order.Kept)
}

// splitTenders splits an order's amounts over its tenders, coupons apart: the refund pro rata to what was paid with
// each, then fee, consumption and what is kept over what is left of them, so that each tender adds up as well.
func (o *RefundOrder) splitTenders(paid *Payment, c money.Currency) error {
	o.Tenders = nil
	var weights []decimal.Decimal
	for i := range paid.Slices {
		slice := &paid.Slices[i]
		if left := slice.left(); slice.Kind != TenderCoupon && left.IsPositive() {
			o.Tenders = append(o.Tenders, TenderRefund{Slice: i, Kind: slice.Kind, Reference: slice.Reference, Paid: left})
			weights = append(weights, left)
		}
	}
	for _, split := range []struct {
		total decimal.Decimal
		field func(*TenderRefund) *decimal.Decimal
	}{
		{o.Amount, func(t *TenderRefund) *decimal.Decimal { return &t.Amount }},
		{o.Fee, func(t *TenderRefund) *decimal.Decimal { return &t.Fee }},
		{o.Consumed, func(t *TenderRefund) *decimal.Decimal { return &t.Consumed }},
		{o.Kept, func(t *TenderRefund) *decimal.Decimal { return &t.Kept }},
	} {
		shares, err := money.Apportion(split.total, weights, c)
		if err != nil {
			return err
		}
		for i, share := range shares {
			*split.field(&o.Tenders[i]) = share
			weights[i] = weights[i].Sub(share)
		}
	}
	return nil
}

// withinFiveDays reports whether the five-day rule reaches a resource: whole hours of real time since it was provided.
func withinFiveDays(p *site.Profile, r *Resource, at time.Time) bool {
	rule := p.FiveDayRule
	return rule.Enabled && at.Sub(r.ProvisionedAt) <= time.Duration(rule.Hours)*time.Hour
}

// FiveDayInstances counts the instances that an unsubscription takes from the account's yearly quota of the five-day
// rule: a primary with what is bound to it once, a service without resource-level unsubscription once an order
// (Pricing rules, section 7). It is 0 where the site has no such rule.
func FiveDayInstances(p *site.Profile, in Unsubscription, resources []*Resource) int {
	if in.Type != UnsubscribeAll {
		return 0
	}
	var counted []string
	for _, id := range in.ResourceIDs {
		r := find(resources, id)
		if r == nil {
			continue
		}
		for _, member := range withAttached(r, resources) {
			if member.State == StateUnsubscribed || !withinFiveDays(p, member, in.At) {
				continue
			}
			root := rootOf(member, resources)
			instance := "resource/" + root.ID
			if root.OrderLevelUnsubscribe {
				instance = "order/" + root.OrderID
			}
			if !slices.Contains(counted, instance) {
				counted = append(counted, instance)
			}
		}
	}
	return len(counted)
}

// rootOf returns the primary that a resource is attached to, itself when it is one.
func rootOf(r *Resource, resources []*Resource) *Resource {
	for range attachedDepthMax {
		parent := find(resources, r.ParentID)
		if r.ParentID == "" || parent == nil {
			break
		}
		r = parent
	}
	return r
}
