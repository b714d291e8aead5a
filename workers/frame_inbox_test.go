package workers

import (
	"errors"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// started returns a world with reference data and the events of one order.
func started(t *testing.T) (w *world, h *history, placed, paid Delivery) {
	t.Helper()
	w, h = newWorld(t), newHistory(t, 1, "P100")
	w.process(w.deliver(h.reference("immediate"))...)
	placed, paid = oneOrder(w, h)
	return w, h, placed, paid
}

// oneOrder makes one order and its payment, and folds them in memory.
func oneOrder(w *world, h *history) (placed, paid Delivery) {
	h.at = h.at.Add(time.Minute)
	id := h.order("P100", 0)
	h.at = h.at.Add(time.Minute)
	h.add("P100", "order.paid/"+id, id, &events.OrderPaid{OrderID: id, PartnerID: "P100", PaidBy: "customer"})
	batch := w.deliver(h.take())
	return batch[0], batch[1]
}

func TestDuplicatesHaveNoEffect(t *testing.T) {
	t.Parallel()
	w, _, placed, paid := started(t)
	committed := w.process(placed, placed, paid)
	if committed.Count(OutcomeAccepted) != 2 || committed.Count(OutcomeDuplicate) != 1 || committed.Outcomes[1] != OutcomeDuplicate {
		t.Errorf("with a duplicate in the batch: %+v", committed)
	}
	w.restart()
	if committed = w.process(paid, placed); committed.Count(OutcomeDuplicate) != 2 || len(committed.Outbox) != 0 || committed.Count(OutcomeAccepted) != 0 {
		t.Errorf("all of it again: %+v", committed)
	}
	w.sameAsMemory()
	w.soundBooks()
}

func TestConflictIsRefusedOnceAndTheFirstStays(t *testing.T) {
	t.Parallel()
	w, h, placed, paid := started(t)
	other, err := events.New(placed.Event.Envelope(), &events.OrderPlaced{OrderID: placed.Event.Subject, PartnerID: "P100", CustomerID: "C7", OrderType: 1,
		Lines: placed.Event.Data.(*events.OrderPlaced).Lines})
	if err != nil {
		t.Fatal(err)
	}
	committed := w.process(placed, delivery(other), delivery(other), paid)
	if committed.Count(OutcomeAccepted) != 2 || committed.Count(OutcomeRejected) != 1 || committed.Count(OutcomeDuplicate) != 1 {
		t.Errorf("a conflict in the batch: %+v", committed)
	}
	w.restart()
	if committed = w.process(delivery(other)); committed.Count(OutcomeDuplicate) != 1 || len(committed.Outbox) != 0 {
		t.Errorf("the conflict again: %+v", committed)
	}
	if n := w.count("select count(*) from input where code = $1 and status = 'rejected' and event_id = $2", decision.CodeConflict, other.ID); n != 1 {
		t.Errorf("%d inputs are on record as conflict, want 1", n)
	}
	w.memory.Fold(other, nil)
	w.process(w.deliver(h.facts(5, 1))...)
	w.sameAsMemory()
	w.soundBooks()
}

func TestUndecodableIsOnRecord(t *testing.T) {
	t.Parallel()
	w, _, _, _ := started(t)
	ev, err := events.DecodeStructured([]byte(`{"specversion":"1.0","id":"x","source":"/s","type":"order.placed.v1","time":"2026-03-08T10:00:00+08:00",` +
		`"subject":"O1","partitionkey":"P100","data":{"order_id":"O1\u0000"}}`))
	var why *events.Rejection
	if !errors.As(err, &why) || ev == nil {
		t.Fatalf("decode: %v", err)
	}
	why.Message += "\x00\xff" // what a sender wrote may be in it
	bad := delivery(ev)
	bad.Rejection = why
	committed := w.process(bad)
	if committed.Count(OutcomeRejected) != 1 || len(committed.Outbox) != 1 || committed.Outbox[0].Header["ce-type"][0] != events.TypeEventRejected {
		t.Errorf("an undecodable event: %+v", committed)
	}
	h := newHistory(t, 1, "P100")
	h.add("P100", "discard", "x", &events.RejectionDiscarded{RejectionAction: events.RejectionAction{PartnerID: "P100", Source: "/s", ID: "x", Actor: "op"}})
	w.restart()
	if committed = w.process(delivery(h.take()[0])); committed.Count(OutcomeAccepted) != 1 {
		t.Errorf("giving it up: %+v", committed)
	}
	if n := w.count("select count(*) from input where event_id = 'x' and status = 'discarded' and message like '%\uFFFD'"); n != 1 {
		t.Errorf("%d inputs are given up, want 1", n)
	}
	w.soundBooks()
}

// TestWaitingAndRetriedAcrossProcesses lets a payment wait for its order, and
// an order for its customer, over restarts.
func TestWaitingAndRetriedAcrossProcesses(t *testing.T) {
	t.Parallel()
	w, h, placed, paid := started(t)
	if committed := w.process(paid); committed.Count(OutcomeWaiting) != 1 {
		t.Fatalf("a payment before its order: %+v", committed)
	}
	w.restart()
	if committed := w.process(placed); committed.Count(OutcomeAccepted) != 1 {
		t.Fatalf("its order: %+v", committed)
	}
	h.at = h.at.Add(time.Minute)
	h.order("P100", 9)
	early := w.deliver(h.take())
	if committed := w.process(early...); committed.Count(OutcomeRejected) != 1 {
		t.Fatalf("an order of an unknown customer: %+v", committed)
	}
	w.restart()
	h.add("P100", "customer/C9", "C9", &events.CustomerAssociated{CustomerID: "C9", PartnerID: "P100", Association: "resale", Settlement: "immediate", EffectiveTime: monthBegin.AddDate(-1, 0, 0)})
	w.process(w.deliver(h.take())...)
	if n := w.count("select count(*) from customer_order where customer_id = 'C9'"); n != 1 {
		t.Errorf("%d orders of the new customer, want 1", n)
	}
	w.sameAsMemory()
	w.soundBooks()
}

func TestTickRefusesWhatWaitedTooLong(t *testing.T) {
	t.Parallel()
	w, _, _, paid := started(t)
	paid.Arrived = paid.Event.Time
	w.process(paid)
	w.restart()
	for _, tick := range []struct {
		after   time.Duration
		waiting int
	}{{71 * time.Hour, 1}, {73 * time.Hour, 0}} {
		if _, err := w.frame.Tick(t.Context(), paid.Partition, []string{"P100"}, paid.Arrived.Add(tick.after), Position{}); err != nil {
			t.Fatal(err)
		}
		if n := w.count("select waiting from partner where partner_id = 'P100'"); n != tick.waiting {
			t.Errorf("%d wait after %s, want %d", n, tick.after, tick.waiting)
		}
	}
	w.soundBooks()
}
