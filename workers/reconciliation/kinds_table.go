package reconciliation

import "slices"

// What is done about it. Rows are never edited to fit: facts are corrected by events, tampering by what was there.
const (
	mendTampered = "Somebody wrote to the database around the program: find out who, restore the row from a backup, and compare the ledger with hashes noted elsewhere."
	mendLost     = "Restore the row from a backup; \"accruald inbox missing FILE\" tells whether a source's file has the event, \"accruald replay --verify\" what it came to."
	mendReplay   = "\"accruald replay --verify --partner P\" names the first input that comes to something else; report it with both rows."
	mendDecided  = "Restore what was written around the program from a backup. Where nobody did, this version or these site profiles decide otherwise than those that decided it: report it with the first event."
	mendOutbox   = "Consumers miss these events: \"accruald replay --verify\" tells what the ledger came to, and consumers compare with it. It closes once the events behind the gap are published."
	mendStuck    = "Look at /readyz of the workers and at accruald_outbox_lag_events: who owns the partition publishes them once the broker takes them."
	mendAdjust   = "If money is to follow, \"accruald adjust\" posts it and refers to the finding; without an amount to move, an adjustment settles nothing and the finding stands as a note."
)

// ledgerKinds are those of the books against themselves; other comparisons have theirs beside them.
var ledgerKinds = []KindInfo{
	{EventLost, PairEventsLedger, SeverityError, []string{"input_no"}, "numbers of inputs, which have no gaps, and the keys of the inbox against the recorded inputs", mendLost, false},
	{EventAltered, PairEventsLedger, SeverityError, []string{"input_no"}, "the content of an input against the hash under which the inbox took it", mendTampered, false},
	{EventUnknown, PairEventsLedger, SeverityError, []string{"input_no"}, "recorded inputs against the numbers given out and the keys of the inbox", mendTampered, false},
	{EventWithoutEffect, PairEventsLedger, SeverityError, []string{"input_no"}, "accepted events against the row that each makes", mendLost, false},
	{EffectWithoutEvent, PairEventsLedger, SeverityError, []string{"table", "id"}, "rows against the accepted event that made each", mendLost, false},
	{PaymentMissing, PairEventsLedger, SeverityError, []string{"table", "id"}, "paid orders and requests against the accepted event that paid each", mendLost, false},
	{DecisionLost, PairEventsLedger, SeverityError, []string{"counter"}, "numbers of decisions against inputs and how often each was decided", mendLost, false},

	{PostingLost, PairLedgerChain, SeverityError, []string{"posting_no"}, "numbers of postings, which have no gaps", mendTampered, false},
	{PostingAltered, PairLedgerChain, SeverityError, []string{"posting_no"}, "each posting against the hash of itself and all before it", mendTampered, false},
	{PostingWithoutEvent, PairEventsLedger, SeverityError, []string{"input_no"}, "postings against the input that each names", mendLost, false},
	{PostingUnbalanced, PairLedgerBalances, SeverityError, []string{"input_no", "fact", "currency"}, "the lines of one input and fact, which sum to zero", mendTampered, false},

	{LedgerDiffers, PairLedgerBalances, SeverityError, []string{"fact"}, "the postings of an order, detail, bill, request, repayment or adjustment, by account, against its row", mendTampered, false},
	{LedgerWithoutRow, PairLedgerBalances, SeverityError, []string{"fact"}, "facts that the ledger knows against rows", mendLost, false},
	{BillBalance, PairLedgerBalances, SeverityError, []string{"bill_id"}, "the partner accounts of a bill against its columns", mendTampered, false},
	{BillIdentity, PairLedgerBalances, SeverityError, []string{"bill_id"}, "total against frozen + payable + requested + paid out + expired + offset", mendTampered, false},
	{OffsetUnbalanced, PairLedgerBalances, SeverityError, []string{"association", "currency"}, "what was netted between bills of one association and currency, which sums to zero", mendReplay, false},

	{RowDiffers, PairRows, SeverityError, []string{"table", "id"}, "the columns of a row against its document", mendTampered, false},
	{RowUnreadable, PairRows, SeverityError, []string{"table", "id"}, "the document of a row against what this version reads", mendTampered, false},
	{AmountsDiffer, PairRows, SeverityError, []string{"table", "id"}, "amounts of one row against one another: lines, tenders, slices, shares", mendTampered, false},

	{DetailMissing, PairDetailsBills, SeverityError, []string{"order_id", "line_id"}, "lines of paid orders against details; one that earns nothing has a detail with the reason", mendLost, false},
	{DetailWithoutBill, PairDetailsBills, SeverityError, []string{"detail_id"}, "details against the bills they name", mendLost, false},
	{DetailWrongBill, PairDetailsBills, SeverityError, []string{"detail_id"}, "cycle, period, policy, association and currency of a detail against its bill, and the bill's id, which is made of these", mendTampered, false},
	{BillKey, PairDetailsBills, SeverityError, []string{"bill_id"}, "the id of a bill against the period, policy, association and currency it is made of, and its cycle against its period", mendTampered, false},
	{DetailDuplicate, PairDetailsBills, SeverityError, []string{"order_id", "line_id", "policy_id", "event_id"}, "details against one another: one per fact, line and policy", mendTampered, false},
	{BillTotal, PairDetailsBills, SeverityError, []string{"bill_id"}, "total and number of details of a bill against its details", mendTampered, false},

	{DetailFrozen, PairHoldsDetails, SeverityError, []string{"detail_id"}, "what is frozen of a detail against what holds cover of it", mendTampered, false},
	{HoldAmount, PairHoldsDetails, SeverityError, []string{"hold_id"}, "what a hold freezes against what it covers of details", mendTampered, false},
	{HoldMissing, PairHoldsDetails, SeverityError, []string{"hold_id"}, "holds that cover something against open holds", mendLost, false},
	{BillFrozen, PairHoldsDetails, SeverityError, []string{"bill_id"}, "frozen and uncovered of a bill against what is frozen of its details", mendTampered, false},

	{DebtDiffers, PairDebtsOrders, SeverityError, []string{"order_id"}, "debts against what orders were paid with on credit, and what was given back of it", mendTampered, false},
	{RepaymentOverused, PairDebtsOrders, SeverityError, []string{"currency"}, "what debts say is repaid, where no cycle was settled as a whole, against the repayments", mendReplay, false},

	{RequestBills, PairRequestsInvoices, SeverityError, []string{"bill_id"}, "requested and paid out of a bill against what requests take from it", mendTampered, false},
	{RequestCover, PairRequestsInvoices, SeverityError, []string{"request_id"}, "requests under review or paying against the invoices that cover them", mendReplay, false},
	{PaidInvoiceReturned, PairInvoicesPayments, SeverityWarning, []string{"request_id"}, "paid requests against the invoices that cover them still", "Ask the partner for a new invoice of the request.", false},
	{InvoiceWithoutRequest, PairRequestsInvoices, SeverityError, []string{"invoice_id"}, "invoices against the requests they name", mendLost, false},

	{OutboxGap, PairOutbox, SeverityError, []string{"partition", "no"}, "numbers of outgoing events that are not published, which have no gaps", mendOutbox, false},
	{OutboxUnknown, PairOutbox, SeverityError, []string{"partition", "no"}, "outgoing events against the numbers given out", mendTampered, false},
	{OutboxStuck, PairOutbox, SeverityWarning, []string{"partition"}, "the age of outgoing events that are not published", mendStuck, false},

	{CouponOverdrawn, PairCoupons, SeverityWarning, []string{"coupon_id"}, "a coupon's balance against zero", mendAdjust, true},
	{QuotaOverdrawn, PairCoupons, SeverityWarning, []string{"quota_id"}, "a quota's balance against zero", "Grant the quota more, or reclaim coupons.", false},
	{CouponFace, PairCoupons, SeverityError, []string{"coupon_id"}, "the face value of a coupon against what is left, what orders took and gave back, what was forfeited and went back to its quota", mendTampered, false},
	{CouponSpent, PairCoupons, SeverityError, []string{"coupon_id"}, "what was spent of a coupon against the orders it paid", mendTampered, false},
	{QuotaFace, PairCoupons, SeverityError, []string{"quota_id"}, "the amount of a quota against what is left, what was issued, and what its coupons gave back", mendTampered, false},
	{QuotaCoupons, PairCoupons, SeverityError, []string{"quota_id"}, "what a quota issued against the face of its coupons", mendTampered, false},

	{UsageTwoCustomers, PairReferences, SeverityWarning, []string{"resource_id"}, "usage of one resource against its customer", mendAdjust, true},
	{UsageOverlap, PairReferences, SeverityWarning, []string{"usage_id"}, "windows of usage of one resource and factor against one another", mendAdjust, true},

	{FiveDayOrder, PairReferences, SeverityNotice, []string{"order_id"}, "returns as the five-day quota judged them, in order of arrival, against the order of their events", mendAdjust, true},
	{FirstOrderOrder, PairReferences, SeverityNotice, []string{"order_id", "event_id"}, "payments by a coupon for first orders, judged in order of arrival, against the order of the customer's payments", mendAdjust, true},
	{CustomerWithoutPartner, PairReferences, SeverityWarning, []string{"customer_id"}, "moves of a customer at one instant against one another", "Publish customer.associated with the partner that the customer is with, at a later time.", false},
	{LateReference, PairReferences, SeverityWarning, []string{"type", "event_id", "version"}, "orders against reference data that came after they were decided and was in force before: later decisions alone go by it", mendAdjust, true},

	{ReplayInput, PairReplay, SeverityError, []string{"input_no"}, "recorded inputs, or versions of the reference log, against what the inbox received", mendLost, false},
	{ReplayDecision, PairReplay, SeverityError, []string{"input_no"}, "what became of an input against what becomes of it again", mendDecided, false},
	{ReplayPosting, PairReplay, SeverityError, []string{"posting_no"}, "postings against those that the inputs lead to again; the first that differs", mendDecided, false},
	{ReplayBalance, PairReplay, SeverityError, []string{"fact", "account", "currency"}, "what a fact comes to on an account against what it comes to again", mendDecided, false},
	{ReplayDigest, PairReplay, SeverityError, []string{"table", "id"}, "rows against those that the inputs lead to again", mendDecided, false},
}

// kinds is the table behind Kinds.
var kinds = slices.Concat(ledgerKinds, statementKinds)

// Kinds lists every kind, in the order of its pairs.
func Kinds() []KindInfo { return slices.Clone(kinds) }

// Info returns what is known of a kind.
func Info(kind Kind) (KindInfo, bool) {
	at := slices.IndexFunc(kinds, func(k KindInfo) bool { return k.Kind == kind })
	if at < 0 {
		return KindInfo{}, false
	}
	return kinds[at], true
}

// KindsOf lists the kinds of some pairs.
func KindsOf(pairs ...Pair) []Kind {
	var out []Kind
	for _, k := range kinds {
		if slices.Contains(pairs, k.Pair) {
			out = append(out, k.Kind)
		}
	}
	return out
}

// newFinding returns a finding of a kind with its severity; values are those of the kind's keys, in order.
func newFinding(kind Kind, partnerID string, values ...string) Finding {
	info, _ := Info(kind)
	f := Finding{Kind: kind, Severity: info.Severity, PartnerID: partnerID, Keys: make([]Key, len(values))}
	for i, value := range values {
		f.Keys[i] = Key{Name: info.Keys[i], Value: value}
	}
	return f
}
