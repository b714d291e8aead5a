package bus

import (
	"context"
	"errors"
	"testing"
	"time"
)

// TestWaitInputDecided waits for partitions that nobody reads, then for what
// is read and not acknowledged, and ends once everything is.
func TestWaitInputDecided(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	if err := b.WaitInputDecided(t.Context()); err != nil {
		t.Fatalf("an empty stream: %v", err)
	}
	waits := func(what string) {
		t.Helper()
		soon, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		if err := b.WaitInputDecided(soon); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: got %v, want to wait", what, err)
		}
	}
	sequence, err := b.Publish(t.Context(), "billing.in.P100.order.placed", nil, []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	waits("nobody reads")
	readers := map[int]*PartitionReader{}
	for partition := range Partitions {
		if readers[partition], err = b.OpenPartition(t.Context(), partition, 0, make(chan struct{}, 1)); err != nil {
			t.Fatal(err)
		}
	}
	waits("read and not acknowledged")
	readers[PartitionOf("P100")].Ack(sequence)
	if err := b.WaitInputDecided(t.Context()); err != nil {
		t.Errorf("acknowledged: %v", err)
	}
}
