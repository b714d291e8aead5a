package workers

import (
	"fmt"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// Measures of usage: hours and gigabytes.
const (
	hourMeasure = 4
	gbMeasure   = 10
)

// traffic publishes a product whose tiers run over the month.
func (h *history) traffic(from time.Time) {
	h.add(events.AllPartners, "product/TR", "TR", &events.ProductPublished{ProductID: "TR", Names: events.Names{EnUS: "TR"}, CloudServiceType: "ec2", ResourceType: "vm",
		ResourceSpec: "traffic", Region: "r1", Currency: "CNY", Channel: "vendor", EffectiveTime: from,
		Metering: &events.Metering{Unit: "second", Settle: "hour", Accumulate: "month"},
		Prices: []events.PriceRow{{ChargingMode: "on_demand", UsageFactor: "upflow", UsageMeasureID: gbMeasure, Mode: "volume",
			Bands: []events.PriceBand{{UpTo: ptr(dec("50")), Amount: dec("1.0003")}, {Amount: dec("0.8017")}}}}})
}

// use meters a server, or traffic, of something that is ordered or not, and now
// and then has all usage settled that ended by then.
func (h *history) use(p string, customer int) {
	if h.settles && h.rng.IntN(4) == 0 {
		at := h.at.Add(time.Duration(h.rng.IntN(30)-20) * time.Hour)
		h.add(events.AllPartners, "settle/"+at.Format(time.RFC3339), decision.JobSettleUsage, &events.ScheduleFired{Job: decision.JobSettleUsage, Site: "cn", ScheduledFor: at})
		return
	}
	from := h.at.Add(-time.Duration(h.rng.IntN(60)) * time.Minute)
	vm, spec := fmt.Sprintf("used-%d-%d", h.rng.IntN(3), customer), fmt.Sprintf("sPR%d", h.rng.IntN(3))
	if live := h.live[p]; len(live) > 0 && h.rng.IntN(3) == 0 {
		vm = live[h.rng.IntN(len(live))]
	}
	if h.rng.IntN(2) == 0 {
		spec = "traffic"
	}
	h.meter(p, "C"+vm[len(vm)-1:], vm, spec, from, from.Add(time.Duration(1+h.rng.IntN(90))*time.Minute))
}

func (h *history) meter(p, customer, vm, spec string, from, to time.Time) {
	id := h.id("usage")
	data := &events.UsageMetered{PartnerID: p, CustomerID: customer, ResourceID: vm, CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: spec,
		Region: "r1", UsageFactor: "Duration", UsageValue: dec(fmt.Sprintf("%d.5", h.rng.IntN(30))), UsageMeasureID: hourMeasure, Window: events.Window{From: from, To: to}}
	if spec == "traffic" {
		data.UsageFactor, data.UsageMeasureID = "upflow", gbMeasure
	}
	h.add(p, id, vm, data)
}
