package sample

import (
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/pricing"
)

// newcomer registers with a partner before it becomes its customer.
var newcomer = customer{"C208", partnerHangzhou, "referral", "immediate"}

// programme puts into the agenda what partners agree on with the vendor: customers they register, opportunities, and
// coupons they take back.
func (q *quarter) programme() {
	registration := events.CustomerRegistration{RegistrationID: "REG-1", PartnerID: newcomer.partner, CustomerName: "Hangzhou Example Ltd",
		CustomerID: newcomer.id}
	q.later(on(time.January, 8, 10), q.by("partners", newcomer.partner, "REG-1", &events.CustomerRegistrationRequested{CustomerRegistration: registration}))
	q.later(on(time.January, 9, 10), q.by("partners", newcomer.partner, "REG-1", &events.CustomerRegistrationApproved{CustomerRegistration: registration}))
	associated := on(time.January, 12, 9)
	q.later(associated, q.by("partners", newcomer.partner, newcomer.id+"/"+newcomer.partner, &events.CustomerAssociated{CustomerID: newcomer.id,
		PartnerID: newcomer.partner, Association: newcomer.association, Settlement: newcomer.settlement, EffectiveTime: associated}))
	for day := 13; day <= 27; day += 7 {
		q.later(on(time.January, day, 11), func(at time.Time) { q.order(newcomer, at) })
	}

	won, missed := opportunity("OPP-1", customers[5]), opportunity("OPP-2", customers[12])
	q.later(on(time.January, 6, 10), q.by("partners", won.PartnerID, "OPP-1", &events.OpportunityShared{Opportunity: won}))
	q.later(on(time.January, 7, 10), q.by("partners", won.PartnerID, "OPP-1", &events.OpportunityAccepted{Opportunity: won}))
	q.later(on(time.January, 19, 10), q.by("partners", won.PartnerID, "OPP-1", &events.OpportunityClosed{Opportunity: won, Outcome: "won",
		PolicyID: policyOpportunity, ProjectEnd: on(time.December, 31, 18)}))
	for day := 20; day <= 22; day++ {
		q.later(on(time.January, day, 11), func(at time.Time) { q.project(customers[5], won.OpportunityID, at) })
	}
	q.later(on(time.February, 6, 10), q.by("partners", missed.PartnerID, "OPP-2", &events.OpportunityShared{Opportunity: missed}))
	q.later(on(time.January, 24, 9), q.reclaim)
}

func opportunity(id string, c customer) events.Opportunity {
	return events.Opportunity{OpportunityID: id, PartnerID: c.partner, CustomerID: c.id, Origin: "vendor"}
}

// project is an order under an opportunity.
func (q *quarter) project(c customer, opportunityID string, at time.Time) {
	id := q.orderID(at)
	q.emit(fact{source: "/orders/" + c.site(), id: id, subject: id, partner: c.partner, at: at, data: &events.OrderPlaced{
		OrderID: id, PartnerID: c.partner, CustomerID: c.id, AutoPay: true, OpportunityID: opportunityID,
		Lines: []events.OrderLine{q.line(c, id, databases[1])}}})
	q.later(at.Add(10*time.Minute), func(at time.Time) { q.pay(c, id, true, at) })
}

// reclaim takes each partner's first coupon back that nothing was paid with.
func (q *quarter) reclaim(at time.Time) {
	for _, partner := range partners {
		for _, coupon := range q.engine.Partners[partner].Coupons.All() {
			if coupon.Standing() != pricing.CouponNormal || coupon.Uses > 0 {
				continue
			}
			q.emit(fact{source: "/partners/" + siteOf(partner), id: coupon.ID, subject: coupon.ID, partner: partner, at: at,
				data: &events.CouponReclaimed{CouponID: coupon.ID}})
			break
		}
	}
}
