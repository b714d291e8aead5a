package decision

import (
	"fmt"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/incentive"
	"github.com/accruald/accruald/workers/settlement"
	"github.com/accruald/accruald/workers/site"
)

// Opportunities.
//
// They are reference data, with rows for their states. An order earns by the
// policy that its opportunity was closed with when the order was paid; an order
// under an opportunity that is not known, or not closed, is an order like any
// other. A policy that opportunities were closed with is for their orders alone,
// from the first closing on; published with a category that no service has, it
// never earns elsewhere before that either. Without an end of the project the
// incentive is recovered whenever its order is refunded.

// An Opportunity is a business that a partner registered, or that the vendor
// shared with it, and where that stands (Settlement rules, section 2).
type Opportunity struct {
	ID         string
	CustomerID string
	Origin     string // partner, vendor
	State      settlement.OpportunityState
	SharedAt   time.Time `json:",omitzero"`
	Deadline   time.Time `json:",omitzero"` // start of the last day to accept a shared one
	Outcome    string    `json:",omitzero"`
	PolicyID   string    `json:",omitzero"`
	ProjectEnd time.Time `json:",omitzero"`
}

// opportunity takes an opportunity along one edge of its machine. Its events
// are reference data: what an order earns by it is judged by what was known
// when the order was decided.
func (d *decider) opportunity(ev any) error {
	profile, err := d.profile()
	if err != nil {
		return err
	}
	switch data := ev.(type) {
	case *events.OpportunityRegistered:
		err = d.opportunityStep(profile, &data.Opportunity, settlement.OpportunityRegister, nil)
	case *events.OpportunityShared:
		err = d.opportunityStep(profile, &data.Opportunity, settlement.OpportunityShare, nil)
	case *events.OpportunityAccepted:
		err = d.opportunityStep(profile, &data.Opportunity, settlement.OpportunityAccept, nil)
	case *events.OpportunityClosed:
		if err = d.closablePolicy(data); err == nil {
			err = d.opportunityStep(profile, &data.Opportunity, settlement.OpportunityClose, data)
		}
	default:
		return fmt.Errorf("decide event %q: %T is not about an opportunity", d.in.Event.ID, ev)
	}
	if err == nil {
		d.keepReference()
	}
	return err
}

// keepReference puts the current event into the partner's reference data.
func (d *decider) keepReference() {
	d.Reference.fold(d.Counters.DecisionNo+1, d.in.Event)
	d.Counters.ReferenceNo = d.Counters.DecisionNo + 1
}

func (d *decider) opportunityStep(profile *site.Profile, data *events.Opportunity, by settlement.OpportunityTrigger, closed *events.OpportunityClosed) error {
	d.need(ScopeOpportunity, data.OpportunityID)
	changed := Opportunity{ID: data.OpportunityID, CustomerID: data.CustomerID, Origin: data.Origin}
	switch known := d.Opportunities.Get(data.OpportunityID); {
	case known == nil && by != settlement.OpportunityRegister && by != settlement.OpportunityShare:
		return &events.Rejection{Code: CodeUnknownOpportunity, Pointer: "/data/opportunity_id", Retryable: true, Message: fmt.Sprintf(
			"partner %q has no opportunity %q; publish opportunity.registered.v1 or opportunity.shared.v1 first", d.ID, data.OpportunityID)}
	case known == nil:
	case known.CustomerID != data.CustomerID:
		return &events.Rejection{Code: CodeOpportunityForeign, Pointer: "/data/customer_id", Message: fmt.Sprintf(
			"opportunity %q is about customer %q, not %q; name its customer, or register another opportunity", known.ID, known.CustomerID, data.CustomerID)}
	default:
		changed = *known
	}
	at := d.in.Event.Time
	switch by {
	case settlement.OpportunityShare:
		deadline, err := incentive.AcceptUntil(profile, at)
		if err != nil {
			return err
		}
		changed.SharedAt, changed.Deadline = at, deadline
	case settlement.OpportunityAccept:
		if err := acceptedInTime(profile, &changed, at); err != nil {
			return err
		}
	case settlement.OpportunityClose:
		changed.Outcome, changed.PolicyID, changed.ProjectEnd = closed.Outcome, closed.PolicyID, closed.ProjectEnd
	default: // registering changes no more than the state, and only a job lets one lapse
	}
	return d.moveOpportunity(&changed, by, actorRules)
}

