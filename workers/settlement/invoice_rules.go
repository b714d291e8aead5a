package settlement

import (
	"slices"

	"github.com/shopspring/decimal"
)

// Codes of invoices refused for what they are about, not for their state.
const (
	CodeOrderInvoiced         = "order_already_invoiced"
	CodeUnsubscribePending    = "unsubscribe_pending"
	CodeInvoiceUnreturned     = "invoice_unreturned"
	CodePartialReturn         = "partial_return_not_supported"
	CodeRedLetterNotConfirmed = "red_letter_not_confirmed"
	CodeRequestPaying         = "payment_request_paying"
	CodeRequestMissing        = "payment_request_missing"
)

// Application is what an invoice is applied for with. Invoiced are the orders that a live invoice has already,
// Unsubscribing those with a pending unsubscription; RequestState is empty where no request is named.
type Application struct {
	Direction     Direction
	Channel       Channel
	Medium        Medium
	Amount        decimal.Decimal
	OrderIDs      []string
	Invoiced      []string
	Unsubscribing []string
	RequestState  RequestState
}

// CheckApply refuses an application that no invoice may come of: unknown direction, channel or medium, an amount that
// is not positive, an order that is invoiced already (one order is never split over invoices) or being unsubscribed,
// an invoice to the vendor without a request that waits for one. (Settlement rules, section 7.)
func CheckApply(a Application) error {
	switch {
	case a.Direction != ToCustomer && a.Direction != ToVendor:
		return refuse(CodeUnknownDirection, "apply for an invoice in direction %q: use to_customer or to_vendor", string(a.Direction))
	case a.Channel != ChannelVendor && a.Channel != ChannelMarketplaceCurated && a.Channel != ChannelMarketplaceOther:
		return refuse(CodeUnknownChannel, "apply for an invoice of channel %q: use vendor, marketplace_curated or marketplace_other", string(a.Channel))
	case a.Medium != MediumElectronic && a.Medium != MediumPaper && a.Medium != MediumDigital:
		return refuse(CodeUnknownMedium, "apply for an invoice of medium %q: use electronic, paper or digital", string(a.Medium))
	case !a.Amount.IsPositive():
		return refuse(CodeInvalidAmount, "apply for an invoice of %s: the amount must be positive", a.Amount)
	case a.Direction == ToVendor && a.RequestState == "":
		return refuse(CodeRequestMissing, "apply for an invoice to the vendor without a payment request: name the one it covers")
	case a.Direction == ToVendor && a.RequestState != RequestAwaitingInvoice && a.RequestState != RequestInvoiceReview:
		return refuse(CodeRequestNotAwaitingInvoice, "apply for an invoice of a payment request in state %q: it awaits none", string(a.RequestState))
	}
	for _, order := range a.OrderIDs {
		if slices.Contains(a.Invoiced, order) {
			return refuse(CodeOrderInvoiced, "apply for an invoice of order %q: it is invoiced already; return that invoice first", order)
		}
		if slices.Contains(a.Unsubscribing, order) {
			return refuse(CodeUnsubscribePending, "apply for an invoice of order %q: its unsubscription is pending; apply after it", order)
		}
	}
	return nil
}

// Return is what an invoice is returned with. Amount is nil where the event names none, Whole is the invoice's.
// VATUsed, Booked and RedLetterConfirmed are about digital ones. RequestState is that of the request it covers.
type Return struct {
	Medium             Medium
	Amount             *decimal.Decimal
	Whole              decimal.Decimal
	VATUsed            bool
	Booked             bool
	RedLetterConfirmed bool
	RequestState       RequestState
}

// CheckReturn refuses a return that cannot be: of a part, of an invoice that a paying request rests on (F50), of a
// digital one that is used for tax or booked before the red letter is confirmed. It stands before return_request and
// return_done alike. (Settlement rules, section 7.)
func CheckReturn(r Return) error {
	switch {
	case r.Amount != nil && !r.Amount.Equal(r.Whole):
		return refuse(CodePartialReturn, "return %s of an invoice of %s: only the whole can be returned", r.Amount, r.Whole)
	case r.RequestState == RequestPaying:
		return refuse(CodeRequestPaying, "return an invoice of a payment request in state %q: it rests on it", string(r.RequestState))
	case r.Medium == MediumDigital && (r.VATUsed || r.Booked) && !r.RedLetterConfirmed:
		return refuse(CodeRedLetterNotConfirmed, "return a digital invoice that is used for tax or booked: confirm the red letter first")
	}
	return nil
}

// Who answers a return.
const (
	ApproverVendor   = "vendor"
	ApproverProvider = "provider"
)

// ReturnApprover returns who answers a return in a channel: the provider for other marketplace products, else the
// vendor. Errors: unknown_channel.
func ReturnApprover(channel Channel) (string, error) {
	switch channel {
	case ChannelVendor, ChannelMarketplaceCurated:
		return ApproverVendor, nil
	case ChannelMarketplaceOther:
		return ApproverProvider, nil
	}
	return "", refuse(CodeUnknownChannel, "return an invoice of channel %q: use vendor, marketplace_curated or marketplace_other", string(channel))
}

// MayUnsubscribe refuses to unsubscribe a marketplace order with an invoice that is neither returned nor withdrawn.
// invoices are the states of the order's invoices.
func MayUnsubscribe(channel Channel, invoices []InvoiceState) error {
	if channel != ChannelMarketplaceCurated && channel != ChannelMarketplaceOther {
		return nil
	}
	if slices.ContainsFunc(invoices, InvoiceState.Live) {
		return refuse(CodeInvoiceUnreturned, "unsubscribe a marketplace order with an invoice: return the invoice first")
	}
	return nil
}

// CoverInvoice is an invoice as its payment request sees it.
type CoverInvoice struct {
	State     InvoiceState
	Direction Direction
	Amount    decimal.Decimal
}

// Cover returns what a request's invoices to the vendor in to_sign, issued or return_refused sum to.
func Cover(invoices []CoverInvoice) decimal.Decimal {
	cover := decimal.Zero
	for _, invoice := range invoices {
		if invoice.Direction == ToVendor && invoice.State.Covers() {
			cover = cover.Add(invoice.Amount)
		}
	}
	return cover
}

// CoverTrigger returns what a change of cover does to a request, false if nothing: an awaiting one whose cover equals
// the amount to invoice is covered, one in review whose cover differs is not any more.
func CoverTrigger(state RequestState, cover, amount decimal.Decimal) (RequestTrigger, bool) {
	switch equal := cover.Equal(amount); {
	case state == RequestAwaitingInvoice && equal:
		return RequestCovered, true
	case state == RequestInvoiceReview && !equal:
		return RequestUncovered, true
	}
	return "", false
}
