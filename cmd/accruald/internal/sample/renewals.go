package sample

import (
	"time"

	"github.com/accruald/accruald/events"
)

// autoRenewChance is how many of the servers and databases bought by the month renew by themselves, in percent.
const autoRenewChance = 6

// renewals puts into the agenda a database that renews by itself until it goes off sale, and a server that goes on as
// pay-per-use.
func (q *quarter) renewals() {
	c := customers[11]
	q.later(on(time.January, 15, 9), func(at time.Time) {
		order := q.buy(c, retired, at)
		q.later(at.Add(time.Hour), func(at time.Time) { q.renewsItself(c, order.ResourceID, 0, at) })
	})
	q.later(on(time.March, 1, 9), func(at time.Time) {
		id := productID(retired.spec, regionChina)
		q.emit(fact{source: "/catalogue/cn", id: id + "/withdrawn", subject: id, partner: events.AllPartners, at: at,
			data: &events.ProductWithdrawn{ProductID: id, EffectiveTime: at}})
	})
	for _, i := range []int{5, 18} {
		c := customers[i]
		q.later(on(time.January, 20, 9), func(at time.Time) {
			line := q.buy(c, servers[1], at)
			q.later(at.AddDate(0, 0, 10), func(at time.Time) { q.convert(c, line.ResourceID, at) })
			q.later(at.AddDate(0, 1, 3), func(at time.Time) { q.hours(c, line.ResourceID, servers[1], at) })
		})
	}
}

// buy orders and pays one product for a month.
func (q *quarter) buy(c customer, p product, at time.Time) events.OrderLine {
	order := q.orderID(at)
	line := q.line(c, order, p)
	q.place(c, order, []events.OrderLine{line}, at, "")
	q.later(at.Add(5*time.Minute), func(at time.Time) { q.pay(c, order, true, at) })
	return line
}

// renewsItself has a resource renewed at its expiry, so many times, 0 for always.
func (q *quarter) renewsItself(c customer, id string, times int, at time.Time) {
	q.emit(fact{source: "/orders/" + c.site(), id: id + "/" + at.Format("0102"), subject: id, partner: c.partner, at: at,
		data: &events.ResourceRenewalConfigured{PartnerID: c.partner, ResourceIDs: []string{id}, AutoRenew: true, Times: times}})
}

// convert has a resource go on as pay-per-use when its time is over; that is an order at price 0.
func (q *quarter) convert(c customer, id string, at time.Time) {
	order := q.orderID(at)
	q.emit(fact{source: "/orders/" + c.site(), id: order, subject: order, partner: c.partner, at: at, data: &events.OrderConverted{
		OrderID: order, PartnerID: c.partner, CustomerID: c.id, ResourceIDs: []string{id}, Operation: "SET_UP"}})
	q.later(at.Add(10*time.Minute), func(at time.Time) { q.payment(c, order, order, nil, at, "") })
}
