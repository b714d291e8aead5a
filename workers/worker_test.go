package workers

import (
	"fmt"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// TestWorkedExampleThroughServers takes the shipped example through broker
// and database: the rows are those of the same file folded in memory.
func TestWorkedExampleThroughServers(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	w := r.work(nil, nil)
	r.publish(sample(t, "worked-example.jsonl"))
	w.drained()
	w.halt()
	r.sound()
	if got := w.Progress(); got.Decided == 0 || got.Waiting != 0 || got.Rejected != 0 || got.References != 6 {
		t.Errorf("progress %+v", got)
	}
}

// TestManyPartnersThroughServers decides a made history of several partners
// with jobs in it: in large batches, and one event a transaction with 16 lanes.
func TestManyPartnersThroughServers(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Config){
		"large batches":            func(*Config) {},
		"one event, sixteen lanes": func(c *Config) { c.BatchMax, c.Lanes = 1, 16 },
		"lingering":                func(c *Config) { c.BatchMax, c.Lanes, c.Linger = 64, 3, LingerMax },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			w := r.work(change, nil)
			h := newHistory(t, 11, partnersNamed(5)...)
			r.publish(h.reference("credit", "immediate", "monthly"))
			r.publish(h.facts(150, 3))
			h.fire(decision.JobCloseCycle, time.Date(2026, 4, 1, 0, 10, 0, 0, shanghai))
			r.publish(h.take())
			h.at = h.at.Add(time.Hour)
			r.publish(h.facts(50, 3))
			w.drained()
			w.halt()
			r.sound()
		})
	}
}

// TestReferenceDataComesFirst: events published right behind the reference
// data that they need are decided with it, though nobody waited.
func TestReferenceDataComesFirst(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	w := r.work(nil, nil)
	eventually(t, "the worker reads", func() bool { return w.keeper.count() == 64 })
	h := newHistory(t, 161, partnersNamed(3)...)
	const others = 800 // so that applying takes its time
	for i := range others {
		id := fmt.Sprintf("Z%d", i)
		h.add(events.AllPartners, "product/"+id, id, &events.ProductPublished{ProductID: id, Names: events.Names{EnUS: id}, CloudServiceType: "ec2",
			ResourceType: "vm", ResourceSpec: "s" + id, Region: "r1", Currency: "CNY", Channel: "vendor", EffectiveTime: monthBegin,
			Prices: []events.PriceRow{{ChargingMode: "period", PeriodType: ptr(2), PeriodNum: 1, Amount: ptr(dec("1"))}}})
	}
	list := append(h.take(), h.reference("credit", "immediate", "monthly")...)
	list = append(list, h.facts(30, 3)...)
	var common, rest []*events.Event
	for _, ev := range list {
		if ev.PartitionKey == events.AllPartners {
			common = append(common, ev)
		} else {
			rest = append(rest, ev)
		}
	}
	r.sendAll(common)
	r.sendAll(rest)
	r.fold(common)
	r.fold(rest)
	w.drained()
	w.halt()
	r.sound()
}

// TestDeletedReferenceDataIsNotWaitedFor: when an operator deletes the last
// reference event before it was read, what follows is decided without it.
func TestDeletedReferenceDataIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	h := newHistory(t, 201, "P100")
	r.sendAll(h.reference("credit"))
	r.fold(newHistory(t, 201, "P100").reference("credit"))
	h.add(events.AllPartners, "product/gone", "gone", &events.ProductPublished{ProductID: "gone", Names: events.Names{EnUS: "gone"}, CloudServiceType: "ec2",
		ResourceType: "vm", ResourceSpec: "gone", Region: "r1", Currency: "CNY", Channel: "vendor", EffectiveTime: monthBegin,
		Prices: []events.PriceRow{{ChargingMode: "period", PeriodType: ptr(2), PeriodNum: 1, Amount: ptr(dec("1"))}}})
	r.sendAll(h.take())
	r.deleteLastReference()
	facts := h.facts(10, 3)
	r.sendAll(facts)
	r.fold(facts)
	for range 2 { // the second begins behind the gap
		w := r.work(nil, nil)
		w.drained()
		w.halt()
	}
	r.sound()
}

// TestJobWaitsForWhatIsQueued: a job that fires reaches the partners that are
// enrolled by events still queued before it.
func TestJobWaitsForWhatIsQueued(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	h := newHistory(t, 171, partnersNamed(3)...)
	list := append(h.reference("credit", "immediate", "monthly"), h.facts(40, 3)...)
	h.fire(decision.JobCloseCycle, time.Date(2026, 4, 1, 0, 10, 0, 0, shanghai))
	list = append(list, h.take()...)
	r.sendAll(list) // nobody works yet
	r.fold(list)
	w := r.work(nil, nil)
	w.drained()
	w.halt()
	r.sound()
}
