package settlement

// RequestState is where a payment request is.
type RequestState string

// The states of a payment request.
const (
	RequestProcessing      RequestState = "processing"
	RequestAwaitingInvoice RequestState = "awaiting_invoice"
	RequestInvoiceReview   RequestState = "invoice_review"
	RequestPaying          RequestState = "paying"
	RequestPaid            RequestState = "paid"
	RequestCancelled       RequestState = "cancelled"
)

// RequestTrigger is what moves a payment request.
type RequestTrigger string

// The triggers of a payment request. RequestCovered and RequestUncovered follow from its invoices, see CoverTrigger.
const (
	RequestSubmit    RequestTrigger = "submit"
	RequestApprove   RequestTrigger = "approve"
	RequestReject    RequestTrigger = "reject"
	RequestCancel    RequestTrigger = "cancel"
	RequestCovered   RequestTrigger = "covered"
	RequestUncovered RequestTrigger = "uncovered"
	RequestTransfer  RequestTrigger = "transfer"
	RequestFail      RequestTrigger = "fail"
)

// Cases of a request's edges.
const (
	WhenInvoiceNeeded   = "invoice needed"
	WhenNoInvoiceNeeded = "no invoice needed"
)

// Codes of refused steps of a payment request.
const (
	CodeRequestExists             = "payment_request_exists"
	CodeRequestNotApprovable      = "payment_request_not_approvable"
	CodeRequestNotCancellable     = "payment_request_not_cancellable"
	CodeRequestNotAwaitingInvoice = "payment_request_not_awaiting_invoice"
	CodeRequestNotInInvoiceReview = "payment_request_not_in_invoice_review"
	CodeRequestNotPaying          = "payment_request_not_paying"
	CodeHeld                      = "held"
)

// requestMachine is the table of Settlement rules, section 6.
var requestMachine = machine[RequestState, RequestTrigger]{
	name: "payment_request",
	states: []RequestState{
		RequestProcessing, RequestAwaitingInvoice, RequestInvoiceReview, RequestPaying, RequestPaid, RequestCancelled,
	},
	triggers: []trigger[RequestTrigger]{
		{RequestSubmit, CodeRequestExists},
		{RequestApprove, CodeRequestNotApprovable},
		{RequestReject, CodeRequestNotCancellable},
		{RequestCancel, CodeRequestNotCancellable},
		{RequestCovered, CodeRequestNotAwaitingInvoice},
		{RequestUncovered, CodeRequestNotInInvoiceReview},
		{RequestTransfer, CodeRequestNotPaying},
		{RequestFail, CodeRequestNotPaying},
	},
	edges: []edge[RequestState, RequestTrigger]{
		{"", RequestSubmit, "", RequestProcessing},
		{RequestProcessing, RequestApprove, WhenNoInvoiceNeeded, RequestPaid},
		{RequestProcessing, RequestApprove, WhenInvoiceNeeded, RequestAwaitingInvoice},
		{RequestProcessing, RequestReject, "", RequestCancelled},
		{RequestProcessing, RequestCancel, "", RequestCancelled},
		{RequestAwaitingInvoice, RequestReject, "", RequestCancelled},
		{RequestAwaitingInvoice, RequestCancel, "", RequestCancelled},
		{RequestInvoiceReview, RequestReject, "", RequestCancelled},
		{RequestInvoiceReview, RequestCancel, "", RequestCancelled},
		{RequestAwaitingInvoice, RequestCovered, "", RequestInvoiceReview},
		{RequestInvoiceReview, RequestUncovered, "", RequestAwaitingInvoice},
		{RequestInvoiceReview, RequestApprove, "", RequestPaying},
		{RequestPaying, RequestTransfer, "", RequestPaid},
		{RequestPaying, RequestFail, "", RequestPaying},
	},
}

// RequestTable returns the payment request's state machine as data.
func RequestTable() Table { return requestMachine.table() }

// RequestFacts is what a request's next state depends on beside its state: whether its method needs an invoice
// (InvoiceRequired), and whether an open hold covers some of the requested money.
type RequestFacts struct {
	InvoiceNeeded bool
	Held          bool
}

// NextRequest returns the state a trigger leads to, or a Refusal. While a hold covers requested money, an approval
// that would lead to paying or paid is refused held.
func NextRequest(from RequestState, by RequestTrigger, facts RequestFacts) (RequestState, error) {
	when := WhenNoInvoiceNeeded
	if facts.InvoiceNeeded {
		when = WhenInvoiceNeeded
	}
	to, err := requestMachine.next(from, by, when)
	if err == nil && by == RequestApprove && facts.Held && (to == RequestPaying || to == RequestPaid) {
		return from, refuse(CodeHeld, "approve a payment request in state %q: a hold covers requested money; approve after its release", string(from))
	}
	return to, err
}
