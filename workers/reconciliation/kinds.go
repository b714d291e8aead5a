package reconciliation

// A Pair is what is compared with what (Settlement rules, section 9).
type Pair string

// The pairs.
const (
	PairEventsLedger     Pair = "events_ledger"     // recorded events and the inbox against rows and postings
	PairLedgerChain      Pair = "ledger_chain"      // each posting against the hash that continues all before it
	PairLedgerBalances   Pair = "ledger_balances"   // sums of postings against rows, bills and the identity
	PairRows             Pair = "rows"              // columns of a row against its document
	PairDetailsBills     Pair = "details_bills"     // details against the bills they stand in
	PairHoldsDetails     Pair = "holds_details"     // holds against what they freeze
	PairDebtsOrders      Pair = "debts_orders"      // debts against the credit of orders
	PairRequestsInvoices Pair = "requests_invoices" // payment requests against their cover and their bills
	PairInvoicesPayments Pair = "invoices_payments" // what was paid against what it rested on
	PairOutbox           Pair = "outbox"            // published events against the outbox
	PairCoupons          Pair = "coupons"           // coupons and quotas against their face
	PairReferences       Pair = "references"        // reference data against what was decided without it
	PairStatements       Pair = "statements"        // orders against the upstream statement
	PairReplay           Pair = "replay"            // the ledger against what its inputs come to again
)

