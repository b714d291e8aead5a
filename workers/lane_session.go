package workers

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/accruald/accruald/events/bus"
)

const (
	// relayQueueBatchesMax is how many stored batches may wait to be published.
	relayQueueBatchesMax = 64
	// positionsWaitMax bounds the reading of the stored positions, and the
	// counting of tries beside them.
	positionsWaitMax = 10 * time.Second
)

// session is one life of a lane. Its three stages run side by side: batch k+1
// is fetched and decoded while k is decided and k-1 published.
type session struct {
	*lane
	leases   []lease
	starts   map[int]start
	readers  []*bus.PartitionReader
	notify   chan struct{}
	prepared chan prepared
	outbox   chan []OutboxRow
	relay    *relay

	mu        sync.Mutex
	committed map[int]uint64 // to be acknowledged by the stage that fetches
	careful   map[int]int    // partition -> events still to be decided alone
	begun     map[int]bool   // partitions of which something was decided; of the deciding stage alone
}

// start is where a partition stands in the database when a session begins.
type start struct {
	epoch     int64
	position  uint64
	relayedNo int64
	attempts  int
}

// prepared is a batch on its way from the stream to the database.
type prepared struct {
	deliveries []Delivery
	bytes      int       // of their data
	since      time.Time // when its first delivery was taken
	alone      bool      // one event that is suspected of ending the process
}

// session opens the readers behind the stored positions and runs the stages
// until ctx ends, a lease changes, or something fails. What is stored is then
// published within the time to drain; nothing that was fetched and not stored
// is kept.
func (l *lane) session(ctx context.Context, leases []lease, changed <-chan struct{}) error {
	s := &session{
		lane: l, leases: leases, notify: make(chan struct{}, 1),
		prepared: make(chan prepared), outbox: make(chan []OutboxRow, relayQueueBatchesMax),
		committed: map[int]uint64{}, careful: map[int]int{}, begun: map[int]bool{},
	}
	soft, stop := context.WithCancel(ctx)
	defer stop()
	hard, end := afterwards(soft, l.config.DrainTimeout*drainShareOfSession/drainShares)
	defer end()

	if err := s.open(soft); err != nil {
		return err
	}
	defer s.close()
	l.metrics.sessions.Inc()
	l.state.set(nil)

	group, stages := errgroup.WithContext(hard)
	fetching, stopFetching := context.WithCancel(soft)
	defer stopFetching()
	release := context.AfterFunc(stages, stopFetching)
	defer release()
	group.Go(func() error {
		select { // owned by the group: ends with the fetching stage at the latest
		case <-changed:
			stop()
		case <-fetching.Done():
		}
		return nil
	})
	group.Go(func() error {
		defer stopFetching()
		defer close(s.prepared)
		return s.fetch(fetching)
	})
	group.Go(func() error {
		defer close(s.outbox)
		return s.commit(stages)
	})
	group.Go(func() error { return s.relay.run(stages, s.outbox) })
	return group.Wait()
}

// open reads the positions of the leased partitions and opens their readers.
func (s *session) open(ctx context.Context) error {
	if err := s.readStarts(ctx); err != nil {
		return err
	}
	s.suspect()
	s.relay = newRelay(s.Worker, s.starts, s.notify)
	for _, lease := range s.leases {
		at, leased := s.starts[lease.partition]
		if !leased {
			continue // the next heartbeat says so too, and begins a new session
		}
		reader, err := s.bus.OpenPartition(ctx, lease.partition, at.position, s.notify)
		if err != nil {
			s.close()
			return fmt.Errorf("open partition %d behind %d: %w", lease.partition, at.position, err)
		}
		s.readers = append(s.readers, reader)
	}
	if len(s.readers) == 0 {
		return fmt.Errorf("begin a session of %d partitions: %w", len(s.leases), ErrNotOwner)
	}
	return nil
}

func (s *session) readStarts(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, positionsWaitMax)
	defer cancel()
	rows, err := s.queries.Positions(ctx)
	if err != nil {
		return fmt.Errorf("read positions: %w", err)
	}
	s.starts = map[int]start{}
	for _, lease := range s.leases {
		row := rows[lease.partition]
		if int(row.Partition) != lease.partition {
			return fmt.Errorf("read positions: row %d is of partition %d: the table stream_position is incomplete; restore it", lease.partition, row.Partition)
		}
		if row.Epoch != lease.epoch {
			continue
		}
		if err := s.input.check(row); err != nil {
			return err
		}
		s.starts[lease.partition] = start{epoch: row.Epoch, position: uint64(row.Position), relayedNo: row.RelayedNo, attempts: int(row.Attempts)} // never negative, by a check
	}
	return nil
}

// close ends the readers; what they were told to acknowledge last may be
// lost, since the position in the database counts.
func (s *session) close() {
	s.acknowledge()
	for _, reader := range s.readers {
		s.metrics.reopened.Add(float64(reader.Stats().Reopened))
		reader.Close()
	}
	s.readers = nil
}

// acknowledge tells the broker what is stored. Readers belong to the stage
// that fetches.
func (s *session) acknowledge() {
	s.mu.Lock()
	committed := s.committed
	s.committed = map[int]uint64{}
	s.mu.Unlock()
	for _, reader := range s.readers {
		if sequence, moved := committed[reader.Partition()]; moved {
			reader.Ack(sequence)
		}
	}
}
