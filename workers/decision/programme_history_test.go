package decision_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/settlement"
)

// programme makes a random step of what a partner is in the programme for:
// automatic application, authentication, opportunities and announced customers.
func (o *operator) programme() {
	switch id := fmt.Sprintf("X%d", o.rng.IntN(6)); o.rng.IntN(8) {
	case 0, 1:
		o.add(o.id("enrol"), "P100", &events.PartnerEnrolled{PartnerID: "P100", Site: "cn", Level: "gold", Tier: 1, Certified: true, EffectiveTime: o.at,
			BusinessInfoAuthenticated: o.rng.IntN(12) > 0, AutoRequest: o.rng.IntN(3) > 0,
			AutoRequestMethod: pickOf(o.history, []string{"", events.MethodCouponQuota, events.MethodAccountOwedInvoice})})
	case 2:
		o.add(o.id("opportunity"), id, &events.OpportunityShared{Opportunity: chance(id)})
	case 3:
		o.add(o.id("opportunity"), id, &events.OpportunityAccepted{Opportunity: chance(id)})
	case 4:
		o.add(o.id("opportunity"), id, &events.OpportunityClosed{Opportunity: chance(id), Outcome: "won"})
	case 5:
		o.add(o.id("registration"), id, &events.CustomerRegistrationRequested{CustomerRegistration: announced(id, "N"+id)})
	case 6:
		o.add(o.id("registration"), id, &events.CustomerRegistrationApproved{CustomerRegistration: announced(id, "N"+id)})
	default:
		o.add(o.id("customer"), "N"+id, &events.CustomerAssociated{CustomerID: "N" + id, PartnerID: "P100", Association: "resale", Settlement: "immediate", EffectiveTime: o.at})
	}
}

// loadProgramme hands out rows of what a partner is in the programme for.
func (s *shelf) loadProgramme(p *decision.Partner, scope decision.Scope) {
	switch id := scope.ID; scope.Kind {
	case decision.ScopeOwed:
		give(s.of.OwedInvoices, p.OwedInvoices, all)
	case decision.ScopeOpportunity:
		give(s.of.Opportunities, p.Opportunities, func(o *decision.Opportunity) bool { return o.ID == id })
	case decision.ScopeSharedOpportunities:
		give(s.of.Opportunities, p.Opportunities, func(o *decision.Opportunity) bool { return o.State == settlement.OpportunityShared })
	case decision.ScopeRegistration:
		give(s.of.Registrations, p.Registrations, func(r *decision.Registration) bool { return r.ID == id })
	case decision.ScopeOpenRegistrations:
		give(s.of.Registrations, p.Registrations, func(r *decision.Registration) bool { return r.State.Counts() })
	default:
		panic("no shelf for " + string(scope.Kind))
	}
}

// wind has the partner leave the programme, and goes on beyond the day on which
// its bills expire: what is frozen, requested or late comes after it.
func (o *operator) wind(see func(*events.Event, []events.Out)) {
	o.t.Helper()
	o.at = o.at.AddDate(0, 0, 1)
	o.add(o.id("left"), "P100", &events.PartnerLeft{PartnerID: "P100", EffectiveTime: o.at})
	late := o.at
	o.fire(decision.JobExpire, o.at.AddDate(1, 0, 2))
	o.fold(see)
	for range 20 {
		switch after := o.at; o.rng.IntN(5) {
		case 0:
			o.at = late
			o.facts(2)
			o.at = after
		case 1:
			o.repay()
		case 2:
			o.programme()
		case 3:
			o.act()
		default:
			o.requestStep()
		}
		o.fold(see)
	}
	o.fire(decision.JobExpire, o.at.AddDate(0, 0, 1))
	o.fold(see)
}

// expiredScene is a month whose bills were issued and expired. All was repaid
// and released before, but for facts that came after it and took repayments of
// others; more of these, and facts of later, come after the expiry.
func expiredScene(t *testing.T, seed uint64) (before, after []*events.Event) {
	t.Helper()
	s := newScene(t, seed)
	rng := rand.New(rand.NewPCG(seed, 3))
	var late [2][]*events.Event
	month := slices.DeleteFunc(slices.Clone(s.month), func(ev *events.Event) bool {
		n := rng.IntN(6)
		if n < len(late) {
			late[n] = append(late[n], ev)
		}
		return n < len(late)
	})
	before = slices.Concat(s.reference, month, s.cut, s.end)
	m, _ := fold(t, before)
	var due decimal.Decimal
	for _, d := range m.Partners["P100"].Debts.All() {
		due = due.Add(d.Credit).Sub(d.Refunded).Sub(d.Repaid)
	}
	h := newHistory(t, seed+1000, time.Date(2026, 4, 2, 9, 0, 0, 0, shanghai))
	if due.IsPositive() {
		h.add("repaid/all", "ALL", &events.RepaymentReceived{RepaymentID: "ALL", PartnerID: "P100", Amount: due, Currency: "CNY"})
	}
	h.fire(decision.JobReleaseHolds, h.at.AddDate(0, 0, 1))
	for _, id := range m.Partners["P100"].Bills.IDs() {
		act := events.BillAction{BillID: id, Actor: "test"}
		h.add("confirm/"+id, id, &events.BillConfirmed{BillAction: act})
		h.add("approve/"+id, id, &events.BillApproved{BillAction: act})
	}
	h.events = append(h.events, late[0]...)
	h.add("left", "P100", &events.PartnerLeft{PartnerID: "P100", EffectiveTime: h.at})
	h.fire(decision.JobExpire, time.Date(2027, 4, 5, 0, 20, 0, 0, shanghai))
	return slices.Concat(before, h.events), slices.Concat(s.after, late[1])
}
