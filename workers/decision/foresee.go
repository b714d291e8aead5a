package decision

import (
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/incentive"
	"github.com/accruald/accruald/workers/pricing"
)

// Foresee lists what deciding the event will most likely look at, so that it
// can be loaded for a whole batch at once. What it leaves out costs another
// round, what it lists in vain costs a look; neither changes a decision.
func (p *Partner) Foresee(common *Reference, ev *events.Event) []Scope {
	if keys := chainKeys(ev); keys != nil {
		return p.foreseeFact(common, ev, keys)
	}
	switch data := ev.Data.(type) {
	case *events.UsageMetered:
		return []Scope{{ScopeChain, resourceKey(data.ResourceID)}, {ScopeWaiting, resourceKey(data.ResourceID)}}
	case *events.RepaymentReceived:
		scopes := []Scope{{ScopeBook, ""}, {ScopeHolds, ""}}
		for _, id := range data.OrderIDs {
			scopes = append(scopes, Scope{ScopeChain, orderKey(id)})
		}
		return append(scopes, p.billsAt(common, ev.Time)...)
	case *events.CustomerDisassociated:
		if data.NextPartnerID != "" {
			return []Scope{{ScopeCustomer, data.CustomerID}}
		}
	case *events.CouponIssued:
		return []Scope{{ScopeWaiting, couponKey(data.CouponID)}, {ScopeCoupon, data.CouponID}, {ScopeQuota, data.QuotaID}}
	case *events.CustomerAssociated:
		return []Scope{{ScopeOpenRegistrations, ""}}
	case *events.CustomerRegistrationRequested, *events.CustomerRegistrationApproved, *events.CustomerRegistrationRejected:
		return []Scope{{ScopeRegistration, ev.Subject}, {ScopeOpenRegistrations, ""}}
	case *events.OpportunityRegistered, *events.OpportunityShared, *events.OpportunityAccepted, *events.OpportunityClosed:
		return []Scope{{ScopeOpportunity, ev.Subject}}
	case *events.CouponQuotaGranted:
		return []Scope{{ScopeWaiting, quotaKey(data.QuotaID)}, {ScopeQuota, data.QuotaID}}
	case *events.CouponQuotaStateChanged:
		return []Scope{{ScopeQuota, data.QuotaID}}
	case *events.CouponStateChanged, *events.CouponReclaimed:
		return p.foreseeCoupon(ev.Subject)
	case *events.BillConfirmed, *events.BillDisputed, *events.BillDisputeResolved, *events.BillApproved, *events.BillRejected:
		return []Scope{{ScopeBill, ev.Subject}}
	case *events.PaymentRequestSubmitted:
		return []Scope{{ScopeRequest, data.PaymentRequestID}, {ScopeBills, ""}}
	case *events.PaymentRequestApproved, *events.PaymentRequestRejected, *events.PaymentRequestCancelled,
		*events.PaymentRequestPaid, *events.PaymentRequestFailed:
		return []Scope{{ScopeRequest, ev.Subject}, {ScopeHolds, ""}, {ScopeInvoices, ev.Subject}, {ScopeOwed, ""}}
	case *events.InvoiceTriggered:
		return foreseeInvoice(data)
	case *events.ScheduleApplied:
		if data.Job == JobStatement {
			return []Scope{{ScopeStatements, ""}}
		}
		scopes := []Scope{{ScopeBills, ""}, {ScopeHolds, ""}, {ScopeBook, ""}}
		if profile, err := p.sites.Get(data.Site); err == nil && data.Job == JobAutoRenew {
			scopes = append(scopes, renewalsScope(profile, data.ScheduledFor))
		}
		return scopes
	case *events.RejectionRetried:
		return []Scope{{ScopeInput, InputID(data.Source, data.ID)}}
	case *events.RejectionDiscarded:
		return []Scope{{ScopeInput, InputID(data.Source, data.ID)}}
	}
	return foreseeHolds(ev)
}

