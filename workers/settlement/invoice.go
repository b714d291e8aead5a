package settlement

// InvoiceState is where an invoice is, in either direction.
type InvoiceState string

// The states of an invoice.
const (
	InvoicePendingReview       InvoiceState = "pending_review"
	InvoiceRejected            InvoiceState = "rejected"
	InvoiceCancelled           InvoiceState = "cancelled"
	InvoiceIssuing             InvoiceState = "issuing"
	InvoiceCancelling          InvoiceState = "cancelling"
	InvoiceIssuingCancelFailed InvoiceState = "issuing_cancel_failed"
	InvoiceToSign              InvoiceState = "to_sign"
	InvoiceIssued              InvoiceState = "issued"
	InvoiceReturning           InvoiceState = "returning"
	InvoiceReturnRefused       InvoiceState = "return_refused"
	InvoiceReturned            InvoiceState = "returned"
)

// InvoiceTrigger is what moves an invoice; the names are those of invoice.triggered.
type InvoiceTrigger string

// The triggers of an invoice.
const (
	InvoiceApply         InvoiceTrigger = "apply"
	InvoiceApprove       InvoiceTrigger = "approve"
	InvoiceReject        InvoiceTrigger = "reject"
	InvoiceCancel        InvoiceTrigger = "cancel"
	InvoiceIssue         InvoiceTrigger = "issue"
	InvoiceCancelAccept  InvoiceTrigger = "cancel_accept"
	InvoiceCancelRefuse  InvoiceTrigger = "cancel_refuse"
	InvoiceSign          InvoiceTrigger = "sign"
	InvoiceReturnRequest InvoiceTrigger = "return_request"
	InvoiceReturnDone    InvoiceTrigger = "return_done"
	InvoiceReturnRefuse  InvoiceTrigger = "return_refuse"
)

// Medium is what an invoice is made of. Edges depend on it.
type Medium string

// The media of an invoice.
const (
	MediumElectronic Medium = "electronic"
	MediumPaper      Medium = "paper"
	MediumDigital    Medium = "digital"
)

// Direction is who writes the invoice: the vendor's go to the customer, the partner's for incentives to the vendor.
// Both take the same machine.
type Direction string

// The directions of an invoice.
const (
	ToCustomer Direction = "to_customer"
	ToVendor   Direction = "to_vendor"
)

// Channel is whose products are invoiced. It decides who approves a return, see ReturnApprover.
type Channel string

// The channels of an invoice.
const (
	ChannelVendor             Channel = "vendor"
	ChannelMarketplaceCurated Channel = "marketplace_curated"
	ChannelMarketplaceOther   Channel = "marketplace_other"
)

// Codes of refused steps of an invoice.
const (
	CodeInvoiceExists           = "invoice_exists"
	CodeInvoiceNotPendingReview = "invoice_not_pending_review"
	CodeInvoiceNotCancellable   = "invoice_not_cancellable"
	CodeInvoiceNotIssuing       = "invoice_not_issuing"
	CodeInvoiceNotCancelling    = "invoice_not_cancelling"
	CodeInvoiceNotToSign        = "invoice_not_to_sign"
	CodeInvoiceNotReturnable    = "invoice_not_returnable"
	CodeInvoiceNotReturning     = "invoice_not_returning"
	CodeReturnNotWithdrawable   = "return_not_withdrawable"
	CodeUnknownMedium           = "unknown_medium"
	CodeUnknownDirection        = "unknown_direction"
	CodeUnknownChannel          = "unknown_channel"
)

