package events

import "time"

// IncentiveAccrued is one incentive detail, or a difference to one.
type IncentiveAccrued struct {
	Origin
	DetailID      string `json:"detail_id"`
	BillID        string `json:"bill_id"`
	OrderID       string `json:"order_id"`
	LineID        string `json:"line_id"`
	Association   string `json:"association"`
	PolicyID      string `json:"policy_id"`
	PolicyVersion int    `json:"policy_version"`
	Currency      string `json:"currency"`
	Performance   Amount `json:"performance"`
	Rate          Amount `json:"rate"`
	Amount        Amount `json:"amount"`
	Provisional   bool   `json:"provisional"`
	Reverses      string `json:"reverses,omitzero"`
	LateOf        string `json:"late_of,omitzero"`
	ZeroReason    string `json:"zero_reason,omitzero"`
	Supersedes    string `json:"supersedes,omitzero"`
	AdjustmentID  string `json:"adjustment_id,omitzero"`
}

// HoldChange is an amount of a detail that a hold froze or released; Reference is what the reason rests on.
type HoldChange struct {
	DetailID  string `json:"detail_id"`
	BillID    string `json:"bill_id"`
	HoldID    string `json:"hold_id"`
	Reason    string `json:"reason"`
	Reference string `json:"reference"`
	Currency  string `json:"currency"`
	Amount    Amount `json:"amount"`
}

// IncentiveFrozen is an amount that became frozen.
type IncentiveFrozen struct {
	Origin
	HoldChange
}

// IncentiveReleased is an amount that is no longer frozen.
type IncentiveReleased struct {
	Origin
	HoldChange
}

// PayableChanged is a bill's whole identity after an input that changed it:
// total = frozen + payable + requested + paid_out + expired + offset.
type PayableChanged struct {
	Origin
	BillID      string   `json:"bill_id"`
	Cycle       string   `json:"cycle"`
	PolicyID    string   `json:"policy_id"`
	Association string   `json:"association"`
	Currency    string   `json:"currency"`
	Total       Amount   `json:"total"`
	Frozen      Amount   `json:"frozen"`
	Payable     Amount   `json:"payable"`
	Requested   Amount   `json:"requested"`
	PaidOut     Amount   `json:"paid_out"`
	Expired     Amount   `json:"expired"`
	Offset      Amount   `json:"offset"`
	Applicable  Amount   `json:"applicable"`
	BlockedBy   []string `json:"blocked_by"`
}

// Transition is one step of a state machine; Deadline is zero where the new state has none.
type Transition struct {
	From     string    `json:"from"`
	To       string    `json:"to"`
	Trigger  string    `json:"trigger"`
	Actor    string    `json:"actor"`
	Reason   string    `json:"reason,omitzero"`
	Deadline time.Time `json:"deadline,omitzero"`
}

// BillStateChanged is a step of an incentive bill.
type BillStateChanged struct {
	Origin
	BillID      string `json:"bill_id"`
	Cycle       string `json:"cycle"`
	PolicyID    string `json:"policy_id"`
	Association string `json:"association"`
	Transition
	Currency string `json:"currency"`
	Total    Amount `json:"total"`
	Payable  Amount `json:"payable"`
}

// PaymentRequestStateChanged is a step of a payment request.
type PaymentRequestStateChanged struct {
	Origin
	PaymentRequestID string `json:"payment_request_id"`
	Transition
	Currency      string  `json:"currency"`
	Amount        Amount  `json:"amount"`
	InvoiceAmount *Amount `json:"invoice_amount,omitzero"`
}

// InvoiceStateChanged is a step of an invoice.
type InvoiceStateChanged struct {
	Origin
	InvoiceID string `json:"invoice_id"`
	Transition
	Currency string `json:"currency"`
	Amount   Amount `json:"amount"`
}

// OpportunityStateChanged is a step of an opportunity.
type OpportunityStateChanged struct {
	Origin
	OpportunityID string `json:"opportunity_id"`
	Transition
}

// StatementIssued is a partner's bill of one cycle and currency.
type StatementIssued struct {
	Origin
	PartnerID        string `json:"partner_id"`
	Cycle            string `json:"cycle"`
	Currency         string `json:"currency"`
	ConsumeAmount    Amount `json:"consume_amount"`
	Refunds          Amount `json:"refunds"`
	Adjustments      Amount `json:"adjustments"`
	TaxAmount        Amount `json:"tax_amount"`
	BillAmount       Amount `json:"bill_amount"`
	InitialAmountDue Amount `json:"initial_amount_due"`
}

// OwedInvoiceChanged is what an owner owes in invoices at one tax rate, before and after.
type OwedInvoiceChanged struct {
	Origin
	Owner    string `json:"owner"`
	TaxRate  Amount `json:"tax_rate"`
	Currency string `json:"currency"`
	Before   Amount `json:"before"`
	After    Amount `json:"after"`
}

// ReconciliationFinished sums up one run.
type ReconciliationFinished struct {
	Origin
	Run           string `json:"run"`
	ComparedCount int    `json:"compared_count"`
	OpenedCount   int    `json:"opened_count"`
	UpdatedCount  int    `json:"updated_count"`
	ClosedCount   int    `json:"closed_count"`
	OpenCount     int    `json:"open_count"`
}

// Finding is a difference between two views of the same thing; amounts are texts, as each side gave them.
type Finding struct {
	FindingID  string       `json:"finding_id"`
	Kind       string       `json:"kind"`
	Severity   string       `json:"severity"`
	Keys       []FindingKey `json:"keys"`
	Currency   string       `json:"currency,omitzero"`
	Expected   string       `json:"expected"`
	Found      string       `json:"found"`
	Difference string       `json:"difference"`
}

// FindingKey is one part of what a finding is about.
type FindingKey struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// FindingOpened is a finding seen for the first time.
type FindingOpened struct {
	Origin
	Run     string  `json:"run"`
	Finding Finding `json:"finding"`
}

// FindingClosed is a finding that the last run no longer saw.
type FindingClosed struct {
	Origin
	Run     string  `json:"run"`
	Finding Finding `json:"finding"`
}
