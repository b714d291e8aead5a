package decision

import (
	"fmt"
	"time"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/site"
)

// A ScopeKind says what a Scope covers.
type ScopeKind string

// What a decision may need to see. A scope is loaded whole or not at all.
const (
	ScopeChain         ScopeKind = "chain"          // ID: a chain key; the chain of that key with its orders, resources and details
	ScopeInputs        ScopeKind = "inputs"         // ID: a chain key; the inputs folded under it
	ScopeWaiting       ScopeKind = "waiting"        // ID: a key; the inputs that wait for it
	ScopeInput         ScopeKind = "input"          // ID: InputID; one input
	ScopeRetryable     ScopeKind = "retryable"      // the rejections that new reference data may heal, and every waiting input
	ScopeBook          ScopeKind = "book"           // all debts, repayments, settled cycles and credit holds
	ScopeHolds         ScopeKind = "holds"          // the open holds that do not belong to one order's credit
	ScopeBill          ScopeKind = "bill"           // ID: a bill id
	ScopeBills         ScopeKind = "bills"          // all bills
	ScopeBillDetails   ScopeKind = "bill-details"   // ID: a bill id; its details
	ScopeDetail        ScopeKind = "detail"         // ID: a detail id
	ScopeRequest       ScopeKind = "request"        // ID: a payment request id
	ScopeInvoice       ScopeKind = "invoice"        // ID: an invoice id
	ScopeInvoices      ScopeKind = "invoices"       // ID: a payment request id; the invoices that cover it
	ScopeOrderInvoices ScopeKind = "order-invoices" // ID: an order id; the invoices that name it
	ScopePaid          ScopeKind = "paid"           // ID: customer id; when it paid for which orders
	ScopeCustomer      ScopeKind = "customer"       // ID: a customer id; its live resources
	ScopeRenewals      ScopeKind = "renewals"       // ID: two dates; what renews by itself and expires between them, with its failed attempts
	ScopeCoupon        ScopeKind = "coupon"         // ID: a coupon id
	ScopeCouponsDue    ScopeKind = "coupons-due"    // ID: a time, RFC 3339; the open coupons whose validity is over by then
	ScopeQuota         ScopeKind = "quota"          // ID: a coupon quota id
	ScopeAllowance     ScopeKind = "allowance"      // ID: customer id + "/" + year
	ScopeHold          ScopeKind = "hold"           // ID: a hold id, open or not
	ScopeMilestone     ScopeKind = "milestone"      // ID: a milestone id
	ScopeOverdue       ScopeKind = "overdue"        // ID: an overdue id
	ScopeOpenOverdues  ScopeKind = "open-overdues"  // every overdue that is open
	ScopeAdjustment    ScopeKind = "adjustment"     // ID: an adjustment id
	ScopeStatements    ScopeKind = "statements"     // all turnovers and statements
	ScopeUsage         ScopeKind = "usage"          // ID: a usage id
	ScopeUsages        ScopeKind = "usages"         // ID: a settlement window's id; its usage
	ScopeUsagesSince   ScopeKind = "usages-since"   // ID: usagesSince; the usage of a resource that ends after a time
	ScopeUsageWindow   ScopeKind = "usage-window"   // ID: a settlement window's id
	ScopeUsageDue      ScopeKind = "usage-due"      // the windows that are not settled
	ScopeUsageTier     ScopeKind = "usage-tier"     // ID: a tier total's id
	ScopeTierUsages    ScopeKind = "tier-usages"    // ID: a tier total's id; its usage
	ScopeOwed          ScopeKind = "owed"           // all owed invoices

	ScopeOpportunity         ScopeKind = "opportunity"          // ID: an opportunity id
	ScopeSharedOpportunities ScopeKind = "shared-opportunities" // those that wait to be accepted
	ScopeRegistration        ScopeKind = "registration"         // ID: a registration id
	ScopeOpenRegistrations   ScopeKind = "open-registrations"   // those pending or registered
)

// A Scope is a part of a partner's state.
type Scope struct {
	Kind ScopeKind
	ID   string
}

// ErrNeeds says that a decision needs scopes that are not loaded. The caller
// loads them, resets the partner and decides the batch again.
type ErrNeeds struct {
	PartnerID string
	Scopes    []Scope
}

