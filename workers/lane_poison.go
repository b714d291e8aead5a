package workers

import (
	"context"
	"fmt"
)

const (
	// carefulAttemptsMin is after how many tries that ended the process the
	// events behind a position are decided one by one.
	carefulAttemptsMin = 3
	// poisonAttemptsMin is after how many the first of them is refused.
	poisonAttemptsMin = 5
	// refusedAloneCountMax is how often an event that the database refuses is
	// tried by itself.
	refusedAloneCountMax = poisonAttemptsMin - carefulAttemptsMin
)

// failedTries is how often events behind the position of a partition ended a
// process, the present one not counted.
func (s *session) failedTries(partition int) int {
	at := s.starts[partition]
	if s.raised[lease{partition, at.epoch}] {
		return at.attempts - 1 // that one is this process, which lives
	}
	return at.attempts
}

// suspect finds the partitions whose events have ended the process before.
func (s *session) suspect() {
	for partition, at := range s.starts {
		if s.failedTries(partition) >= carefulAttemptsMin {
			s.careful[partition] = s.config.BatchMax
			s.log.Warn("events are decided one by one, since one of them may end the process",
				"partition", partition, "after", at.position, "attempts", at.attempts)
		}
	}
}

// tries are the tries of a batch to be counted, one for each of its partitions
// that calls for it.
type tries struct {
	partitions []int
	epochs     []int64
	attempts   []int32
}

// beware refuses an event that has ended too many processes, and says what is
// to be counted of the others: the first batch under a lease, and every event
// that is decided alone.
func (s *session) beware(batch []Delivery) (counted tries) {
	for i := range batch {
		partition := batch[i].Partition
		at := s.starts[partition]
		first := !s.begun[partition]
		s.begun[partition] = true
		attempts := 0
		switch {
		case first && s.failedTries(partition) >= poisonAttemptsMin:
			batch[i].Rejection = poisoned(s.failedTries(partition), nil)
			s.log.Error("event given up", "source", batch[i].Event.Source, "id", batch[i].Event.ID, "code", CodePoison)
		case first && !s.raised[lease{partition, at.epoch}]:
			attempts = at.attempts + 1
		case !first && s.isCareful(partition):
			attempts = carefulAttemptsMin
		}
		if attempts > 0 {
			counted.partitions = append(counted.partitions, partition)
			counted.epochs = append(counted.epochs, at.epoch)
			counted.attempts = append(counted.attempts, int32(attempts))
		}
	}
	return counted
}

// count notes the tries in a transaction of its own, right before the batch is
// decided: whatever ends the process from there on is found counted by the
// next one. Waiting for the database and its locks lies before it, so that an
// outage refuses no event. Storing the batch sets the count back.
func (s *session) count(ctx context.Context, t tries) error {
	ctx, cancel := context.WithTimeout(ctx, positionsWaitMax)
	defer cancel()
	raised, err := s.queries.RaiseAttempts(ctx, numbers32(t.partitions), t.epochs, t.attempts)
	if err != nil {
		return fmt.Errorf("count a try of %d partitions: %w", len(t.partitions), err)
	}
	if int(raised) != len(t.partitions) {
		return fmt.Errorf("count a try of %d partitions: %w", len(t.partitions), ErrNotOwner)
	}
	for i, partition := range t.partitions {
		s.lane.raised[lease{partition, t.epochs[i]}] = true
	}
	return nil
}

// trusted ends the suspicion against the event that was just stored.
func (s *session) trusted(batch []Delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range batch {
		if left := s.careful[batch[i].Partition]; left > 0 {
			s.careful[batch[i].Partition] = left - 1
		}
	}
}
