package workers

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
)

// scheduledRun is a job that fired: recorded, and to be sent to each partner
// of its site once the input that stood before it is decided. Before that the
// partners are not known: one may be enrolled by what is still queued.
type scheduledRun struct {
	inputNo int64
	event   *events.Event
	barrier uint64
}

// waitingRunsMax is how many recorded jobs are held in memory; more follow
// when these are sent.
const waitingRunsMax = 1_000

func (r *referenceReader) loadRuns(ctx context.Context) error {
	rows, err := r.queries.WaitingRuns(ctx, waitingRunsMax)
	if err != nil {
		return fmt.Errorf("read the jobs to be fanned out: %w", err)
	}
	r.runs = r.runs[:0]
	for _, row := range rows {
		if row.WaitsFor == nil {
			return fmt.Errorf("read the jobs to be fanned out: input %d waits for nothing", row.InputNo)
		}
		barrier, err := barrierOf(*row.WaitsFor)
		if err != nil {
			return err
		}
		event, err := events.Restore(events.Envelope{ID: row.EventID, Source: row.Source, Type: row.Type, Subject: row.Subject,
			PartitionKey: events.AllPartners, Time: atOffset(row.Time, row.TimeOffset)}, row.Payload)
		if err != nil {
			return fmt.Errorf("read the job of input %d: %w", row.InputNo, err)
		}
		r.runs = append(r.runs, scheduledRun{inputNo: row.InputNo, event: event, barrier: barrier})
	}
	return nil
}

// fanOut sends every job whose barrier is passed, in order.
func (r *referenceReader) fanOut(ctx context.Context) error {
	if len(r.runs) == 0 {
		return nil
	}
	passed, err := r.decidedUpTo(ctx, r.runs[0].barrier)
	if err != nil || !passed {
		signal(r.kick) // look again soon, not at the next poll
		pause(ctx, referenceFollowWait)
		return err
	}
	first := r.runs[0].barrier
	for len(r.runs) > 0 && r.runs[0].barrier <= first {
		if err := r.fanOutOne(ctx, r.runs[0]); err != nil {
			return err
		}
		r.runs = r.runs[1:]
	}
	if len(r.runs) == 0 {
		return r.loadRuns(ctx)
	}
	return nil
}

func (r *referenceReader) fanOutOne(ctx context.Context, run scheduledRun) error {
	tx, err := r.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	partners, err := r.fanOutIn(ctx, tx, run)
	if err == nil {
		err = commit(ctx, tx)
	}
	if err != nil {
		rollback(ctx, tx)
		return fmt.Errorf("fan out job %q of source %q: %w", run.event.ID, run.event.Source, err)
	}
	r.log.Info("job sent to the partners of its site", "source", run.event.Source, "id", run.event.ID, "partners", partners)
	return nil
}

func (r *referenceReader) fanOutIn(ctx context.Context, tx pgx.Tx, run scheduledRun) (int, error) {
	queries := r.queries.WithTx(tx)
	fired, ok := run.event.Data.(*events.ScheduleFired)
	if !ok {
		return 0, fmt.Errorf("type %q is not %s", run.event.Type, events.TypeScheduleFired)
	}
	counters, err := queries.LockReference(ctx)
	if err != nil {
		return 0, fmt.Errorf("lock the reference log: %w", err)
	}
	partners, err := r.recipients(ctx, queries, run.event, fired)
	if err != nil {
		return 0, err
	}
	outs := make([]events.Out, len(partners))
	for i, partner := range partners {
		applied, err := decision.FanOut(run.event, partner)
		if err != nil {
			return 0, err
		}
		outs[i] = events.Out{ID: applied.ID, Type: applied.Type, PartnerID: partner, Subject: applied.Subject, Time: applied.Time,
			Data: jsontext.Value(applied.Payload)}
	}
	if err := sendOut(ctx, queries, r.epoch, outs); err != nil {
		return 0, err
	}
	counters.DecisionNo++
	finished, err := queries.FinishRun(ctx, &counters.DecisionNo, run.inputNo)
	if err != nil {
		return 0, fmt.Errorf("finish input %d: %w", run.inputNo, err)
	}
	if finished != 1 {
		return 0, fmt.Errorf("finish input %d: %w", run.inputNo, ErrNotOwner)
	}
	return len(partners), queries.SaveReferenceCounters(ctx, counters.InputNo, counters.DecisionNo, counters.Waiting-1)
}

// decidedUpTo reports whether everything in the input up to a sequence is
// decided, in all partitions, whoever owns them.
func (w *Worker) decidedUpTo(ctx context.Context, sequence uint64) (bool, error) {
	rows, err := w.queries.Positions(ctx)
	if err != nil {
		return false, fmt.Errorf("read positions: %w", err)
	}
	return w.passed(ctx, rows, sequence)
}

func (w *Worker) passed(ctx context.Context, rows []db.StreamPosition, sequence uint64) (bool, error) {
	for _, row := range rows {
		partition, position := int(row.Partition), uint64(row.Position) // never negative, by a check
		if partition >= bus.Partitions || position >= sequence {
			continue
		}
		// The partition's last message may lie far before the end of the stream.
		horizon, err := w.bus.Horizon(ctx, partition, position)
		if err != nil {
			return false, err
		}
		if horizon < sequence {
			return false, nil
		}
	}
	return true, nil
}

// notOwner turns the absence of a row under an epoch into its meaning.
func notOwner(err error, what string) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("%s: %w", what, ErrNotOwner)
	}
	return fmt.Errorf("%s: %w", what, err)
}
