package bus

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/accruald/accruald/events/bus/embedded"
)

func TestReaderGivesItsPartitionInOrder(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	const count = 3_000
	publishInput(t, b, "P100", 0, count)
	publishInput(t, b, "P200", 0, 10) // another partition
	r, notify := openPartition(t, b, PartitionOf("P100"), 0)
	got := take(t, r, notify, count)
	checkNumbers(t, got, 0)
	for _, m := range got {
		if m.Partner() != "P100" || m.Time.IsZero() {
			t.Fatalf("partner %q, time %v", m.Partner(), m.Time)
		}
	}
	if more := r.Take(1); len(more) != 0 {
		t.Fatalf("took %q of another partition", more[0].Subject)
	}
}

func TestReaderHoldsNoMoreThanItsBounds(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	publishInput(t, b, "P100", 0, 2_000)
	r, notify := openPartition(t, b, PartitionOf("P100"), 0)
	eventually(t, "buffer full", func() bool { return r.Stats().Buffered == readerMessagesMax })
	for taken := 0; taken < 2_000; taken += 100 {
		checkNumbers(t, take(t, r, notify, 100), taken)
		if n := r.Stats().Buffered; n > readerMessagesMax {
			t.Fatalf("%d messages buffered", n)
		}
	}
}

func TestReaderReadsLargeDocuments(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	const count = 12 // three times the bound in bytes
	for i := range count {
		data := make([]byte, DocumentBytesMax)
		data[0] = byte(i)
		if _, err := b.Publish(t.Context(), "billing.in.P100.order.placed", nil, data); err != nil {
			t.Fatal(err)
		}
	}
	r, notify := openPartition(t, b, PartitionOf("P100"), 0)
	for i, m := range take(t, r, notify, count) {
		if int(m.Data[0]) != i || len(m.Data) != DocumentBytesMax {
			t.Fatalf("message %d: number %d, %d bytes", i, m.Data[0], len(m.Data))
		}
	}
}

func TestOpenAtOlderPositionDeliversAgain(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	partition := PartitionOf("P100")
	publishInput(t, b, "P100", 0, 20)
	r, notify := openPartition(t, b, partition, 0)
	first := take(t, r, notify, 20)
	r.Ack(first[19].Sequence)
	eventually(t, "ack floor moved", func() bool {
		return partitionInfo(t, b, partition).AckFloor.Stream == first[19].Sequence
	})
	created := partitionInfo(t, b, partition).Created
	r.Close()

	// The database was restored to an older day.
	r, notify = openPartition(t, b, partition, first[4].Sequence)
	checkNumbers(t, take(t, r, notify, 15), 5)
	if partitionInfo(t, b, partition).Created.Equal(created) {
		t.Fatal("consumer was not made anew")
	}
}

func TestOpenAtAckFloorKeepsConsumer(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	partition := PartitionOf("P100")
	publishInput(t, b, "P100", 0, 5)
	r, notify := openPartition(t, b, partition, 0)
	last := take(t, r, notify, 5)[4].Sequence
	r.Ack(last)
	eventually(t, "all acknowledged", func() bool { return partitionInfo(t, b, partition).NumAckPending == 0 })
	r.Close()
	eventually(t, "nobody pulls", func() bool { return partitionInfo(t, b, partition).NumWaiting == 0 })
	created := partitionInfo(t, b, partition).Created

	r, notify = openPartition(t, b, partition, last)
	publishInput(t, b, "P100", 5, 5)
	checkNumbers(t, take(t, r, notify, 5), 5)
	if info := partitionInfo(t, b, partition); !info.Created.Equal(created) {
		t.Fatal("consumer was made anew though it stood at the position")
	}
	if got := r.Stats().Reopened; got != 0 {
		t.Fatalf("reopened %d times", got)
	}
}

func TestOpenBehindUnacknowledgedDeliveriesDeliversAgain(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	publishInput(t, b, "P100", 0, 5)
	r, notify := openPartition(t, b, PartitionOf("P100"), 0)
	take(t, r, notify, 5) // the process dies before its commit
	r.Close()
	r, notify = openPartition(t, b, PartitionOf("P100"), 0)
	checkNumbers(t, take(t, r, notify, 5), 0)
}

