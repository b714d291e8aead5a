package workers

import (
	"slices"
	"testing"

	"github.com/accruald/accruald/events/bus"
)

// TestRelayLeavesNothingOut: rows that a commit of unknown outcome stored
// after the relay had looked into the table go out before those behind them.
func TestRelayLeavesNothingOut(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	worker, err := New(Config{DatabaseURL: r.database, Bus: bus.Config{URL: r.server.URL(), Logger: quiet}, Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(worker.pool.Close)
	if err := worker.connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(worker.bus.Close)
	h := newHistory(t, 181, "P100")
	list := append(h.reference("credit", "immediate"), h.facts(10, 3)...)
	var batch []Delivery
	for _, ev := range list {
		if ev.PartitionKey != "P100" {
			if err := worker.common.Apply(worker.common.Version()+1, ev); err != nil {
				t.Fatal(err)
			}
			continue
		}
		one := delivery(ev)
		one.Partition = bus.PartitionOf("P100")
		batch = append(batch, one)
	}
	partition := bus.PartitionOf("P100")
	relay := newRelay(worker, map[int]start{partition: {}}, make(chan struct{}, 1))
	var sent []string
	for i, half := range [][]Delivery{batch[:len(batch)/2], batch[len(batch)/2:]} {
		committed, err := worker.frame.Process(t.Context(), half, Position{})
		if err != nil || len(committed.Outbox) == 0 {
			t.Fatalf("%d outgoing events, %v", len(committed.Outbox), err)
		}
		for _, row := range committed.Outbox {
			sent = append(sent, row.MsgID)
		}
		if i == 0 {
			continue // the answer was lost: the relay hears nothing of it
		}
		if err := relay.publish(t.Context(), committed.Outbox); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, m := range r.output() {
		got = append(got, m.id)
	}
	if !slices.Equal(got, sent) {
		t.Errorf("%d events were published, %d decided; or their order is another", len(got), len(sent))
	}
}
