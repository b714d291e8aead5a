package sample

import (
	"slices"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/pricing"
)

// What becomes of what was bought, in percent.
const (
	upgradeChance     = 24
	downgradeChance   = 9
	expandChance      = 30 // of the orders with a disk
	renewChance       = 30
	unifyChance       = 20 // of the renewals
	takeBackChance    = 12 // of the renewals: returned before they begin
	unsubscribeChance = 14
	atRenewalChance   = 15 // of the upgrades
)

const day = 24 * time.Hour

// live puts into the agenda what becomes of a paid order's resources.
func (q *quarter) live(c customer, lines []events.OrderLine, kind string, at time.Time) {
	primary := lines[0]
	family := map[string][]product{resourceServer: servers, resourceDatabase: databases}[kind]
	if q.chance(upgradeChance) && family != nil {
		q.later(q.between(at, 2*day, 20*day), func(at time.Time) { q.change(c, primary.ResourceID, family, +1, at) })
	}
	if q.chance(downgradeChance) && family != nil {
		q.later(q.between(at, 3*day, 18*day), func(at time.Time) { q.change(c, primary.ResourceID, family, -1, at) })
	}
	disk := slices.IndexFunc(lines, func(l events.OrderLine) bool { return l.ResourceType == resourceDisk })
	if disk >= 0 && q.chance(expandChance) {
		larger := lines[disk].ResourceSize + 50
		q.later(q.between(at, 2*day, 20*day), func(at time.Time) {
			q.respec(c, lines[disk].ResourceID, events.NewSpec{ResourceSize: larger}, events.ApplyNow, at)
		})
	}
	if primary.PeriodType == events.PeriodMonth && primary.PeriodNum == 1 && primary.ResourceSpec != "mp.erp.team" && q.chance(renewChance) {
		q.later(q.between(at, 18*day, 27*day), func(at time.Time) { q.renew(c, primary.ResourceID, at) })
	}
	if primary.PeriodType == events.PeriodMonth && family != nil && q.chance(autoRenewChance) {
		q.later(q.between(at, day, 9*day), func(at time.Time) {
			if q.free(c, primary.ResourceID, at) {
				q.renewsItself(c, primary.ResourceID, 3, at)
			}
		})
	}
	if q.chance(unsubscribeChance) {
		q.later(q.between(at, day, 26*day), func(at time.Time) { q.unsubscribe(c, primary.ResourceID, events.UnsubscribeResource, at) })
	}
}

// free says whether a resource is there and nothing is pending for it.
func (q *quarter) free(c customer, id string, at time.Time) bool {
	r := q.engine.Partners[c.partner].Resources.Get(id)
	return r != nil && r.State == pricing.StateActive && r.Expiry.After(at) && (r.PendingUntil == nil || r.PendingUntil.Before(at))
}

// change takes a server or database one step up or down in its family.
func (q *quarter) change(c customer, id string, family []product, step int, at time.Time) {
	if !q.free(c, id, at) {
		return
	}
	spec := q.engine.Partners[c.partner].Resources.Get(id).Spec
	to := slices.IndexFunc(family, func(p product) bool { return p.spec == spec }) + step
	if to < 0 || to >= len(family) {
		return
	}
	if c.site() == siteInternational && family[to].resource == resourceDatabase && to > 2 {
		return // not published there
	}
	apply := events.ApplyNow
	if step > 0 && q.chance(atRenewalChance) {
		apply = events.ApplyAtRenewal
	}
	q.respec(c, id, events.NewSpec{ResourceSpec: family[to].spec}, apply, at)
}

// respec orders a change; one that is neither a downgrade nor put off is paid.
func (q *quarter) respec(c customer, id string, to events.NewSpec, apply string, at time.Time) {
	if !q.free(c, id, at) {
		return
	}
	order, automatic, placed := q.orderID(at), q.chance(automaticChance), len(q.lines)
	q.emit(fact{source: "/orders/" + c.site(), id: order, subject: order, partner: c.partner, at: at, data: &events.OrderSpecChanged{
		OrderID: order, PartnerID: c.partner, CustomerID: c.id, AutoPay: automatic, ResourceID: id, New: to, Apply: apply}})
	if stored := q.stored(c, order); stored != nil && stored.State == "pending" {
		q.settle(c, order, placed, at, automatic)
	}
}

// renew renews a primary resource with what is attached to it, sometimes up to a common day of the month.
func (q *quarter) renew(c customer, id string, at time.Time) {
	if !q.free(c, id, at) {
		return
	}
	order, automatic, placed := q.orderID(at), q.chance(automaticChance), len(q.lines)
	data := &events.OrderRenewed{OrderID: order, PartnerID: c.partner, CustomerID: c.id, AutoPay: automatic, ResourceIDs: []string{id},
		PeriodType: events.PeriodMonth, PeriodNum: 1 + q.random.IntN(3), Automatic: false}
	if q.chance(unifyChance) {
		data.UnifiedDay = []int{1, 15, -1}[q.random.IntN(3)]
	}
	q.emit(fact{source: "/orders/" + c.site(), id: order, subject: order, partner: c.partner, at: at, data: data})
	if q.settle(c, order, placed, at, automatic) && q.chance(takeBackChance) {
		q.later(q.between(at, time.Hour, 12*time.Hour), func(at time.Time) {
			r := q.engine.Partners[c.partner].Resources.Get(id)
			if q.free(c, id, at) && len(r.Intervals) > 1 && r.Intervals[len(r.Intervals)-1].Start.After(at) {
				q.unsubscribe(c, id, events.UnsubscribeRenewal, at)
			}
		})
	}
}

// unsubscribe gives a resource back, or only its renewal.
func (q *quarter) unsubscribe(c customer, id string, kind int, at time.Time) {
	if !q.free(c, id, at) {
		return
	}
	order := q.orderID(at)
	q.emit(fact{source: "/orders/" + c.site(), id: order, subject: order, partner: c.partner, at: at, data: &events.OrderUnsubscribed{
		OrderID: order, PartnerID: c.partner, CustomerID: c.id, ResourceIDs: []string{id}, UnsubscribeType: kind}})
}
