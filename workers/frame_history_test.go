package workers

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// history makes random but repeatable events: reference data, then facts of
// several partners, most of them sensible.
type history struct {
	t        testing.TB
	rng      *rand.Rand
	n        int
	at       time.Time
	partners []string
	events   []*events.Event
	settles  bool                // runs settle usage among the facts: only where one stream brings both
	live     map[string][]string // resources that somebody ordered, by partner
	placed   map[string][]string // orders, by partner
	oracle   *decision.Memory    // with coupons: decides in the order of making, so that payments sum to the price

	milestones bool // orders are paid by milestone contracts
}

func newHistory(t testing.TB, seed uint64, partners ...string) *history {
	t.Helper()
	return &history{t: t, rng: rand.New(rand.NewPCG(seed, 7)), at: monthBegin, partners: partners,
		live: map[string][]string{}, placed: map[string][]string{}}
}

func (h *history) add(partner, id, subject string, data events.Data) *events.Event {
	h.t.Helper()
	ev, err := events.New(events.Envelope{ID: id, Source: "/test", Type: data.EventType(), Subject: subject, PartitionKey: partner, Time: h.at}, data)
	if err != nil {
		h.t.Fatalf("make %s: %v", id, err)
	}
	h.events = append(h.events, ev)
	h.ask(ev)
	return ev
}

// take returns what was made since.
func (h *history) take() []*events.Event {
	list := h.events
	h.events = nil
	return list
}

// reference publishes a catalogue, a policy, the partners and their customers.
func (h *history) reference(settlements ...string) []*events.Event {
	from := h.at.AddDate(-1, 0, 0)
	h.add(events.AllPartners, "st", "ec2", &events.ServiceTypePublished{ServiceTypeCode: "ec2", Names: events.Names{EnUS: "servers"}, IncentivePolicy: "0", AllowDiscount: "YES",
		ResourceTypes: []events.ResourceType{}, UsageTypes: []events.UsageType{}, UnsubscribeLevel: "resource", EffectiveTime: from})
	for i, price := range []string{"470.00", "869.00", "33.33"} {
		id := fmt.Sprintf("PR%d", i)
		h.add(events.AllPartners, "product/"+id, id, &events.ProductPublished{ProductID: id, Names: events.Names{EnUS: id}, CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "s" + id, Region: "r1",
			Currency: "CNY", Renewable: true, Refundable: true, Channel: "vendor", EffectiveTime: from,
			Metering: &events.Metering{Unit: "hour", Settle: []string{"hour", "day", "month"}[i], Accumulate: "none"},
			Prices: []events.PriceRow{{ChargingMode: "period", PeriodType: ptr(2), PeriodNum: 1, Amount: ptr(dec(price))},
				{ChargingMode: "on_demand", UsageFactor: "Duration", UsageMeasureID: hourMeasure, Amount: ptr(dec("0.7123"))}}})
	}
	h.traffic(from)
	h.add(events.AllPartners, "policy", "POL", &events.IncentivePolicyPublished{PolicyID: "POL", Version: 1, Name: "base", Kind: "base", Association: "resale",
		Categories: []string{"0"}, OrderKinds: []string{"new", "renew", "change", "usage"}, Basis: "period", Period: "month", Currency: "CNY", Mode: "whole",
		Bands:     []events.RateBand{{UpTo: ptr(dec("3000")), Rate: dec("0.05")}, {UpTo: ptr(dec("6000")), Rate: dec("0.07")}, {Rate: dec("0.10")}},
		Threshold: &events.Threshold{Amount: dec("2000"), Inclusive: true}, CycleBy: "payment", EffectiveTime: from})
	h.add(events.AllPartners, "policy/new", "NEW", &events.IncentivePolicyPublished{PolicyID: "NEW", Version: 1, Name: "new customers", Kind: "special", Association: "resale",
		Categories: []string{"0"}, OrderKinds: []string{"new"}, Newness: &events.Newness{MonthsWithoutPaidOrder: 1}, Basis: "order", Period: "month", Currency: "CNY", Mode: "marginal",
		Bands: []events.RateBand{{Rate: dec("0.03")}}, CycleBy: "payment", EffectiveTime: from})
	for _, p := range h.partners {
		h.add(p, "enrol/"+p, p, &events.PartnerEnrolled{PartnerID: p, Site: "cn", Level: "gold", Tier: 1, BusinessInfoAuthenticated: true, Certified: true, EffectiveTime: from})
		for i, how := range settlements {
			id := fmt.Sprintf("C%d", i)
			h.add(p, "customer/"+p+id, id, &events.CustomerAssociated{CustomerID: id, PartnerID: p, Association: "resale", Settlement: how, EffectiveTime: from})
		}
		h.couponReference(p, len(settlements), from)
		h.add(p, "discount/"+p, "D1", &events.DiscountGranted{DiscountID: "D1", PartnerID: p, GrantedBy: "vendor", DiscountType: 605, DiscountName: "d", Mode: "ratio",
			Value: dec("0.9"), Scope: events.DiscountScope{CustomerIDs: []string{"C0"}}, EffectiveTime: from})
	}
	return h.take()
}

