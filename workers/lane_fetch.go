package workers

import (
	"context"
	"fmt"
	"time"

	"github.com/accruald/accruald/events/bus"
)

const (
	// fetchBeatInterval is how often an idle lane shows that it lives.
	fetchBeatInterval = time.Second
	// batchBytesMax bounds what a batch holds in memory: it takes no more
	// messages once they come to this. The documents of a full batch come to
	// far less.
	batchBytesMax = 16 << 20
)

// fetch takes what has arrived, from all partitions in turn, and hands it on
// as soon as the stage behind is free; until then the batch grows, so that
// batches are small when little happens and full under load.
func (s *session) fetch(ctx context.Context) error {
	ticker := time.NewTicker(fetchBeatInterval)
	defer ticker.Stop()
	var next prepared
	turn := 0
	for {
		s.acknowledge()
		for _, reader := range s.readers {
			if err := reader.Err(); err != nil {
				return fmt.Errorf("read partition %d: %w", reader.Partition(), err)
			}
		}
		if !s.relay.overloaded() {
			began := time.Now()
			if s.fill(&next, turn) {
				s.metrics.stage("fetch", began)
			}
			turn++
		}
		out, linger := s.offer(next)
		select {
		case <-ctx.Done():
			return nil
		case out <- next:
			next = prepared{}
		case <-s.notify:
		case <-linger:
		case <-ticker.C:
			s.health.beat(s.name())
		}
	}
}

// offer is the channel to hand the batch over on: nil while it is empty, or
// lingers for more; then the second channel ends the waiting.
func (s *session) offer(next prepared) (chan<- prepared, <-chan time.Time) {
	switch left := s.config.Linger - time.Since(next.since); {
	case len(next.deliveries) == 0:
		return nil, nil
	case len(next.deliveries) >= s.config.BatchMax || next.bytes >= batchBytesMax || next.alone || left <= 0:
		return s.prepared, nil
	default:
		return nil, time.After(left)
	}
}

// fill adds what is there without waiting, a quota from each partition in
// turn until the batch is full or nothing is left. An event that is suspected
// of ending the process goes alone.
func (s *session) fill(next *prepared, turn int) (added bool) {
	quota := max(1, s.config.BatchMax/len(s.readers))
	for len(next.deliveries) < s.config.BatchMax && next.bytes < batchBytesMax && !next.alone {
		before := len(next.deliveries)
		for i := range s.readers {
			s.take(next, s.readers[(turn+i)%len(s.readers)], quota)
		}
		if len(next.deliveries) == before {
			break
		}
		added = true
	}
	return added
}

func (s *session) take(next *prepared, reader *bus.PartitionReader, quota int) {
	partition := reader.Partition()
	room := min(quota, s.config.BatchMax-len(next.deliveries))
	careful := s.isCareful(partition)
	if next.alone || careful && len(next.deliveries) > 0 {
		return
	}
	if careful {
		room = 1
	}
	for range room {
		if next.bytes >= batchBytesMax {
			return
		}
		messages := reader.Take(1)
		if len(messages) == 0 {
			return
		}
		if len(next.deliveries) == 0 {
			next.since, next.alone = time.Now(), careful
		}
		next.bytes += len(messages[0].Data)
		next.deliveries = append(next.deliveries, decode(s.input.name, partition, messages[0], s.config.Clock))
	}
}

// isCareful reports whether events of a partition are decided one by one.
func (s *session) isCareful(partition int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.careful[partition] > 0
}
