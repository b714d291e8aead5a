package bus

import (
	"fmt"
	"testing"

	"github.com/nats-io/nats.go/jetstream"
)

// benchOutgoing are input events of 600 bytes of many partners, in all
// partitions.
func benchOutgoing(count int) []Outgoing {
	messages := make([]Outgoing, count)
	for i := range messages {
		messages[i] = Outgoing{Subject: fmt.Sprintf("billing.in.P%d.order.placed", i%1000), Data: make([]byte, 600)}
	}
	return messages
}

func BenchmarkOpenAllPartitions(b *testing.B) {
	bus := newBus(b)
	for b.Loop() {
		readers := openAll(b, bus, make(chan struct{}, 1))
		for _, r := range readers {
			r.Close()
		}
	}
}

func BenchmarkReadAllPartitions(b *testing.B) {
	const count = 100_000
	bus := newBus(b)
	if err := bus.PublishBatch(b.Context(), benchOutgoing(count)); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		notify := make(chan struct{}, 1)
		readers := openAll(b, bus, notify)
		for taken := 0; taken < count; <-notify {
			for _, r := range readers {
				if got := r.Take(readerMessagesMax); len(got) > 0 {
					taken += len(got)
					r.Ack(got[len(got)-1].Sequence)
				}
			}
			if taken == count {
				break
			}
		}
		for _, r := range readers {
			r.Close()
			if err := bus.js.DeleteConsumer(b.Context(), InputStream, consumerName(r.Partition())); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(count)*float64(b.N)/b.Elapsed().Seconds(), "msg/s")
}

func openAll(b *testing.B, bus *Bus, notify chan struct{}) []*PartitionReader {
	readers := make([]*PartitionReader, Partitions)
	for n := range readers {
		var err error
		if readers[n], err = bus.OpenPartition(b.Context(), n, 0, notify); err != nil {
			b.Fatal(err)
		}
	}
	return readers
}

func BenchmarkPublish(b *testing.B) {
	const count = 10_000
	messages := benchOutgoing(count)
	ways := map[string]func(bus *Bus) error{
		"atomic batches": func(bus *Bus) error { return bus.PublishBatch(b.Context(), messages) },
		"async windows": func(bus *Bus) error {
			futures := make([]jetstream.PubAckFuture, 0, 512)
			for i := range messages {
				future, err := bus.js.PublishMsgAsync(messages[i].message(""))
				if err != nil {
					return err
				}
				if futures = append(futures, future); len(futures) < cap(futures) && i < count-1 {
					continue
				}
				for _, future := range futures {
					select {
					case <-future.Ok():
					case err := <-future.Err():
						return err
					}
				}
				futures = futures[:0]
			}
			return nil
		},
	}
	for name, publish := range ways {
		b.Run(name, func(b *testing.B) {
			bus := newBus(b)
			for b.Loop() {
				if err := publish(bus); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(count*float64(b.N)/b.Elapsed().Seconds(), "msg/s")
		})
	}
}
