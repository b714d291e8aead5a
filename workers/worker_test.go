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

// TestDrainLosesNothing stops a worker in the middle of its load, as SIGTERM
// does; another goes on where it stood.
func TestDrainLosesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	small := func(c *Config) { c.BatchMax = 16 }
	first := r.work(small, nil)
	facts := r.load(21, 400, partnersNamed(6)...)
	r.publish(facts)
	first.decidedAtLeast(100)
	began := time.Now()
	first.halt()
	if took := time.Since(began); took > DrainTimeoutDefault {
		t.Errorf("stopping took %s", took)
	}
	var owners, unpublished int
	err := r.pool().QueryRow(t.Context(), "select count(owner), sum(outbox_no - relayed_no) from stream_position").Scan(&owners, &unpublished)
	if err != nil || owners != 0 || unpublished != 0 {
		t.Errorf("after the drain %d partitions are owned and %d events unpublished, %v", owners, unpublished, err)
	}
	second := r.work(small, nil)
	second.drained()
	second.halt()
	r.sound()
}

// TestReplicasShare has two workers share the partitions, one join in the
// middle and one leave in order.
func TestReplicasShare(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	small := func(c *Config) { c.BatchMax, c.Lanes = 8, 2 }
	first := r.work(small, nil)
	facts := r.load(31, 600, partnersNamed(12)...)
	r.publish(facts[:len(facts)/3])
	second := r.work(small, nil)
	eventually(t, "both own partitions", func() bool {
		return first.keeper.count() > 0 && second.keeper.count() > 0 &&
			first.keeper.count()+second.keeper.count() == 64
	})
	r.publish(facts[len(facts)/3 : len(facts)*2/3])
	first.drained()
	if first.Progress().Decided == 0 || second.Progress().Decided == 0 {
		t.Errorf("decided by the first %d, by the second %d: they do not share", first.Progress().Decided, second.Progress().Decided)
	}
	r.publish(facts[len(facts)*2/3:])
	first.halt()
	second.drained()
	second.halt()
	r.sound()
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
