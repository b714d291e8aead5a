package workers

import (
	"slices"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// renewalRoundsMax is in how many rounds a run of automatic renewals is decided,
// however many there are: the due, their chains, what they look at, and one in
// hand.
const renewalRoundsMax = 5

// fleet buys n machines of one customer for a month and has them renewed by
// themselves, all but every fifth.
func (h *history) fleet(n int) []*events.Event {
	for i := range n {
		id := h.order("P100", 1)
		h.at = h.at.Add(time.Minute)
		h.add("P100", "order.paid/"+id, id, &events.OrderPaid{OrderID: id, PartnerID: "P100", PaidBy: "customer"})
		vm := h.live["P100"][i]
		if i%5 > 0 {
			h.add("P100", h.id("configured/"), vm, &events.ResourceRenewalConfigured{PartnerID: "P100", ResourceIDs: []string{vm}, AutoRenew: true, PeriodType: ptr(2), PeriodNum: 1})
		}
	}
	return h.take()
}

// TestAutoRenewalsInTheDatabase: a process that knows nothing finds what is
// due by its day, decides it in a few rounds of loading, and a replay of what
// is on record, the runs' own renewals among it, ends in the same rows.
func TestAutoRenewalsInTheDatabase(t *testing.T) {
	t.Parallel()
	h := newHistory(t, 5, "P100")
	w := newWorld(t)
	list := slices.Concat(h.reference("credit", "immediate"), h.fleet(60))
	w.process(w.deliver(list)...)
	w.restart()
	for _, month := range []time.Month{3, 4} {
		h.fire(decision.JobAutoRenew, time.Date(2026, month, 30, 3, 0, 0, 0, shanghai))
		if committed := w.process(w.deliver(h.take())...); committed.Rounds > renewalRoundsMax {
			t.Errorf("decided in %d rounds, want at most %d", committed.Rounds, renewalRoundsMax)
		}
		w.restart()
	}
	if n := w.count(`select count(*) from customer_order where document->>'Automatic' = 'true' and state = 'settled'`); n < 40 {
		t.Errorf("%d automatic renewals, want those of two runs", n)
	}
	w.sameAsMemory()
	w.sameOutputOfPartners()
	w.soundBooks()
	if n := w.count("select count(*) from input i left join inbox_key k using (partner_id, input_no) where k.input_no is null"); n > 0 {
		t.Errorf("the inbox forgets %d inputs", n)
	}
	w.replay()
}

// replay folds what is on record into an empty database, all in one batch.
func (w *world) replay() {
	w.t.Helper()
	fresh := newWorld(w.t)
	p := w.memory.Partners["P100"]
	inputs := p.Inputs.All()
	slices.SortFunc(inputs, func(a, b *decision.Input) int { return int(a.No - b.No) })
	fresh.common, fresh.memory = w.common, w.memory
	fresh.restart()
	var batch []Delivery
	own := 0
	for _, in := range inputs {
		if in.Event.Source == decision.SourceAutoRenew {
			own++
		}
		batch = append(batch, delivery(in.Event))
	}
	if committed := fresh.process(batch...); committed.Count(OutcomeDuplicate) != own {
		w.t.Errorf("%d of %d own renewals are duplicates", committed.Count(OutcomeDuplicate), own)
	}
	fresh.sameAsMemory()
	fresh.soundBooks()
	// Later batches know them too.
	if committed := fresh.process(batch...); committed.Count(OutcomeDuplicate) != len(batch) {
		w.t.Errorf("a second replay: %+v", committed)
	}
}

// TestFailedRenewalsAreListed: what a run could not renew is a row with its
// reason until it is renewed.
func TestFailedRenewalsAreListed(t *testing.T) {
	t.Parallel()
	h := newHistory(t, 5, "P100")
	w := newWorld(t)
	w.process(w.deliver(h.reference("credit", "immediate"))...)
	w.process(w.deliver(h.fleet(4))...)
	vm := h.live["P100"][1]
	h.at = time.Date(2026, 3, 29, 9, 0, 0, 0, shanghai)
	h.add("P100", "renewed", "R1", &events.OrderRenewed{OrderID: "R1", PartnerID: "P100", CustomerID: "C1", ResourceIDs: []string{vm}, PeriodType: 2, PeriodNum: 1})
	h.fire(decision.JobAutoRenew, time.Date(2026, 3, 30, 3, 0, 0, 0, shanghai))
	w.process(w.deliver(h.take())...)
	failed := func() int {
		return w.count("select count(*) from renewal_attempt where resource_id = $1 and code = 'resource_blocked' and attempted_at < '2026-04-30'", vm)
	}
	if n := failed(); n != 1 {
		t.Errorf("%d failed attempts are listed, want one", n)
	}
	w.restart()
	h.add("P100", "cancelled", "R1", &events.OrderCancelled{OrderID: "R1", PartnerID: "P100"})
	h.fire(decision.JobAutoRenew, time.Date(2026, 3, 31, 3, 0, 0, 0, shanghai))
	w.process(w.deliver(h.take())...)
	if n := failed(); n != 0 {
		t.Errorf("%d failed attempts are listed after the renewal", n)
	}
	w.sameAsMemory()
}
