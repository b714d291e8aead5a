package decision

import (
	"slices"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/settlement"
)

// Marketplace orders.
//
// Whether a marketplace invoice stands against an unsubscription is noted on its
// input, like the five-day quota: a later fold must not see other invoices. One
// is pending only while it waits for its resource.

// uninvoiced refuses to give back a marketplace order that an invoice to the
// customer stands against (Settlement rules, section 7). It is judged once, at
// the first decision, by the invoices decided before: they are cut-offs, so a
// later fold of the chain must not see others. What is refused stays refused;
// after the invoice is returned the unsubscription is sent again.
func (f *fact) uninvoiced(refund *pricing.Refund) error {
	if f.in.Invoiced == nil {
		stands := settlement.MayUnsubscribe(f.standing(refund)) != nil
		f.in.Invoiced = &stands
	}
	if !*f.in.Invoiced {
		return nil
	}
	return refusalOf(settlement.MayUnsubscribe(settlement.ChannelMarketplaceOther, []settlement.InvoiceState{settlement.InvoiceIssued}), "/data/resource_ids")
}

// standing returns the states of the marketplace invoices to the customer that
// name an order which the refund is of.
func (f *fact) standing(refund *pricing.Refund) (settlement.Channel, []settlement.InvoiceState) {
	var orders []string
	for _, o := range refund.Orders {
		orders = append(orders, o.OrderID)
	}
	for _, c := range refund.CouponsReturned {
		orders = append(orders, c.OrderID)
	}
	f.need(ScopeOrderInvoices, orders...)
	channel := settlement.ChannelVendor
	var states []settlement.InvoiceState
	for _, i := range f.Invoices.All() {
		named := slices.ContainsFunc(i.OrderIDs, func(id string) bool { return slices.Contains(orders, id) })
		of := settlement.Channel(i.Channel)
		if !named || settlement.Direction(i.Direction) != settlement.ToCustomer || of == settlement.ChannelVendor {
			continue
		}
		channel, states = of, append(states, i.State)
	}
	return channel, states
}

// unsubscribing tells whether an unsubscription of what an order paid for has
// come and still waits for something. One that can be decided settles at once,
// so that it is never pending.
func (d *decider) unsubscribing(order *Order) bool {
	if d.Counters.Waiting == 0 {
		return false
	}
	d.need(ScopeRetryable, "")
	for _, in := range d.Inputs.All() {
		data, ok := in.Event.Data.(*events.OrderUnsubscribed)
		if !ok || in.Status != StatusWaiting {
			continue
		}
		if slices.ContainsFunc(data.ResourceIDs, func(id string) bool { return slices.Contains(order.ResourceIDs, id) }) {
			return true
		}
	}
	return false
}
