package workers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/accruald/accruald/events/bus"
)

// drainedPollMillisMin and Max bound how often Drained looks.
const (
	drainedPollMillisMin = 5
	drainedPollMillisMax = 100
)

// ErrStopped says that the worker stopped while somebody waited for it.
var ErrStopped = errors.New("the worker stopped")

// Progress is what a worker did since it was made, and how far the streams
// and the database are.
type Progress struct {
	// Decided counts events of the input, fanned out jobs among them; each is
	// in one of the four numbers after it.
	Decided, Accepted, Rejected, Waiting, Duplicates int64
	// References counts events of the reference stream.
	References int64
	// Published counts outgoing events.
	Published int64
}

// Progress returns the present numbers; it asks nobody.
func (w *Worker) Progress() Progress {
	return Progress{
		Decided: w.counts.decided.Load(), Accepted: w.counts.accepted.Load(), Rejected: w.counts.rejected.Load(),
		Waiting: w.counts.waiting.Load(), Duplicates: w.counts.duplicates.Load(),
		References: w.counts.references.Load(), Published: w.counts.relayed.Load(),
	}
}

// Started is closed when the worker has found everything it needs and begins
// to work.
func (w *Worker) Started() <-chan struct{} { return w.started }

// Drained returns when everything that the streams hold at one moment after
// the call, and everything it caused, is decided and published: fanned out
// jobs included, whoever owns the partitions. What is published by others
// meanwhile puts it off.
func (w *Worker) Drained(ctx context.Context) error {
	select {
	case <-w.started:
	case <-w.done:
		return ErrStopped
	case <-ctx.Done():
		return ctx.Err()
	}
	for wait := drainedPollMillisMin; ; wait = min(2*wait, drainedPollMillisMax) {
		drained, err := w.isDrained(ctx)
		if err == nil && drained {
			return nil
		}
		if err != nil && !heals(err) {
			return fmt.Errorf("wait until all events are decided: %w", err)
		}
		timer := time.NewTimer(time.Duration(wait) * time.Millisecond)
		select {
		case <-timer.C:
		case <-w.done:
			timer.Stop()
			return ErrStopped
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("wait until all events are decided: %w", errors.Join(ctx.Err(), err))
		}
	}
}

// isDrained looks at what the reference stream holds, then at what that sent
// to the input, then at the end of the input, and last at what is decided and
// published: nothing that one of them caused can slip behind the next look.
func (w *Worker) isDrained(ctx context.Context) (bool, error) {
	references, err := w.bus.ReferenceLast(ctx)
	if err != nil {
		return false, err
	}
	stored, err := w.reference.storedPosition(ctx)
	if err != nil || stored < references {
		return false, err
	}
	runs, err := w.queries.WaitingRuns(ctx, 1)
	if err != nil {
		return false, fmt.Errorf("read the jobs to be fanned out: %w", err)
	}
	rows, err := w.queries.Positions(ctx)
	if err != nil {
		return false, fmt.Errorf("read positions: %w", err)
	}
	if fanOut := rows[referencePartition]; len(runs) > 0 || fanOut.OutboxNo != fanOut.RelayedNo {
		return false, nil
	}
	input, err := w.bus.Stream(ctx, bus.InputStream)
	if err != nil {
		return false, err
	}
	if rows, err = w.queries.Positions(ctx); err != nil {
		return false, fmt.Errorf("read positions: %w", err)
	}
	for _, row := range rows {
		if row.OutboxNo != row.RelayedNo {
			return false, nil
		}
	}
	_, passed, err := w.passed(ctx, rows, input.Last)
	return passed, err
}