// acceptedInTime refuses an acceptance after the last working day for it,
// whether or not the job that rejects the opportunity came first.
func acceptedInTime(profile *site.Profile, o *Opportunity, at time.Time) error {
	if o.State != settlement.OpportunityShared {
		return nil // the machine says better what is wrong
	}
	missed, err := incentive.AcceptanceMissed(profile, o.SharedAt, at)
	if err != nil || !missed {
		return err
	}
	return &events.Rejection{Code: CodeAcceptanceMissed, Pointer: "/data/opportunity_id", Message: fmt.Sprintf(
		"opportunity %q could be accepted until %s; have it shared again under a new id", o.ID, o.Deadline.Format(time.DateOnly))}
}

// closablePolicy checks the policy that an opportunity is closed with.
func (d *decider) closablePolicy(data *events.OpportunityClosed) error {
	if data.PolicyID == "" {
		return nil
	}
	policy, known := d.common.policies.View(d.common.version).Latest(data.PolicyID)
	if !known {
		return &events.Rejection{Code: CodeUnknownPolicy, Pointer: "/data/policy_id", Retryable: true, Message: fmt.Sprintf(
			"policy %q is not in the reference data; publish incentive_policy.published.v1 first", data.PolicyID)}
	}
	if policy.Kind != incentive.KindSpecial {
		return &events.Rejection{Code: CodePolicyNotSpecial, Pointer: "/data/policy_id", Message: fmt.Sprintf(
			"policy %q is of kind %q; close an opportunity with one of kind %q", policy.ID, policy.Kind, incentive.KindSpecial)}
	}
	return nil
}

// moveOpportunity stores an opportunity in its next state and reports the step.
func (d *decider) moveOpportunity(o *Opportunity, by settlement.OpportunityTrigger, actor string) error {
	from := o.State
	to, err := settlement.NextOpportunity(from, by)
	if err != nil {
		return refusalOf(err, "/data/opportunity_id")
	}
	o.State = to
	if to != settlement.OpportunityShared {
		o.Deadline = noTime
	}
	d.Opportunities.Put(o.ID, o)
	d.steps = append(d.steps, step{kind: events.TypeOpportunityStateChanged, id: o.ID, transition: events.Transition{
		From: string(from), To: string(to), Trigger: string(by), Actor: actor, Deadline: o.Deadline}})
	return nil
}

// opportunityWindows rejects the shared opportunities that nobody accepted in
// time, and lets the customer registrations lapse whose window is over.
func (d *decider) opportunityWindows(profile *site.Profile, at time.Time) error {
	d.need(ScopeSharedOpportunities, "")
	for _, o := range d.Opportunities.All() {
		if o.State != settlement.OpportunityShared {
			continue
		}
		missed, err := incentive.AcceptanceMissed(profile, o.SharedAt, at)
		if err != nil {
			return err
		}
		if !missed {
			continue
		}
		lapsed := *o
		if err := d.moveOpportunity(&lapsed, settlement.OpportunityLapse, JobOpportunityWindows); err != nil {
			return err
		}
	}
	d.need(ScopeOpenRegistrations, "")
	for _, r := range d.Registrations.All() {
		if r.State != settlement.RegistrationRegistered || incentive.RegistrationProtects(profile, r.ApprovedAt, at) {
			continue
		}
		if err := d.moveRegistration(r, settlement.RegistrationLapse); err != nil {
			return err
		}
	}
	return nil
}

// ownOpportunity refuses an order under another customer's opportunity. One
// that is not known is no reason to refuse an order: the order earns nothing
// by it as long as it is not closed with a policy.
func (f *fact) ownOpportunity(id, customerID string) error {
	if o := f.Reference.opportunity(f.in.PartnerVersion, id); o != nil && o.CustomerID != customerID {
		return &events.Rejection{Code: CodeOpportunityForeign, Pointer: "/data/opportunity_id", Message: fmt.Sprintf(
			"opportunity %q is about customer %q, not %q; name one of the customer's own, or none", id, o.CustomerID, customerID)}
	}
	return nil
}

// recoverable tells whether a refund takes back what a detail earned: always,
// but for an opportunity's until some months after the end of its project.
func (f *fact) recoverable(base *Detail) bool {
	closed := f.Reference.closing(f.in.PartnerVersion, base.OpportunityID)
	return closed == nil || closed.ProjectEnd.IsZero() || incentive.Recoverable(f.site, closed.ProjectEnd, f.at)
}

// earnedBy returns the opportunity by whose policy an order earns, "" for any
// other policy.
func (f *fact) earnedBy(order *Order, p *incentive.Policy) string {
	if closed := f.Reference.closing(f.in.PartnerVersion, order.OpportunityID); closed != nil && closed.PolicyID == p.ID {
		return order.OpportunityID
	}
	return ""
}
