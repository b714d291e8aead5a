package decision

import (
	"slices"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/settlement"
	"github.com/accruald/accruald/workers/site"
)

// redInvoiceWorkingDays is how long the red invoice for a digital one that is
// neither used for tax nor booked takes at the most.
const redInvoiceWorkingDays = 3

// answerReturn notes who answers a return, and until when where the rules say so.
func (d *decider) answerReturn(profile *site.Profile, invoice *Invoice) (deadline time.Time, err error) {
	if invoice.State != settlement.InvoiceReturning {
		return noTime, nil
	}
	if invoice.ReturnAnswered, err = settlement.ReturnApprover(settlement.Channel(invoice.Channel)); err != nil {
		return noTime, err
	}
	data, ok := d.in.Event.Data.(*events.InvoiceTriggered)
	if !ok || settlement.Medium(invoice.Medium) != settlement.MediumDigital || isTrue(data.VATUsed) || isTrue(data.Booked) {
		return noTime, nil
	}
	return profile.WorkingDays().AddWorkingDays(d.in.Event.Time, redInvoiceWorkingDays, profile.Zone())
}

// unsubscribing tells whether a return of what an order paid for has come and
// still waits for something else.
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

// mayUnsubscribe refuses the return of what a marketplace order with an
// invoice paid for. Invoices are no order facts: it is judged once, when the
// event is decided, and a refusal stays out of the chain.
func (f *fact) mayUnsubscribe(returned []*Resource) error {
	if f.in != f.decider.in {
		return nil
	}
	for _, r := range returned {
		for _, payment := range r.Payments {
			f.need(ScopeOrderInvoices, payment.OrderID)
			for _, i := range f.Invoices.All() {
				if !slices.Contains(i.OrderIDs, payment.OrderID) {
					continue
				}
				if err := settlement.MayUnsubscribe(settlement.Channel(i.Channel), []settlement.InvoiceState{i.State}); err != nil {
					f.chained = false
					return refusalOf(err, "/data/resource_ids")
				}
			}
		}
	}
	return nil
}
