package workers

import (
	"context"
	"fmt"

	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
)

// followedRunsMax is how many runs are looked at together.
const followedRunsMax = 200

// followRuns finishes the runs whose parts are all decided. Parts go through
// the input like any other event, so they are decided when the input is, up to
// where it ended behind the last of them. It runs behind the relay: what is
// sent is published.
func (r *referenceReader) followRuns(ctx context.Context) error {
	if !r.following {
		return nil
	}
	rows, err := r.queries.RunningRuns(ctx, followedRunsMax)
	if err != nil {
		return fmt.Errorf("read the runs that are not finished: %w", err)
	}
	if len(rows) == 0 {
		r.following = false
		return nil
	}
	var unmarked []int64
	counted := 0
	for _, row := range rows {
		if row.Job == decision.JobReconcile && hasProfile(r.config.Sites, row.Site) {
			if err := r.finishWhole(ctx, row); err != nil {
				return err
			}
			continue
		}
		signal(r.kick) // look again soon, not at the next poll
		if row.DecidedBy == nil {
			unmarked = append(unmarked, row.InputNo)
			continue
		}
		by := uint64(*row.DecidedBy) // never negative
		if r.decided < by {
			decided, passed, err := r.decidedUpTo(ctx, by)
			if err != nil {
				return err
			}
			if !passed {
				pause(ctx, referenceFollowWait)
				break
			}
			r.decided = decided
		}
		if counted >= fanOutStepPartnersMax {
			break
		}
		n, err := r.finishRun(ctx, row)
		if err != nil {
			return err
		}
		counted += n
	}
	return r.markDecidedBy(ctx, unmarked)
}

// markDecidedBy notes up to where the input has to be decided for runs whose
// last part was just published.
func (r *referenceReader) markDecidedBy(ctx context.Context, inputs []int64) error {
	if len(inputs) == 0 {
		return nil
	}
	input, err := r.bus.Stream(ctx, bus.InputStream)
	if err != nil {
		return err
	}
	last := int64(input.Last) // below 2^63
	if err := r.queries.SetDecidedBy(ctx, &last, inputs); err != nil {
		return fmt.Errorf("note where the parts of %d runs end: %w", len(inputs), err)
	}
	return nil
}

// finishRun counts the parts of a run that were refused, a page of partners
// after the other, and finishes it behind the last.
func (r *referenceReader) finishRun(ctx context.Context, row db.RunningRunsRow) (counted int, err error) {
	for after := row.CountedAfter; ; {
		partners, err := r.queries.PartnersOfSite(ctx, row.Site, after, r.page)
		if err != nil {
			return counted, fmt.Errorf("read the partners of site %q after %q: %w", row.Site, after, err)
		}
		if len(partners) == 0 {
			break
		}
		parts, err := r.queries.CountParts(ctx, partners, partKeys(row.Job, row.Site, row.ScheduledFor, partners))
		if err != nil {
			return counted, fmt.Errorf("count the parts of run %s of job %q: %w", row.RunKey, row.Job, err)
		}
		before := after
		after = partners[len(partners)-1]
		marked, err := r.queries.MarkCounted(ctx, db.MarkCountedParams{CountedAfter: after, Reached: parts.Reached, Refused: parts.Refused, InputNo: row.InputNo, Before: before})
		if err != nil {
			return counted, fmt.Errorf("count the parts of run %s of job %q: %w", row.RunKey, row.Job, err)
		}
		if marked != 1 {
			return counted, fmt.Errorf("count the parts of run %s of job %q: %w", row.RunKey, row.Job, ErrNotOwner)
		}
		r.metrics.refusedParts.WithLabelValues(knownJob(row.Job)).Add(float64(parts.Refused))
		if counted += len(partners); len(partners) < int(r.page) {
			break
		}
	}
	finished, err := r.queries.FinishJobRun(ctx, row.InputNo)
	if err != nil {
		return counted, fmt.Errorf("finish run %s of job %q: %w", row.RunKey, row.Job, err)
	}
	for _, partners := range finished {
		r.noteFinished(row, partners)
	}
	return counted, nil
}

// finishWhole finishes a run that was sent to nobody when what it began is
// finished.
func (r *referenceReader) finishWhole(ctx context.Context, row db.RunningRunsRow) error {
	done, err := r.queries.FinishReconcileRun(ctx, row.InputNo, row.Source, row.EventID)
	if err != nil {
		return fmt.Errorf("finish run %s of job %q: %w", row.RunKey, row.Job, err)
	}
	if done.Finished == 1 {
		r.noteFinished(row, done.Partners)
	}
	return nil
}

func (r *referenceReader) noteFinished(row db.RunningRunsRow, partners int64) {
	r.metrics.finishedRuns.WithLabelValues(knownJob(row.Job)).Inc()
	r.log.Info("job run finished", "job", row.Job, "site", row.Site, "run", row.RunKey, "partners", partners)
}
