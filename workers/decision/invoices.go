package decision

import (
	"fmt"
	"slices"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/settlement"
)

// invoiceStep applies for an invoice, or takes one along an edge of its
// machine. What that does to the cover of its payment request follows.
func (d *decider) invoiceStep(data *events.InvoiceTriggered) error {
	profile, err := d.profile()
	if err != nil {
		return err
	}
	d.need(ScopeInvoice, data.InvoiceID)
	invoice := d.Invoices.Get(data.InvoiceID)
	by := settlement.InvoiceTrigger(data.Trigger)
	var changed Invoice
	switch {
	case invoice != nil && data.PaymentRequestID != "" && data.PaymentRequestID != invoice.RequestID:
		return &events.Rejection{Code: CodeInvoiceTwoOwners, Pointer: "/data/payment_request_id", Message: fmt.Sprintf(
			"invoice %q covers payment request %q and cannot cover %q as well; apply for another invoice", invoice.ID, invoice.RequestID, data.PaymentRequestID)}
	case by == settlement.InvoiceApply && invoice != nil:
		return &events.Rejection{Code: CodeInvoiceExists, Pointer: "/data/invoice_id", Message: fmt.Sprintf(
			"invoice %q was applied for before; a new application takes a new id", data.InvoiceID)}
	case by == settlement.InvoiceApply:
		applied, err := d.applyInvoice(data)
		if err != nil {
			return err
		}
		changed = *applied
	case invoice == nil:
		return &events.Rejection{Code: CodeUnknownInvoice, Pointer: "/data/invoice_id", Retryable: true, Message: fmt.Sprintf(
			"partner %q has no invoice %q; apply for it first", d.ID, data.InvoiceID)}
	default:
		changed = *invoice
		if err := d.checkReturn(data, invoice); err != nil {
			return err
		}
	}
	changed.Reason = data.Reason
	from := changed.State
	to, err := settlement.NextInvoice(from, by, settlement.Medium(changed.Medium))
	if err != nil {
		return refusalOf(err, "/data/trigger")
	}
	changed.State = to
	deadline, err := d.answerReturn(profile, &changed)
	if err != nil {
		return err
	}
	d.settleOwed(&changed, from)
	d.Invoices.Put(changed.ID, &changed)
	d.steps = append(d.steps, step{kind: events.TypeInvoiceStateChanged, id: changed.ID, transition: events.Transition{
		From: string(from), To: string(to), Trigger: string(by), Actor: data.Actor, Reason: data.Reason, Deadline: deadline}})
	return d.cover(changed.RequestID, data.Actor)
}

func (d *decider) applyInvoice(data *events.InvoiceTriggered) (*Invoice, error) {
	invoice := &Invoice{ID: data.InvoiceID, Direction: data.Direction, Channel: data.Channel, Medium: data.Medium,
		Currency: money.Currency(data.Currency), RequestID: data.PaymentRequestID, OrderIDs: data.OrderIDs}
	if data.Amount != nil {
		invoice.Amount = *data.Amount
	}
	if data.TaxRate != nil {
		invoice.TaxRate = *data.TaxRate
	}
	if err := wholeCents(invoice.Amount, invoice.Currency, "/data/amount"); err != nil {
		return nil, err
	}
	if settlement.Direction(data.Direction) == settlement.ToCustomer {
		if err := d.deductOwed(invoice); err != nil {
			return nil, err
		}
	}
	application := settlement.Application{Direction: settlement.Direction(data.Direction), Channel: settlement.Channel(data.Channel),
		Medium: settlement.Medium(data.Medium), Amount: invoice.Amount, OrderIDs: data.OrderIDs}
	if data.PaymentRequestID != "" {
		d.need(ScopeRequest, data.PaymentRequestID)
		request := d.Requests.Get(data.PaymentRequestID)
		if request == nil {
			return nil, &events.Rejection{Code: CodeUnknownRequest, Pointer: "/data/payment_request_id", Retryable: true, Message: fmt.Sprintf(
				"partner %q has no payment request %q; submit it first", d.ID, data.PaymentRequestID)}
		}
		if request.Currency != invoice.Currency {
			return nil, &events.Rejection{Code: CodeCurrencyMix, Pointer: "/data/currency", Message: fmt.Sprintf(
				"invoice %q is in %s, payment request %q in %s; invoice it in %s", invoice.ID, invoice.Currency, request.ID, request.Currency, request.Currency)}
		}
		application.RequestState = request.State
	}
	for _, id := range data.OrderIDs {
		d.need(ScopeChain, orderKey(id))
		order := d.Orders.Get(id)
		if order == nil {
			return nil, waits{orderKey(id)}
		}
		d.need(ScopeOrderInvoices, id)
		if live := d.liveInvoice(id); live != "" {
			application.Invoiced = append(application.Invoiced, id)
		}
		if d.unsubscribing(order) {
			application.Unsubscribing = append(application.Unsubscribing, id)
		}
	}
	if err := settlement.CheckApply(application); err != nil {
		return nil, refusalOf(err, "/data")
	}
	return invoice, nil
}

// liveInvoice returns the invoice that has the order already, "" if none.
func (d *decider) liveInvoice(orderID string) string {
	for _, i := range d.Invoices.All() {
		if i.State.Live() && slices.Contains(i.OrderIDs, orderID) {
			return i.ID
		}
	}
	return ""
}

func (d *decider) checkReturn(data *events.InvoiceTriggered, invoice *Invoice) error {
	if t := settlement.InvoiceTrigger(data.Trigger); t != settlement.InvoiceReturnRequest && t != settlement.InvoiceReturnDone {
		return nil
	}
	back := settlement.Return{Medium: settlement.Medium(invoice.Medium), Amount: data.Amount, Whole: invoice.Amount,
		VATUsed: isTrue(data.VATUsed), Booked: isTrue(data.Booked), RedLetterConfirmed: isTrue(data.RedLetterConfirmed)}
	if invoice.RequestID != "" {
		d.need(ScopeRequest, invoice.RequestID)
		back.RequestState = d.Requests.Get(invoice.RequestID).State
	}
	return refusalOf(settlement.CheckReturn(back), "/data")
}

func isTrue(b *bool) bool { return b != nil && *b }

// cover moves the payment request when its invoices come to, or leave, the
// amount to be invoiced.
func (d *decider) cover(requestID, actor string) error {
	if requestID == "" {
		return nil
	}
	d.need(ScopeRequest, requestID)
	d.need(ScopeInvoices, requestID)
	var invoices []settlement.CoverInvoice
	for _, i := range d.Invoices.By(invoicesByRequest, requestID) {
		invoices = append(invoices, settlement.CoverInvoice{State: i.State, Direction: settlement.Direction(i.Direction), Amount: i.Amount})
	}
	request := *d.Requests.Get(requestID)
	by, moves := settlement.CoverTrigger(request.State, settlement.Cover(invoices), request.Payout)
	if !moves {
		return nil
	}
	return d.moveRequest(&request, by, settlement.RequestFacts{InvoiceNeeded: true}, actor, "")
}