// invoiceMachine is the table of Settlement rules, section 7.
var invoiceMachine = machine[InvoiceState, InvoiceTrigger]{
	name: "invoice",
	states: []InvoiceState{
		InvoicePendingReview, InvoiceRejected, InvoiceCancelled, InvoiceIssuing, InvoiceCancelling,
		InvoiceIssuingCancelFailed, InvoiceToSign, InvoiceIssued, InvoiceReturning, InvoiceReturnRefused, InvoiceReturned,
	},
	triggers: []trigger[InvoiceTrigger]{
		{InvoiceApply, CodeInvoiceExists},
		{InvoiceApprove, CodeInvoiceNotPendingReview},
		{InvoiceReject, CodeInvoiceNotPendingReview},
		{InvoiceCancel, CodeInvoiceNotCancellable},
		{InvoiceIssue, CodeInvoiceNotIssuing},
		{InvoiceCancelAccept, CodeInvoiceNotCancelling},
		{InvoiceCancelRefuse, CodeInvoiceNotCancelling},
		{InvoiceSign, CodeInvoiceNotToSign},
		{InvoiceReturnRequest, CodeInvoiceNotReturnable},
		{InvoiceReturnDone, CodeInvoiceNotReturning},
		{InvoiceReturnRefuse, CodeInvoiceNotReturning},
	},
	edges: []edge[InvoiceState, InvoiceTrigger]{
		{"", InvoiceApply, "", InvoicePendingReview},
		{InvoicePendingReview, InvoiceApprove, "", InvoiceIssuing},
		{InvoicePendingReview, InvoiceReject, "", InvoiceRejected},
		{InvoicePendingReview, InvoiceCancel, "", InvoiceCancelled},
		{InvoiceIssuing, InvoiceIssue, string(MediumElectronic), InvoiceIssued},
		{InvoiceIssuing, InvoiceIssue, string(MediumDigital), InvoiceIssued},
		{InvoiceIssuing, InvoiceIssue, string(MediumPaper), InvoiceToSign},
		{InvoiceIssuing, InvoiceCancel, string(MediumPaper), InvoiceCancelling},
		{InvoiceCancelling, InvoiceCancelAccept, "", InvoiceCancelled},
		{InvoiceCancelling, InvoiceCancelRefuse, "", InvoiceIssuingCancelFailed},
		{InvoiceIssuingCancelFailed, InvoiceIssue, string(MediumElectronic), InvoiceIssued},
		{InvoiceIssuingCancelFailed, InvoiceIssue, string(MediumDigital), InvoiceIssued},
		{InvoiceIssuingCancelFailed, InvoiceIssue, string(MediumPaper), InvoiceToSign},
		{InvoiceToSign, InvoiceSign, "", InvoiceIssued},
		{InvoiceIssued, InvoiceReturnRequest, "", InvoiceReturning},
		{InvoiceReturnRefused, InvoiceReturnRequest, "", InvoiceReturning},
		{InvoiceReturning, InvoiceReturnDone, "", InvoiceReturned},
		{InvoiceReturning, InvoiceReturnRefuse, "", InvoiceReturnRefused},
	},
}

// InvoiceTable returns the invoice's state machine as data.
func InvoiceTable() Table { return invoiceMachine.table() }

// NextInvoice returns the state a trigger leads to for an invoice of that medium, or a Refusal. A submitted return
// cannot be withdrawn: cancel while returning is refused return_not_withdrawable.
func NextInvoice(from InvoiceState, by InvoiceTrigger, medium Medium) (InvoiceState, error) {
	if medium != MediumElectronic && medium != MediumPaper && medium != MediumDigital {
		return from, refuse(CodeUnknownMedium, "move an invoice of medium %q: use electronic, paper or digital", string(medium))
	}
	if from == InvoiceReturning && by == InvoiceCancel {
		return from, refuse(CodeReturnNotWithdrawable, "cancel the return of an invoice: a submitted return cannot be withdrawn; wait for its answer")
	}
	return invoiceMachine.next(from, by, string(medium))
}

// Live reports whether the invoice stands or may still come to stand: its orders are taken.
func (s InvoiceState) Live() bool {
	return s != InvoiceRejected && s != InvoiceCancelled && s != InvoiceReturned
}

// Covers reports whether an invoice in this state counts towards its payment request's cover.
func (s InvoiceState) Covers() bool {
	return s == InvoiceToSign || s == InvoiceIssued || s == InvoiceReturnRefused
}
