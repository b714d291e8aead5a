package summary

import "github.com/accruald/accruald/events"

// Summary is what became of the events. Amounts have the currency's digits.
type Summary struct {
	Input      *Input           `json:"input,omitzero"`
	Events     EventCounts      `json:"events"`
	Orders     []OrderCount     `json:"orders"`
	Incentives []Incentive      `json:"incentives"`
	Frozen     []FrozenBy       `json:"frozen"`
	Payables   []Payable        `json:"payables"`
	Bills      []BillCount      `json:"bills"`
	Requests   []StateCount     `json:"payment_requests"`
	Invoices   []StateCount     `json:"invoices"`
	Rejections []RejectionCount `json:"rejections"`
	Digest     string           `json:"digest"`
	Run        *Run             `json:"run,omitzero"`
}

// Input is what was read: events of the files and the runs of jobs that the clock put between them. Each of them repeats
// an earlier one, is for all partners (reference data and runs of jobs), or is for one.
type Input struct {
	Sent       int `json:"sent"`
	Duplicates int `json:"duplicates"`
	Shared     int `json:"shared"`
}

// EventCounts are the partners' inputs by what became of them; the runs of jobs count once for each partner.
type EventCounts struct {
	Decided   int `json:"decided"`
	Accepted  int `json:"accepted"`
	Rejected  int `json:"rejected"`
	Discarded int `json:"discarded"`
	Waiting   int `json:"waiting"`
}

// OrderCount counts the orders of one kind: new, renew, change, unsubscribe.
type OrderCount struct {
	Kind      string `json:"kind"`
	Orders    int    `json:"orders"`
	Settled   int    `json:"settled"`
	Pending   int    `json:"pending"`
	Cancelled int    `json:"cancelled"`
}

// Incentive is what was earned in one currency: Accrued is the total of all bills, Frozen what of it is frozen now,
// Released what was earned on credit that is repaid since.
type Incentive struct {
	Currency string        `json:"currency"`
	Details  int           `json:"details"`
	Accrued  events.Amount `json:"accrued"`
	Frozen   events.Amount `json:"frozen"`
	Released events.Amount `json:"released"`
}

// FrozenBy is what one reason freezes in one currency.
type FrozenBy struct {
	Reason   string        `json:"reason"`
	Currency string        `json:"currency"`
	Amount   events.Amount `json:"amount"`
}

// Payable sums a partner's bills in one currency. Of its payable, CanBeRequested is what is positive of issued bills,
// and so may be applied for unless a minimum payment stands against it; NotYet is the rest: of bills that are not issued,
// and what is negative.
type Payable struct {
	PartnerID      string        `json:"partner_id"`
	Currency       string        `json:"currency"`
	Bills          int           `json:"bills"`
	Total          events.Amount `json:"total"`
	Frozen         events.Amount `json:"frozen"`
	Payable        events.Amount `json:"payable"`
	CanBeRequested events.Amount `json:"can_be_requested"`
	NotYet         events.Amount `json:"not_yet"`
	Requested      events.Amount `json:"requested"`
	PaidOut        events.Amount `json:"paid_out"`
	Expired        events.Amount `json:"expired"`
	Offset         events.Amount `json:"offset"`
}

// BillCount counts the bills of one state in one currency.
type BillCount struct {
	State    string        `json:"state"`
	Currency string        `json:"currency"`
	Count    int           `json:"count"`
	Payable  events.Amount `json:"payable"`
}

// StateCount counts what is in one state.
type StateCount struct {
	State string `json:"state"`
	Count int    `json:"count"`
}

// RejectionCount counts the events that stand rejected with one code, with the first of them.
type RejectionCount struct {
	Code      string `json:"code"`
	Count     int    `json:"count"`
	PartnerID string `json:"partner_id"`
	EventID   string `json:"event_id"`
	Message   string `json:"message"`
}

// Run is how long it took, from the first to the last event decided.
type Run struct {
	Events          int   `json:"events"`
	Millis          int64 `json:"millis"`
	EventsPerSecond int64 `json:"events_per_second"`
}
