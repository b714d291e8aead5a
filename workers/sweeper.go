package workers

import (
	"context"
	"fmt"
	"time"

	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/schema/db"
)

const (
	sweepInterval = time.Minute
	// retryInterval is how often partners with waiting events or rejections
	// that may heal are looked after, besides at each of their events.
	retryInterval   = 10 * time.Minute
	sweepWaitMax    = 30 * time.Second
	sweepPageMax    = 1_000
	stuckReportMax  = 20
	tickPartnersMax = 64
	// jobRunKeepDays is how long finished runs of jobs stay listed: as long as
	// daily ones are caught up, and no run is fired for want of its row, because
	// its schedule and the inbox know of it.
	jobRunKeepDays = CatchUpRunsMax
	// pruneRunsMax is how many go in one statement, pruneStepsMax how many of
	// those in one turn.
	pruneRunsMax  = 1_000
	pruneStepsMax = 20
)

// sweep looks, while ctx lives, for what nothing else would wake. It has no
// error: what fails is tried at the next turn.
func (w *Worker) sweep(ctx context.Context) error {
	var lastRetry time.Time
	for {
		if !pause(ctx, sweepInterval) {
			return nil
		}
		if err := w.sweepOnce(ctx, time.Now(), &lastRetry); err != nil && ctx.Err() == nil {
			w.log.Warn("sweep not finished, it begins again in a minute", "err", err)
		}
	}
}

func (w *Worker) sweepOnce(ctx context.Context, now time.Time, lastRetry *time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, sweepWaitMax)
	defer cancel()
	if _, leading := w.keeper.reference(); leading {
		if err := w.findStuck(ctx); err != nil {
			return err
		}
	} else {
		w.metrics.stuck.Set(0) // the leading replica reports for all
	}
	if err := w.moveIdle(ctx); err != nil {
		return err
	}
	if now.Sub(*lastRetry) < retryInterval {
		return nil
	}
	if err := w.tickOpen(ctx); err != nil {
		return err
	}
	if _, leading := w.keeper.reference(); leading {
		if err := w.pruneRuns(ctx); err != nil {
			return err
		}
	}
	*lastRetry = now
	return nil
}

// findStuck looks for events that wait for what is there. There are none
// unless a lock was missing somewhere.
func (w *Worker) findStuck(ctx context.Context) error {
	rows, err := w.queries.StuckInputs(ctx, stuckReportMax)
	if err != nil {
		return fmt.Errorf("look for stuck events: %w", err)
	}
	w.metrics.stuck.Set(float64(len(rows)))
	for _, row := range rows {
		w.log.Error("event waits although its predecessor is there", "partner", row.PartnerID, "source", row.Source, "id", row.EventID,
			"waits_for", row.WaitsFor)
	}
	return nil
}

// pruneRuns takes away the rows of runs that were finished long ago.
func (w *Worker) pruneRuns(ctx context.Context) error {
	for range pruneStepsMax {
		pruned, err := w.queries.PruneRuns(ctx, jobRunKeepDays, pruneRunsMax)
		if err != nil {
			return fmt.Errorf("prune runs of jobs that finished %d days ago: %w", jobRunKeepDays, err)
		}
		if pruned > 0 {
			w.log.Info("old runs of jobs pruned", "runs", pruned)
		}
		if pruned < pruneRunsMax {
			return nil
		}
	}
	return nil
}

// tickOpen has the lanes look after the partners of their partitions.
func (w *Worker) tickOpen(ctx context.Context) error {
	after := ""
	for {
		rows, err := w.queries.PartnersWithOpen(ctx, after, sweepPageMax)
		if err != nil {
			return fmt.Errorf("list partners with waiting events: %w", err)
		}
		shares := make([][]string, len(w.lanes))
		for _, row := range rows {
			after = row.PartnerID
			partition := bus.PartitionOf(row.PartnerID)
			if w.keeper.holds(partition) { // a lane without partitions takes nothing from its queue
				lane := partition % len(w.lanes)
				shares[lane] = append(shares[lane], row.PartnerID)
			}
		}
		for number, partners := range shares {
			if len(partners) == 0 {
				continue
			}
			select {
			case w.lanes[number].ticks <- partners:
			case <-ctx.Done():
				return fmt.Errorf("look after partners: lane %d is busy: %w", number, ctx.Err())
			}
		}
		if len(rows) < sweepPageMax {
			return nil
		}
	}
}

// tick looks after partners of this session's partitions, between batches.
func (s *session) tick(ctx context.Context, partners []string) error {
	byPartition := map[int][]string{}
	for _, partner := range partners {
		partition := bus.PartitionOf(partner)
		if _, own := s.starts[partition]; own {
			byPartition[partition] = append(byPartition[partition], partner)
		}
	}
	for partition, all := range byPartition {
		for len(all) > 0 {
			n := min(len(all), tickPartnersMax)
			if err := s.tickSome(ctx, partition, all[:n]); err != nil {
				return err
			}
			all = all[n:]
		}
	}
	return nil
}

func (s *session) tickSome(ctx context.Context, partition int, partners []string) error {
	bounded, cancel := context.WithTimeout(ctx, batchWaitMax)
	defer cancel()
	position := Position{Stream: s.input.name, Created: s.input.created,
		Moves: []Move{{Partition: partition, Epoch: s.starts[partition].epoch}}}
	committed, err := s.frame.Tick(bounded, partition, partners, time.Now(), position)
	if err != nil {
		if classify(ctx, err) == classPermanent { // the next turn tries again; what waits goes on waiting
			s.log.Error("partners not looked after", "partition", partition, "partners", len(partners), "err", err)
			return nil
		}
		return err
	}
	s.account(nil, committed)
	return s.handOn(ctx, committed.Outbox)
}

// moveIdle moves the positions of partitions in which nothing is left to
// read, so that they do not fall out of the stream while others go on.
func (w *Worker) moveIdle(ctx context.Context) error {
	rows, err := w.queries.Positions(ctx)
	if err != nil {
		return fmt.Errorf("read positions: %w", err)
	}
	facts, err := w.bus.Stream(ctx, bus.InputStream)
	if err != nil {
		return err
	}
	for _, row := range rows[:referencePartition] {
		position := uint64(row.Position) // never negative, by a check
		if row.Owner == nil || *row.Owner != w.keeper.replica || position >= facts.Last {
			continue
		}
		if err := w.moveOne(ctx, int(row.Partition), row.Epoch, position); err != nil {
			return err
		}
	}
	return nil
}

// moveOne moves one position past messages of other partitions. The statement
// moves only forward and under the epoch, so that a batch at the same moment
// is not disturbed: what it reads lies behind the horizon or moves further.
func (w *Worker) moveOne(ctx context.Context, partition int, epoch int64, position uint64) error {
	horizon, err := w.bus.Horizon(ctx, partition, position)
	if err != nil || horizon <= position {
		return err
	}
	_, err = w.queries.MoveIdlePosition(ctx, db.MoveIdlePositionParams{
		Position: int64(horizon), Stream: w.input.name, Created: &w.input.created, Partition: int32(partition), Epoch: epoch, // below 2^63
	})
	if err != nil {
		return fmt.Errorf("move the position of idle partition %d: %w", partition, err)
	}
	return nil
}
