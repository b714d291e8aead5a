package workers

import (
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
)

// TestSweeperHealsAndExpires: a partner that receives nothing else has its
// rejection decided again after reference data came, and its waiting event
// rejected after its time.
func TestSweeperHealsAndExpires(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	w := r.work(func(c *Config) { c.Clock = ClockWall }, nil)
	h := newHistory(t, 111, "P100", "P200")
	reference := h.reference("credit")
	var products, rest []*events.Event
	for _, ev := range reference {
		if ev.Type == events.TypeProductPublished {
			products = append(products, ev)
		} else {
			rest = append(rest, ev)
		}
	}
	r.send(rest)
	h.order("P100", 0)
	h.pay("P200", "O-never-placed")
	r.send(h.take())
	w.drained()
	pool := r.pool()
	count := func(query string) (n int) {
		if err := pool.QueryRow(t.Context(), query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	const retryable, waiting = "select count(*) from input where status = 'rejected' and retryable",
		"select count(*) from input where status = 'waiting'"
	if count(retryable) != 1 || count(waiting) == 0 {
		t.Fatalf("%d rejections may heal, %d events wait", count(retryable), count(waiting))
	}
	r.send(products)
	// Four days ago, as far as the database knows.
	if _, err := pool.Exec(t.Context(), `update partner set waiting_since = waiting_since - interval '4 days' where waiting > 0`); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), `update input set arrived_at = arrived_at - interval '4 days' where status = 'waiting'`); err != nil {
		t.Fatal(err)
	}
	var lastRetry time.Time
	if err := w.sweepOnce(t.Context(), time.Now(), &lastRetry); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the order is priced", func() bool { return count(retryable) == 0 })
	eventually(t, "the payment without order is rejected", func() bool { return count(waiting) == 0 })
	w.drained()
	w.halt()
	if n := count("select count(*) from input where code = 'predecessor_missing'"); n == 0 {
		t.Error("nothing was rejected for want of a predecessor")
	}
}

// TestStandbyIsNotAskedToLookAfterPartners: a lane that decides nothing takes
// nothing from its queue, so the sweep must not wait for it.
func TestStandbyIsNotAskedToLookAfterPartners(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	w := r.work(nil, nil)
	facts := r.load(191, 5, "P100")
	h := newHistory(t, 192, "P100")
	h.pay("P100", "O-never-placed")
	r.publish(append(facts, h.take()...))
	w.drained()
	standby, err := New(Config{DatabaseURL: r.database, Bus: bus.Config{URL: r.server.URL()}, Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(standby.pool.Close)
	for range 2 { // the queue has room for one
		if err := standby.tickOpen(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if waiting := len(standby.lanes[0].ticks); waiting != 0 {
		t.Error("a lane without partitions was asked to look after partners")
	}
}

// TestStuckEventIsFound: an event that waits for what is there is counted (F70).
func TestStuckEventIsFound(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	w := r.work(nil, nil)
	r.publish(sample(t, "worked-example.jsonl"))
	w.drained()
	stuck := func() int {
		rows, err := w.queries.StuckInputs(t.Context(), stuckReportMax)
		if err != nil {
			t.Fatal(err)
		}
		return len(rows)
	}
	if n := stuck(); n != 0 {
		t.Fatalf("%d events are stuck", n)
	}
	_, err := r.pool().Exec(t.Context(), `update input set status = 'waiting', waits_for = 'o/O1', decision_no = null, code = '', message = '', pointer = ''
		where event_id = 'order.paid/O1'`)
	if err != nil {
		t.Fatal(err)
	}
	if n := stuck(); n != 1 {
		t.Errorf("%d events are found stuck, want 1", n)
	}
}

// TestIdlePositionsMove past what other partitions read, and only those.
func TestIdlePositionsMove(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	w := r.work(nil, nil)
	r.publish(r.load(121, 20, "P100"))
	w.drained()
	if err := w.moveIdle(t.Context()); err != nil {
		t.Fatal(err)
	}
	var lowest, highest int64
	if err := r.pool().QueryRow(t.Context(), "select min(position), max(position) from stream_position where partition < 64").Scan(&lowest, &highest); err != nil {
		t.Fatal(err)
	}
	if lowest == 0 || lowest != highest {
		t.Errorf("positions from %d to %d", lowest, highest)
	}
	h := newHistory(t, 122, "P200")
	h.n = 1_000 // other orders than those of P100
	r.publish(append(h.reference("credit", "immediate", "monthly"), h.facts(20, 3)...))
	w.drained()
	w.halt()
	second := r.work(nil, nil)
	second.drained()
	second.halt()
	if got := second.Progress().Decided; got != 0 {
		t.Errorf("%d events were read again", got)
	}
	r.sound()
}