func (p *Partner) foreseeFact(common *Reference, ev *events.Event, keys []string) []Scope {
	scopes := make([]Scope, 0, 2*len(keys)+2)
	for _, k := range keys {
		scopes = append(scopes, Scope{ScopeChain, k}, Scope{ScopeWaiting, k})
	}
	if customer := buyer(ev); customer != "" && common.policies.View(common.version).JudgesNewness() {
		scopes = append(scopes, Scope{ScopePaid, customer}) // for the payment that most likely follows
	}
	switch data := ev.Data.(type) {
	case *events.OrderPaid:
		scopes = append(scopes, Scope{ScopeStatements, ""})
		if data.MilestoneID != "" {
			scopes = append(scopes, Scope{ScopeMilestone, data.MilestoneID}, Scope{ScopeHold, holdID(p.ID, incentive.HoldMilestoneUndelivered, data.OrderID)})
		}
		scopes = append(scopes, p.foreseeCoupons(data.Tenders)...)
		if p.paysOnCredit(data.Tenders) {
			scopes = append(scopes, Scope{ScopeBook, ""})
		}
	case *events.OrderUnsubscribed:
		scopes = append(scopes, Scope{ScopeStatements, ""})
		if profile, err := p.sites.Get(p.Reference.Site()); err == nil {
			scopes = append(scopes, Scope{ScopeAllowance, allowanceKey(pricing.Unsubscription{CustomerID: data.CustomerID, At: ev.Time}, profile)})
		}
	case *events.OrderSpecChanged: // a downgrade gives back
		scopes = append(scopes, Scope{ScopeStatements, ""})
	default:
		return scopes
	}
	scopes = append(scopes, Scope{ScopeHolds, ""})
	return append(scopes, p.billsAt(common, ev.Time)...)
}

// buyer is the customer of an event that orders something to be paid for.
func buyer(ev *events.Event) string {
	switch data := ev.Data.(type) {
	case *events.OrderPlaced:
		return data.CustomerID
	case *events.OrderRenewed:
		return data.CustomerID
	case *events.OrderSpecChanged:
		return data.CustomerID
	default:
		return ""
	}
}

// paysOnCredit tells whether a payment is, or without tenders may be, on
// credit.
func (p *Partner) paysOnCredit(tenders []events.Tender) bool {
	for _, t := range tenders {
		if kind := pricing.TenderKind(t.Kind); isCredit(kind) || kind == pricing.TenderFlexiCoupon && p.Reference.onCredit(t.CouponID) {
			return true
		}
	}
	if len(tenders) > 0 {
		return false
	}
	for _, versions := range p.Reference.customers {
		for _, c := range versions {
			if kind, err := tenderOf(c.value.Settlement); err == nil && isCredit(kind) {
				return true
			}
		}
	}
	return false
}

// billsAt lists the bills that a fact of a time may earn into, one for each policy.
func (p *Partner) billsAt(common *Reference, at time.Time) []Scope {
	profile, err := p.sites.Get(p.Reference.Site())
	if err != nil {
		return nil // deciding it says so better
	}
	var scopes []Scope
	for _, policy := range common.policies.View(common.version).InForce(at) {
		period, _, _, err := calendar.PeriodOf(policy.Period, at, profile.Zone())
		if err != nil {
			continue
		}
		scopes = append(scopes, Scope{ScopeBill, billID(p.ID, period, policy.ID, policy.Association, policy.Currency)})
	}
	return scopes
}

func foreseeInvoice(data *events.InvoiceTriggered) []Scope {
	scopes := []Scope{{ScopeInvoice, data.InvoiceID}, {ScopeOwed, ""}}
	if data.PaymentRequestID != "" {
		scopes = append(scopes, Scope{ScopeRequest, data.PaymentRequestID}, Scope{ScopeInvoices, data.PaymentRequestID})
	}
	for _, id := range data.OrderIDs {
		scopes = append(scopes, Scope{ScopeChain, orderKey(id)}, Scope{ScopeOrderInvoices, id})
	}
	return scopes
}
