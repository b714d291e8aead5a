package workers

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/accruald/accruald/events/bus"
)

const (
	observeInterval = 2 * time.Second
	observeWaitMax  = 5 * time.Second
)

// laneState is what others may know of a lane while it works.
type laneState struct {
	mu         sync.Mutex
	partitions int         // being read
	taken      []time.Time // arrival of the oldest event of each batch under way, first the one in the database
	lastErr    error       // why the last session ended, nil once the next has begun
}

func (s *laneState) begin(partitions int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.partitions, s.lastErr = partitions, nil
}

func (s *laneState) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.partitions, s.taken = 0, nil
}

func (s *laneState) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastErr = err
}

func (s *laneState) err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lastErr
}

// handedOn and settled keep the oldest arrival of the batches between stream
// and database, which are two at most.
func (s *laneState) handedOn(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken = append(s.taken, at)
}

func (s *laneState) settled() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.taken) > 0 {
		s.taken = s.taken[1:]
	}
}

// age is how long the oldest event under way has been on the broker.
func (s *laneState) age(now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	var oldest time.Duration
	for _, at := range s.taken {
		oldest = max(oldest, now.Sub(at))
	}
	return oldest
}

// observe looks at database, broker and lanes, for metrics and /readyz.
func (w *Worker) observe(ctx context.Context) error {
	for {
		w.look(ctx)
		w.health.beat(loopObserver)
		if !pause(ctx, observeInterval) {
			return nil
		}
	}
}

func (w *Worker) look(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, observeWaitMax)
	defer cancel()
	databaseErr := w.pool.Ping(ctx)
	if databaseErr != nil {
		databaseErr = fmt.Errorf("%w: tried again for ever; check the server, the network and the credentials", databaseErr)
	}
	w.health.set(conditionDatabase, databaseErr)
	w.metrics.databaseUp.Set(upOrDown(databaseErr))
	brokerErr := w.bus.Healthy()
	w.health.set(conditionBroker, brokerErr)
	w.metrics.brokerUp.Set(upOrDown(brokerErr))

	held := w.keeper.count()
	w.metrics.ownedPartitions.Set(float64(held))
	w.health.set(conditionLeases, w.leaseProblem(databaseErr))
	w.reference.mu.Lock()
	w.health.set(conditionReference, w.reference.failed)
	w.reference.mu.Unlock()

	var age time.Duration
	now := time.Now()
	for _, lane := range w.lanes {
		age = max(age, lane.state.age(now))
	}
	w.metrics.oldestAge.Set(age.Seconds())
	if databaseErr == nil && brokerErr == nil {
		if err := w.measure(ctx); err != nil {
			w.log.Debug("lag not measured", "err", err)
		}
	}
}

// leaseProblem is nil while this replica holds partitions and reads them, or
// stands by for others that live.
func (w *Worker) leaseProblem(databaseErr error) error {
	if databaseErr != nil {
		return errors.New("leases cannot be renewed without the database")
	}
	for _, lane := range w.lanes {
		if err := lane.state.err(); err != nil {
			return fmt.Errorf("lane %d begins again: %w", lane.number, err)
		}
	}
	return nil
}

// measure sets the gauges of what waits. The one replica with the lease of
// the reference log reports what is counted over all partitions.
func (w *Worker) measure(ctx context.Context) error {
	rows, err := w.queries.Positions(ctx)
	if err != nil {
		return fmt.Errorf("read positions: %w", err)
	}
	held := map[int]bool{}
	unpublished := int64(0)
	for _, row := range rows {
		if row.Owner != nil && *row.Owner == w.keeper.replica {
			held[int(row.Partition)] = true
			unpublished += row.OutboxNo - row.RelayedNo
		}
	}
	w.metrics.outboxLag.Set(float64(unpublished))
	lags, err := w.bus.Lags(ctx)
	if err != nil {
		return err
	}
	pending := uint64(0)
	for _, lag := range lags {
		if lag.Partition < bus.Partitions && held[lag.Partition] {
			pending += lag.Pending
		}
	}
	w.metrics.consumerLag.Set(float64(pending))
	if !held[referencePartition] {
		w.metrics.waiting.Set(0)
		return nil
	}
	open, err := w.queries.CountOpen(ctx)
	if err != nil {
		return fmt.Errorf("count waiting events: %w", err)
	}
	w.metrics.waiting.Set(float64(open.Waiting))
	return nil
}

func upOrDown(err error) float64 {
	if err != nil {
		return 0
	}
	return 1
}
