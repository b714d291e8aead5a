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
	// overdueSeconds is after which time a run is expected to be finished.
	overdueSeconds = 900
)

// laneState is what others may know of a lane while it works: why its last
// session ended, nil once the next has begun.
type laneState struct {
	mu      sync.Mutex
	lastErr error
}

func (s *laneState) set(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastErr = err
}

func (s *laneState) err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lastErr
}

// observe looks at database, broker and lanes, for metrics and /readyz.
func (w *Worker) observe(ctx context.Context) error {
	var oldest time.Time
	for {
		w.look(ctx, &oldest)
		w.health.beat(loopObserver)
		if !pause(ctx, observeInterval) {
			return nil
		}
	}
}

// look measures once. While database or broker cannot be asked, the oldest
// event that was known to be unprocessed goes on ageing.
func (w *Worker) look(ctx context.Context, oldest *time.Time) {
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

	if databaseErr == nil && brokerErr == nil {
		if err := w.measure(ctx, oldest); err != nil {
			w.log.Debug("lag not measured", "err", err)
		}
	}
	age := time.Duration(0)
	if !oldest.IsZero() {
		age = max(age, time.Since(*oldest))
	}
	w.metrics.oldestAge.Set(age.Seconds())
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
func (w *Worker) measure(ctx context.Context, oldest *time.Time) error {
	rows, err := w.queries.Positions(ctx)
	if err != nil {
		return fmt.Errorf("read positions: %w", err)
	}
	held := map[int]uint64{} // partition -> position
	unpublished := int64(0)
	for _, row := range rows {
		if row.Owner != nil && *row.Owner == w.keeper.replica {
			held[int(row.Partition)] = uint64(row.Position) // never negative, by a check
			unpublished += row.OutboxNo - row.RelayedNo
		}
	}
	w.metrics.outboxLag.Set(float64(unpublished))
	if err := w.measureInput(ctx, held, oldest); err != nil {
		return err
	}
	if _, leading := held[referencePartition]; !leading {
		w.metrics.waiting.Set(0)
		w.metrics.overdueRuns.Set(0)
		w.metrics.oldestRun.Set(0)
		w.metrics.openFindings.Reset()
		w.metrics.reconciledAge.Reset()
		return nil
	}
	if err := w.measureReconciliation(ctx); err != nil {
		return err
	}
	runs, err := w.queries.OpenRuns(ctx, overdueSeconds)
	if err != nil {
		return fmt.Errorf("count overdue runs: %w", err)
	}
	w.metrics.overdueRuns.Set(float64(runs.Overdue))
	w.metrics.oldestRun.Set(runs.OldestSeconds)
	open, err := w.queries.CountOpen(ctx)
	if err != nil {
		return fmt.Errorf("count waiting events: %w", err)
	}
	w.metrics.waiting.Set(float64(open.Waiting))
	return nil
}

// measureReconciliation tells what is open, and how long ago everything was
// compared: findings that nobody looks for are no findings (F71).
func (w *Worker) measureReconciliation(ctx context.Context) error {
	open, err := w.queries.CountFindings(ctx, "")
	if err != nil {
		return fmt.Errorf("count open findings: %w", err)
	}
	finished, err := w.queries.ReconciliationRunsFinished(ctx)
	if err != nil {
		return fmt.Errorf("read when a reconciliation finished: %w", err)
	}
	w.metrics.openFindings.Reset()
	for _, row := range open {
		w.metrics.openFindings.WithLabelValues(row.Kind, row.Severity).Set(float64(row.Findings))
	}
	w.metrics.reconciledAge.Reset()
	for mode, at := range map[string]time.Time{"any": finished.AnyMode, ReconcileFull: finished.FullMode} {
		if at.Year() > 1 {
			w.metrics.reconciledAge.WithLabelValues(mode).Set(time.Since(at).Seconds())
		}
	}
	return nil
}

// measureInput counts what is stored in the partitions and not decided, and
// finds when the oldest of it came. A partition without a consumer, as after a
// restart of the broker, is looked into and not taken for an empty one (F84).
func (w *Worker) measureInput(ctx context.Context, held map[int]uint64, oldest *time.Time) error {
	lags, err := w.bus.Lags(ctx)
	if err != nil {
		return err
	}
	pending := map[int]uint64{}
	for _, lag := range lags {
		pending[lag.Partition] = lag.Pending
	}
	total, first := uint64(0), time.Time{}
	for partition, position := range held {
		count, known := pending[partition]
		if partition >= bus.Partitions || known && count == 0 {
			continue
		}
		total += count
		at, err := w.bus.NextTime(ctx, partition, position)
		if err != nil {
			return err
		}
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	w.metrics.consumerLag.Set(float64(total))
	*oldest = first
	return nil
}

func upOrDown(err error) float64 {
	if err != nil {
		return 0
	}
	return 1
}
