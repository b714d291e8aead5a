package decision

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/settlement"
)

// States of an order.
const (
	OrderPending   = "pending"   // priced, waits for its payment
	OrderSettled   = "settled"   // paid, or settled when decided
	OrderCancelled = "cancelled" // cancelled while unpaid
)

// An Order is what one order event asked for, what it was quoted, and how it
// was settled. Amounts are in the quote's currency.
type Order struct {
	ID, CustomerID, IndirectPartnerID, OpportunityID string
	Event                                            EventRef // what ordered it
	Type                                             int
	Kind                                             string // new, renew, change, unsubscribe, usage
	State                                            string
	AutoPay                                          bool
	Automatic                                        bool   // of a renewal: nobody asked for it
	Association, Settlement                          string // of the customer when it ordered
	ResourceIDs                                      []string
	PlacedAt                                         time.Time
	ValidUntil                                       time.Time
	Quote                                            *pricing.Quote   `json:",omitzero"`
	Payment                                          *Payment         `json:",omitzero"`
	Refund                                           *pricing.Refund  `json:",omitzero"`
	Effective                                        []ResourcePeriod `json:",omitzero"`
	Usage                                            *UsageBill       `json:",omitzero"`
	PreviousPaidAt                                   *time.Time       `json:",omitzero"` // the customer's last payment before this one, where a policy asks whether it is new
}

// A PaidOrder says when a customer paid for an order: what tells whether it is
// new. It is read from the order and stored nowhere else.
type PaidOrder struct {
	OrderID, CustomerID string
	Event               EventRef
}

// EventRef names an input event by its place in key order.
type EventRef struct {
	Time       time.Time
	Source, ID string
}

// A ResourcePeriod is the time an order gave a resource.
type ResourcePeriod struct {
	ResourceID                string
	EffectiveTime, ExpireTime time.Time
}

// A Payment is how an order was paid: its charge, and one slice per line and
// tender with what was refunded of it since.
type Payment struct {
	Event   EventRef
	Charge  pricing.Charge // without lines: those are the quote's
	Tenders []pricing.Tender
	Slices  []PaidSlice
	PaidBy  string
	// MilestoneID is what a milestone contract waits for.
	MilestoneID string `json:",omitzero"`
}

// A PaidSlice is one line x one tender of a paid order.
type PaidSlice struct {
	pricing.Slice
	Refunded decimal.Decimal
	OnCredit bool `json:",omitzero"` // a flexi coupon on credit
}

// A Detail is what one fact earned under one policy: an order line, or a
// refund of one in a later period, or the difference that a late event made.
// Without a policy it has a reason and no bill (Settlement rules, section 2).
type Detail struct {
	ID, BillID       string
	OrderID, LineID  string
	CustomerID       string
	Association      string
	ServiceType      string
	OrderKind        string
	PolicyID         string
	PolicyVersion    int
	Currency         money.Currency
	Event            EventRef       // the fact it is of
	ShapedBy         *EventRef      `json:",omitzero"` // the last refund that changed it
	Period           string         // of the bill
	Cycle            calendar.Cycle // last month of the period
	Slices           []DetailSlice
	Performance      decimal.Decimal
	Rate             decimal.Decimal
	Ideal            decimal.Decimal // what the facts come to, whatever was issued
	Amount           decimal.Decimal // what stands in the bill
	Frozen           decimal.Decimal // of Amount
	Holds            []Covering      `json:",omitzero"` // what freezes it, sums to Frozen
	Provisional      bool
	Reverses, LateOf string  `json:",omitzero"`
	AdjustmentID     string  `json:",omitzero"` // what posted it
	Adjusts          string  `json:",omitzero"` // the bill it is about
	OpportunityID    string  `json:",omitzero"` // earned by the policy that it was closed with
	ZeroReason       string  `json:",omitzero"`
	Void             bool    `json:",omitzero"` // the facts do not give it any more; it stands as issued
	Stated           *Stated `json:",omitzero"` // of a closed bill: how it stood before the facts that came since the last cut-off
}

// Stated is what a detail of a closed bill came to at the last cut-off before
// something changed it: what corrective details are counted from.
type Stated struct {
	CutOffs                  int64 // how many there had been
	Ideal, Performance, Rate decimal.Decimal
	Slices                   []DetailSlice `json:",omitzero"` // as issued
	New                      bool          `json:",omitzero"` // there was no such detail
	By                       EventRef      // the late fact that its change is put down to
}

// A DetailSlice is the part of a detail that one tender of one order paid for.
type DetailSlice struct {
	OrderID   string
	Cycle     calendar.Cycle // of the payment
	Kind      pricing.TenderKind
	Reference string          `json:",omitzero"`
	Paid      decimal.Decimal // the tender's amount
	Counted   decimal.Decimal // what of it is performance
	Refunded  decimal.Decimal // of Paid, given back within the period
	Returned  decimal.Decimal // of Paid, given back in later periods
	Eligible  decimal.Decimal // Counted, less the part of Refunded
	Share     decimal.Decimal // of the detail's Amount
	OnCredit  bool            `json:",omitzero"` // a flexi coupon on credit
	// The detail and the bill it was taken from, where these are others: what
	// is frozen there is frozen here.
	DetailID, BillID string `json:",omitzero"`
}

// A Covering is the part of a detail that one hold freezes.
type Covering struct {
	HoldID, Reason string
	Amount         decimal.Decimal
}

