package decision_test

import (
	"cmp"
	"fmt"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// Measures of usage: hours, minutes and gigabytes.
const (
	inHours   = 4
	inMinutes = 6
	inGB      = 10
)

// meterings are those of the servers: whole hours settled by the hour, seconds
// settled by the day and by the month.
var meterings = []*events.Metering{
	{Unit: "hour", Settle: "hour", Accumulate: "none"}, {Unit: "second", Settle: "day", Accumulate: "none"}, {Unit: "second", Settle: "month", Accumulate: "none"},
}

func hours(price string) events.PriceRow {
	return events.PriceRow{ChargingMode: "on_demand", UsageFactor: "Duration", UsageMeasureID: inHours, Amount: ptr(dec(price))}
}

// meters publishes traffic whose tiers run over the month: graduated and
// settled by the hour, and by volume and settled by the day.
func (h *history) meters(from time.Time) {
	h.add("conversion", "4-6", &events.ConversionPublished{MeasureID: inHours, RefMeasureID: inMinutes, ConversionRatio: dec("60"), MeasureType: 1})
	for _, mode := range []string{"graduated", "volume"} {
		id := "T" + mode
		h.add("product/"+id, id, &events.ProductPublished{ProductID: id, Names: events.Names{EnUS: id}, CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: mode, Region: "r1",
			Currency: "CNY", Channel: "vendor", EffectiveTime: from,
			Metering: &events.Metering{Unit: "second", Settle: map[string]string{"graduated": "hour", "volume": "day"}[mode], Accumulate: "month"},
			Prices: []events.PriceRow{{ChargingMode: "on_demand", UsageFactor: "upflow", UsageMeasureID: inGB, Mode: mode,
				Bands: []events.PriceBand{{UpTo: ptr(dec("100")), Amount: dec("1.0003")}, {Amount: dec("0.8017")}}}}})
	}
}

// metered is usage of a server's hours, or with a mode of traffic.
func metered(customer, resource, spec, value string, from, to time.Time) *events.UsageMetered {
	data := &events.UsageMetered{PartnerID: "P100", CustomerID: customer, ResourceID: resource, CloudServiceType: "ec2", ResourceType: "vm",
		ResourceSpec: spec, Region: "r1", UsageFactor: "Duration", UsageValue: dec(value), UsageMeasureID: inMinutes, Window: events.Window{From: from, To: to}}
	if spec == "graduated" || spec == "volume" {
		data.UsageFactor, data.UsageMeasureID = "upflow", inGB
	}
	return data
}

// use meters a server that somebody ordered, or may order, or traffic of an
// address that only its usage knows.
func (h *history) use() {
	id, from := h.id("usage"), h.at.Add(-time.Duration(h.rng.IntN(200))*time.Minute)
	if first := time.Date(h.at.Year(), h.at.Month(), 1, 0, 0, 0, 0, shanghai); from.Before(first) {
		from = first
	}
	to := from.Add(time.Duration(10+h.rng.IntN(400)) * time.Minute)
	value := fmt.Sprintf("%d.%02d", h.rng.IntN(60), h.rng.IntN(100))
	switch h.rng.IntN(4) {
	case 0, 1:
		c := h.rng.IntN(2)
		h.add(id, id, metered(fmt.Sprintf("C%d", c), fmt.Sprintf("eip-%d-%d", h.rng.IntN(3), c), pickOf(h, []string{"graduated", "volume"}), value, from, to))
	case 2:
		vm := h.pick()
		h.add(id, vm, metered(h.customerOf(vm), vm, fmt.Sprintf("sPR%d", h.rng.IntN(3)), value, from, to))
	default:
		c := h.rng.IntN(4)
		vm := fmt.Sprintf("used-%d-%d", h.rng.IntN(4), c)
		h.add(id, vm, metered(fmt.Sprintf("C%d", c), vm, fmt.Sprintf("sPR%d", h.rng.IntN(3)), value, from, to))
		h.live = append(h.live, vm)
		h.orderUsed(vm, c)
	}
}

// useAcross meters a server over a time in which it was changed, or meant to
// be; now and then for a customer who does not have it.
func (h *history) useAcross(vm string) {
	id, customer := h.id("across"), h.customerOf(vm)
	if h.rng.IntN(4) == 0 {
		customer = "C1"
	}
	if from := h.at.Add(-3 * time.Hour); from.Month() == h.at.Month() {
		h.add(id, vm, metered(customer, vm, "sPR0", "75", from, h.at.Add(time.Minute)))
	}
}

// orderUsed now and then orders what was billed by its usage for a period.
func (h *history) orderUsed(vm string, customer int) {
	if h.rng.IntN(3) > 0 {
		return
	}
	id := h.id("P")
	h.add("order.placed/"+id, id, &events.OrderPlaced{OrderID: id, PartnerID: "P100", CustomerID: fmt.Sprintf("C%d", customer), AutoPay: true,
		OrderType: []int{1, 11}[h.rng.IntN(2)], Lines: []events.OrderLine{{LineID: "1", ResourceID: vm, CloudServiceType: "ec2", ResourceType: "vm",
			ResourceSpec: fmt.Sprintf("sPR%d", h.rng.IntN(2)), Region: "r1", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}}})
	h.pay(id)
}

// settle has usage settled by a time, whenever that is.
func (h *history) settle(at time.Time) {
	h.add("fired/settle/"+at.Format(time.RFC3339), decision.JobSettleUsage, &events.ScheduleFired{Job: decision.JobSettleUsage, Site: cmp.Or(h.site, "cn"), ScheduledFor: at})
}
