package sample

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// Hours of a day in which a server is used, and how long after its end usage is told.
const (
	hoursUsed = 8
	meterLag  = 40 * time.Second
)

// metered puts usage into the agenda: servers by the hour, which are settled by the hour, and the traffic of each day,
// which is settled by the month and costs less beyond the month's first hundred gigabytes.
func (q *quarter) metered() {
	for n, i := range []int{3, 11, 16} {
		q.later(on(time.February, 3+7*n, 9), func(at time.Time) { q.hours(customers[i], "vm-use-"+customers[i].id, servers[2+n], at) })
	}
	for _, i := range []int{0, 6, 15} {
		c := customers[i]
		for day := on(time.February, 1, 0); day.Before(on(time.April, 1, 0)); day = day.AddDate(0, 0, 1) {
			next := day.AddDate(0, 0, 1)
			q.later(next.Add(meterLag), func(at time.Time) {
				q.use(c, "flow-"+c.id, traffic, decimal.New(int64(1500+q.random.IntN(5000)), -3), day, next, at, "")
			})
		}
	}
}

// hours uses a server for some hours from a time on, each of which is settled when it is over.
func (q *quarter) hours(c customer, id string, p product, from time.Time) {
	for n := range hoursUsed {
		begin := from.Add(time.Duration(n) * time.Hour)
		end := begin.Add(time.Hour)
		q.later(end.Add(meterLag), func(at time.Time) {
			q.use(c, id, p, decimal.NewFromInt(int64(20+q.random.IntN(41))), begin, end, at, "")
		})
		q.runAt(decision.JobSettleUsage, c.site(), end.Add(2*time.Minute))
	}
}

// use tells what was used of a resource: minutes of a server, gigabytes of traffic.
func (q *quarter) use(c customer, id string, p product, value decimal.Decimal, from, to, at time.Time, refused string) {
	data := &events.UsageMetered{PartnerID: c.partner, CustomerID: c.id, ResourceID: id, CloudServiceType: p.service, ResourceType: p.resource,
		ResourceSpec: p.spec, Region: c.region(), UsageFactor: factorDuration, UsageValue: value, UsageMeasureID: measureMinutes,
		Window: events.Window{From: from, To: to}}
	if p.resource == resourceTraffic {
		data.UsageFactor, data.UsageMeasureID = factorTraffic, measureTraffic
	}
	q.emit(fact{source: "/metering/" + c.site(), id: id + "/" + data.UsageFactor + "/" + from.Format("2006-01-02T15"), subject: id,
		partner: c.partner, at: at, refused: refused, data: data})
}