// A Bill is one partner's incentive of a period, policy, association and
// currency (Settlement rules, section 3).
type Bill struct {
	ID            string
	Cycle         calendar.Cycle // last month of the period
	Period        string
	PeriodKind    string // month, quarter, year
	PolicyID      string
	PolicyVersion int // highest of its details
	Association   string
	Currency      money.Currency
	State         settlement.BillState
	Deadline      time.Time          `json:",omitzero"` // start of the last day to confirm
	Disputed      string             `json:",omitzero"` // what is disputed: the bill or a detail
	Details       int                // how many stand in it
	Born          int64              `json:",omitzero"`  // cut-offs before it, where its period was closed before its first fact came
	Amounts       settlement.Amounts `json:",omitempty"` // without one of them not zero, nothing
	Uncovered     decimal.Decimal    `json:",omitzero"`  // what holds cover beyond what can be frozen: money that is requested or gone
	Bounds        *FreezeBounds      `json:",omitzero"`  // how far it can be frozen, once something was taken from it
}

// FreezeBounds are the least and the most that can be frozen in a bill, as of
// the last time that something was taken from it or given back: from then on
// holds come and go without touching what was taken, in whatever order.
type FreezeBounds struct{ Least, Most decimal.Decimal }

// A Hold freezes the slices it covers while it is open.
type Hold struct {
	ID, Reason string
	OrderID    string         `json:",omitzero"`
	BillID     string         `json:",omitzero"`
	DetailID   string         `json:",omitzero"`
	Cycle      calendar.Cycle `json:",omitzero"`
	Currency   money.Currency `json:",omitzero"`
	Open       bool
	Amount     decimal.Decimal // frozen under it
	Late       []string        `json:",omitempty"` // corrective details of other orders' facts that it covers slices of
	// MilestoneID is what it waits for; Actor and Since are of one that operations placed.
	MilestoneID string    `json:",omitzero"`
	Actor       string    `json:",omitzero"`
	Since       time.Time `json:",omitzero"`
}

// A Debt is what an order was paid with on credit, and what became of it.
// Repaid is by repayments or by the settlement of its cycle.
type Debt struct {
	settlement.Debt
	Currency    money.Currency
	Association string
	Repaid      decimal.Decimal
	Coupon      *CouponDebt `json:",omitzero"`
}

// A CouponDebt is the part of an order that flexi coupons on credit paid. It is
// owed as credit is, and no part of its cycle's due.
type CouponDebt struct{ Credit, Refunded, Repaid decimal.Decimal }

// A Repayment is a received repayment.
type Repayment struct {
	settlement.Repayment
	Event    EventRef
	Currency money.Currency
}

// A Request is a payment request and the bills it takes from.
type Request struct {
	ID          string
	State       settlement.RequestState
	Method      string
	Association string
	Currency    money.Currency
	Amount      decimal.Decimal // incentive requested
	Payout      decimal.Decimal // settlement amount after tax
	Bills       []RequestedBill
	Reason      string `json:",omitzero"` // of the last step
	Reference   string `json:",omitzero"` // of the transfer, as the last step gave it
	QuotaID     string `json:",omitzero"` // the coupon quota that it was paid into
}

// A RequestedBill is the part of a request that one bill gives; negative when
// the bill was netted.
type RequestedBill struct {
	BillID string
	Amount decimal.Decimal
}

// An Invoice is one invoice in either direction.
type Invoice struct {
	ID                         string
	State                      settlement.InvoiceState
	Direction, Channel, Medium string
	Amount                     decimal.Decimal
	Currency                   money.Currency
	TaxRate                    decimal.Decimal
	RequestID                  string   `json:",omitzero"`
	OrderIDs                   []string `json:",omitzero"`
	Reason                     string   `json:",omitzero"`

	Deducted       decimal.Decimal `json:",omitzero"` // of the chosen consumption, for what was owed
	ReturnAnswered string          `json:",omitzero"` // who answers its return
}

// A Chain is the set of orders and resources that shared orders connect, and
// the key of the last event folded into it. Keys are "o/" + order id and
// "r/" + resource id, sorted.
type Chain struct {
	ID      string
	Keys    []string
	Last    events.Key
	Size    int    // events folded
	CutOffs int64  `json:",omitzero"` // how many there had been when Facts began
	Facts   []Fact `json:",omitzero"` // that stand and were decided since the last cut-off, in key order
}

// A Fact is an order fact with the order and the resources that it is about,
// as chain keys.
type Fact struct {
	Event EventRef
	Keys  []string
}

// A ChainKey says which chain a key belongs to.
type ChainKey struct{ ChainID string }

// A Resource is what was bought, with its intervals and payments.
type Resource = pricing.Resource

// Status of an input.
const (
	StatusWaiting   = "waiting"   // its predecessor has not come
	StatusAccepted  = "accepted"  // decided, its effects stand
	StatusRejected  = "rejected"  // decided, it has no effect
	StatusDiscarded = "discarded" // rejected, and given up by operations
)

// An Input is one event as it stands in the partner's inbox.
type Input struct {
	No               int64 // arrival order, gap-free per partner
	Event            *events.Event
	ArrivedAt        time.Time
	Status           string
	DecisionNo       int64  // gap-free per partner, 0 while waiting
	ReferenceVersion int64  // of the common reference data, at the last decision but those of its chain
	PartnerVersion   int64  // of the partner's reference data, likewise
	ReceivedVersion  int64  // of the common reference data, when it was received
	Refusal          string // code under which it was refused unread, "" where the rules decided it
	ChainKey         string
	WaitsFor         string
	Rejection        *events.Rejection
	Attempts         int
	Invoiced         *bool // whether an invoice stood against an unsubscription, at the first decision
	FiveDay          *bool // whether the five-day quota admitted it, at the first decision
	FirstOrder       *bool // whether it paid the customer's first order, likewise
}

// An Allowance counts what a customer has used of a yearly quota.
type Allowance struct{ Used int }