// facts makes n random facts, a few minutes apart, of a number of customers.
func (h *history) facts(n, customers int) []*events.Event {
	for range n {
		h.at = h.at.Add(time.Duration(1+h.rng.IntN(20)) * time.Minute)
		p := h.partners[h.rng.IntN(len(h.partners))]
		switch live := h.live[p]; {
		case h.rng.IntN(4) == 0:
			h.use(p, h.rng.IntN(customers))
		case len(live) == 0 || h.rng.IntN(10) < 6:
			h.pay(p, h.order(p, h.rng.IntN(customers)))
		case h.rng.IntN(3) == 0:
			h.repay(p)
		default:
			h.change(p, live[h.rng.IntN(len(live))])
		}
	}
	return h.take()
}

func (h *history) id(prefix string) string { h.n++; return fmt.Sprintf("%s%d", prefix, h.n) }

// order places an order of a server and perhaps its disk.
func (h *history) order(p string, customer int) string {
	id := h.id("O")
	vm := fmt.Sprintf("vm-%s-%d", id, customer)
	line := events.OrderLine{LineID: "1", ResourceID: vm, CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: fmt.Sprintf("sPR%d", h.rng.IntN(2)),
		Region: "r1", PeriodType: 2, PeriodNum: 1 + h.rng.IntN(3), SubscriptionNum: 1}
	lines := []events.OrderLine{line}
	if h.rng.IntN(2) == 0 {
		disk := line
		disk.LineID, disk.ResourceID, disk.ParentResourceID, disk.ResourceSpec = "2", "disk-"+vm, vm, "sPR2"
		lines = append(lines, disk)
	}
	h.add(p, "order.placed/"+id, id, &events.OrderPlaced{OrderID: id, PartnerID: p, CustomerID: fmt.Sprintf("C%d", customer), AutoPay: true, OrderType: 1, Lines: lines})
	h.live[p], h.placed[p] = append(h.live[p], vm), append(h.placed[p], id)
	return id
}

func (h *history) pay(p, id string) {
	h.at = h.at.Add(time.Duration(1+h.rng.IntN(5)) * time.Minute)
	if h.rng.IntN(12) == 0 {
		h.add(p, "order.price_adjusted/"+id, id, &events.OrderPriceAdjusted{OrderID: id, PartnerID: p, DiscountID: "A" + id, AmountOff: ptr(dec("7.01"))})
	}
	paid := h.payment(p, id)
	paid.Tenders = h.couponTenders(p, id)
	h.add(p, "order.paid/"+id, id, paid)
}

// change changes, renews or returns a resource.
func (h *history) change(p, vm string) {
	customer := "C" + vm[len(vm)-1:]
	switch h.rng.IntN(5) {
	case 3:
		h.add(p, h.id("configured/"), vm, &events.ResourceRenewalConfigured{PartnerID: p, ResourceIDs: []string{vm}, AutoRenew: h.rng.IntN(4) > 0})
	case 4:
		id := h.id("V")
		h.add(p, "order.converted/"+id, id, &events.OrderConverted{OrderID: id, PartnerID: p, CustomerID: customer, ResourceIDs: []string{vm},
			Operation: []string{"SET_UP", "CANCEL"}[h.rng.IntN(2)]})
		h.pay(p, id)
	case 0:
		id := h.id("X")
		h.add(p, "order.spec_changed/"+id, id, &events.OrderSpecChanged{OrderID: id, PartnerID: p, CustomerID: customer, AutoPay: true, ResourceID: vm,
			New: events.NewSpec{ResourceSpec: fmt.Sprintf("sPR%d", h.rng.IntN(2))}, Apply: "now"})
		h.pay(p, id)
		if h.rng.IntN(2) == 0 { // over the change, which contradicts it
			h.meter(p, customer, vm, "sPR0", h.at.Add(-time.Hour), h.at.Add(time.Minute))
		}
	case 1:
		id := h.id("R")
		h.add(p, "order.renewed/"+id, id, &events.OrderRenewed{OrderID: id, PartnerID: p, CustomerID: customer, AutoPay: true, ResourceIDs: []string{vm},
			PeriodType: 2, PeriodNum: 1})
		h.pay(p, id)
	default:
		id := h.id("U")
		h.add(p, "order.unsubscribed/"+id, id, &events.OrderUnsubscribed{OrderID: id, PartnerID: p, CustomerID: customer,
			ResourceIDs: []string{vm}, UnsubscribeType: 1})
	}
}

func (h *history) repay(p string) {
	id := h.id("RP")
	data := &events.RepaymentReceived{RepaymentID: id, PartnerID: p, CustomerID: "C0", Amount: decimal.New(int64(100+h.rng.IntN(60000)), -2), Currency: "CNY"}
	if h.rng.IntN(2) == 0 {
		data.OrderIDs = []string{h.placed[p][h.rng.IntN(len(h.placed[p]))]}
	}
	h.add(p, "repayment.received/"+id, id, data)
}

func (h *history) fire(job string, at time.Time) *events.Event {
	h.at = at
	return h.add(events.AllPartners, fmt.Sprintf("fired/%s/%s", job, at.Format(time.RFC3339)), job, &events.ScheduleFired{Job: job, Site: "cn", ScheduledFor: at})
}