func (e *ErrNeeds) Error() string {
	return fmt.Sprintf("decide for partner %q: %d scopes are not loaded, the first is %s %q",
		e.PartnerID, len(e.Scopes), e.Scopes[0].Kind, e.Scopes[0].ID)
}

// Counters are the partner's own numbers, read and written under its lock.
type Counters struct {
	InputNo          int64          // last input received
	DecisionNo       int64          // last input decided
	PostingNo        int64          // last posting
	PostingHash      PostingHash    // its hash
	ReferenceNo      int64          // decision number of the last reference event of the partner
	Waiting          int64          // inputs that wait
	Retryable        int64          // rejections that reference data may heal
	RetriedReference int64          // common reference version at the last retry
	RetriedPartner   int64          // the partner's reference number at the last retry
	Highest          time.Time      // highest event time received
	WaitingSince     time.Time      // arrival of the longest waiting input, zero if none waits
	ClosedCycle      calendar.Cycle // last cycle that close_cycle closed
	CutOffs          int64          // cut-offs received
	CutOffDecision   int64          // last input decided before the last one
	Overdue          int64          // overdues that are open

	Usages            int64     // usages known, refused ones as well
	UsageSettledUntil time.Time // windows of usage that ended by then are settled
}

// A Partner is the working set of one partner: everything that its decisions
// read and change. It is used by one goroutine at a time.
type Partner struct {
	ID        string
	Counters  Counters
	Reference *PartnerReference

	Chains     *Table[Chain]
	ChainOf    *Table[ChainKey]
	Orders     *Table[Order]
	PaidOrders *Table[PaidOrder] // derived from Orders, never saved
	Resources  *Table[Resource]
	Details    *Table[Detail]
	Bills      *Table[Bill]
	Holds      *Table[Hold]
	Debts      *Table[Debt]
	Repayments *Table[Repayment]
	Requests   *Table[Request]
	Invoices   *Table[Invoice]
	Allowances *Table[Allowance]
	Coupons    *Table[Coupon]
	Quotas     *Table[Quota]
	Inputs     *Table[Input]
	Attempts   *Table[RenewalAttempt] // by resource

	Milestones       *Table[Milestone]
	CycleSettlements *Table[CycleSettlement]
	Overdues         *Table[Overdue]
	Adjustments      *Table[Adjustment]
	Turnovers        *Table[Turnover]
	Statements       *Table[Statement]

	Usages       *Table[Usage]
	UsageWindows *Table[UsageWindow]
	UsageTiers   *Table[UsageTier]

	OwedInvoices  *Table[OwedInvoice]
	Opportunities *Table[Opportunity]
	Registrations *Table[Registration]

	Postings []Posting // of the batch, in order
	Issued   []*Input  // of the batch: what decisions of it put into the inbox themselves
	Looks    []Look    // of the batch: looks after the partner that changed something

	sites    site.Profiles
	journal  *journal
	tables   []table
	complete bool // everything is in memory
	loaded   map[Scope]bool
	stored   Counters
}

// table is what all tables do together.
type table interface {
	begin()
	takeBack()
	reset()
	keep()
}

