package sample

import (
	"fmt"
	"iter"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
)

// A Load is the benchmark's work: orders of one product by the customers of many partners, each placed and then paid
// in cash. It carries as much as a small order does: one line or a few, a discount to choose, a policy to earn by.
type Load struct {
	Partners int
	Lines    int           // of an order; 0 stands for one
	Step     time.Duration // between two orders, whoever's; 0 stands for two seconds
	failure  error
}

func (l *Load) event(id, subject, partner string, at time.Time, data events.Data) *events.Event {
	ev, err := events.New(events.Envelope{ID: data.EventType() + "/" + id, Source: "/bench", Subject: subject, PartitionKey: partner, Time: at}, data)
	if err != nil && l.failure == nil {
		l.failure = fmt.Errorf("make event %q: %w", id, err)
	}
	return ev
}

// Setup returns the reference data, the common part first.
func (l *Load) Setup() ([]*events.Event, error) {
	month, price := events.PeriodMonth, decimal.RequireFromString("98.60")
	common := []*events.Event{
		l.event(serviceServer, serviceServer, events.AllPartners, start, &events.ServiceTypePublished{
			ServiceTypeCode: serviceServer, Names: events.Names{EnUS: "Server"}, IncentivePolicy: "0", AllowDiscount: "YES",
			ResourceTypes: []events.ResourceType{}, UsageTypes: []events.UsageType{}, UnsubscribeLevel: "resource", EffectiveTime: start}),
		l.event("A", "A", events.AllPartners, start, &events.ProductPublished{
			ProductID: "A", CloudServiceType: serviceServer, ResourceType: resourceServer, ResourceSpec: "s6.medium.2.linux", Region: regionChina,
			Names: events.Names{EnUS: "A"}, Currency: "CNY", Renewable: true, Refundable: true, Channel: "vendor", EffectiveTime: start,
			Prices: []events.PriceRow{{ChargingMode: events.ChargingPeriod, PeriodType: &month, PeriodNum: 1, Amount: &price}}}),
		l.event("BASE/1", "BASE", events.AllPartners, start, &events.IncentivePolicyPublished{
			PolicyID: "BASE", Version: 1, Name: "Base", Kind: "base", Association: "resale", Categories: []string{"0"}, OrderKinds: []string{"new"},
			Basis: "order", Period: "month", Currency: "CNY", Mode: "marginal", Bands: []events.RateBand{{Rate: decimal.RequireFromString("0.08")}},
			CycleBy: "payment", EffectiveTime: start}),
	}
	for n := range l.Partners {
		partner := partnerName(n)
		common = append(common,
			l.event(partner, partner, partner, start, &events.PartnerEnrolled{PartnerID: partner, Site: siteChina, Level: "gold", Tier: 1,
				BusinessInfoAuthenticated: true, Certified: true, EffectiveTime: start}),
			l.event("C", "C", partner, start, &events.CustomerAssociated{CustomerID: "C", PartnerID: partner, Association: "resale",
				Settlement: "immediate", EffectiveTime: start}),
			l.event("D", "D", partner, start, &events.DiscountGranted{DiscountID: "D", PartnerID: partner, GrantedBy: "vendor",
				DiscountType: 605, DiscountName: "Contract", Mode: "ratio", Value: decimal.RequireFromString("0.9"), EffectiveTime: start}))
	}
	return common, l.failure
}

// Orders gives out two events an order, numbers first to last, spread evenly over the partners: all of a round are
// placed, then all of it is paid.
func (l *Load) Orders(first, last int) iter.Seq2[*events.Event, error] {
	return func(yield func(*events.Event, error) bool) {
		for from := first; from < last; from += l.Partners {
			to := min(from+l.Partners, last)
			for _, next := range []func(int) *events.Event{l.placed, l.paid} {
				for n := from; n < to; n++ {
					if !yield(next(n), l.failure) || l.failure != nil {
						return
					}
				}
			}
		}
	}
}

// placedAt is when an order is placed; it is paid a second later.
func (l *Load) placedAt(n int) time.Time {
	step := l.Step
	if step == 0 {
		step = 2 * time.Second
	}
	return start.Add(time.Duration(n) * step)
}

func (l *Load) placed(n int) *events.Event {
	id := fmt.Sprintf("O%08d", n)
	partner := partnerName(n % l.Partners)
	order := &events.OrderPlaced{OrderID: id, PartnerID: partner, CustomerID: "C", AutoPay: true}
	for line := range max(l.Lines, 1) {
		resource := "vm-" + id
		if line > 0 {
			resource += fmt.Sprintf("-%d", line+1)
		}
		order.Lines = append(order.Lines, events.OrderLine{
			LineID: fmt.Sprint(line + 1), ResourceID: resource, CloudServiceType: serviceServer, ResourceType: resourceServer, ResourceSpec: "s6.medium.2.linux",
			Region: regionChina, PeriodType: events.PeriodMonth, PeriodNum: 1, SubscriptionNum: 1})
	}
	return l.event(id, id, partner, l.placedAt(n), order)
}

func (l *Load) paid(n int) *events.Event {
	id := fmt.Sprintf("O%08d", n)
	partner := partnerName(n % l.Partners)
	return l.event(id, id, partner, l.placedAt(n).Add(time.Second), &events.OrderPaid{OrderID: id, PartnerID: partner})
}

func partnerName(n int) string { return fmt.Sprintf("P%05d", n) }