// Kinds of findings. Each names what it compares; Kinds has the rest.
const (
	// EventLost: the numbers of inputs have no gaps, and one is missing; or the inbox knows a key without its input.
	EventLost Kind = "event_lost"
	// EventAltered: the recorded content of an input is not what its hash says.
	EventAltered Kind = "event_altered"
	// EventUnknown: an input stands there of which the inbox knows nothing, or beyond the numbers given out.
	EventUnknown Kind = "event_unknown"
	// EventWithoutEffect: an accepted event has not left the row that it makes.
	EventWithoutEffect Kind = "event_without_effect"
	// EffectWithoutEvent: a row stands there whose event was not accepted.
	EffectWithoutEvent Kind = "effect_without_event"
	// PaymentMissing: an order or a request is paid, and no accepted event paid it.
	PaymentMissing Kind = "payment_missing"
	// DecisionLost: more numbers of decisions are missing than were given again.
	DecisionLost Kind = "decision_lost"

	// PostingLost: a number of a posting is missing.
	PostingLost Kind = "posting_lost"
	// PostingAltered: a posting does not continue the chain of hashes: it was changed, moved or put in.
	PostingAltered Kind = "posting_altered"
	// PostingWithoutEvent: a posting names an input that is not there.
	PostingWithoutEvent Kind = "posting_without_event"
	// PostingUnbalanced: the lines of one input and fact do not sum to zero.
	PostingUnbalanced Kind = "posting_unbalanced"

	// LedgerDiffers: the postings of a fact do not sum to what its row says.
	LedgerDiffers Kind = "ledger_differs"
	// LedgerWithoutRow: postings of a fact stand in the ledger, and it has no row.
	LedgerWithoutRow Kind = "ledger_without_row"
	// BillBalance: the accounts of a bill do not sum to its amounts.
	BillBalance Kind = "bill_balance"
	// BillIdentity: total is not frozen + payable + requested + paid out + expired + offset.
	BillIdentity Kind = "bill_identity"
	// OffsetUnbalanced: what was netted between the bills of an association does not sum to zero.
	OffsetUnbalanced Kind = "offset_unbalanced"

	// RowDiffers: a column is not what the document of its row says.
	RowDiffers Kind = "row_differs"
	// RowUnreadable: the document of a row cannot be read.
	RowUnreadable Kind = "row_unreadable"
	// AmountsDiffer: amounts within one row do not come to one another.
	AmountsDiffer Kind = "amounts_differ"

	// DetailMissing: a paid line has no detail, not even one that says why it earns nothing.
	DetailMissing Kind = "detail_missing"
	// DetailWithoutBill: a detail stands in a bill that is not there.
	DetailWithoutBill Kind = "detail_without_bill"
	// DetailWrongBill: cycle, policy, association or currency of a detail are not those of its bill.
	DetailWrongBill Kind = "detail_wrong_bill"
	// BillKey: the id of a bill is not made of its period, policy, association and currency, or its cycle does not end its period.
	BillKey Kind = "bill_key"
	// DetailDuplicate: two details are of the same fact, line and policy.
	DetailDuplicate Kind = "detail_duplicate"
	// BillTotal: a bill's total, or number of details, is not that of its details.
	BillTotal Kind = "bill_total"

	// DetailFrozen: what is frozen of a detail is not the sum of what holds cover.
	DetailFrozen Kind = "detail_frozen"
	// HoldAmount: what a hold freezes is not the sum of what it covers.
	HoldAmount Kind = "hold_amount"
	// HoldMissing: a detail is covered by a hold that is not there, or closed.
	HoldMissing Kind = "hold_missing"
	// BillFrozen: what is frozen in a bill, with what holds cover beyond it, is not the sum of its details.
	BillFrozen Kind = "bill_frozen"

	// DebtDiffers: a debt is not what the order was paid with on credit, or what was given back of it.
	DebtDiffers Kind = "debt_differs"

	// RepaymentOverused: more is repaid of debts than was received.
	RepaymentOverused Kind = "repayment_overused"
	// RequestBills: what bills say is requested or paid out is not what requests take from them.
	RequestBills Kind = "request_bills"
	// RequestCover: a request is under review or paying, and its invoices do not cover it.
	RequestCover Kind = "request_cover"
	// PaidInvoiceReturned: a paid request's invoice was returned, so that nothing covers what was paid.
	PaidInvoiceReturned Kind = "paid_invoice_returned"
	// InvoiceWithoutRequest: an invoice names a request that is not there.
	InvoiceWithoutRequest Kind = "invoice_without_request"

	// OutboxGap: outgoing events that are not published have a gap in their numbers.
	OutboxGap Kind = "outbox_gap"
	// OutboxUnknown: an outgoing event stands beyond the numbers given out.
	OutboxUnknown Kind = "outbox_unknown"
	// OutboxStuck: outgoing events wait to be published for longer than any batch takes.
	OutboxStuck Kind = "outbox_stuck"
	// CouponOverdrawn: payments that did not know of one another used more than a coupon had.
	CouponOverdrawn Kind = "coupon_overdrawn"
	// QuotaOverdrawn: more was issued than a quota had.
	QuotaOverdrawn Kind = "quota_overdrawn"
	// CouponFace: face value is not balance + spent + forfeited + given back.
	CouponFace Kind = "coupon_face"
	// CouponSpent: what was spent of a coupon is not what orders were paid with by it.
	CouponSpent Kind = "coupon_spent"
	// QuotaFace: the amount of a quota is not balance + issued - given back.
	QuotaFace Kind = "quota_face"
	// QuotaCoupons: what a quota issued is not the face of its coupons.
	QuotaCoupons Kind = "quota_coupons"

	// FiveDayOrder: the order of events would have given the five-day quota to other returns.
	FiveDayOrder Kind = "five_day_order"
	// FirstOrderOrder: a coupon for first orders was judged by another order of payments than that of events.
	FirstOrderOrder Kind = "first_order_order"
	// CustomerWithoutPartner: opposite moves at one instant left a customer with no partner.
	CustomerWithoutPartner Kind = "customer_without_partner"
	// UsageTwoCustomers: usage of one resource was metered for two customers.
	UsageTwoCustomers Kind = "usage_two_customers"
	// UsageOverlap: windows of one resource and factor overlap.
	UsageOverlap Kind = "usage_overlap"
)

// A KindInfo describes a kind for people.
type KindInfo struct {
	Kind     Kind
	Pair     Pair
	Severity Severity
	Keys     []string // what with the partner identifies a finding, in order
	Compared string
	Mend     string
	// Stands means that nothing can undo what happened: an adjustment that refers to the finding closes it.
	Stands bool
}