// NewPartner returns an empty working set. A complete one holds all there is
// (in memory); else scopes are loaded as decisions ask for them.
func NewPartner(id string, sites site.Profiles, reference *PartnerReference, complete bool) *Partner {
	j := &journal{}
	p := &Partner{
		ID: id, Reference: reference, sites: sites, journal: j, complete: complete, loaded: map[Scope]bool{},
		Chains:     newTable[Chain](j),
		ChainOf:    newTable[ChainKey](j),
		Orders:     newTable[Order](j),
		PaidOrders: newTable(j, func(o *PaidOrder) string { return o.CustomerID }),
		Resources:  newTable(j, RenewalDay),
		Details:    newTable(j, func(d *Detail) string { return d.OrderID }, func(d *Detail) string { return d.BillID }, func(d *Detail) string { return d.Reverses }),
		Bills:      newTable[Bill](j),
		Holds:      newTable(j, openHoldKey),
		Debts:      newTable[Debt](j),
		Repayments: newTable[Repayment](j),
		Requests:   newTable[Request](j),
		Invoices:   newTable(j, func(i *Invoice) string { return i.RequestID }),
		Allowances: newTable[Allowance](j),
		Attempts:   newTable[RenewalAttempt](j),
		Coupons:    newTable[Coupon](j),
		Quotas:     newTable[Quota](j),
		Inputs:     newTable(j, func(i *Input) string { return i.ChainKey }, waitKey, retryKey),

		Milestones:       newTable[Milestone](j),
		CycleSettlements: newTable[CycleSettlement](j),
		Overdues:         newTable[Overdue](j),
		Adjustments:      newTable[Adjustment](j),
		Turnovers:        newTable[Turnover](j),
		Statements:       newTable[Statement](j),

		Usages: newUsageTable(j), UsageWindows: newTable(j, openKey), UsageTiers: newTable[UsageTier](j),

		OwedInvoices:  newTable[OwedInvoice](j),
		Opportunities: newTable[Opportunity](j),
		Registrations: newTable[Registration](j),
	}
	p.tables = []table{p.Chains, p.ChainOf, p.Orders, p.PaidOrders, p.Resources, p.Details, p.Bills, p.Holds, p.Debts, p.Repayments, p.Requests, p.Invoices, p.Allowances, p.Attempts, p.Coupons, p.Quotas, p.Inputs,
		p.Milestones, p.CycleSettlements, p.Overdues, p.Adjustments, p.Turnovers, p.Statements, p.Usages, p.UsageWindows, p.UsageTiers,
		p.OwedInvoices, p.Opportunities, p.Registrations}
	return p
}

// Indexes of the tables, in the order of NewPartner.
const (
	detailsByOrder = iota
	detailsByBill
	detailsByReversed
)

const (
	inputsByChainKey = iota
	inputsByWait
	inputsByRetry
)

const (
	invoicesByRequest    = 0
	paidOrdersByCustomer = 0
	resourcesByRenewal   = 0
)

func waitKey(i *Input) string {
	if i.Status != StatusWaiting {
		return ""
	}
	return i.WaitsFor
}

// retryable is the one value of the index inputsByRetry.
const retryable = "retryable"

func retryKey(i *Input) string {
	if i.Status == StatusRejected && i.Rejection.Retryable {
		return retryable
	}
	return ""
}

// Loaded marks a scope as loaded.
func (p *Partner) Loaded(s Scope) { p.loaded[s] = true }

// IsLoaded tells whether the scope is there.
func (p *Partner) IsLoaded(s Scope) bool { return p.complete || p.loaded[s] }

// SetCounters sets the numbers as stored; Reset goes back to them.
func (p *Partner) SetCounters(c Counters) { p.Counters, p.stored = c, c }

// Reset forgets all that was decided since the rows were loaded.
func (p *Partner) Reset() {
	p.journal.tables = nil
	for _, t := range p.tables {
		t.reset()
	}
	p.Postings, p.Issued, p.Looks = nil, nil, nil
	p.Reference.reset()
	p.Counters = p.stored
}

// Keep makes all that was decided the new base, after it was saved or where
// nothing is saved.
func (p *Partner) Keep() {
	p.journal.tables = nil
	for _, t := range p.tables {
		t.keep()
	}
	p.Postings, p.Issued, p.Looks = nil, nil, nil
	p.Reference.keep()
	p.stored = p.Counters
}

// need ends the decision with ErrNeeds unless the scopes of the ids are loaded.
func (p *Partner) need(kind ScopeKind, ids ...string) {
	if p.complete {
		return
	}
	scopes := make([]Scope, len(ids))
	for i, id := range ids {
		scopes[i] = Scope{kind, id}
	}
	p.needAll(scopes...)
}

// needAll is need for scopes of several kinds.
func (p *Partner) needAll(scopes ...Scope) {
	if p.complete {
		return
	}
	var missing []Scope
	for _, s := range scopes {
		if !p.loaded[s] {
			missing = append(missing, s)
		}
	}
	if missing != nil {
		panic(&ErrNeeds{PartnerID: p.ID, Scopes: missing})
	}
}
