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

// beware counts the try in a transaction of its own before the first batch
// under a lease, and before every event that is decided alone: whatever ends
// the process in between is found counted by the next one. Storing the batch
// sets the count back.
func (s *session) beware(ctx context.Context, batch []Delivery) error {
	var partitions []int
	var epochs []int64
	var attempts []int32
	for i := range batch {
		partition := batch[i].Partition
		at := s.starts[partition]
		first := !s.begun[partition]
		s.begun[partition] = true
		tries := 0
		switch {
		case first && s.failedTries(partition) >= poisonAttemptsMin:
			batch[i].Rejection = poisoned(s.failedTries(partition), nil)
			s.log.Error("event given up", "source", batch[i].Event.Source, "id", batch[i].Event.ID, "code", CodePoison)
		case first && !s.raised[lease{partition, at.epoch}]:
			tries = at.attempts + 1
		case !first && s.isCareful(partition):
			tries = carefulAttemptsMin
		}
		if tries > 0 {
			partitions, epochs, attempts = append(partitions, partition), append(epochs, at.epoch), append(attempts, int32(tries))
		}
	}
	if len(partitions) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, positionsWaitMax)
	defer cancel()
	raised, err := s.queries.RaiseAttempts(ctx, numbers32(partitions), epochs, attempts)
	if err != nil {
		return fmt.Errorf("count a try of %d partitions: %w", len(partitions), err)
	}
	if int(raised) != len(partitions) {
		return fmt.Errorf("count a try of %d partitions: %w", len(partitions), ErrNotOwner)
	}
	for i, partition := range partitions {
		s.lane.raised[lease{partition, epochs[i]}] = true
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