func TestReaderDropsWhatItHasSeen(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	partition := PartitionOf("P100")
	publishInput(t, b, "P100", 0, 10)
	r, notify := openPartition(t, b, partition, 0)
	got := take(t, r, notify, 10)
	r.Ack(got[3].Sequence)

	r.interrupt() // opens again behind 3: 4 to 9 are sent a second time
	eventually(t, "reopened", func() bool { return r.Stats().Reopened == 1 })
	publishInput(t, b, "P100", 10, 5)
	more := take(t, r, notify, 5)
	checkNumbers(t, more, 10)

	// What was taken before is acknowledged at the new consumer.
	r.Ack(got[9].Sequence)
	eventually(t, "ack floor at what was taken before", func() bool {
		return partitionInfo(t, b, partition).AckFloor.Stream == got[9].Sequence
	})
	r.Ack(more[4].Sequence)
	eventually(t, "nothing pending", func() bool {
		info := partitionInfo(t, b, partition)
		return info.NumAckPending == 0 && info.NumPending == 0
	})
}

func TestAckDuringReopeningIsMadeUp(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	partition := PartitionOf("P100")
	publishInput(t, b, "P100", 0, 3)
	r, notify := openPartition(t, b, partition, 0)
	last := take(t, r, notify, 3)[2].Sequence
	r.mu.Lock()
	r.unacked = nil // as it is while the consumer is being opened again
	r.mu.Unlock()
	r.Ack(last)
	r.offer(Message{Sequence: last}, "$JS.ACK.BILLING_IN."+consumerName(partition)+
		fmt.Sprintf(".1.%d.3.%d.0", last, time.Now().UnixNano()))
	eventually(t, "ack floor moved", func() bool { return partitionInfo(t, b, partition).AckFloor.Stream == last })
}

func TestReaderHeals(t *testing.T) {
	t.Parallel()
	tests := map[string]func(t *testing.T, b *Bus, r *PartitionReader){
		"consumer deleted": func(t *testing.T, b *Bus, r *PartitionReader) {
			if err := b.js.DeleteConsumer(t.Context(), InputStream, consumerName(r.Partition())); err != nil {
				t.Fatal(err)
			}
		},
		"delivery stolen by another client": func(t *testing.T, b *Bus, r *PartitionReader) {
			consumer, err := b.js.Consumer(t.Context(), InputStream, consumerName(r.Partition()))
			if err != nil {
				t.Fatal(err)
			}
			iterator, err := consumer.Messages()
			if err != nil {
				t.Fatal(err)
			}
			defer iterator.Stop()
			for i := 0; ; i++ { // requests are served in turn: publish until one is stolen
				publishInput(t, b, "P100", 100+i, 1)
				if _, err := iterator.Next(jetstream.NextMaxWait(20 * time.Millisecond)); err == nil {
					return
				}
				if i == 50 {
					t.Fatal("nothing stolen")
				}
			}
		},
	}
	for name, disturb := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBus(t)
			publishInput(t, b, "P100", 0, 5)
			r, notify := openPartition(t, b, PartitionOf("P100"), 0)
			last := take(t, r, notify, 5)[4].Sequence
			disturb(t, b, r)
			publishInput(t, b, "P100", 1_000, 1)
			eventually(t, "the last message arrives, none is missing", func() bool {
				for _, m := range r.Take(1) {
					if m.Sequence <= last {
						t.Fatalf("sequence %d after %d", m.Sequence, last)
					}
					last = m.Sequence
					if string(m.Data) == "1000" {
						return true
					}
				}
				return false
			})
			stats := r.Stats()
			if stats.Reopened == 0 || stats.LastErr == nil {
				t.Fatalf("healing is not visible: %+v", stats)
			}
			missing, err := b.nextStored(t.Context(), InputStream, partitionFilter(r.Partition()), last)
			if err != nil || missing != 0 {
				t.Fatalf("stored and not given out: %d (%v)", missing, err)
			}
		})
	}
}

