package workers

import (
	"context"
	"fmt"
	"time"
)

const (
	// laterRetryCountMax is how often a batch is run again at once because
	// another transaction was in the way.
	laterRetryCountMax = 10
	// batchWaitMax bounds one try of one batch.
	batchWaitMax = 60 * time.Second
)

// commit decides the batches one after the other until there are no more.
func (s *session) commit(ctx context.Context) error {
	for {
		select {
		case batch, more := <-s.prepared:
			if !more {
				return nil
			}
			if err := s.decideBatch(ctx, batch); err != nil {
				return err
			}
		case partners := <-s.ticks:
			if err := s.tick(ctx, partners); err != nil {
				return err
			}
		}
	}
}

func (s *session) decideBatch(ctx context.Context, batch prepared) error {
	began := time.Now()
	if err := s.reference.catchUp(ctx); err != nil {
		return fmt.Errorf("apply reference data before a batch: %w", err)
	}
	s.metrics.stage("reference", began)
	tries := s.beware(batch.deliveries)
	return s.store(ctx, batch.deliveries, tries)
}

// store runs a batch until it is stored: again at once if somebody was in the
// way, in two halves, one after the other, if the database refuses it.
func (s *session) store(ctx context.Context, batch []Delivery, tries tries) error {
	var wait backoff
	later, refused := 0, 0
	for {
		began := time.Now()
		committed, err := s.process(ctx, batch, tries)
		if err == nil {
			s.metrics.batchDuration.Observe(time.Since(began).Seconds())
			return s.stored(ctx, batch, committed, time.Since(began))
		}
		class := classify(ctx, err)
		s.metrics.failures.WithLabelValues(string(class)).Inc()
		switch {
		case class == classLater && later < laterRetryCountMax:
			later++
			if !pause(ctx, wait.next()) {
				return err
			}
		case class == classPermanent && len(batch) > 1:
			s.metrics.splits.Inc()
			s.log.Warn("batch split", "lane", s.number, "events", len(batch), "err", err)
			half := len(batch) / 2
			if err := s.store(ctx, batch[:half], tries); err != nil {
				return err
			}
			return s.store(ctx, batch[half:], tries)
		case class == classPermanent && refused < refusedAloneCountMax:
			refused++
			if refused == refusedAloneCountMax {
				batch[0].Rejection = poisoned(refused, err)
				s.log.Error("event given up", "source", batch[0].Event.Source, "id", batch[0].Event.ID, "code", CodePoison, "err", err)
			}
		default:
			return err
		}
	}
}

func (s *session) process(ctx context.Context, batch []Delivery, tries tries) (Committed, error) {
	ctx, cancel := context.WithTimeout(ctx, batchWaitMax)
	defer cancel()
	if len(tries.partitions) == 0 {
		return s.frame.Process(ctx, batch, s.positionAfter(batch))
	}
	return s.frame.Process(ctx, batch, s.positionAfter(batch), func(ctx context.Context) error { return s.count(ctx, tries) })
}

// positionAfter is where the partitions of a batch stand once it is stored.
func (s *session) positionAfter(batch []Delivery) Position {
	position := Position{Stream: s.input.name, Created: s.input.created}
	at := map[int]int{}
	for i := range batch {
		partition := batch[i].Partition
		move, known := at[partition]
		if !known {
			move = len(position.Moves)
			at[partition] = move
			position.Moves = append(position.Moves, Move{Partition: partition, Epoch: s.starts[partition].epoch})
		}
		position.Moves[move].Sequence = batch[i].Sequence
	}
	return position
}

// stored hands on what a batch came to.
func (s *session) stored(ctx context.Context, batch []Delivery, committed Committed, took time.Duration) error {
	s.mu.Lock()
	for i := range batch {
		s.committed[batch[i].Partition] = batch[i].Sequence
	}
	s.mu.Unlock()
	signal(s.notify)
	s.trusted(batch)
	s.account(batch, committed)
	s.log.Debug("batch stored", "lane", s.number, "events", len(batch), "accepted", committed.Count(OutcomeAccepted),
		"rejected", committed.Count(OutcomeRejected), "waiting", committed.Count(OutcomeWaiting),
		"duplicates", committed.Count(OutcomeDuplicate), "out", len(committed.Outbox), "rounds", committed.Rounds, "took", took)
	return s.handOn(ctx, committed.Outbox)
}

// handOn gives the relay what was put into the outbox. If it cannot take it
// any more, the next session finds it in the table.
func (s *session) handOn(ctx context.Context, rows []OutboxRow) error {
	if len(rows) == 0 {
		return nil
	}
	s.relay.expect(len(rows))
	select {
	case s.outbox <- rows:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("hand %d outgoing events to the relay: %w", len(rows), ctx.Err())
	}
}
