package workers

import (
	"cmp"

	"github.com/accruald/accruald/workers/decision"
)

// wantOf returns what a scope is added to, nil for one that no query brings.
// It is asked for every scope of every decision.
func (l *loader) wantOf(kind decision.ScopeKind) *want {
	switch kind {
	case decision.ScopeChain:
		return &l.chains
	case decision.ScopeInputs:
		return &l.inputsOfChains
	case decision.ScopeWaiting:
		return &l.inputsWaiting
	case decision.ScopeRetryable:
		return &l.retryable
	case decision.ScopeBook:
		return &l.book
	case decision.ScopeHolds:
		return &l.holds
	case decision.ScopeBill:
		return &l.bills
	case decision.ScopeBills:
		return &l.allBills
	case decision.ScopeBillDetails:
		return &l.detailsOfBills
	case decision.ScopePaid:
		return &l.paid
	case decision.ScopeRequest:
		return &l.requests
	case decision.ScopeInvoice:
		return &l.invoices
	case decision.ScopeInvoices:
		return &l.invoicesOfRequests
	case decision.ScopeOrderInvoices:
		return &l.orderInvoices
	case decision.ScopeAllowance:
		return &l.allowances
	case decision.ScopeInput:
		return &l.inputs
	case decision.ScopeRenewals:
		return &l.renewals
	case decision.ScopeCustomer:
		return &l.customers
	case decision.ScopeCoupon:
		return &l.coupons
	case decision.ScopeCouponsDue:
		return &l.couponsDue
	case decision.ScopeQuota:
		return &l.quotas
	case decision.ScopeOpportunity:
		return &l.opportunities
	case decision.ScopeSharedOpportunities:
		return &l.sharedOpportunities
	case decision.ScopeRegistration:
		return &l.registrations
	case decision.ScopeOpenRegistrations:
		return &l.openRegistrations
	case decision.ScopeOwed:
		return &l.owed
	default:
		return cmp.Or(l.holding.of(kind), l.usage.of(kind))
	}
}