func TestStalledConsumerIsFoundByTheStream(t *testing.T) { // F79
	t.Parallel()
	b := newBus(t)
	r, _ := openPartition(t, b, PartitionOf("P100"), 0)
	_, err := b.js.PauseConsumer(t.Context(), InputStream, consumerName(r.Partition()), time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	publishInput(t, b, "P100", 0, 1)
	s := &session{}
	if err := r.checkStalled(t.Context(), s); err != nil {
		t.Fatalf("first check already fails, though the message may be on its way: %v", err)
	}
	if err := r.checkStalled(t.Context(), s); !errors.Is(err, errStalled) {
		t.Fatalf("second check: got %v, want a stall", err)
	}
	r.interrupt()
	eventually(t, "consumer made anew delivers", func() bool { return r.Stats().Buffered == 1 })
}

func TestReaderHealsOverServerRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server := startServer(t, embedded.Options{StoreDir: dir})
	port := serverPort(t, server)
	b := connectTo(t, server)
	if err := b.EnsureStreams(t.Context()); err != nil {
		t.Fatal(err)
	}
	publishInput(t, b, "P100", 0, 500)
	r, notify := openPartition(t, b, PartitionOf("P100"), 0)
	got := take(t, r, notify, 300)
	r.Ack(got[99].Sequence)

	server.Shutdown()
	eventually(t, "loss is visible", func() bool { return b.Healthy() != nil })
	if _, err := b.Publish(t.Context(), "billing.in.P100.order.placed", nil, nil); !Temporary(err) {
		t.Fatalf("publishing without a server: got %v, want a temporary error", err)
	}
	startServer(t, embedded.Options{StoreDir: dir, Port: port})
	eventually(t, "connected again", func() bool { return b.Healthy() == nil })

	publishInput(t, b, "P100", 500, 100)
	got = append(got, take(t, r, notify, 300)...)
	checkNumbers(t, got, 0)
	r.Ack(got[len(got)-1].Sequence)
	eventually(t, "all acknowledged", func() bool {
		info := partitionInfo(t, b, r.Partition())
		return info.NumAckPending == 0 && info.NumPending == 0
	})
}

func TestCloseWaitsAndForgets(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	publishInput(t, b, "P100", 0, 2_000) // the reader is blocked on a full buffer
	r, _ := openPartition(t, b, PartitionOf("P100"), 0)
	eventually(t, "buffer full", func() bool { return r.Stats().Buffered == readerMessagesMax })
	r.Close()
	r.Close()
	select {
	case <-r.done:
	default:
		t.Fatal("closed before the goroutine ended")
	}
	if n := len(b.readers); n != 0 {
		t.Fatalf("%d readers known after close", n)
	}
}

func TestClosingTheBusClosesItsReaders(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	r, _ := openPartition(t, b, 0, 0)
	b.Close()
	select {
	case <-r.done:
	default:
		t.Fatal("reader outlives its bus")
	}
	if err := b.Healthy(); err == nil {
		t.Fatal("healthy after close")
	}
	if _, err := b.OpenPartition(t.Context(), 0, 0, nil); err == nil {
		t.Fatal("opened on a closed bus")
	}
}

func TestTwoOwnersOfOnePartitionBothSeeAll(t *testing.T) {
	// The database refuses the one that lost its lease; until it notices,
	// each makes the consumer anew under the other.
	t.Parallel()
	b := newBus(t)
	first, firstNotify := openPartition(t, b, PartitionOf("P100"), 0)
	publishInput(t, b, "P100", 0, 10)
	checkNumbers(t, take(t, first, firstNotify, 10), 0)
	second, secondNotify := openPartition(t, b, PartitionOf("P100"), 0)
	publishInput(t, b, "P100", 10, 10)
	checkNumbers(t, take(t, second, secondNotify, 20), 0)
	checkNumbers(t, take(t, first, firstNotify, 10), 10)
}
